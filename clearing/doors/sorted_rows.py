"""The ids of a table in file order in, their order out; ids that occur twice are noted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import islice
from operator import eq, le
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from clearing.doors.fault_list import FaultList
from clearing.doors.text_columns import ID
from clearing.model.faults import FaultReason

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

Cell = TypeVar("Cell")


def id_order(ids: Sequence[str], rows: IntArray, column: str, faults: FaultList) -> IntArray:
    """Positions in ascending id (ASCII bytes); of equal ids all but the first in the file are faults."""
    if all(map(le, ids, islice(ids, 1, None))):
        order = np.arange(len(ids), dtype=np.int64)
    else:
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    in_order = taken(ids, order)
    if any(map(eq, in_order, islice(in_order, 1, None))):
        _refuse_repeated(in_order, rows[order], column, faults)
    return order


def is_as_filed(order: IntArray) -> bool:
    """Whether the order is that of the file."""
    return bool((np.diff(order, prepend=-1) == 1).all())


def taken(texts: Sequence[str], order: IntArray) -> list[str]:
    """The texts in that order."""
    return list(texts) if is_as_filed(order) else list(map(texts.__getitem__, order.tolist()))


def moved(sparse: Mapping[int, Cell], order: IntArray) -> dict[int, Cell]:
    """A sparse column keyed by file position, keyed by position in that order instead."""
    if is_as_filed(order):
        return dict(sparse)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order), dtype=np.int64)
    there = place.tolist()
    return dict(sorted((there[position], cell) for position, cell in sparse.items()))


def _refuse_repeated(in_order: list[str], rows: IntArray, column: str, faults: FaultList) -> None:
    again = [i for i in range(1, len(in_order)) if in_order[i] == in_order[i - 1]]
    again = [i for i in again if ID.fullmatch(in_order[i])]
    again.sort(key=rows.__getitem__)  # equal ids stand in order of row
    positions = np.array(again, dtype=np.int64)
    faults.note_rows(
        FaultReason.DUPLICATE,
        rows=rows,
        wrong=positions,
        column=column,
        found=in_order.__getitem__,
        allowed=lambda i: f"each id once; first in row {rows[bisect_left(in_order, in_order[i])]}",
    )
