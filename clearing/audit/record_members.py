"""Members of a JSON value of unknown shape in, what they stand for out; a fault names the member and what is allowed.

A reader takes a value and the place where it stands (``values[3].share``) and returns what it stands for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Context, Decimal
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from clearing.model.errors import InputFault

Read: TypeAlias = Callable[[Any, str], Any]

SHOWN_CHARACTERS_MAX = 80
DECIMAL_CHARACTERS_MAX = 4_000
ID_ALLOWED = "an id: letters, digits and ._:- after a letter or digit, at most 64 characters"
_EXACT = Context(prec=2 * DECIMAL_CHARACTERS_MAX)
DECIMAL_ALLOWED = "a decimal as a text, without exponent and trailing zeros"


class Member(NamedTuple):
    """How a member is read, and whether it must be there."""

    read: Read
    required: bool = True


def optional(read: Read) -> Member:
    """A member that may be left out."""
    return Member(read, required=False)


def fault(place: str, found: object, allowed: str) -> InputFault:
    """What stands at a place that may not."""
    return InputFault(f"{place}: {shown(found)} where the record has {allowed}")


def shown(found: object) -> str:
    """A value of the record, short and in printable ASCII."""
    text = json.dumps(found) if not isinstance(found, dict | list) else f"a JSON {_kind(found)}"
    return text if len(text) <= SHOWN_CHARACTERS_MAX else text[: SHOWN_CHARACTERS_MAX - 3] + "..."


def _kind(found: object) -> str:
    return "object" if isinstance(found, dict) else "list"


def parsed(text: str) -> Any:
    """A JSON value without numbers that are no integers and without repeated members."""
    try:
        return json.loads(text, object_pairs_hook=_unrepeated, parse_float=_no_float, parse_constant=_no_float)
    except RecursionError as error:
        raise InputFault("the record is nested too deep to be one") from error
    except ValueError as error:
        raise InputFault(f"the record is not JSON: {error}") from error


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputFault(f"{shown(twice)}: twice in one object, where each member stands once")
    return members


def _no_float(text: str) -> None:
    raise InputFault(f"{shown(text)}: a number that is no integer; decimals are texts")


def members(value: Any, place: str, known: Mapping[str, Member]) -> dict[str, Any]:
    """What every known member stands for, None for one left out."""
    if not isinstance(value, dict):
        raise fault(place or "the record", value, "an object")
    prefix = f"{place}." if place else ""
    for name in value:
        if name not in known:
            raise InputFault(f"{prefix}{shown(name)[1:-1]}: no such member; known are {', '.join(sorted(known))}")
    for name, member in known.items():
        if member.required and name not in value:
            raise InputFault(f"{prefix}{name}: missing")
    return {
        name: member.read(value[name], f"{prefix}{name}") if name in value else None
        for name, member in known.items()
    }


def list_of(read: Read, *, empty: bool = True) -> Read:
    """A list as a tuple; one that is left out when it has nothing may not be empty."""

    def items(value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or not (value or empty):
            raise fault(place, value, "a list" if empty else "a list that is not empty, or no such member")
        return tuple(read(each, f"{place}[{number}]") for number, each in enumerate(value, 1))

    return items


def shaped(pattern: str, allowed: str) -> Read:
    """A text of a shape."""
    fits = re.compile(pattern, re.ASCII).fullmatch

    def text(value: Any, place: str) -> str:
        if not isinstance(value, str) or not fits(value):
            raise fault(place, value, allowed)
        return value

    return text


def free_text(characters_max: int) -> Read:
    """A text without control characters and halves of a character."""
    wrong = re.compile("[\x00-\x1f\x7f\ud800-\udfff]").search

    def text(value: Any, place: str) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= characters_max or wrong(value):
            raise fault(place, value, f"a text of 1 to {characters_max} characters without control characters")
        return value

    return text


def word(*words: str) -> Read:
    """One of a few texts."""

    def one(value: Any, place: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise fault(place, value, "one of " + ", ".join(words))
        return value

    return one


def member_of(kinds: type[Enum]) -> Read:
    """A member of an enum by its value."""
    read = word(*(each.value for each in kinds))
    return lambda value, place: kinds(read(value, place))


def count(allowed: range) -> Read:
    """An integer of a range."""

    def integer(value: Any, place: str) -> int:
        if type(value) is not int or value not in allowed:
            raise fault(place, value, f"an integer from {allowed[0]} to {allowed[-1]}")
        return value

    return integer


def flag(value: Any, place: str) -> bool:
    """A flag that is set; one that is not set is left out."""
    if value is not True:
        raise fault(place, value, "true, or no such member")
    return True


def decimal(
    *,
    whole: int = DECIMAL_CHARACTERS_MAX,
    places: int = DECIMAL_CHARACTERS_MAX,
    least: str | None = None,
    above: str | None = None,
    most: str | None = None,
    digits: int | None = None,
) -> Read:
    """A decimal in its one spelling; at most so many digits before and after the point, and significant ones."""
    fits = re.compile(
        rf"-?(?:0|[1-9][0-9]{{0,{whole - 1}}})(?:\.[0-9]{{0,{places - 1}}}[1-9])?", re.ASCII
    ).fullmatch
    bounds = [
        f"at least {least}" if least is not None else "",
        f"above {above}" if above is not None else "",
        f"at most {most}" if most is not None else "",
        f"at most {whole} digits before the point" if whole < DECIMAL_CHARACTERS_MAX else "",
        f"at most {places} after it" if places < DECIMAL_CHARACTERS_MAX else "",
        f"at most {digits} significant digits" if digits is not None else "",
    ]
    allowed = ", ".join([DECIMAL_ALLOWED, *filter(None, bounds)])

    def number(value: Any, place: str) -> Decimal:
        if not isinstance(value, str) or not fits(value) or value == "-0":
            raise fault(place, value, allowed)
        found = Decimal(value)
        inside = (
            (least is None or found >= Decimal(least))
            and (above is None or found > Decimal(above))
            and (most is None or found <= Decimal(most))
            and (digits is None or len(found.normalize(_EXACT).as_tuple().digits) <= digits)
        )
        if not inside:
            raise fault(place, value, allowed)
        return found

    return number


def day(value: Any, place: str) -> str:
    """A day of the calendar."""
    return _calendar(value, place, "[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day such as 2026-01-31")


def moment(value: Any, place: str) -> str:
    """A canonical UTC time."""
    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{0,8}[1-9])?Z"
    return _calendar(value, place, pattern, "a canonical UTC time such as 2026-01-31T16:00:00Z")


def _calendar(value: Any, place: str, pattern: str, allowed: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        raise fault(place, value, allowed)
    try:
        date.fromisoformat(value[:10])
    except ValueError as error:
        raise fault(place, value, allowed) from error
    return value


identifier = shaped("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", ID_ALLOWED)
digest = shaped("[0-9a-f]{64}", "a digest of 64 hex digits in lower case")
