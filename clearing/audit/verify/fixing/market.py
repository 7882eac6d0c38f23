"""The consensus on each pair in; the main component, its values, residuals and what becomes of every quote out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clearing.audit.verify.fixing.fit import Edge, components, fit
from clearing.audit.verify.fixing.numbers import root, rounded, text
from clearing.audit.verify.fixing.pairs import Agreed
from clearing.audit.verify.fixing.screening import Voice
from clearing.audit.verify.fixing.terms import Terms


@dataclass(frozen=True, slots=True)
class Market:
    """What the pairs of the main component come to."""

    values: dict[str, Decimal]
    """v of its assets; empty where there is no main component."""
    residuals: dict[Edge, Decimal]
    residual: Decimal


def market_of(agreed: Agreed, terms: Terms) -> Market:
    """The least squares of the main component."""
    assets = _main(agreed, terms)
    pairs = {pair: agreed.pairs[pair] for pair in agreed.pairs if pair[0] in assets}
    if not pairs:
        return Market({}, {}, Decimal(0))
    weights = {pair: len(consensus.entered) for pair, consensus in pairs.items()}
    solved = fit({pair: consensus.log for pair, consensus in pairs.items()}, weights)
    values = {asset: rounded(value) for asset, value in solved.items()}
    residuals = {
        pair: rounded(consensus.log - Fraction(values[pair[0]]) + Fraction(values[pair[1]]))
        for pair, consensus in pairs.items()
    }
    squares = sum(weights[pair] * Fraction(residual) ** 2 for pair, residual in residuals.items())
    return Market(values, residuals, root(Fraction(squares, sum(weights.values()))))


def _main(agreed: Agreed, terms: Terms) -> Collection[str]:
    """The component with the most constituents, then the most assets, then the least id."""
    held = [(len(terms.quantities.keys() & set(group)), len(group), group) for group in components([*agreed.pairs])]
    counts = max((count for *count, _group in held), default=[0, 0])
    return min((group for *count, group in held if count == counts and counts[0]), default=[])


def pair_rows(agreed: Agreed, market: Market) -> list[dict[str, Any]]:
    """The member ``pairs``."""
    rows = []
    for pair, residual in market.residuals.items():
        consensus = agreed.pairs[pair]
        row = {"base": pair[0], "quote": pair[1], "rung": consensus.rung, "rank": consensus.rank}
        row |= {"sources": consensus.entered, "log_price": text(rounded(consensus.log)), "residual": text(residual)}
        rows.append({**row, "disputed": True} if consensus.disputed else row)
    return rows


def pair_fallbacks(agreed: Agreed, market: Market) -> list[dict[str, Any]]:
    """Fallbacks of the recorded pairs that the best rung was not enough for."""
    return [
        {"asset": base, "other": quote, "rung": consensus.rung, "rank": consensus.rank, "tried": consensus.tried}
        for (base, quote), consensus in agreed.pairs.items()
        if (base, quote) in market.residuals and consensus.tried
    ]


def late_reasons(
    voices: Sequence[Voice], agreed: Agreed, market: Market, judgements: Collection[int]
) -> Mapping[int, str]:
    """Why quotes that were heard do not enter; ``judgements`` are those that assets took."""
    reasons = {}
    for voice in voices:
        reason = _late_reason(voice, agreed, market, judgements)
        if reason is not None:
            reasons[voice.number] = reason
    return reasons


def _late_reason(voice: Voice, agreed: Agreed, market: Market, judgements: Collection[int]) -> str | None:
    if voice.kind == "judgement":
        if market.values.keys().isdisjoint(voice.pair):
            return "disconnected"
        return None if voice.number in judgements else "not_needed"
    if voice.pair not in agreed.pairs:
        return "too_few_sources"
    if voice.pair not in market.residuals:
        return "disconnected"
    consensus = agreed.pairs[voice.pair]
    if consensus.asked.get(voice.source) != voice.kind:
        return "not_needed"
    return None if voice.source in consensus.entered else "outlier"
