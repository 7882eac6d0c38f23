"""A JSON value in, every member of it that a fixing record does not have, or not so, out: its place and what is wrong.

The form says of each member its spelling alone. What members are to each other is for the laws.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clearing.audit.verify.report import shown

Flaw = tuple[str, str]
"""Place and message."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a spelling; ``meaning`` says which in words."""

    pattern: str
    meaning: str
    dated: bool = False
    """Whether it begins with a day that must be one of the calendar."""


@dataclass(frozen=True, slots=True)
class Count:
    """An integer of a range."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Flag:
    """true, as false is left out."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A list; ``least`` 1 where an empty one is left out."""

    of: Any
    least: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """An object with any ids as names."""

    of: Any


@dataclass(frozen=True, slots=True)
class Members:
    """An object; names that end in ``?`` may be left out."""

    of: Mapping[str, Any]


def flaws(value: Any, form: Any, place: str = "") -> Iterator[Flaw]:
    """Everything in a value that is not of its form."""
    match form:
        case Text(pattern, meaning, dated):
            good = isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None
            if not good or (dated and not _is_day(value[:10])):
                yield place, f"is {shown(value)} and must be {meaning}"
        case Count(least, most):
            if type(value) is not int or not least <= value <= most:
                yield place, f"is {shown(value)} and must be an integer from {least} to {most}"
        case Flag():
            if value is not True:
                yield place, f"is {shown(value)} and must be true or left out"
        case Rows(of, least):
            if not isinstance(value, list) or len(value) < least:
                yield place, f"is {shown(value)} and must be a list" + (" with an item" if least else "")
                return
            for number, each in enumerate(value, 1):
                yield from flaws(each, of, f"{place}[{number}]")
        case Table(of):
            if not isinstance(value, dict) or not value:
                yield place, f"is {shown(value)} and must be an object with a member"
                return
            for name, each in value.items():
                yield from flaws(name, ID, place)
                yield from flaws(each, of, f"{place}.{shown(name)}")
        case Members(of):
            yield from _member_flaws(value, of, place)


def _member_flaws(value: Any, known: Mapping[str, Any], place: str) -> Iterator[Flaw]:
    if not isinstance(value, dict):
        yield place or "the record", f"is {shown(value)} and must be an object"
        return
    prefix = f"{place}." if place else ""
    names = {name.removesuffix("?") for name in known}
    for name in value:
        if name not in names:
            yield f"{prefix}{shown(name)}", "is no member of a fixing record"
    for stated, form in known.items():
        name = stated.removesuffix("?")
        if name in value:
            yield from flaws(value[name], form, f"{prefix}{name}")
        elif name == stated:
            yield f"{prefix}{name}", "is missing"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def words(*allowed: str) -> Text:
    """One of these texts."""
    return Text("|".join(map(re.escape, allowed)), " or ".join(allowed))


def decimal(whole: str, places: str, sign: str = "") -> Text:
    """A decimal of at most so many digits before and after the point."""
    pattern = rf"(?!-0$){sign}(?:0|[1-9][0-9]{{0,{whole}}})(?:\.[0-9]{{0,{places}}}[1-9])?"
    return Text(pattern, f"a decimal without exponent and trailing zeros ({pattern})")


ID = Text("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", "an id")
DAY = Text("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day", dated=True)
TIME = Text(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{0,8}[1-9])?Z",
    "a canonical UTC time",
    dated=True,
)
HEX = Text("[0-9a-f]{64}", "64 hex digits in lower case")
NAME = Text(r"[^\x00-\x1f\x7f]{1,200}", "1 to 200 characters without control characters")
REASON = Text(r"[^\x00-\x1f\x7f]{1,400}", "1 to 400 characters without control characters")
SHORT = decimal("17", "17")
SIGNED = decimal("17", "17", "-?")
LONG = decimal("17", "99")
QUANTITY = decimal("17", "35")
FIGURE = decimal("3999", "3999", "-?")
FROM_0 = decimal("3999", "3999")
ABOVE_0 = decimal("3999", "3999", "(?!0$)")
RUNG = words("transaction", "firm", "indicative", "related", "last_value", "judgement")
RANK = Count(1, 9)
MANY = 10**9 - 1

_SOURCE = Members({"id": ID, "rank": RANK, "name?": NAME, "interest?": NAME})
_CLASS = Members({"id": ID, "quote_age_minutes": Count(1, 525_600), "value_age_days": Count(0, 366)})
_DIFFERENTIAL = Members({"related": ID, "reason": NAME, "factor?": SHORT, "amount?": SIGNED, "amount_unit?": ID})
_ASSET = Members(
    {
        "id": ID, "kind": words("good", "currency"), "unit": NAME, "class": ID, "name?": NAME, "increment?": SHORT,
        "differential?": _DIFFERENTIAL,
    }
)  # fmt: skip
METHODOLOGY = Members(
    {
        "format": words("index-methodology/1"),
        "index": ID,
        "name?": NAME,
        "version": Count(1, 9_999),
        "effective": DAY,
        "previous?": HEX,
        "link_factor": LONG,
        "times": Members(
            {
                "time": Text("(?:[01][0-9]|2[0-3]):[0-5][0-9]", "a time of day"),
                "window_minutes": Count(1, 1_440),
                "publication_minutes": Count(0, 1_440),
                "challenge_minutes": Count(0, 43_200),
            }
        ),
        "consensus": Members(
            {
                "minimum_sources": Count(3, 20), "trimmed_from": Count(5, 100), "trim": SHORT,
                "outlier_limit": SHORT, "crossed_limit": SHORT,
            }
        ),
        "alarms": Members(
            dict.fromkeys(("shock", "degraded", "no_fix", "pair_residual", "overall_residual"), SHORT)
        ),
        "caps": Members(dict.fromkeys(("currency", "currencies", "commodity"), SHORT)),
        "rounding": Members({"value_digits": Count(12, 40), "quantity_digits": Count(6, 18)}),
        "rebalance": Members({"months": Rows(Count(1, 12)), "method": words("caps", "targets")}),
        "sources": Rows(_SOURCE, 1),
        "classes": Rows(_CLASS, 1),
        "assets": Rows(_ASSET, 1),
        "constituents": Rows(Members({"asset": ID, "quantity": QUANTITY, "target_share?": SHORT}), 1),
        "reference": Members({"day": DAY, "values": Table(LONG)}),
    }
)  # fmt: skip

_TRIED = Members(
    {
        "rung": RUNG,
        "rank?": RANK,
        "why": words(
            "too_few_sources", "not_connected", "no_differential", "related_unpriced", "not_positive",
            "no_last_value", "too_old", "no_judgement",
        ),
        "found?": Count(0, MANY),
        "limit?": Count(0, MANY),
    }
)  # fmt: skip
RECORD = Members(
    {
        "format": words("index-fixing/1"),
        "index": ID,
        "day": DAY,
        "revision": Count(1, MANY),
        "window_opens": TIME,
        "fixing_time": TIME,
        "publication_time": TIME,
        "challenge_ends": TIME,
        "restatement?": Members({"restates": HEX, "reason": REASON}),
        "methodology": METHODOLOGY,
        "methodology_digest": HEX,
        "previous?": Members(
            {"digest": HEX, "day": DAY, "values": Rows(Members({"asset": ID, "value": ABOVE_0, "day": DAY}))}
        ),
        "quotes": Rows(
            Members(
                {
                    "source": ID, "base": ID, "quote": ID, "time": TIME,
                    "value": Text("[\x20-\x7e]{1,40}", "1 to 40 printable ASCII characters"),
                    "kind": words("transaction", "firm", "indicative", "judgement"),
                    "approvals?": Rows(ID, 1),
                }
            )
        ),
        "rejects": Rows(
            Members(
                {
                    "quote": Count(1, MANY),
                    "reason": words(
                        "unknown_source", "unknown_asset", "same_asset", "not_a_number", "not_positive", "duplicate",
                        "unapproved", "stale", "outside_window", "crossed", "too_few_sources", "disconnected",
                        "not_needed", "outlier",
                    ),
                }
            )
        ),
        "pairs": Rows(
            Members(
                {
                    "base": ID, "quote": ID, "rung": RUNG, "rank": RANK, "sources": Rows(ID, 1),
                    "log_price": FIGURE, "residual": FIGURE, "disputed?": Flag(),
                }
            )
        ),
        "fallbacks": Rows(
            Members(
                {
                    "asset": ID, "other?": ID, "rung": RUNG, "rank?": RANK, "related?": ID, "day?": DAY,
                    "quotes?": Rows(Count(1, MANY), 1), "tried": Rows(_TRIED),
                }
            )
        ),
        "values": Rows(
            Members(
                {
                    "asset": ID, "log_value": FIGURE, "value": FROM_0, "observed": DAY, "stale?": Flag(),
                    "value_micro?": Text("[1-9][0-9]{0,3999}", "a positive integer as a text"), "share?": FROM_0,
                }
            )
        ),
        "unpriced": Rows(Members({"asset": ID, "tried": Rows(_TRIED)})),
        "residual": FROM_0,
        "stale_share?": FROM_0,
        "leave_one_out": Rows(
            Members(
                {
                    "asset": ID, "kind": words("good", "currency"), "share_before": FROM_0, "share": FROM_0,
                    "difference": FIGURE,
                }
            )
        ),
        "alarms": Rows(
            Members(
                {
                    "alarm": words(
                        "no_value", "stale_no_fix", "shock", "stale_degraded", "unpriced", "below_minimum",
                        "pair_residual", "overall_residual", "disputed",
                    ),
                    "asset?": ID, "other?": ID, "found?": FIGURE, "limit?": FIGURE,
                }
            )
        ),
        "status": words("FINAL", "DEGRADED", "SHOCK", "NO FIX"),
        "digest": HEX,
    }
)  # fmt: skip
