"""Logarithms of the main component in, a price for every asset that a rung of the ladder reaches out.

Wheat and copper have a market; barley receipts are wheat less a carriage charge of 2 kg of copper; the seed drill had
a value of 0.5 index units yesterday and no market since. In the common unit of the market wheat costs 30, copper 1.5:
barley costs 30 − 3 = 27. What the drill costs is not known before the index itself is: 0.5·S, with S the price of one
index unit. So a price is kept as two rationals, market + carried·S, and whoever rests on it takes both over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from graphlib import TopologicalSorter

from clearing.index.calendar import day_number
from clearing.index.consensus import median
from clearing.index.context import decimal_of
from clearing.index.screening import Heard
from clearing.index.terms import Terms
from clearing.model.fixing import Fallback, LastValue, Rung, Tried, Why
from clearing.model.methodology import Differential

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit in the common unit of the market: market + carried × price of the index unit."""

    market: Fraction
    carried: Fraction
    observed: str
    stale: bool
    log: Decimal | None = None
    """Its logarithm where the market or a judgement gave one."""
    fallback: Fallback | None = None
    """None: it has a market."""

    def at(self, unit: Fraction) -> Fraction:
        """The price once that of the index unit is known."""
        return self.market + self.carried * unit


@dataclass(frozen=True, slots=True)
class Known:
    """What the ladder may look at."""

    terms: Terms
    day: str
    logs: Mapping[str, Decimal]
    """v of the main component."""
    lacking: Mapping[str, Tried]
    """Asset outside of it -> why no pair leads there."""
    last: Mapping[str, LastValue]
    judgements: Mapping[str, Sequence[Heard]]
    """Asset outside of the main component -> judgements of it against an asset inside."""
    shocks: Mapping[str, Fraction]
    """Asset -> what its price is multiplied by; empty but in a stress test."""


@dataclass(frozen=True, slots=True)
class Climbed:
    """Prices of what could be priced and the rungs that were not enough for the rest; both ascend."""

    prices: Mapping[str, Price]
    unpriced: Mapping[str, tuple[Tried, ...]]


def climb(known: Known, banned: Collection[str]) -> Climbed:
    """A price for each asset from the first rung that holds; ``banned`` are those without their differential."""
    prices: dict[str, Price] = {}
    unpriced: dict[str, tuple[Tried, ...]] = {}
    for asset in _order(known.terms):
        if asset in known.logs:
            log = known.logs[asset]
            price: Price | None = Price(Fraction(log.exp()), NOTHING, known.day, stale=False, log=log)
        else:
            price, tried = _first_rung(asset, known, prices, banned)
            unpriced[asset] = tried
        if price is not None:
            unpriced.pop(asset, None)
            prices[asset] = _shocked(price, known.shocks.get(asset))
    return Climbed(dict(sorted(prices.items())), dict(sorted(unpriced.items())))


def resting_on(differential: Differential) -> Iterator[str]:
    """The assets whose prices a differential needs."""
    yield differential.related
    if differential.amount_unit is not None:
        yield differential.amount_unit


def _order(terms: Terms) -> Iterable[str]:
    """Every asset after those that its differential rests on."""
    rests = {
        name: () if asset.differential is None else tuple(resting_on(asset.differential))
        for name, asset in terms.assets.items()
    }
    return TopologicalSorter(rests).static_order()


def _first_rung(
    asset: str, known: Known, prices: Mapping[str, Price], banned: Collection[str]
) -> tuple[Price | None, tuple[Tried, ...]]:
    """The price from the first rung that holds, with its fallback; else every rung tried."""
    tried = [known.lacking[asset]]
    for found in (
        _related(asset, known, prices, banned),
        _last_value(asset, known),
        _judged(asset, known),
    ):
        if isinstance(found, Price):
            assert found.fallback is not None
            return replace(found, fallback=replace(found.fallback, tried=tuple(tried))), ()
        tried.append(found)
    return None, tuple(tried)


def _related(asset: str, known: Known, prices: Mapping[str, Price], banned: Collection[str]) -> Price | Tried:
    differential = known.terms.assets[asset].differential
    if differential is None:
        return Tried(Rung.RELATED, Why.NO_DIFFERENTIAL)
    if any(name not in prices for name in resting_on(differential)):
        return Tried(Rung.RELATED, Why.RELATED_UNPRICED)
    if asset in banned:
        return Tried(Rung.RELATED, Why.NOT_POSITIVE)
    related = prices[differential.related]
    fallback = Fallback(asset, Rung.RELATED, (), related=differential.related)
    if differential.amount is None or differential.amount_unit is None:
        assert differential.factor is not None
        factor = Fraction(differential.factor)
        return Price(related.market * factor, related.carried * factor, related.observed, related.stale, None, fallback)
    amount, unit = Fraction(differential.amount), prices[differential.amount_unit]
    return Price(
        related.market + amount * unit.market,
        related.carried + amount * unit.carried,
        min(related.observed, unit.observed),
        related.stale or unit.stale,
        None,
        fallback,
    )


def _last_value(asset: str, known: Known) -> Price | Tried:
    last = known.last.get(asset)
    if last is None:
        return Tried(Rung.LAST_VALUE, Why.NO_LAST_VALUE)
    age = day_number(known.day) - day_number(last.day)
    limit = known.terms.classes[asset].value_age_days
    if age > limit:
        return Tried(Rung.LAST_VALUE, Why.TOO_OLD, found=age, limit=limit)
    fallback = Fallback(asset, Rung.LAST_VALUE, (), day=last.day)
    return Price(NOTHING, Fraction(last.value), last.day, stale=True, fallback=fallback)


def _judged(asset: str, known: Known) -> Price | Tried:
    """The median over sources of what each judges the asset at."""
    judgements = known.judgements.get(asset, ())
    if not judgements:
        return Tried(Rung.JUDGEMENT, Why.NO_JUDGEMENT)
    said: dict[str, list[Fraction]] = {}
    for each in judgements:
        base, quote = each.pair
        other, sign = (quote, 1) if base == asset else (base, -1)
        said.setdefault(each.source, []).append(Fraction(known.logs[other]) + sign * each.log)
    log = decimal_of(median(sorted(median(sorted(logs)) for logs in said.values())))
    numbers = tuple(each.number for each in judgements)
    fallback = Fallback(asset, Rung.JUDGEMENT, (), quotes=numbers)
    observed = min(each.day for each in judgements)
    return Price(Fraction(log.exp()), NOTHING, observed, stale=True, log=log, fallback=fallback)


def _shocked(price: Price, factor: Fraction | None) -> Price:
    if factor is None:
        return price
    return replace(price, market=price.market * factor, carried=price.carried * factor, log=None)
