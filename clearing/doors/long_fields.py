"""The bytes of a CSV file in, its over-long fields out, found by the distance between separators.

A quick look that needs no parsing: it passes over quoted rows and gives up after
LONG_FIELDS_EXAMINED candidates; reading the rows finds what it leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import islice

import numpy as np

FIELD_BYTES_MAX = 65_536
ID_CHARACTERS_MAX = 64
LONG_FIELDS_EXAMINED = 1_000
SCANNED_BYTES = 4 * 2**20

_SEPARATOR = np.zeros(256, dtype=np.bool_)
_SEPARATOR[list(b",\r\n")] = True


@dataclass(frozen=True, slots=True)
class LongField:
    """A field that begins at a byte, in the column at ``place`` when that can be told."""

    begin: int
    length: int
    place: int | None
    allowed: int


def long_fields(content: bytes, id_places: Set[int]) -> Iterator[LongField]:
    """Fields longer than FIELD_BYTES_MAX and ids, the columns at ``id_places``, longer than ID_CHARACTERS_MAX."""
    for begin, end in islice(_long_runs(content), LONG_FIELDS_EXAMINED):
        place = _place(content, begin)
        if place in id_places:
            yield LongField(begin, end - begin, place, ID_CHARACTERS_MAX)
        elif end - begin > FIELD_BYTES_MAX:
            yield LongField(begin, end - begin, place, FIELD_BYTES_MAX)


def _long_runs(content: bytes) -> Iterator[tuple[int, int]]:
    """Stretches of more than ID_CHARACTERS_MAX bytes without a separator, as (begin, end)."""
    last = -1
    for base in range(0, len(content), SCANNED_BYTES):
        block = np.frombuffer(content, dtype=np.uint8, count=min(SCANNED_BYTES, len(content) - base), offset=base)
        places = np.flatnonzero(_SEPARATOR[block]) + base
        if not len(places):
            continue
        gaps = np.diff(places, prepend=last)
        for i in np.flatnonzero(gaps > ID_CHARACTERS_MAX + 1).tolist():
            yield int(places[i] - gaps[i]) + 1, int(places[i])
        last = int(places[-1])
    if len(content) - last > ID_CHARACTERS_MAX + 1:
        yield last + 1, len(content)


def _place(content: bytes, begin: int) -> int | None:
    """How many columns precede the byte in its row; None in a quoted or very long row."""
    floor = max(0, begin - 4 * FIELD_BYTES_MAX)
    start = max(content.rfind(b"\n", floor, begin), content.rfind(b"\r", floor, begin))
    if start < 0 and floor > 0:
        return None
    before = content[start + 1 : begin + 1]
    return None if b'"' in before else before.count(b",")
