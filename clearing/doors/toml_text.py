"""The bytes of a TOML file in, what it states out; what is no TOML is told with its line, in words of TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from clearing.doors.fault_list import FaultList
from clearing.doors.file_bytes import BOM
from clearing.model.faults import FaultReason

KEY_PARTS_MAX = 8
DIGITS_MAX = 400

_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.){0,100}+"|'[^'\n]{0,100}+')"""
_DEEP_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{KEY_PARTS_MAX}}}")
"""The reader takes time by the square of a key's parts."""
_LONG_NUMBER = re.compile(rf"[0-9_]{{{DIGITS_MAX + 1}}}")
_PLACE = re.compile(r"line (\d+), column (\d+)\)$")
_ONCE = ("a key or table that stands there already", "each key and table once")
_ENDED = ("a text that does not end", 'texts between quotes: "one line", """many"""')
_ESCAPED = ("a backslash that begins no escape", r'in "texts" \\, \", \n, \t, \uXXXX; or \'texts\' without escapes')
_BEGINNINGS = {
    "Invalid statement": ("what is neither key nor table", "key = value, [table] or # remark"),
    "Invalid initial character": ("what is neither key nor table", "key = value, [table] or # remark"),
    "Expected '=' after": ("a key without = after it", "key = value"),
    "Expected ']'": ("the name of a table that does not end", "[table] or [[table]]"),
    "Expected newline": ("more after a value", "one key = value a line"),
    "Invalid value": ("what is no value", 'values such as "text", 12, true, 2026-01-31, ["a", "b"]'),
    "Invalid date": ("a day or time that no calendar or clock has", "days as 2026-01-31, times as 16:00:00"),
    "Unclosed array": ("a list that does not end", 'lists as ["a", "b"]'),
    "Unclosed inline": ("a table in a line that does not end", "tables as {a = 1, b = 2}"),
    "Cannot ": _ONCE,
    "Duplicate inline": _ONCE,
    "Unterminated": _ENDED,
    "Expected ": _ENDED,
    "Unescaped": _ESCAPED,
    "Invalid hex": _ESCAPED,
    "Escaped character": _ESCAPED,
    r"Illegal character '\n'": _ENDED,
    "Illegal character": ("a control character", "text without control characters"),
    "Found invalid": ("a control character", "text without control characters"),
}
"""How the reader's messages begin -> what was found, what is allowed; the first that fits."""
_OTHER = ("what is no TOML", "key = value, [table] or # remark")


def read_toml(content: bytes, faults: FaultList) -> dict[str, Any] | None:
    """What the file states; None where a fault was noted."""
    text = content.removeprefix(BOM).decode("utf-8").replace("\r\n", "\n")
    for wrong, found, allowed in (
        (_DEEP_KEY, f"a key of more than {KEY_PARTS_MAX} parts", f"at most {KEY_PARTS_MAX} parts, as in a.b.c"),
        (_LONG_NUMBER, f"a number of more than {DIGITS_MAX} digits", f"at most {DIGITS_MAX} digits"),
    ):
        if (place := wrong.search(text)) is not None:
            row = 1 + text.count("\n", 0, place.start())
            faults.note(FaultReason.MALFORMED, row=row, found=found, allowed=allowed)
            return None
    try:
        return tomllib.loads(text)
    except RecursionError:
        faults.note(FaultReason.MALFORMED, found="lists or tables too deep in each other", allowed="a few levels")
    except ValueError as error:
        _note(str(error), text, faults)
    return None


def _note(message: str, text: str, faults: FaultList) -> None:
    place = _PLACE.search(message)
    if place is None:
        row, at = 1 + text.rstrip("\n").count("\n"), " at the end of the file"
    else:
        row, at = int(place[1]), f" at column {int(place[2])}"
    found, allowed = next((says for begins, says in _BEGINNINGS.items() if message.startswith(begins)), _OTHER)
    faults.note(FaultReason.MALFORMED, row=row, found=f"{found}{at}", allowed=f"TOML 1.0: {allowed}")


def toml_value(value: object) -> str:
    """A value as TOML writes it, short enough to read: ``true``, ``'text'``, ``[1, 2]``, ``{a = 1}``."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{key} = {toml_value(each)}' for key, each in value.items())}}}"
        case _:
            return repr(value)
