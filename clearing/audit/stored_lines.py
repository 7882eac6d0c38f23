"""A bundle's reader and a path in, the records of that file one by one out; a fault names file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from clearing.model.errors import InputFault

if TYPE_CHECKING:
    from array import array

    from clearing.model.columns import IntArray

Read: TypeAlias = Callable[[str], bytes]
"""A path of the bundle in, its bytes out; raises InputFault where there is no such file."""

Record: TypeAlias = dict[str, Any]
Numbers: TypeAlias = "array[int]"

MALFORMED = (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError)
"""What reading members of a record of unknown shape can raise."""

_PARSED_BYTES = 1 << 16
"""Parsed at once: few enough that the records are still in the processor's cache when they are read."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}").fullmatch
_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]*[1-9])?Z").fullmatch


def each_record(read: Read, path: str, add: Callable[[Record], None]) -> None:
    """Hand every record of a file to ``add``; what is malformed becomes an InputFault naming its line."""
    content = read(path)
    done = 0
    try:
        for record in _records(content):
            add(record)
            done += 1
    except MALFORMED as error:
        raise line_fault(path, done + 1, reason_of(error)) from error


def _records(content: bytes) -> Iterator[Any]:
    at = 0
    while at < len(content):
        end = content.find(b"\n", min(at + _PARSED_BYTES, len(content) - 1)) + 1
        if not end:
            end = content.rfind(b"\n", at) + 1 or len(content)
        yield from _chunk_records(content[at:end])
        at = end


def _chunk_records(chunk: bytes) -> Iterator[Any]:
    """All lines of a chunk parsed as one list; a chunk at fault is parsed line by line up to its fault."""
    if not chunk.endswith(b"\n"):
        raise _FlawError("it does not end with a line end")
    lines = chunk.count(b"\n")
    try:
        records = json.loads("[" + chunk[:-1].decode().replace("\n", ",") + "]")
        if len(records) != lines:
            raise ValueError("a line is not one JSON value")
    except (ValueError, RecursionError):
        records = map(_parsed_line, chunk[:-1].split(b"\n"))
    yield from records


def _parsed_line(line: bytes) -> Any:
    return json.loads(line.decode())


def reason_of(error: Exception) -> str:
    """In words what one of MALFORMED says of a record."""
    if isinstance(error, KeyError):
        return f"{_shown(error.args[0])} is missing or names nothing in this bundle"
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON: {error.msg} at character {error.pos + 1}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if isinstance(error, _FlawError):
        return str(error)
    return "a member has the wrong type or size"


class _FlawError(ValueError):
    """What is wrong with a record, in words fit to be shown."""


def flaw(what: str) -> ValueError:
    """The exception by which a reader of records says in words what is wrong with one."""
    return _FlawError(what)


def _shown(value: object) -> str:
    text = json.dumps(value) if isinstance(value, str) else type(value).__name__
    return text if len(text) <= 80 else text[:79] + "…"


def line_fault(path: str, line: int, reason: str) -> InputFault:
    """The fault of one line of a bundle's file, lines counted from 1."""
    return InputFault(f"{path} line {line}: {reason}; the bundle is not as it was sealed")


def next_id(value: Any, ids: Sequence[str]) -> str:
    """The id of the next line: well formed, above the one before. Raises TypeError or ValueError."""
    if not _ID(value):
        raise flaw(f"{_shown(value)} is no id")
    if ids and value <= ids[-1]:
        raise flaw(f"{_shown(value)} stands out of order")
    return str(value)


def a_text(value: Any) -> str:
    """A text as it may stand in a book: without control characters."""
    if _CONTROL(value):
        raise flaw("a text has control characters")
    value.encode()
    return str(value)


def a_memo(value: Any) -> str:
    """A memo, which may hold tabs and returns."""
    a_text(value.replace("\t", " ").replace("\r", " "))
    return str(value)


def a_time(value: Any) -> str:
    """A canonical UTC time."""
    if not _TIME(value):
        raise flaw(f"{_shown(value)} is no canonical UTC time")
    return str(value)


def checked(
    path: str, values: Numbers, *, low: int, high: int, rows: Sequence[int] | None = None
) -> IntArray:
    """A column whose values lie in [low, high]; ``rows`` gives the row of each where it is not its place."""
    column = np.array(values, dtype=np.int64)
    outside = np.flatnonzero((column < low) | (column > high))
    if len(outside):
        at = int(outside[0])
        row = at if rows is None else rows[at]
        raise line_fault(path, row + 1, f"{column[at]} is not between {low} and {high}")
    return column
