"""Prices with the index unit's own still unknown in, the unit's price and every asset's price out.

The index unit is λ × the sum of its constituents, q of each: S = λ Σ q (market + carried·S), so S = λ Σ q market /
(1 − λ Σ q carried). An asset carried at its last value is worth as many index units as before, whatever the rest does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from clearing.index.ladder import Climbed, Known, climb, resting_on
from clearing.index.terms import Terms


@dataclass(frozen=True, slots=True)
class Priced:
    """The ladder climbed, and the index unit's price."""

    climbed: Climbed
    unit: Fraction | None
    """None where a constituent has no price or what is carried leaves no positive unit."""
    carried: Fraction
    """λ Σ q carried: the part of the index that is not priced by the day."""


def price_all(known: Known) -> Priced:
    """Climb again without the differentials that come out at nothing or less, until none does."""
    banned: set[str] = set()
    while True:
        priced = _price(known, banned)
        sunk = _sunk(priced, known.terms)
        if not sunk:
            return priced
        banned |= sunk


def _price(known: Known, banned: set[str]) -> Priced:
    climbed, terms = climb(known, banned), known.terms
    link = Fraction(terms.methodology.link_factor)
    held = {asset: climbed.prices[asset] for asset in terms.basket if asset in climbed.prices}
    market = link * _sum(terms, {asset: price.market for asset, price in held.items()})
    carried = link * _sum(terms, {asset: price.carried for asset, price in held.items()})
    complete = len(held) == len(terms.basket) and known.logs
    return Priced(climbed, market / (1 - carried) if complete and market > 0 and carried < 1 else None, carried)


def _sum(terms: Terms, each: Mapping[str, Fraction]) -> Fraction:
    return sum((Fraction(terms.basket[asset]) * price for asset, price in each.items()), Fraction(0))


def _sunk(priced: Priced, terms: Terms) -> set[str]:
    """Assets whose differential makes a price of nothing or less out of positive ones."""
    if priced.unit is None:
        return set()
    at = {asset: price.at(priced.unit) for asset, price in priced.climbed.prices.items()}
    return {asset for asset in at if at[asset] <= 0 and _rests_on_positive(asset, at, terms)}


def _rests_on_positive(asset: str, at: Mapping[str, Fraction], terms: Terms) -> bool:
    differential = terms.assets[asset].differential
    return differential is not None and all(at[other] > 0 for other in resting_on(differential))
