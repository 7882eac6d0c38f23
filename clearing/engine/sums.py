"""Sums: amounts and the number of the group that each belongs to -> the sum of each group, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


def sums_by(group: IntArray, amount: IntArray, groups: int) -> IntArray:
    """Sum of ``amount`` per group 0..groups-1; numpy's bincount would go through floats."""
    sums = np.zeros(groups, dtype=amount.dtype)
    np.add.at(sums, group, amount)
    return sums
