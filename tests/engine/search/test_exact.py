"""Exact sums: against Python's integers, whatever the sizes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearing.engine.search.exact import LIMIT, weighted_sums

VALUES = st.integers(1 - LIMIT, LIMIT - 1) | st.integers(-(2**20), 2**20)
PARTS = st.lists(st.lists(st.tuples(VALUES, st.integers(0, 2)), max_size=4), max_size=5)
WEIGHTS = st.lists(st.integers(-(2**80), 2**80) | st.integers(-9, 9), min_size=3, max_size=3)


@given(parts=PARTS, weights=WEIGHTS)
def test_weighted_sums_are_those_of_integers_without_a_limit(
    parts: list[list[tuple[int, int]]], weights: list[int]
) -> None:
    entries = [entry for part in parts for entry in part]
    values = np.array([value for value, _ in entries], dtype=np.int64)
    place = np.array([at for _, at in entries], dtype=np.int64)
    start = np.cumsum([0, *map(len, parts)])
    found = weighted_sums(values, weights, place, start)
    assert found.tolist() == [sum(value * weights[at] for value, at in part) for part in parts]


def test_halves_that_fit_stay_64_bits_wide() -> None:
    values, place = np.array([2**20, -(2**20)]), np.array([0, 1])
    found = weighted_sums(values, [2**50 + 1, 2**50], place, np.array([0, 2]))
    assert (found.dtype, found.tolist()) == (np.int64, [2**20])
