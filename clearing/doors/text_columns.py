"""Columns of ids, references, lists and free text in; checked texts, indices and sparse texts out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.fault_list import Column
from clearing.doors.long_fields import FIELD_BYTES_MAX, ID_CHARACTERS_MAX
from clearing.doors.text_bytes import text_bytes
from clearing.model.book import NONE
from clearing.model.faults import FaultReason

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
ID_ALLOWED = "an id: a letter or digit, then letters, digits and . _ : - in ASCII, at most 64 characters"
UNREAD = -3
"""Index of a reference that is not there; its fault is noted, so no book comes of it."""
TEXT_ALLOWED = "text without control characters"
MEMO_ALLOWED = "text without control characters (tab and return apart)"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_MEMO = re.compile(r"[\x00-\x08\x0a-\x0c\x0e-\x1f\x7f-\x9f]")
_IN_ID, _FIRST_OF_ID = np.zeros(256, dtype=np.bool_), np.zeros(256, dtype=np.bool_)
_FIRST_OF_ID[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")] = True
_IN_ID[:] = _FIRST_OF_ID
_IN_ID[list(b"._:-")] = True


@dataclass(frozen=True, slots=True)
class Names:
    """The ids of a table with their index; ``complete`` unless part of the table could not be read."""

    index: Mapping[str, int]
    file: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Lists:
    """A column of ``|`` lists, flat: the items of cell i are ``item[start[i]:start[i + 1]]``."""

    item: Sequence[str]
    start: IntArray
    cell: IntArray
    """The cell that each item stands in."""


def check_ids(column: Column) -> None:
    """Notes every cell that is no id."""
    if not len(column.texts):
        return
    matrix, lengths = text_bytes(column.texts, ID_CHARACTERS_MAX)
    wellformed = _FIRST_OF_ID[matrix[:, 0]] & (_IN_ID[matrix].sum(axis=1) == lengths)
    column.refuse(lengths == 0, FaultReason.MISSING, ID_ALLOWED)
    column.refuse(lengths > ID_CHARACTERS_MAX, FaultReason.SIZE, ID_ALLOWED)
    column.refuse(~wellformed & (lengths > 0) & (lengths <= ID_CHARACTERS_MAX), FaultReason.MALFORMED, ID_ALLOWED)


def references(column: Column, names: Names, *, optional: bool = False) -> IntArray:
    """The index that each cell names; NONE where blank and optional, UNREAD where a fault was noted."""
    count = len(column.texts)
    try:
        return np.fromiter(map(names.index.__getitem__, column.texts), dtype=np.int64, count=count)
    except KeyError:
        found = np.fromiter(map(names.index.get, column.texts, repeat(UNREAD)), dtype=np.int64, count=count)
    _refuse_unread(column, names, found, optional=optional)
    return found


def free_texts(column: Column, *, first: int) -> dict[int, str]:
    """The filled cells by position in the table, of a chunk that begins at ``first``."""
    control, allowed = (_CONTROL_IN_MEMO, MEMO_ALLOWED) if column.name == "memo" else (_CONTROL, TEXT_ALLOWED)
    filled = {first + i: text for i, text in enumerate(column.texts) if text}
    if filled:
        if not "".join(filled.values()).isprintable():
            column.refuse(_where(column, lambda t: control.search(t) is not None), FaultReason.MALFORMED, allowed)
        if max(map(len, filled.values())) > FIELD_BYTES_MAX:
            too_long = _where(column, lambda t: len(t) > FIELD_BYTES_MAX)
            column.refuse(too_long, FaultReason.SIZE, f"at most {FIELD_BYTES_MAX:,} characters")
    return filled


def check_shape(column: Column, shape: re.Pattern[str], allowed: str, *, optional: bool = True) -> None:
    """Notes the filled cells that do not match; blank ones too unless the column is optional."""
    column.refuse(_where(column, lambda t: bool(t) and shape.fullmatch(t) is None), FaultReason.MALFORMED, allowed)
    if not optional:
        column.refuse(_where(column, lambda t: not t), FaultReason.MISSING, allowed)


def joined(texts: Sequence[str]) -> str:
    """Ids in one text, a newline between two; what is no id, and noted, loses its own newlines."""
    text = "\n".join(texts)
    return text if text.count("\n") < max(1, len(texts)) else "\n".join(t.replace("\n", " ") for t in texts)


def lists(texts: Sequence[str]) -> Lists:
    """Cells split at ``|``; a blank cell is one blank item."""
    items = "|".join(texts).split("|") if len(texts) else []
    if len(items) == len(texts):
        sizes = np.ones(len(texts), dtype=np.int64)
    else:
        sizes = np.fromiter((text.count("|") + 1 for text in texts), dtype=np.int64, count=len(texts))
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    return Lists(items, start, np.repeat(np.arange(len(texts), dtype=np.int64), sizes))


def _refuse_unread(column: Column, names: Names, found: IntArray, *, optional: bool) -> None:
    blank = _where(column, lambda t: not t)
    unread = (found == UNREAD) & ~blank
    malformed = unread.copy()
    positions = np.flatnonzero(unread)
    malformed[positions] = [ID.fullmatch(column.texts[i]) is None for i in positions.tolist()]
    column.refuse(malformed, FaultReason.MALFORMED, ID_ALLOWED)
    if names.complete:
        column.refuse(unread & ~malformed, FaultReason.UNKNOWN, f"an id of {names.file}")
    if optional:
        found[blank] = NONE
    else:
        column.refuse(blank, FaultReason.MISSING, f"an id of {names.file}")


def _where(column: Column, wrong: Callable[[str], bool]) -> BoolArray:
    return np.fromiter(map(wrong, column.texts), dtype=np.bool_, count=len(column.texts))
