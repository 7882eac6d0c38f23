"""What a fixing came to in, its alarms and its status out. A limit may be reached and not passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from clearing.index.context import decimal_of
from clearing.index.terms import Terms
from clearing.index.unit import Priced
from clearing.index.values import shares_of, value_micro
from clearing.model.fixing import (
    VALUE_MICRO_MIN,
    Alarm,
    AlarmRaised,
    AssetValue,
    FixingStatus,
    LeftOut,
    Pair,
)

CURRENCY = "currency"
STATUS = {
    Alarm.NO_VALUE: FixingStatus.NO_FIX,
    Alarm.STALE_NO_FIX: FixingStatus.NO_FIX,
    Alarm.SHOCK: FixingStatus.SHOCK,
}
"""What an alarm makes of a fixing; every other one makes it DEGRADED."""


def stale_share(values: Sequence[AssetValue], terms: Terms) -> Decimal | None:
    """The part of the index that rests on no market of the day; None where nothing has a value."""
    if not values:
        return None
    shares = shares_of({each.asset: each.value for each in values}, terms)
    stale = sum((shares[each.asset] for each in values if each.stale and each.asset in shares), Fraction(0))
    return decimal_of(stale, terms.methodology.rounding.value_digits)


def raise_alarms(
    priced: Priced,
    values: Sequence[AssetValue],
    pairs: Sequence[Pair],
    left_out: Sequence[LeftOut],
    *,
    residual: Decimal,
    stale: Decimal | None,
    terms: Terms,
) -> tuple[AlarmRaised, ...]:
    """Every alarm, by gravity, then by asset."""
    raised = [
        *_unpriced(priced, terms),
        *_stale(priced, stale, terms),
        *_shocks(left_out, terms.methodology.alarms.shock),
        *_below_minimum(values, terms),
        *_residuals(pairs, residual, terms),
    ]
    gravity = {alarm: rank for rank, alarm in enumerate(Alarm)}
    return tuple(sorted(raised, key=lambda each: (gravity[each.alarm], each.asset or "", each.other or "")))


def status_of(alarms: Sequence[AlarmRaised]) -> FixingStatus:
    """The word that the gravest alarm calls for."""
    return STATUS.get(alarms[0].alarm, FixingStatus.DEGRADED) if alarms else FixingStatus.FINAL


def _unpriced(priced: Priced, terms: Terms) -> Iterator[AlarmRaised]:
    for asset in priced.climbed.unpriced:
        yield AlarmRaised(Alarm.NO_VALUE if asset in terms.basket else Alarm.UNPRICED, asset)


def _stale(priced: Priced, stale: Decimal | None, terms: Terms) -> Iterator[AlarmRaised]:
    limits = terms.methodology.alarms
    if stale is None:
        if not any(asset in terms.basket for asset in priced.climbed.unpriced):
            found = decimal_of(priced.carried, terms.methodology.rounding.value_digits)
            yield AlarmRaised(Alarm.STALE_NO_FIX, found=found, limit=limits.no_fix)
    elif stale > limits.no_fix:
        yield AlarmRaised(Alarm.STALE_NO_FIX, found=stale, limit=limits.no_fix)
    elif stale > limits.degraded:
        yield AlarmRaised(Alarm.STALE_DEGRADED, found=stale, limit=limits.degraded)


def _shocks(left_out: Sequence[LeftOut], limit: Decimal) -> Iterator[AlarmRaised]:
    for each in left_out:
        if each.kind == CURRENCY and each.difference.copy_abs() > limit:
            yield AlarmRaised(Alarm.SHOCK, each.asset, found=each.difference, limit=limit)


def _below_minimum(values: Sequence[AssetValue], terms: Terms) -> Iterator[AlarmRaised]:
    for each in values:
        increment = terms.assets[each.asset].increment
        if increment is not None and each.value_micro is None:
            found = Decimal(value_micro(each.value, increment))
            yield AlarmRaised(Alarm.BELOW_MINIMUM, each.asset, found=found, limit=Decimal(VALUE_MICRO_MIN))


def _residuals(pairs: Sequence[Pair], residual: Decimal, terms: Terms) -> Iterator[AlarmRaised]:
    limits = terms.methodology.alarms
    for each in pairs:
        if each.residual.copy_abs() > limits.pair_residual:
            found = each.residual.copy_abs()
            yield AlarmRaised(Alarm.PAIR_RESIDUAL, each.base, each.quote, found=found, limit=limits.pair_residual)
        if each.disputed:
            yield AlarmRaised(Alarm.DISPUTED, each.base, each.quote)
    if residual > limits.overall_residual:
        yield AlarmRaised(Alarm.OVERALL_RESIDUAL, found=residual, limit=limits.overall_residual)
