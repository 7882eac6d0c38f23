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
    size = np.diff(start)
    if values.dtype != object and largest(values) * largest(size) >= LIMIT:
        values = wide(values)
    total = np.zeros(len(start) - 1, dtype=values.dtype)
    some = np.flatnonzero(size)
    if len(some):
        total[some] = np.add.reduceat(values, start[some])
    return total


def weighted_sums(values: IntArray, weights: list[int], place: IntArray, start: IntArray) -> IntArray:
    """Sums of consecutive parts of ``values``, each times the weight at its place.

    Weights that are too long for products of 64 bits are taken in two halves, which mostly are not.
    """
    if largest(values) * max(map(abs, weights), default=0) < LIMIT:
        return sums(values * array_of(weights)[place], start)
    bits = max(map(int.bit_length, weights)) // 2
    high = array_of([weight >> bits for weight in weights])
    low = array_of([weight & (1 << bits) - 1 for weight in weights])
    highs, lows = (sums(products(values, half[place]), start) for half in (high, low))
    return plus(times(highs, 1 << bits), lows)


def array_of(values: list[int]) -> IntArray:
    """Python's integers as an array."""
    fits = all(-LIMIT < value < LIMIT for value in values)
    return np.array(values, dtype=np.int64 if fits else object)
