"""The market and the fixing before in, every asset's price α + βS out, S the price of an index unit; or why none.

Example: oil is in no pair; its last value was 74 index units, so its price is 74 S. Haulage at 0.0195 of oil is
1.443 S. A basket of 1 dollar at 1 and 0.001 oil costs 1 + 0.074 S = S, so S = 1 / 0.926.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clearing.audit.verify.fixing.hours import days
from clearing.audit.verify.fixing.market import Market
from clearing.audit.verify.fixing.numbers import exp, rounded
from clearing.audit.verify.fixing.pairs import Agreed
from clearing.audit.verify.fixing.screening import Voice, median
from clearing.audit.verify.fixing.terms import Terms

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Price:
    """α + βS, and what it rests on."""

    alpha: Fraction
    beta: Fraction
    observed: str
    stale: bool = False
    rests_on: tuple[str, ...] = ()
    log: Decimal | None = None
    """v, where the market or a judgement gave one."""


@dataclass(slots=True)
class Ladder:
    """How far each asset had to go down."""

    prices: dict[str, Price] = field(default_factory=dict)
    fallbacks: dict[str, Row] = field(default_factory=dict)
    unpriced: dict[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a price may come from."""

    day: str
    terms: Terms
    agreed: Agreed
    market: Market
    last: Mapping[str, Mapping[str, str]]
    judged: Mapping[str, Sequence[Voice]]
    """Per asset outside the main component, the judgements on it and an asset inside."""


def judged_assets(voices: Sequence[Voice], market: Market) -> dict[str, list[Voice]]:
    """The judgements that an asset may be priced by."""
    found: dict[str, list[Voice]] = {}
    for voice in voices:
        outside = [asset for asset in voice.pair if asset not in market.values]
        if voice.kind == "judgement" and len(outside) == 1:
            found.setdefault(outside[0], []).append(voice)
    return found


def climb(known: Known) -> tuple[Ladder, Fraction | None, Fraction]:
    """Prices, S where it is positive and every constituent has a price, and λ Σ q β."""
    barred: set[str] = set()
    while True:
        ladder = _prices(known, barred)
        unit, part = _unit(ladder, known.terms)
        if unit is None:
            return ladder, unit, part
        worthless = _worthless(ladder, unit)
        if not worthless:
            return ladder, unit, part
        barred |= worthless


def _unit(ladder: Ladder, terms: Terms) -> tuple[Fraction | None, Fraction]:
    priced = [name for name in terms.quantities if name in ladder.prices]
    alpha = sum((terms.quantities[name] * ladder.prices[name].alpha for name in priced), Fraction(0))
    beta = sum((terms.quantities[name] * ladder.prices[name].beta for name in priced), Fraction(0))
    part = terms.link_factor * beta
    if len(priced) < len(terms.quantities) or alpha <= 0 or part >= 1:
        return None, part
    return Fraction(terms.link_factor * alpha, 1 - part), part


def _worthless(ladder: Ladder, unit: Fraction) -> set[str]:
    """Assets by differential at zero or less, though what they rest on is not."""
    prices = {name: price.alpha + price.beta * unit for name, price in ladder.prices.items()}
    return {
        name
        for name, price in ladder.prices.items()
        if price.rests_on and prices[name] <= 0 and all(prices[under] > 0 for under in price.rests_on)
    }


def _prices(known: Known, barred: Collection[str]) -> Ladder:
    ladder = Ladder()
    for name, value in known.market.values.items():
        ladder.prices[name] = Price(Fraction(exp(value)), Fraction(0), known.day, log=value)
    for name in _under_first(known.terms):
        if name not in ladder.prices:
            _price(name, known, barred, ladder)
    return ladder


def _under_first(terms: Terms) -> list[str]:
    """Assets in an order in which none comes before one that it rests on."""
    waiting, ordered = list(terms.kinds), []
    done: set[str] = set()
    while waiting:
        ready = [name for name in waiting if all(under in done for under in _rests_on(name, terms))]
        ordered += ready
        done.update(ready)
        waiting = [name for name in waiting if name not in done]
    return ordered


def _rests_on(name: str, terms: Terms) -> tuple[str, ...]:
    differential = terms.differentials.get(name, {})
    return tuple(differential[member] for member in ("related", "amount_unit") if member in differential)


def _price(name: str, known: Known, barred: Collection[str], ladder: Ladder) -> None:
    """Put the asset on the first rung that holds, or among those without a price."""
    tried = [_no_pair(name, known)]
    for rung, step in (("related", _related), ("last_value", _last_value), ("judgement", _judged)):
        price, said = step(name, known, barred, ladder)
        if price is not None:
            ladder.prices[name] = price
            ladder.fallbacks[name] = {"asset": name, "rung": rung, **said, "tried": tried}
            return
        tried.append({"rung": rung, **said})
    ladder.unpriced[name] = tried


def _no_pair(name: str, known: Known) -> Row:
    said: Row = {"rung": "indicative", "rank": known.terms.rungs[-1]}
    if any(name in pair for pair in known.agreed.pairs):
        return {**said, "why": "not_connected"}
    found = max((count for pair, count in known.agreed.sources.items() if name in pair), default=0)
    return {**said, "why": "too_few_sources", "found": found, "limit": known.terms.minimum_sources}


def _related(name: str, known: Known, barred: Collection[str], ladder: Ladder) -> tuple[Price | None, Row]:
    differential, under = known.terms.differentials.get(name), _rests_on(name, known.terms)
    if differential is None:
        return None, {"why": "no_differential"}
    if any(each not in ladder.prices for each in under):
        return None, {"why": "related_unpriced"}
    if name in barred:
        return None, {"why": "not_positive"}
    below = [ladder.prices[each] for each in under]
    ways = [differential["factor"]] if "factor" in differential else ["1", differential["amount"]]
    times = [Fraction(way) for way in ways]
    price = Price(
        alpha=sum((by * each.alpha for by, each in zip(times, below, strict=True)), Fraction(0)),
        beta=sum((by * each.beta for by, each in zip(times, below, strict=True)), Fraction(0)),
        observed=min(each.observed for each in below),
        stale=any(each.stale for each in below),
        rests_on=under,
    )
    return price, {"related": differential["related"]}


def _last_value(name: str, known: Known, _barred: Collection[str], _ladder: Ladder) -> tuple[Price | None, Row]:
    last = known.last.get(name)
    if last is None:
        return None, {"why": "no_last_value"}
    age, most = days(known.day) - days(last["day"]), known.terms.value_age[name]
    if age > most:
        return None, {"why": "too_old", "found": age, "limit": most}
    return Price(Fraction(0), Fraction(last["value"]), last["day"], stale=True), {"day": last["day"]}


def _judged(name: str, known: Known, _barred: Collection[str], _ladder: Ladder) -> tuple[Price | None, Row]:
    voices = known.judged.get(name, [])
    if not voices:
        return None, {"why": "no_judgement"}
    by_source: dict[str, list[Fraction]] = {}
    for voice in voices:
        first = voice.pair[0] == name
        other = Fraction(known.market.values[voice.pair[first]])
        by_source.setdefault(voice.source, []).append(other + voice.log if first else other - voice.log)
    log = rounded(median([median(said) for said in by_source.values()]))
    price = Price(Fraction(exp(log)), Fraction(0), min(voice.day for voice in voices), stale=True, log=log)
    return price, {"quotes": [voice.number for voice in voices]}
