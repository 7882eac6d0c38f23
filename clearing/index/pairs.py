"""Screened quotes in, one consensus for each pair that enough sources speak for out.

Of copper in dollars three sources are heard: a trade, a firm offer, an indication. Trades: one source, not enough.
Trades and firm offers: two. With indications three: each speaks with the best that it has, so the trade and the firm
offer still count, and the rung of the pair is ``indicative``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clearing.index.consensus import Consensus, agree, median
from clearing.index.screening import Heard
from clearing.index.terms import Terms
from clearing.model.fixing import QuoteKind, Rung, Tried, Why

RUNGS = (
    (Rung.TRANSACTION, QuoteKind.TRANSACTION),
    (Rung.FIRM, QuoteKind.FIRM),
    (Rung.INDICATIVE, QuoteKind.INDICATIVE),
)
"""The rungs that pairs take and the kind that each adds to those before it."""
Names = tuple[str, str]
"""The two assets of a pair, ascending."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A pair with a consensus."""

    pair: Names
    rung: Rung
    rank: int
    consensus: Consensus
    tried: tuple[Tried, ...]
    """The rungs before, each with too few sources."""
    spoken: Mapping[int, str]
    """Number of a quote that was asked -> its source."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of the pairs; both mappings ascend."""

    agreed: Mapping[Names, Agreed]
    short: Mapping[Names, int]
    """Pair without a consensus -> how many sources speak for it in all."""


def ask_sources(heard: Sequence[Heard], terms: Terms) -> Asked:
    """The consensus of every pair that is quoted; judgements are no quotes of a pair."""
    quoted: dict[Names, dict[str, dict[QuoteKind, list[Heard]]]] = defaultdict(lambda: defaultdict(dict))
    for each in heard:
        if each.kind is not QuoteKind.JUDGEMENT:
            quoted[each.pair][each.source].setdefault(each.kind, []).append(each)
    agreed, short = {}, {}
    for pair in sorted(quoted):
        found = _agreed(pair, quoted[pair], terms)
        if found is None:
            short[pair] = len(quoted[pair])
        else:
            agreed[pair] = found
    return Asked(agreed, short)


def _agreed(pair: Names, sources: Mapping[str, Mapping[QuoteKind, list[Heard]]], terms: Terms) -> Agreed | None:
    """The first rung that hears enough sources."""
    rules = terms.methodology.consensus
    tried: list[Tried] = []
    for rung, rank, kinds in _steps(terms):
        best = {
            source: next(by_kind[kind] for kind in kinds if kind in by_kind)
            for source, by_kind in sorted(sources.items())
            if terms.ranks[source] <= rank and any(kind in by_kind for kind in kinds)
        }
        if len(best) >= rules.minimum_sources:
            logs = {source: median(sorted(each.log for each in said)) for source, said in best.items()}
            spoken = {each.number: source for source, said in best.items() for each in said}
            return Agreed(pair, rung, rank, agree(logs, rules), tuple(tried), spoken)
        tried.append(Tried(rung, Why.TOO_FEW_SOURCES, found=len(best), limit=rules.minimum_sources, rank=rank))
    return None


def _steps(terms: Terms) -> Iterator[tuple[Rung, int, tuple[QuoteKind, ...]]]:
    """Rung, rank and the kinds that are heard: all ranks are asked for a better kind before a worse one counts."""
    for number, (rung, _kind) in enumerate(RUNGS, 1):
        for rank in sorted(set(terms.ranks.values())):
            yield rung, rank, tuple(kind for _rung, kind in RUNGS[:number])
