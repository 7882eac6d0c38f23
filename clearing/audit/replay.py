"""A stored bundle and a recomputation of it in, the first difference between their bytes out.

The recomputation seals through a sink that compares as it goes: each file is read and produced a
chunk at a time, and no second copy exists. Of the manifest, the signature and what made the bundle
are left out: they are no part of the session.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Protocol

from clearing.audit.bundle_form import MANIFEST, REPORT
from clearing.audit.canonical import Sink, canonical
from clearing.model.proof import Remark

UNCOMPARED_KEYS = ("made_by", "signature")
_SHOWN_CHARACTERS_MAX = 200
_SHOWN_BEFORE = 40
_ABSENT = object()


class StoredBundle(Protocol):
    """What replay asks of a bundle."""

    def names(self) -> Sequence[str]:
        """Paths of all its files."""

    def read(self, path: str) -> bytes:
        """The bytes of one file."""

    def pieces(self, path: str) -> Iterable[bytes]:
        """The bytes of one file, in pieces of any size."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two bundles differ first: file, line from 1, JSON pointer of the member.

    ``line`` is None where a whole file is missing or extra, ``field`` where a whole line is or where
    the same content is written otherwise. The two sides are ASCII, shortened, None where absent.
    """

    file: str
    line: int | None
    field: str | None
    stored: str | None
    recomputed: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replay ended: the first difference, and what became of the record of searched components."""

    difference: Difference | None
    by_record: Sequence[str] = ()
    """Components that stand as recorded, since this machine's solver found another outcome or proof as good."""
    weaker: Sequence[Remark] = ()
    """What is less well proven, or drawn otherwise, in a record that stands."""
    rejected: Sequence[Remark] = ()
    """Components whose record differs and does not stand."""


class _FoundError(Exception):
    """Ends the recomputation at the first difference."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference)
        self.difference = difference


def first_difference(stored: StoredBundle, recompute: Callable[[Sink], object]) -> Difference | None:
    """The first difference in the order of sealing: inputs, outcome, manifest; then files that are extra.

    ``recompute`` seals the whole session through the sink that it is given; it is cut short where
    the first difference shows.
    """
    names = set(stored.names())
    produced: set[str] = set()

    def compare(path: str, chunks: Iterable[bytes]) -> None:
        produced.add(path)
        if path not in names:
            raise _FoundError(Difference(path, None, None, None, "the file"))
        compared = _manifest_difference if path == MANIFEST else _line_difference
        difference = compared(path, stored.pieces(path), chunks)
        if difference is not None:
            raise _FoundError(difference)

    try:
        recompute(compare)
    except _FoundError as found:
        return found.difference
    for path in sorted(names - produced - {REPORT}):
        return Difference(path, None, None, "the file", None)
    return None


def _line_difference(path: str, stored: Iterable[bytes], recomputed: Iterable[bytes]) -> Difference | None:
    """Compare chunk by chunk; ``ahead`` holds what was read of the stored file beyond the last one."""
    source = iter(stored)
    ahead = b""
    lines = 0
    for chunk in recomputed:
        ahead = _filled(ahead, source, len(chunk))
        if not ahead.startswith(chunk):
            return _difference_in(path, lines, _with_whole_lines(ahead, source, chunk), chunk)
        ahead = ahead[len(chunk) :]
        lines += chunk.count(b"\n")
    ahead = _filled(ahead, source, 1)
    if ahead:
        line = _with_whole_lines(ahead, source, b"\n").partition(b"\n")[0] + b"\n"
        return _whole_line_difference(path, lines + 1, line, b"")
    return None


def _filled(ahead: bytes, source: Iterator[bytes], length: int) -> bytes:
    """``ahead`` and as many further pieces as make it ``length`` long, if there are so many."""
    pieces, have = [ahead], len(ahead)
    while have < length and (piece := next(source, None)) is not None:
        pieces.append(piece)
        have += len(piece)
    return b"".join(pieces)


def _with_whole_lines(ahead: bytes, source: Iterator[bytes], chunk: bytes) -> bytes:
    """``ahead`` and further pieces until it holds as many whole lines as ``chunk``."""
    pieces, lines = [ahead], ahead.count(b"\n")
    while lines < chunk.count(b"\n") and (piece := next(source, None)) is not None:
        pieces.append(piece)
        lines += piece.count(b"\n")
    return b"".join(pieces)


def _difference_in(path: str, lines: int, stored: bytes, recomputed: bytes) -> Difference:
    """The first differing line; ``lines`` of the file stand before these bytes."""
    ours = recomputed.splitlines(keepends=True)
    # Text after the last compared line belongs to the next chunk; split() alone knows only \n as line end.
    theirs = [line + b"\n" for line in stored.split(b"\n", len(ours))[: len(ours)]]
    if stored.count(b"\n") < len(ours):
        theirs[-1] = theirs[-1][:-1]
    for number, (one, other) in enumerate(zip_longest(theirs, ours, fillvalue=b""), lines + 1):
        if one != other:
            return _difference_between(path, number, one, other)
    raise AssertionError("no line differs")


def _difference_between(path: str, line: int, stored: bytes, recomputed: bytes) -> Difference:
    try:
        found = _member_difference(path, line, json.loads(stored.decode()), json.loads(recomputed))
    except (ValueError, RecursionError):
        found = None
    return found or _whole_line_difference(path, line, stored, recomputed)


def _member_difference(path: str, line: int, stored: Any, recomputed: Any) -> Difference | None:
    found = _first_member(stored, recomputed, "")
    if found is None:
        return None
    pointer, one, other = found
    return Difference(path, line, pointer, _shown(one), _shown(other))


def _first_member(stored: Any, recomputed: Any, pointer: str) -> tuple[str, Any, Any] | None:
    """JSON pointer and both values of the first member that differs, in canonical order."""
    if isinstance(stored, dict) and isinstance(recomputed, dict):
        for key in sorted(stored.keys() | recomputed.keys()):
            below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            found = _first_member(stored.get(key, _ABSENT), recomputed.get(key, _ABSENT), below)
            if found:
                return found
        return None
    if isinstance(stored, list) and isinstance(recomputed, list):
        for at, (one, other) in enumerate(zip_longest(stored, recomputed, fillvalue=_ABSENT)):
            found = _first_member(one, other, f"{pointer}/{at}")
            if found:
                return found
        return None
    # 1, 1.0 and true are equal in Python and not in a record.
    if type(stored) is type(recomputed) and stored == recomputed:
        return None
    return pointer, stored, recomputed


def _shown(value: Any) -> str | None:
    return None if value is _ABSENT else _shortened(json.dumps(value))


def _whole_line_difference(path: str, line: int, stored: bytes, recomputed: bytes) -> Difference:
    """Shown from a little before the first byte that differs; a side without the line is absent."""
    same = next((i for i, pair in enumerate(zip(stored, recomputed, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - _SHOWN_BEFORE)
    return Difference(path, line, None, _shown_line(stored[start:]), _shown_line(recomputed[start:]))


def _shown_line(line: bytes) -> str | None:
    return _shortened(ascii(line.decode("utf-8", "backslashreplace"))[1:-1]) if line else None


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS_MAX else text[: _SHOWN_CHARACTERS_MAX - 3] + "..."


def _manifest_difference(path: str, stored: Iterable[bytes], recomputed: Iterable[bytes]) -> Difference | None:
    ours, theirs = b"".join(recomputed), b"".join(stored)
    try:
        record = json.loads(theirs.decode())
        found = _member_difference(path, 1, _compared(record), _compared(json.loads(ours)))
        if found or (canonical(record) + "\n").encode() == theirs:
            return found
    except (ValueError, RecursionError):
        pass
    return _whole_line_difference(path, 1, theirs, ours)


def _compared(manifest: Any) -> Any:
    if not isinstance(manifest, dict):
        return manifest
    return {key: value for key, value in manifest.items() if key not in UNCOMPARED_KEYS}
