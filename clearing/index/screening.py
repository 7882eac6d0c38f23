"""Quotes in, what is heard and what is rejected on its own face out.

A quote is turned so that its pair ascends: turned round, only the sign of its logarithm changes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from clearing.index.calendar import DAY, MINUTE, Hours, hours_of, moment
from clearing.index.consensus import median
from clearing.index.terms import Terms
from clearing.model.fixing import APPROVALS_MIN, Quote, QuoteKind, RejectReason

_NUMBER = re.compile(r"(-?)((?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Heard:
    """A quote that may be used."""

    number: int
    source: str
    pair: tuple[str, str]
    """Ascending."""
    kind: QuoteKind
    turned: bool
    log: Fraction
    """ln of the price of one of the first asset in the second, at fifty digits."""
    day: str


@dataclass(frozen=True, slots=True)
class Screened:
    """Quotes by what became of them: number -> reason, and the rest in order of number."""

    heard: tuple[Heard, ...]
    rejected: dict[int, RejectReason]


def quotes_of_day(quotes: Sequence[Quote], terms: Terms, day: str) -> tuple[Quote, ...]:
    """The quotes that belong to the fixing of a day, in the order of ``Quote.key``."""
    hours = hours_of(day, terms.methodology.times)
    return tuple(sorted((each for each in quotes if _belongs(each, terms, hours)), key=lambda each: each.key))


def screen(quotes: Sequence[Quote], terms: Terms, hours: Hours) -> Screened:
    """Judge sorted quotes one by one, then each source against itself."""
    heard, rejected = [], {}
    for number, quote in enumerate(quotes, 1):
        repeated = number > 1 and quotes[number - 2] == quote
        reason = _flaw(quote, terms, hours, repeated=repeated)
        if reason is None:
            heard.append(_heard(number, quote))
        else:
            rejected[number] = reason
    crossed = _crossed(heard, Fraction(terms.methodology.consensus.crossed_limit))
    rejected.update(dict.fromkeys(crossed, RejectReason.CROSSED))
    return Screened(tuple(each for each in heard if each.number not in crossed), rejected)


def _belongs(quote: Quote, terms: Terms, hours: Hours) -> bool:
    at, age = moment(quote.time), DAY
    if quote.base in terms.assets and quote.quote in terms.assets:
        age = max(age, terms.quote_age_minutes(quote.base, quote.quote) * MINUTE)
    return hours.fixes - age < at <= hours.day_ends


def _flaw(quote: Quote, terms: Terms, hours: Hours, *, repeated: bool) -> RejectReason | None:
    """The first reason of the list that a quote gives by itself."""
    if quote.source not in terms.ranks:
        return RejectReason.UNKNOWN_SOURCE
    if quote.base not in terms.assets or quote.quote not in terms.assets:
        return RejectReason.UNKNOWN_ASSET
    if quote.base == quote.quote:
        return RejectReason.SAME_ASSET
    number = _NUMBER.fullmatch(quote.value)
    if number is None:
        return RejectReason.NOT_A_NUMBER
    if number[1] or not number[2].strip("0."):
        return RejectReason.NOT_POSITIVE
    if repeated:
        return RejectReason.DUPLICATE
    if quote.kind is QuoteKind.JUDGEMENT and len({*quote.approvals} - {quote.source}) < APPROVALS_MIN:
        return RejectReason.UNAPPROVED
    return _untimely(quote, terms, hours)


def _untimely(quote: Quote, terms: Terms, hours: Hours) -> RejectReason | None:
    at = moment(quote.time)
    if at < hours.fixes - terms.quote_age_minutes(quote.base, quote.quote) * MINUTE:
        return RejectReason.STALE
    if at > hours.fixes or (quote.kind is QuoteKind.TRANSACTION and at < hours.opens):
        return RejectReason.OUTSIDE_WINDOW
    return None


def _heard(number: int, quote: Quote) -> Heard:
    turned = quote.quote < quote.base
    log = Fraction(Decimal(quote.value).ln())
    pair = (quote.quote, quote.base) if turned else (quote.base, quote.quote)
    return Heard(number, quote.source, pair, quote.kind, turned, -log if turned else log, quote.time[:10])


def _crossed(heard: Sequence[Heard], limit: Fraction) -> set[int]:
    """Numbers of the quotes of one source, pair and kind whose two directions contradict each other."""
    groups: dict[tuple[str, tuple[str, str], QuoteKind], list[Heard]] = defaultdict(list)
    for each in heard:
        groups[each.source, each.pair, each.kind].append(each)
    crossed: set[int] = set()
    for group in groups.values():
        straight = sorted(each.log for each in group if not each.turned)
        turned = sorted(each.log for each in group if each.turned)
        if straight and turned and abs(median(straight) - median(turned)) > limit:
            crossed.update(each.number for each in group)
    return crossed
