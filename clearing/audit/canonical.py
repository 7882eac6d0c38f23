"""Records and texts in, RFC 8785 bytes out; and how lines become the chunks that a sink takes.

Only texts, integers, booleans, lists and objects with ASCII keys occur in a bundle; for these,
sorted keys, no white space and JSON's shortest escapes are the whole of RFC 8785.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

Sink: TypeAlias = Callable[[str, Iterable[bytes]], None]
"""Takes a path inside the bundle and its bytes, whole lines at a time; consumes them all."""

Lines: TypeAlias = list[str]
"""A batch of lines without their line ends."""

BATCH_ROWS = 4_096
CHUNK_BYTES = 1 << 20

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: object) -> str:
    """The canonical JSON text of a text, integer, boolean, list or object with ASCII keys."""
    return _ENCODER.encode(value)


def quoted(text: str) -> str:
    """One text as a JSON string with its quotes."""
    return _ENCODER.encode(text)


def decimal_text(units: int, *, places: int) -> str:
    """A count of 10^-places as a decimal without trailing zeros: 150, 2 places -> ``1.5``."""
    whole, rest = divmod(units, 10**places)
    return f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".")


def row_batches(rows: int) -> Iterator[tuple[int, int]]:
    """The bounds of the batches in which a table of ``rows`` rows is written."""
    for first in range(0, rows, BATCH_ROWS):
        yield first, min(rows, first + BATCH_ROWS)


def chunks(batches: Iterable[Lines]) -> Iterator[bytes]:
    """Whole lines in UTF-8, about CHUNK_BYTES at a time; nothing for no lines."""
    waiting: list[str] = []
    length = 0
    for lines in batches:
        if not lines:
            continue
        waiting.append("\n".join(lines))
        length += len(waiting[-1]) + 1
        if length >= CHUNK_BYTES:
            yield ("\n".join(waiting) + "\n").encode()
            waiting, length = [], 0
    if waiting:
        yield ("\n".join(waiting) + "\n").encode()


def discard(_path: str, content: Iterable[bytes]) -> None:
    """A sink that keeps nothing: what is hashed on the way is hashed all the same."""
    for _chunk in content:
        pass
