"""Lottery costs: salt and the texts of arcs -> integers below 2**32 that nobody can choose.

The cost of an arc is the first 4 bytes, big-endian, of SHA-256(salt || text).
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


def lottery_costs(salt: bytes, texts: Iterable[str]) -> IntArray:
    """One cost per text, e.g. ``1|offer|OF-7|0``, in the order given."""
    # Ids hold no line end, so all texts are encoded at once.
    encoded = "\n".join(texts).encode("ascii").split(b"\n")
    digests = b"".join([sha256(salt + text).digest() for text in encoded if text])
    return np.frombuffer(digests, dtype=">u4")[::8].astype(np.int64)
