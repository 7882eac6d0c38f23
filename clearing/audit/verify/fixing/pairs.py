"""Who is heard in, the consensus on each pair out, and what its rung asked in vain.

Example: three sources are asked. Two have transactions in A/B, the third has a firm quote: ``transaction`` hears two,
which are too few; ``firm`` hears three, two of them still by their transactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from clearing.audit.verify.fixing.fit import Edge
from clearing.audit.verify.fixing.numbers import rounded
from clearing.audit.verify.fixing.screening import Voice, median
from clearing.audit.verify.fixing.terms import Terms

MARKET = ("transaction", "firm", "indicative")
ROBUST = 3


@dataclass(frozen=True, slots=True)
class Consensus:
    """Of one pair."""

    rung: str
    rank: int
    log: Fraction
    """As it is stored: rounded once, and what follows rests on that."""
    entered: list[str]
    disputed: bool
    asked: dict[str, str]
    """Of each source that spoke the kind that it spoke with."""
    tried: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Agreed:
    """Every pair that quotes of a market name."""

    pairs: dict[Edge, Consensus]
    sources: dict[Edge, int]
    """How many sources quote a pair, of whatever kind and rank."""


def agree(voices: Iterable[Voice], terms: Terms) -> Agreed:
    """The consensus on each pair that has one."""
    said: dict[Edge, dict[str, dict[str, list[Fraction]]]] = {}
    for voice in voices:
        if voice.kind in MARKET:
            said.setdefault(voice.pair, {}).setdefault(voice.source, {}).setdefault(voice.kind, []).append(voice.log)
    found = ((pair, _consensus(by_source, terms)) for pair, by_source in sorted(said.items()))
    return Agreed(
        pairs={pair: consensus for pair, consensus in found if consensus is not None},
        sources={pair: len(by_source) for pair, by_source in said.items()},
    )


def _consensus(by_source: dict[str, dict[str, list[Fraction]]], terms: Terms) -> Consensus | None:
    tried: list[dict[str, Any]] = []
    for reach, rung in enumerate(MARKET, 1):
        for rank in terms.rungs:
            asked = {
                source: min(kinds, key=MARKET.index)
                for source, kinds in by_source.items()
                if terms.ranks[source] <= rank and not kinds.keys().isdisjoint(MARKET[:reach])
            }
            if len(asked) >= terms.minimum_sources:
                logs = {source: median(by_source[source][kind]) for source, kind in asked.items()}
                log, entered, disputed = _middle(logs, terms)
                return Consensus(rung, rank, Fraction(rounded(log)), entered, disputed, asked, tried)
            found = {"rung": rung, "rank": rank, "why": "too_few_sources"}
            tried.append({**found, "found": len(asked), "limit": terms.minimum_sources})
    return None


def _middle(logs: dict[str, Fraction], terms: Terms) -> tuple[Fraction, list[str], bool]:
    """The consensus, who enters it, and whether it is disputed."""
    middle = median([*logs.values()])
    near = [source for source in sorted(logs) if abs(logs[source] - middle) <= terms.outlier_limit]
    disputed = 2 * len(near) <= len(logs)
    entered = sorted(logs) if disputed else near
    if len(entered) < ROBUST:
        return middle, entered, disputed
    return _centre([logs[source] for source in entered], terms), entered, disputed


def _centre(logs: Sequence[Fraction], terms: Terms) -> Fraction:
    count = len(logs)
    if count < terms.trimmed_from:
        return median(logs)
    cut = max(1, int(count * terms.trim))
    kept = sorted(logs)[cut : count - cut]
    return Fraction(sum(kept, Fraction(0)), len(kept))
