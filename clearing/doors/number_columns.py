"""Columns of amounts, quantities and limits in, checked int64 columns out; faults are noted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.decimal_columns import Counts, Steps, counts
from clearing.doors.decimals import (
    LIMIT,
    MICRO,
    NUMBER_ALLOWED,
    PLAIN,
    SIGNED,
    SIGNED_ALLOWED,
    TOO_LARGE_ALLOWED,
    Flaw,
    Form,
    Step,
    decimal_text,
)
from clearing.doors.fault_list import Column, Wording
from clearing.model.book import INDEX, INDEX_NAME
from clearing.model.faults import FaultReason

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

LIMIT_PPM_MIN, LIMIT_PPM_MAX = -1_000_000, 100_000_000
LIMIT_ALLOWED = "a limit in bps from -10000 to 1000000 with at most 2 digits after the point"
MICRO_ALLOWED = "a whole number of micro index units: at most 6 digits after the point"

_MICRO_STEPS = Steps([MICRO])
_LIMIT_STEPS = Steps([Step(1, 2)])


class Increments:
    """The increments of the assets as steps; the asset INDEX counts in micro index units."""

    def __init__(self, asset_ids: Sequence[str], steps: Sequence[Step]) -> None:
        self._ids = [*asset_ids, INDEX_NAME]
        self.steps = Steps([*steps, MICRO])

    def allowed(self, asset: int) -> str:
        """What a quantity of the asset has to be."""
        increment = decimal_text(self.steps.exact[asset])
        return f"a whole number of increments of {self._ids[asset]}, each {increment}"


def amounts_micro(
    column: Column, *, blank: int | None = None, form: Form = PLAIN, least: int | None = None
) -> IntArray:
    """Amounts in micro index units; a blank cell is ``blank``, or a fault if that is None."""
    found = counts(column.texts, _MICRO_STEPS, np.zeros(len(column.texts), dtype=np.int64), form)
    refuse_flaws(column, found, MICRO_ALLOWED, SIGNED_ALLOWED if form == SIGNED else NUMBER_ALLOWED)
    if least is not None:
        column.refuse(found.fine & (found.value < least), FaultReason.IMPOSSIBLE, "more than 0")
    return _blank_as(column, found, blank)


def quantities(
    column: Column,
    increments: Increments,
    asset: IntArray,
    *,
    blank: int | None = None,
    item: IntArray | None = None,
) -> IntArray:
    """Quantities in increments of each cell's asset, more than 0; 0 where a fault was noted or the asset is unread.

    ``item`` (ascending) numbers what stands in the file, where that is read for several assets: it errs once.
    """
    known = asset >= INDEX
    found = counts(column.texts, increments.steps, np.where(known, asset, INDEX))
    found.flaw[~known & (found.flaw == Flaw.BROKEN)] = Flaw.NONE
    nothing = known & found.fine & (found.value == 0)
    if item is not None:
        again = _again(item, nothing | (found.flaw != Flaw.NONE))
        found.flaw[again] = Flaw.NONE
        nothing[again] = False
    refuse_flaws(column, found, lambda position: increments.allowed(int(asset[position])), NUMBER_ALLOWED)
    column.refuse(nothing, FaultReason.IMPOSSIBLE, "more than 0")
    return _blank_as(column, found, blank)


def limits_ppm(column: Column, *, blank_allowed: BoolArray) -> IntArray:
    """Limits in ppm from bps; a blank cell is 0 where that is allowed."""
    found = counts(column.texts, _LIMIT_STEPS, np.zeros(len(column.texts), dtype=np.int64), LIMIT)
    column.refuse(found.flaw == Flaw.MALFORMED, FaultReason.MALFORMED, LIMIT_ALLOWED)
    column.refuse((found.flaw == Flaw.BLANK) & ~blank_allowed, FaultReason.MISSING, LIMIT_ALLOWED)
    outside = (found.value < LIMIT_PPM_MIN) | (found.value > LIMIT_PPM_MAX)
    column.refuse(outside, FaultReason.IMPOSSIBLE, LIMIT_ALLOWED)
    return found.value


def refuse_flaws(column: Column, found: Counts, whole_allowed: Wording, number_allowed: str) -> None:
    """Notes malformed, broken and too large cells; blank ones are the caller's."""
    column.refuse(found.flaw == Flaw.MALFORMED, FaultReason.MALFORMED, number_allowed)
    column.refuse(found.flaw == Flaw.BROKEN, FaultReason.MISMATCH, whole_allowed)
    column.refuse(found.flaw == Flaw.TOO_LARGE, FaultReason.TOO_LARGE, TOO_LARGE_ALLOWED)


def _again(item: IntArray, wrong: BoolArray) -> IntArray:
    """Wrong positions after the first of their item."""
    positions = np.flatnonzero(wrong)
    repeated: IntArray = positions[1:][np.diff(item[positions]) == 0]
    return repeated


def _blank_as(column: Column, found: Counts, blank: int | None) -> IntArray:
    blanks = found.flaw == Flaw.BLANK
    if blank is None:
        column.refuse(blanks, FaultReason.MISSING, NUMBER_ALLOWED)
        return found.value
    return np.where(blanks, np.int64(blank), found.value)
