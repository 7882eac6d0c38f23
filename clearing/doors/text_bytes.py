"""A column of text in, its bytes as a matrix out: one row a cell, padded with 0, and the length of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

FOREIGN = "!"
"""Stands for a cell that is too wide or not in ASCII; no grammar here allows it."""


def text_bytes(texts: Sequence[str], width: int) -> tuple[npt.NDArray[np.uint8], IntArray]:
    """Matrix of at most ``width`` columns (at least one) and the cells' lengths in characters."""
    joined = "\n".join(texts)
    if joined.isascii():
        flat = np.frombuffer(f"{joined}\n".encode("ascii"), dtype=np.uint8)
        ends = np.flatnonzero(flat == 10)
        if len(ends) == len(texts):
            lengths = np.diff(ends, prepend=-1) - 1
            if int(lengths.max(initial=0)) <= width:
                return _padded(flat[flat != 10], lengths), lengths
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    plain = [text if len(text) <= width and text.isascii() else FOREIGN for text in texts]
    cells = np.array(plain, dtype=np.bytes_)
    return cells.view(np.uint8).reshape(len(texts), -1), lengths


def _padded(flat: npt.NDArray[np.uint8], lengths: IntArray) -> npt.NDArray[np.uint8]:
    width = max(1, int(lengths.max(initial=0)))
    matrix = np.zeros((len(lengths), width), dtype=np.uint8)
    matrix[np.arange(width) < lengths[:, None]] = flat
    return matrix
