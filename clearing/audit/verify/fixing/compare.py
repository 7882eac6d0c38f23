"""A member as it stands and as it must be in, where the two differ out: the first row, each field of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clearing.audit.verify.fixing.form import Flaw
from clearing.audit.verify.lines import canonical
from clearing.audit.verify.report import shown

KEYS = ("alarm", "asset", "other", "base", "quote")
"""Members that say of whom a row speaks."""


def differences(place: str, found: Any, expected: Any) -> Iterator[Flaw]:
    """Nothing where both are the same."""
    if found == expected:
        return
    if isinstance(found, list) and isinstance(expected, list) and all(isinstance(each, dict) for each in found):
        yield from _row_differences(place, found, expected)
    elif isinstance(found, dict) and isinstance(expected, dict):
        for name in sorted({*found, *expected}):
            yield from differences(f"{place}.{name}", found.get(name), expected.get(name))
    elif found is None or expected is None:
        yield place, f"is {_said(found)} and must be {_said(expected)}"
    else:
        yield place, f"is {_said(found)} and should be {_said(expected)}"


def _row_differences(place: str, found: list[Any], expected: list[Any]) -> Iterator[Flaw]:
    at = next((row for row, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        at = min(len(found), len(expected))
    one, other = found[at : at + 1], expected[at : at + 1]
    if one and other and _key(one[0]) == _key(other[0]):
        yield from differences(f"{place}[{at + 1}]", one[0], other[0])
    else:
        yield f"{place}[{at + 1}]", f"is {_said(*one)} and should be {_said(*other)}"


def _key(row: Mapping[str, Any]) -> list[Any]:
    return [row.get(name) for name in KEYS]


def _said(*value: Any) -> str:
    return "absent" if not value or value[0] is None else shown(canonical(value[0]))
