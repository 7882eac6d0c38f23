"""The quotes of one pair in, one logarithm out: per source the median, across sources a centre that one cannot move.

Three sources say 100, 101 and 7. The median of the three is 100; 7 is further from it than the limit allows, so its
quotes are rejected as outliers. Two remain, and of two the mean could be pulled by a third that lies just within the
limit; so where fewer than three remain the median of all that spoke stays: 100. Whatever one source of three or more
says, the consensus stays between the least and the greatest of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from clearing.index.context import decimal_of
from clearing.model.methodology import ConsensusRules

ROBUST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the sources of a pair come to."""

    log: Decimal
    """Exact until here, rounded once, so that neither order nor sign means anything."""
    entered: tuple[str, ...]
    outliers: tuple[str, ...]
    disputed: bool


def agree(logs: Mapping[str, Fraction], rules: ConsensusRules) -> Consensus:
    """The consensus of at least three sources, each with its median."""
    middle, limit = median(sorted(logs.values())), Fraction(rules.outlier_limit)
    near = {source for source, log in logs.items() if abs(log - middle) <= limit}
    if 2 * len(near) <= len(logs):
        return Consensus(decimal_of(centre(list(logs.values()), rules)), tuple(sorted(logs)), (), disputed=True)
    entered = tuple(sorted(near))
    outliers = tuple(sorted(logs.keys() - near))
    robust = len(near) >= ROBUST_SOURCES
    log = centre([logs[source] for source in entered], rules) if robust else middle
    return Consensus(decimal_of(log), entered, outliers, disputed=False)


def centre(values: Sequence[Fraction], rules: ConsensusRules) -> Fraction:
    """The median, or the trimmed mean of many."""
    ordered = sorted(values)
    if len(ordered) < rules.trimmed_from:
        return median(ordered)
    cut = max(1, int(len(ordered) * Fraction(rules.trim)))
    return _mean(ordered[cut : len(ordered) - cut])


def median(ordered: Sequence[Fraction]) -> Fraction:
    """The middle of ascending values, the mean of the two middle ones where there are two."""
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else _mean(ordered[half - 1 : half + 1])


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
