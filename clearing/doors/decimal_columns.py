"""Columns of decimal text in, int64 columns of whole steps out, with a flaw for each cell that is none.

Everything is checked on the bytes of the text. Cells whose exact arithmetic could pass 64 bits go
one by one through ``decimals.count_of``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clearing.doors.decimals import DIGITS_MAX, PLACES_MAX, PLAIN, Flaw, Form, Step, count_of
from clearing.doors.text_bytes import text_bytes
from clearing.model.book import AMOUNT_LIMIT

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

TEXT_WIDTH_MAX = 1 + DIGITS_MAX + 1 + PLACES_MAX
STEP_MANTISSA_MAX = 10**9
"""Above this a step's divisor could pass 64 bits."""

_POWERS = 10 ** np.arange(DIGITS_MAX + 1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Counts:
    """Whole steps per cell, 0 where ``flaw`` is not ``Flaw.NONE``."""

    value: IntArray
    flaw: npt.NDArray[np.uint8]

    @property
    def fine(self) -> BoolArray:
        """Cells that hold a count."""
        return np.equal(self.flaw, Flaw.NONE)


class Steps:
    """Steps by number, ready for columns; number -1 is the last one."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.exact = list(steps)
        self.mantissa = np.array([s.mantissa if s.mantissa <= STEP_MANTISSA_MAX else 0 for s in steps], dtype=np.int64)
        self.places = np.array([s.places for s in steps], dtype=np.int64)


def counts(texts: Sequence[str], steps: Steps, of: IntArray, form: Form = PLAIN) -> Counts:
    """Each cell as a whole number of steps; cell i counts in step ``of[i]``."""
    flaw = np.zeros(len(texts), dtype=np.uint8)
    if not len(texts):
        return Counts(np.zeros(0, dtype=np.int64), flaw)
    matrix, lengths = text_bytes(texts, TEXT_WIDTH_MAX)
    decimal = _Decimals.read(matrix, lengths, form)
    flaw[~decimal.wellformed] = Flaw.MALFORMED
    flaw[lengths == 0] = Flaw.BLANK
    value, bulk = _divided(decimal, steps, of, flaw)
    for i in np.flatnonzero(decimal.wellformed & ~bulk).tolist():
        value[i], flaw[i] = count_of(texts[i], steps.exact[int(of[i])], form)
    return Counts(value, flaw)


@dataclass(frozen=True, slots=True)
class _Decimals:
    mantissa: IntArray
    places: IntArray
    negative: BoolArray
    short: BoolArray
    """No more than DIGITS_MAX digits in all, so that the mantissa is exact."""
    wellformed: BoolArray

    @classmethod
    def read(cls, matrix: npt.NDArray[np.uint8], lengths: IntArray, form: Form) -> _Decimals:
        digit = matrix - np.uint8(48)
        is_digit, is_dot = digit <= 9, matrix == 46
        digits, dots = is_digit.sum(axis=1), is_dot.sum(axis=1)
        sign = (matrix[:, 0] == 45).astype(np.int64) if form.signed else np.zeros(len(matrix), dtype=np.int64)
        dot_at = np.where(dots > 0, is_dot.argmax(axis=1), lengths)
        whole, places = dot_at - sign, np.maximum(lengths - dot_at - 1, 0)
        first = matrix[np.arange(len(matrix)), np.minimum(sign, matrix.shape[1] - 1)]
        wellformed = (digits + dots + sign == lengths) & (dots <= 1) & (whole >= 1) & (whole <= form.digits)
        wellformed &= (places <= form.places) & ((dots == 0) | (places >= 1)) & ((first != 48) | (whole == 1))
        mantissa = np.zeros(len(matrix), dtype=np.int64)
        for column in range(matrix.shape[1]):
            tenfold = mantissa * 10 + digit[:, column]
            mantissa = np.where(is_digit[:, column], tenfold, mantissa)
        return cls(mantissa, places, sign.astype(np.bool_), digits <= DIGITS_MAX, wellformed)


def _divided(decimal: _Decimals, steps: Steps, of: IntArray, flaw: npt.NDArray[np.uint8]) -> tuple[IntArray, BoolArray]:
    """Counts of the cells whose exact arithmetic fits 64 bits, and which cells those are."""
    divisor, shift = steps.mantissa[of], steps.places[of] - decimal.places
    up, down = _POWERS[np.maximum(shift, 0)], _POWERS[np.maximum(-shift, 0)]
    bulk = decimal.wellformed & decimal.short & (divisor > 0) & (decimal.mantissa <= (AMOUNT_LIMIT - 1) // up)
    count, rest = np.divmod(np.where(bulk, decimal.mantissa * up, 0), np.where(bulk, divisor * down, 1))
    flaw[bulk & (rest != 0)] = Flaw.BROKEN
    count[rest != 0] = 0
    return np.where(decimal.negative, -count, count), bulk
