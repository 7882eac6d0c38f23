"""The columns of conditions in, one record per offer that asks for something out; rare, so row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.csv_table import Chunk
from clearing.doors.decimal_columns import Steps, counts
from clearing.doors.decimals import ONE, Flaw, Form
from clearing.doors.fault_list import Column
from clearing.doors.number_columns import Increments, quantities, refuse_flaws
from clearing.doors.text_columns import Names, lists, references
from clearing.model.book import NONE, Conditions
from clearing.model.faults import FaultReason
from clearing.model.rulebook import RING_LENGTHS

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

RING_LENGTH_ALLOWED = (
    f"the length of the longest ring: a whole number from {RING_LENGTHS[0]:,} to {RING_LENGTHS[-1]:,}"
)
CONDITION_COLUMNS = ("min_fill", "all_or_none", "lot", "max_ring", "allow", "deny")

_ONES = Steps([ONE])
_WHOLE = Form(places=0)


def conditions(
    chunk: Chunk, deliver: IntArray, quantity: IntArray, *, increments: Increments, participants: Names
) -> dict[int, Conditions]:
    """Conditions by position in the chunk; impossible ones are noted."""
    asked = np.flatnonzero(_any_filled(chunk))
    if not len(asked):
        return {}
    cells = {name: chunk.column(name).subset(asked) for name in CONDITION_COLUMNS}
    deliver, quantity = deliver[asked], quantity[asked]
    min_fill = quantities(cells["min_fill"], increments, deliver, blank=NONE)
    lot = quantities(cells["lot"], increments, deliver, blank=NONE)
    whole = _truths(cells["all_or_none"])
    max_ring = _ring_lengths(cells["max_ring"])
    _refuse_impossible(cells, _Asked(quantity, min_fill, lot, whole))
    allow, deny = (list(_participants(cells[name], participants)) for name in ("allow", "deny"))
    for name, listed in (("allow", allow), ("deny", deny)):
        twice = np.array([len(set(each)) < len(each) and "" not in each for each in listed], dtype=np.bool_)
        cells[name].refuse(twice, FaultReason.DUPLICATE, "each participant once")
    shared = [set(one) & set(other) - {""} for one, other in zip(allow, deny, strict=True)]
    both = np.array(list(map(bool, shared)), dtype=np.bool_)
    cells["deny"].refuse(both, FaultReason.IMPOSSIBLE, "participants that allow does not name")
    terms = zip(min_fill.tolist(), whole.tolist(), lot.tolist(), max_ring.tolist(), allow, deny, strict=True)
    return {
        position: stated for position, term in zip(asked.tolist(), terms, strict=True) if (stated := _stated(*term))
    }


def _stated(
    min_fill: int, all_or_none: bool, lot: int, max_ring: int, allow: tuple[str, ...], deny: tuple[str, ...]
) -> Conditions | None:
    """None where nothing is asked, as all_or_none may be stated and false."""
    if not (all_or_none or allow or deny) and min_fill == lot == max_ring == NONE:
        return None
    return Conditions(_given(min_fill), all_or_none, _given(lot), _given(max_ring), allow, deny)


@dataclass(frozen=True, slots=True)
class _Asked:
    quantity: IntArray
    min_fill: IntArray
    lot: IntArray
    whole: BoolArray


def _any_filled(chunk: Chunk) -> BoolArray:
    filled = np.zeros(len(chunk.rows), dtype=np.bool_)
    for name in CONDITION_COLUMNS:
        if chunk.has(name):
            filled |= np.fromiter(map(bool, chunk.columns[name]), dtype=np.bool_, count=len(chunk.rows))
    return filled


def _truths(column: Column) -> BoolArray:
    wrong = np.array([text not in ("", "true", "false") for text in column.texts], dtype=np.bool_)
    column.refuse(wrong, FaultReason.MALFORMED, "true or false")
    return np.array([text == "true" for text in column.texts], dtype=np.bool_)


def _ring_lengths(column: Column) -> IntArray:
    """NONE where the cell is blank."""
    found = counts(column.texts, _ONES, np.zeros(len(column.texts), dtype=np.int64), _WHOLE)
    refuse_flaws(column, found, RING_LENGTH_ALLOWED, RING_LENGTH_ALLOWED)
    outside = found.fine & ((found.value < RING_LENGTHS[0]) | (found.value > RING_LENGTHS[-1]))
    column.refuse(outside, FaultReason.IMPOSSIBLE, RING_LENGTH_ALLOWED)
    return np.where(found.flaw == Flaw.BLANK, np.int64(NONE), found.value)


def _refuse_impossible(cells: dict[str, Column], asked: _Asked) -> None:
    known = asked.quantity > 0
    above = known & (asked.min_fill > asked.quantity)
    cells["min_fill"].refuse(above, FaultReason.IMPOSSIBLE, "at most deliver_quantity")
    above_lot = known & (asked.lot > asked.quantity)
    cells["lot"].refuse(above_lot, FaultReason.IMPOSSIBLE, "at most deliver_quantity")
    odd = known & ~above_lot & asked.whole & (asked.lot > 0) & (asked.quantity % np.maximum(asked.lot, 1) != 0)
    cells["lot"].refuse(odd, FaultReason.IMPOSSIBLE, "with all_or_none a lot that divides deliver_quantity")
    lot, least = np.maximum(asked.lot, 1), np.maximum(asked.min_fill, 0)
    # By division: a multiple of the lot next above the minimum fill may pass 63 bits.
    missed = (asked.lot > 0) & (asked.quantity // lot < least // lot + (least % lot > 0))
    missed &= known & ~above & ~above_lot & ~asked.whole
    cells["lot"].refuse(missed, FaultReason.IMPOSSIBLE, "a lot with a multiple from min_fill to deliver_quantity")


def _participants(column: Column, names: Names) -> Iterator[tuple[str, ...]]:
    if not any(column.texts):
        return repeat((), len(column.texts))
    listed = lists(column.texts)
    gaps = np.flatnonzero([bool(text) and "" in text.split("|") for text in column.texts])
    empty = column.at(gaps, [""] * len(gaps))  # one fault for a cell, however many of its items are empty
    empty.refuse(np.ones(len(gaps), dtype=np.bool_), FaultReason.MISSING, f"an id of {names.file}")
    filled = np.array([bool(text) for text in listed.item], dtype=np.bool_)
    items = [listed.item[i] for i in np.flatnonzero(filled).tolist()]
    references(column.at(listed.cell[filled], items), names)
    return (tuple(text.split("|")) if text else () for text in column.texts)


def _given(count: int) -> int | None:
    return None if count == NONE else count
