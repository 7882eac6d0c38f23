"""The quotes of a record in, what each of them says of its pair out, or why it is not heard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clearing.audit.verify.fixing.fit import Edge
from clearing.audit.verify.fixing.form import Flaw
from clearing.audit.verify.fixing.hours import DAY, MINUTE, Hours, moment
from clearing.audit.verify.fixing.numbers import ln
from clearing.audit.verify.fixing.terms import Terms

Quote = Mapping[str, Any]

_NUMBER = r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?"


@dataclass(frozen=True, slots=True)
class Voice:
    """What a quote says: the logarithm of its pair in ascending order."""

    number: int
    source: str
    pair: Edge
    kind: str
    straight: bool
    log: Fraction
    day: str


def sort_key(quote: Quote) -> tuple[str, ...]:
    """The order of quotes in a record."""
    members = ("source", "base", "quote", "time", "kind", "value")
    return (*(str(quote[name]) for name in members), "|".join(quote.get("approvals", [])))


def quote_flaws(quotes: Sequence[Quote], terms: Terms, hours: Hours) -> Iterator[Flaw]:
    """Quotes out of order, of another day, or with approvals that do not ascend."""
    keys = [sort_key(quote) for quote in quotes]
    for number, quote in enumerate(quotes, 1):
        place = f"quotes[{number}]"
        if number > 1 and keys[number - 2] > keys[number - 1]:
            yield place, "comes after a greater one"
        approvals = quote.get("approvals", [])
        if sorted(set(approvals)) != approvals:
            yield f"{place}.approvals", "must ascend, each once"
        at = moment(quote["time"])
        if not hours.fixes - max(DAY, _age(quote, terms)) < at <= hours.day_ends:
            yield f"{place}.time", f"is {quote['time']}: no quote of this day"


def _age(quote: Quote, terms: Terms) -> int:
    """Of two known assets the shorter, of a judgement the longer; nothing where one is unknown."""
    ages = [terms.quote_age.get(quote[name], 0) * MINUTE for name in ("base", "quote")]
    return max(ages) if quote["kind"] == "judgement" and all(ages) else min(ages)


def screen(quotes: Sequence[Quote], terms: Terms, hours: Hours) -> tuple[list[Voice], dict[int, str]]:
    """Who is heard, and the reason of each who is not."""
    voices, reasons = [], {}
    for number, quote in enumerate(quotes, 1):
        reason = _own_reason(quote, terms, hours)
        if reason is None and number > 1 and quotes[number - 2] == quote:
            reason = "duplicate"
        reason = reason or _reason_of_standing(quote, terms, hours)
        if reason is None:
            voices.append(_voice(number, quote))
        else:
            reasons[number] = reason
    crossed = set(_crossed(voices, terms.crossed_limit))
    reasons |= dict.fromkeys(crossed, "crossed")
    return [voice for voice in voices if voice.number not in crossed], reasons


def _own_reason(quote: Quote, terms: Terms, hours: Hours) -> str | None:
    if quote["source"] not in terms.ranks:
        return "unknown_source"
    if not {quote["base"], quote["quote"]} <= terms.kinds.keys():
        return "unknown_asset"
    if quote["base"] == quote["quote"]:
        return "same_asset"
    if not re.fullmatch(_NUMBER, quote["value"], re.ASCII):
        return "not_a_number"
    return None if Fraction(quote["value"]) > 0 else "not_positive"


def _reason_of_standing(quote: Quote, terms: Terms, hours: Hours) -> str | None:
    others = {*quote.get("approvals", [])} - {quote["source"]}
    if quote["kind"] == "judgement" and len(others) < 2:
        return "unapproved"
    at = moment(quote["time"])
    if at < hours.fixes - _age(quote, terms):
        return "stale"
    early = quote["kind"] == "transaction" and at < hours.opens
    return "outside_window" if early or at > hours.fixes else None


def _voice(number: int, quote: Quote) -> Voice:
    straight = quote["base"] < quote["quote"]
    log = Fraction(ln(Decimal(quote["value"])))
    pair = (quote["base"], quote["quote"]) if straight else (quote["quote"], quote["base"])
    return Voice(number, quote["source"], pair, quote["kind"], straight, log if straight else -log, quote["time"][:10])


def _crossed(voices: Sequence[Voice], limit: Fraction) -> Iterator[int]:
    """Numbers of what a source says of a pair in one kind, where its two directions contradict each other."""
    said: dict[tuple[str, Edge, str], tuple[list[Voice], list[Voice]]] = {}
    for voice in voices:
        said.setdefault((voice.source, voice.pair, voice.kind), ([], []))[voice.straight].append(voice)
    for turned, straight in said.values():
        if turned and straight:
            one, other = (median([voice.log for voice in each]) for each in (turned, straight))
            if abs(one - other) > limit:
                yield from (voice.number for voice in (*turned, *straight))


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle, of an even count the mean of the middle two."""
    ordered = sorted(values)
    return Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2)
