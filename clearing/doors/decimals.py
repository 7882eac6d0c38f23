"""One decimal text in, one exact whole number of steps out; the text is checked before it is converted.

The record path: ``decimal_columns`` does the same for whole columns and falls back on this file.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from clearing.model.book import AMOUNT_LIMIT

DIGITS_MAX = 18
PLACES_MAX = 9
NUMBER = re.compile(r"(-?)(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,9}))?", re.ASCII)
NUMBER_ALLOWED = "a number such as 12.5: at most 18 digits, then a point and 1 to 9 digits; no sign, exponent or space"
SIGNED_ALLOWED = "a number such as -12.5: at most 18 digits, then a point and 1 to 9 digits; no + , exponent or space"
TOO_LARGE_ALLOWED = "less than 2^62 in micro index units or increments"


class Flaw(IntEnum):
    """What keeps a text from being a whole number of steps."""

    NONE = 0
    BLANK = 1
    MALFORMED = 2
    BROKEN = 3
    """Not a whole number of steps."""
    TOO_LARGE = 4


class Form(NamedTuple):
    """What a number may look like: digits before and after the point, a minus sign or none."""

    signed: bool = False
    digits: int = DIGITS_MAX
    places: int = PLACES_MAX


PLAIN = Form()
SIGNED = Form(signed=True)
LIMIT = Form(signed=True, digits=7, places=2)


class Step(NamedTuple):
    """The unit that is counted in: mantissa × 10^−places."""

    mantissa: int
    places: int


MICRO = Step(1, 6)
ONE = Step(1, 0)


def count_of(text: str, step: Step, form: Form = PLAIN) -> tuple[int, Flaw]:
    """How many steps the text stands for, and 0 with the flaw if it stands for none."""
    if not text:
        return 0, Flaw.BLANK
    found = NUMBER.fullmatch(text)
    if found is None or (found[1] and not form.signed):
        return 0, Flaw.MALFORMED
    places = found[3] or ""
    if len(found[2]) > form.digits or len(places) > form.places:
        return 0, Flaw.MALFORMED
    count, rest = divmod(int(found[2] + places) * 10**step.places, step.mantissa * 10 ** len(places))
    if rest:
        return 0, Flaw.BROKEN
    if count >= AMOUNT_LIMIT:
        return 0, Flaw.TOO_LARGE
    return (-count if found[1] else count), Flaw.NONE


def step_of(text: str) -> Step | None:
    """A positive decimal as a step, without trailing zeros; None when the text is none."""
    found = NUMBER.fullmatch(text)
    if found is None or found[1]:
        return None
    places = (found[3] or "").rstrip("0")
    mantissa = int(found[2] + places)
    return Step(mantissa, len(places)) if mantissa else None


def decimal_text(step: Step) -> str:
    """The canonical decimal of a step: no exponent, no trailing zeros."""
    if not step.places:
        return str(step.mantissa)
    digits = str(step.mantissa).rjust(step.places + 1, "0")
    return f"{digits[: -step.places]}.{digits[-step.places :]}"


def value_micro(value: Step, increment: Step) -> int:
    """Value per unit × increment in micro index units, rounded half to even."""
    numerator, denominator = value.mantissa * increment.mantissa * 10**6, _tenfold(value.places + increment.places)
    whole, rest = divmod(numerator, denominator)
    return whole + (1 if 2 * rest > denominator or (2 * rest == denominator and whole % 2) else 0)


def _tenfold(places: int) -> int:
    return int(10**places)
