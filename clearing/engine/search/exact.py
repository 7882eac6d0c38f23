"""Exact: integer arrays in, integer arrays out, 64 bits wide where results fit, without a limit where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

LIMIT = 2**62


def largest(values: IntArray) -> int:
    """The largest magnitude, 0 of an empty array."""
    return max(abs(int(values.max())), abs(int(values.min()))) if len(values) else 0


def wide(values: IntArray) -> IntArray:
    """The same integers without a limit on their size."""
    return values.astype(object)


def times(values: IntArray, factor: int) -> IntArray:
    """Every value by a factor."""
    if values.dtype == object or abs(factor) >= LIMIT or largest(values) * abs(factor) >= LIMIT:
        return wide(values) * factor
    return values * factor


def products(ones: IntArray, others: IntArray) -> IntArray:
    """Value by value."""
    if object in (ones.dtype, others.dtype) or largest(ones) * largest(others) >= LIMIT:
        return wide(ones) * wide(others)
    return ones * others


def plus(ones: IntArray, others: IntArray) -> IntArray:
    """Sums, value by value."""
    if object in (ones.dtype, others.dtype) or largest(ones) + largest(others) >= LIMIT:
        return wide(ones) + wide(others)
    return ones + others


def sums(values: IntArray, start: IntArray) -> IntArray:
    """Sums of consecutive parts, from ``start[i]`` to ``start[i + 1]``; empty parts are 0."""
    if values.dtype != object and largest(values) * len(values) >= LIMIT:
        values = wide(values)
    total = np.zeros(len(start) - 1, dtype=values.dtype)
    some = np.flatnonzero(np.diff(start))
    if len(some):
        total[some] = np.add.reduceat(values, start[some])
    return total


def array_of(values: list[int]) -> IntArray:
    """Python's integers as an array."""
    fits = all(-LIMIT < value < LIMIT for value in values)
    return np.array(values, dtype=np.int64 if fits else object)
