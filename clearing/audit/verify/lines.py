"""JSON Lines in, batches of kept fields out; a line that is not of its form is named with what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from clearing.audit.verify.forms import Form
from clearing.audit.verify.report import Findings, shown

Row = tuple[str, ...]
CHUNK_BYTES = 4_000_000
LINES_AT_ONCE = 4_096


def batches(bytes_read: bytes, form: Form, found: Findings) -> Iterator[list[Row]]:
    """The kept fields of the lines, an absent one as an empty text, in batches.

    A batch with a line that is not of the form is reported and left out.
    """
    start, line = 0, 1
    while start < len(bytes_read):
        end = bytes_read.find(b"\n", start + CHUNK_BYTES) + 1 or len(bytes_read)
        chunk = bytes_read[start:end]
        rows = _rows(chunk, form)
        if rows is None:
            _explain_chunk(chunk, form, line, found)
        else:
            yield rows
        start, line = end, line + chunk.count(b"\n")


def columns(bytes_read: bytes, form: Form, found: Findings) -> list[list[str]] | None:
    """The kept fields as columns in ascending order of their names, or None if a line is malformed."""
    before = found.total()
    width = sum(field.kept for field in form.fields)
    gathered: list[list[str]] = [[] for _ in range(width)]
    for rows in batches(bytes_read, form, found):
        for column, values in zip(gathered, split(rows, width), strict=True):
            column.extend(values)
    return gathered if found.total() == before else None


def split(rows: list[Row], width: int) -> list[Sequence[str]]:
    """Rows turned into columns; a row of one field is a bare text."""
    return [rows] if width == 1 else list(zip(*rows, strict=True))  # type: ignore[list-item]


def check_ascending(keys: Sequence[Any], path: str, found: Findings, first: int = 1) -> bool:
    """Whether the keys of the lines from ``first`` on ascend strictly; the first that does not is reported."""
    if all(map(_less, keys, islice(keys, 1, None))):
        return True
    line = next(i for i in range(1, len(keys)) if not keys[i - 1] < keys[i])
    what = "is there twice" if keys[line - 1] == keys[line] else "comes after a greater one"
    found.add(0, f"lines must ascend: {shown(keys[line])} {what}", path, first + line)
    return False


def compare(bytes_read: bytes, expected: Iterable[str], form: Form, law: int, found: Findings) -> None:
    """Every line must be exactly the one that follows from the rest of the bundle; names the first that is not."""
    lines, place, line = iter(expected), 0, 1
    while chunk := list(islice(lines, LINES_AT_ONCE)):
        wanted = "".join(chunk).encode()
        if not bytes_read.startswith(wanted, place):
            _explain_difference(bytes_read[place:], chunk, form, law, line, found)
            return
        place, line = place + len(wanted), line + len(chunk)
    if place < len(bytes_read):
        _explain_difference(bytes_read[place:], [], form, law, line, found)


def check_form(bytes_read: bytes, form: Form, found: Findings) -> bool:
    """Whether every line is of the form."""
    before = found.total()
    for _ in batches(bytes_read, form, found):
        pass
    return found.total() == before


def strict_json(text: str) -> tuple[Any, str | None]:
    """A JSON value and None, or None and what is wrong: no floats, no repeated keys, no lone surrogates."""
    try:
        value = json.loads(text, object_pairs_hook=_unrepeated, parse_float=_no_float, parse_constant=_no_float)
        return value, None if _spelled(value) is not None else "holds a lone surrogate"
    except _NotStrictError as broken:
        return None, str(broken)
    except RecursionError:
        return None, "is nested too deeply"
    except ValueError as broken:
        return None, f"is not JSON: {shown(broken)}"


def canonical(value: Any) -> str:
    """The canonical spelling (RFC 8785) of a value without floats and with ASCII keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class _NotStrictError(Exception):
    """JSON that a bundle may not hold."""


def _less(one: Any, other: Any) -> bool:
    return bool(one < other)


def _rows(chunk: bytes, form: Form) -> list[Row] | None:
    if not chunk.endswith(b"\n"):
        return None
    try:
        rows = form.pattern.findall(chunk.decode())
    except UnicodeDecodeError:
        return None
    return rows if len(rows) == chunk.count(b"\n") else None


def _explain_chunk(chunk: bytes, form: Form, first: int, found: Findings) -> None:
    for line, raw in enumerate(chunk.split(b"\n"), start=first):
        if not raw and line == first + chunk.count(b"\n"):
            continue
        field, wrong = _explain_line(raw, form)
        if wrong:
            found.add(0, wrong, form.path, line, field)
    if not chunk.endswith(b"\n"):
        found.add(0, "the last line must end with a line feed", form.path, first + chunk.count(b"\n"))


def _explain_line(raw: bytes, form: Form) -> tuple[str | None, str | None]:
    """The field of a line that is wrong, if one can be named, and what is wrong, if anything."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None, "is not UTF-8"
    if form.pattern.fullmatch(text):
        return None, None
    value, wrong = strict_json(text)
    if wrong:
        return None, wrong
    if not isinstance(value, dict):
        return None, "must be a JSON object"
    known = {field.name: field for field in form.fields}
    for name in value:
        if name not in known:
            return shown(name), "is not a field of this file"
    for name, field in known.items():
        if name not in value and field.required:
            return name, "is missing"
        kind = field.kind
        if name in value and not re.fullmatch(f"{kind.before}(?:{kind.inner}){kind.after}", canonical(value[name])):
            return name, f"{shown(canonical(value[name]))} is not of the form that this field must have"
    return None, "is not spelled canonically (RFC 8785)"


def _explain_difference(rest: bytes, expected: list[str], form: Form, law: int, first: int, found: Findings) -> None:
    if not check_form(rest, form, found):
        return
    actual = rest.split(b"\n", len(expected) + 1)
    for offset, wanted in enumerate([*expected, ""]):
        got = actual[offset].decode(errors="replace") if offset < len(actual) else ""
        if got == wanted.rstrip("\n"):
            continue
        field, message = _difference(got, wanted, form)
        found.add(law, message, form.path, first + offset, field)
        return


def _difference(got: str, wanted: str, form: Form) -> tuple[str | None, str]:
    if not got:
        return None, f"a line is missing: {shown(wanted)}"
    if not wanted:
        return None, f"a line too many: {shown(got)}"
    one, other = json.loads(got), json.loads(wanted)
    for field in form.fields:
        if one.get(field.name) != other.get(field.name):
            return field.name, _field_difference(one.get(field.name), other.get(field.name))
    return None, f"is {shown(got)} and should be {shown(wanted)}"


def _field_difference(one: Any, other: Any) -> str:
    if isinstance(one, list) and isinstance(other, list):
        for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
            if mine != theirs:
                return f"item {place} is {shown(mine)} and should be {shown(theirs)}"
        return f"has {len(one)} items and should have {len(other)}"
    return f"is {shown(one)} and should be {shown(other)}"


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _NotStrictError("holds a key twice")
    return members


def _no_float(_: str) -> None:
    raise _NotStrictError("holds a number that is not an integer")


def _spelled(value: Any) -> bytes | None:
    try:
        return canonical(value).encode()
    except UnicodeEncodeError:
        return None
