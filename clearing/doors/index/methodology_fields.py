"""Nothing in, what each key of methodology.toml may be out: how its value is read, and in words what is allowed.

A reader takes a value of TOML and returns what it stands for, or None where it stands for nothing. Decimals are
checked as text before anything is converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from clearing.doors.text_columns import ID, ID_ALLOWED
from clearing.doors.times import DATE_ALLOWED, is_date
from clearing.model import methodology as model

Read: TypeAlias = Callable[[Any], Any]

SIGNIFICANT_MAX = model.LINK_DIGITS_MAX
TEXT_CHARACTERS_MAX = 200

_PLAIN = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?", re.ASCII)
_SIGNED = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?", re.ASCII)
_QUANTITY = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,36})?", re.ASCII)
_LONG = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,100})?", re.ASCII)
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Field(NamedTuple):
    """One key: how it is read, what is allowed, whether it must be there."""

    read: Read
    allowed: str
    required: bool = True


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) and ID.fullmatch(value) else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_CHARACTERS_MAX:
        return None
    return value if value.isprintable() else None


def _day(value: Any) -> str | None:
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    return text if isinstance(text, str) and is_date(text) else None


def _shaped(shape: re.Pattern[str]) -> Read:
    return lambda value: value if isinstance(value, str) and shape.fullmatch(value) else None


def _word(*words: str) -> Field:
    return Field(_one_of(words), " or ".join(f'"{word}"' for word in words))


def _one_of(words: tuple[str, ...]) -> Read:
    return lambda value: value if isinstance(value, str) and value in words else None


def _count(allowed: range) -> Field:
    def read(value: Any) -> int | None:
        return value if type(value) is int and value in allowed else None

    return Field(read, f"an integer from {allowed[0]:,} to {allowed[-1]:,}")


def _decimal(
    shape: re.Pattern[str] = _PLAIN, *, least: str = "0", above: bool = False, most: Decimal | None = None, what: str
) -> Field:
    """A quoted decimal of this shape: at least ``least``, or above 0, and at most ``most``."""

    def read(value: Any) -> Decimal | None:
        if not isinstance(value, str) or not shape.fullmatch(value):
            return None
        number = Decimal(value)
        digits = len(value.replace(".", "").replace("-", "").strip("0"))
        fits = number >= Decimal(least) and (number > 0 or not above) and digits <= SIGNIFICANT_MAX
        return number if fits and (most is None or number <= most) else None

    return Field(read, f"a quoted decimal such as {what}")


def _part(most: Decimal | str, *, least: str | None = None, example: str) -> Field:
    """A share, limit or factor above 0 (or from ``least`` on) and at most ``most``."""
    bounds = f"above 0, at most {most}" if least is None else f"from {least} to {most}"
    what = f'"{example}": {bounds}, at most 18 digits after the point'
    return _decimal(least=least or "0", above=least is None, most=Decimal(most), what=what)


def _months(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, list) or any(type(month) is not int or month not in model.MONTHS for month in value):
        return None
    return tuple(value) if value == sorted(set(value)) else None


_ID = Field(_id, ID_ALLOWED)
_TEXT = Field(_text, f"text of 1 to {TEXT_CHARACTERS_MAX} characters without control characters", required=False)
_DAY = Field(_day, DATE_ALLOWED)
_POSITIVE_PLAIN = _decimal(above=True, what='"0.5": above 0, at most 18 digits before and after the point')
_LONG_POSITIVE = _decimal(
    _LONG, above=True, what=f'"1.25": above 0, at most {SIGNIFICANT_MAX} significant digits, 18 before the point'
)

HEAD: Mapping[str, Field] = {
    "format": _word(model.METHODOLOGY_FORMAT),
    "index": _ID,
    "name": _TEXT,
    "version": _count(model.VERSIONS),
    "effective": _DAY,
    "previous": Field(_shaped(_DIGEST), "64 hex digits in lower case: digest of the version before", required=False),
    "link_factor": _LONG_POSITIVE,
}
TABLES: Mapping[str, Mapping[str, Field]] = {
    "times": {
        "time": Field(_shaped(_TIME), 'a quoted time of day in UTC such as "15:00"'),
        "window_minutes": _count(model.WINDOW_MINUTES),
        "publication_minutes": _count(model.PUBLICATION_MINUTES),
        "challenge_minutes": _count(model.CHALLENGE_MINUTES),
    },
    "consensus": {
        "minimum_sources": _count(model.MINIMUM_SOURCES),
        "trimmed_from": _count(model.TRIMMED_FROM),
        "trim": _part("0.4", least="0.05", example="0.2"),
        "outlier_limit": _part("1", example="0.05"),
        "crossed_limit": _part("1", example="0.02"),
    },
    "alarms": {
        "shock": _part("0.5", example="0.02"),
        "degraded": _part("1", least="0", example="0.2"),
        "no_fix": _decimal(most=Decimal("0.999999999999999999"), what='"0.4": from 0, below 1'),
        "pair_residual": _part("1", example="0.02"),
        "overall_residual": _part("1", example="0.005"),
    },
    "caps": {
        "currency": _part(model.CURRENCY_CAP_MAX, example="0.1"),
        "currencies": _part(model.CURRENCIES_CAP_MAX, example="0.4"),
        "commodity": _part(model.COMMODITY_CAP_MAX, example="0.15"),
    },
    "rounding": {
        "value_digits": _count(model.VALUE_DIGITS),
        "quantity_digits": _count(model.QUANTITY_DIGITS),
    },
    "rebalance": {
        "months": Field(_months, "a list of months such as [1, 7], ascending, each once; [] for none"),
        "method": _word(*model.REBALANCE_METHODS),
    },
    "reference": {"day": _DAY},
}
"""The single tables; ``reference`` has the table ``values`` besides."""
REFERENCE_VALUE = _LONG_POSITIVE
DIFFERENTIAL: Mapping[str, Field] = {
    "related": _ID,
    "reason": Field(_text, _TEXT.allowed),
    "factor": _POSITIVE_PLAIN._replace(required=False),
    "amount": _decimal(
        _SIGNED,
        least="-1000000000000000000",
        what='"-0.5": may be negative, at most 18 digits before and after the point',
    )._replace(required=False),
    "amount_unit": _ID._replace(required=False),
}
LISTS: Mapping[str, Mapping[str, Field]] = {
    "sources": {"id": _ID, "rank": _count(model.RANKS), "name": _TEXT, "interest": _TEXT},
    "classes": {
        "id": _ID,
        "quote_age_minutes": _count(model.QUOTE_AGE_MINUTES),
        "value_age_days": _count(model.VALUE_AGE_DAYS),
    },
    "assets": {
        "id": _ID,
        "name": _TEXT,
        "kind": _word(*model.KINDS),
        "unit": Field(_text, _TEXT.allowed),
        "class": _ID,
        "increment": _POSITIVE_PLAIN._replace(required=False),
    },
    "constituents": {
        "asset": _ID,
        "quantity": _decimal(
            _QUANTITY, above=True, what='"0.0003": above 0, at most 18 digits before and 36 after the point'
        ),
        "target_share": _part("1", example="0.1")._replace(required=False),
    },
}
"""The arrays of tables; the first key names an item. An asset may have the table ``differential`` besides."""
