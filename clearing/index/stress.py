"""A fixing and a shock to one asset in, what would move and by how much out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from clearing.index.alarms import raise_alarms, stale_share, status_of
from clearing.index.context import arithmetic, decimal_of
from clearing.index.market import market_of
from clearing.index.terms import terms_of
from clearing.index.unit import price_all
from clearing.index.values import asset_values, leave_one_out
from clearing.model.fixing import Fixing, Moved, Stress


def stress(fixing: Fixing, *, asset: str, shock: Decimal) -> Stress:
    """What the fixing would be if one asset alone were worth 1 + shock as much: −0.5 halves it.

    The rest of the market stays as it is; what rests on the asset by a differential moves with it. Raises ValueError
    where the asset has no value in the fixing or the shock leaves it nothing.
    """
    if all(each.asset != asset for each in fixing.values):
        raise ValueError(f"{asset} has no value in the fixing of {fixing.day}")
    if shock <= -1:
        raise ValueError(f"a shock of {shock} leaves {asset} nothing; it must be above -1, which is -100 %")
    with arithmetic():
        return _stress(fixing, asset, shock)


def _stress(fixing: Fixing, asset: str, shock: Decimal) -> Stress:
    terms = terms_of(fixing.methodology)
    digits = terms.methodology.rounding.value_digits
    known = market_of(fixing.quotes, terms, fixing.day, fixing.previous).known
    priced = price_all(replace(known, shocks={asset: 1 + Fraction(shock)}))
    values = asset_values(priced, terms)
    before = {each.asset: each for each in fixing.values}
    moved = tuple(
        Moved(
            asset=each.asset,
            value_before=before[each.asset].value,
            value=each.value,
            change=decimal_of(Fraction(Fraction(each.value), Fraction(before[each.asset].value)) - 1, digits),
            share_before=before[each.asset].share,
            share=each.share,
        )
        for each in values
    )
    old = {each.asset: each.value for each in fixing.values}
    left_out = leave_one_out(old, {each.asset: each.value for each in values}, terms)
    stale = stale_share(values, terms)
    alarms = raise_alarms(
        priced, values, fixing.pairs, left_out, residual=fixing.residual, stale=stale, terms=terms
    )
    return Stress(asset, shock, moved, left_out, alarms, status_of(alarms))
