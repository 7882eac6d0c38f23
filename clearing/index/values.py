"""Prices in, published values, shares and the leave-one-out table out.

A constituent of share 0.1 falls by half and nothing else moves: it is 0.05 of 0.95 then, the rest 0.9 of 0.95. Without
it the index did not move, with it it fell by 5 %: (1 − 0.05/0.95) / (1 − 0.1) − 1 = 5.26 %, whatever the unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from clearing.index.context import decimal_of
from clearing.index.ladder import Price
from clearing.index.terms import Terms
from clearing.index.unit import Priced
from clearing.model.fixing import VALUE_MICRO_MIN, AssetValue, LeftOut

MICRO = 10**6
Shares = dict[str, Fraction]


def asset_values(priced: Priced, terms: Terms) -> tuple[AssetValue, ...]:
    """A value for every asset with a price; none at all where the index unit has none."""
    if priced.unit is None:
        return ()
    digits = terms.methodology.rounding.value_digits
    prices = priced.climbed.prices
    worth = {asset: Fraction(price.at(priced.unit), priced.unit) for asset, price in prices.items()}
    values = {asset: decimal_of(exact, digits) for asset, exact in worth.items()}
    shares = shares_of(values, terms)
    return tuple(
        AssetValue(
            asset=asset,
            log_value=_log(prices[asset], priced.unit),
            value=value,
            value_micro=_published(value, terms.assets[asset].increment),
            observed=prices[asset].observed,
            stale=prices[asset].stale,
            share=decimal_of(shares[asset], digits) if asset in shares else None,
        )
        for asset, value in values.items()
    )


def shares_of(values: Mapping[str, Decimal], terms: Terms) -> Shares:
    """What part of the index each constituent is, exactly."""
    held = {asset: Fraction(quantity) * Fraction(values[asset]) for asset, quantity in terms.basket.items()}
    total = sum(held.values(), Fraction(0))
    return {asset: Fraction(worth, total) for asset, worth in held.items()}


def value_micro(value: Decimal, increment: Decimal) -> int:
    """Micro index units per increment, half to even, of whatever size."""
    exact = Fraction(value) * Fraction(increment) * MICRO
    return round(exact)


def leave_one_out(before: Mapping[str, Decimal], after: Mapping[str, Decimal], terms: Terms) -> tuple[LeftOut, ...]:
    """The table from the values of two days; empty where a constituent has no value on either."""
    if any(asset not in before or asset not in after for asset in terms.basket):
        return ()
    digits = terms.methodology.rounding.value_digits
    old, new = shares_of(before, terms), shares_of(after, terms)
    return tuple(
        LeftOut(
            asset=asset,
            kind=terms.assets[asset].kind,
            share_before=decimal_of(old[asset], digits),
            share=decimal_of(new[asset], digits),
            difference=decimal_of(Fraction(1 - new[asset], 1 - old[asset]) - 1, digits),
        )
        for asset in terms.basket
    )


def _log(price: Price, unit: Fraction) -> Decimal:
    return price.log if price.log is not None else decimal_of(price.at(unit)).ln()


def _published(value: Decimal, increment: Decimal | None) -> int | None:
    micro = 0 if increment is None else value_micro(value, increment)
    return micro if micro >= VALUE_MICRO_MIN else None
