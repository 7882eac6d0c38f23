"""A list of lines in, its parts as the database keeps them out; and the parts in, the lines out.

A part is up to PART_LINES lines, each with its line end, deflated at the fastest level.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

PART_LINES = 4_096
PART_BYTES_MAX = 2**30
"""What a part may inflate to: more is no part that was written here."""
_LEVEL = 1


def parts(content: bytes) -> Iterator[bytes]:
    """The parts of a list; nothing for no lines."""
    lines = content.split(b"\n")
    lines.pop()
    for first in range(0, len(lines), PART_LINES):
        yield zlib.compress(b"\n".join(lines[first : first + PART_LINES]) + b"\n", _LEVEL)


def joined(kept: Iterable[bytes]) -> bytes:
    """The list of its parts in order. Raises ValueError where one is none."""
    return b"".join([_inflated(part) for part in kept])


def _inflated(part: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(part, PART_BYTES_MAX)
    except zlib.error as error:
        raise ValueError("a part of a payload is damaged") from error
    if not stream.eof or stream.unused_data:
        raise ValueError("a part of a payload is cut off or too long")
    return content
