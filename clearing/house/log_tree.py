"""Events so far in, the nodes of their RFC 6962 tree that are made, or that a proof needs, out: a logarithm of them.

A node (level, place) is the root over the 2^level leaves from place · 2^level on; only complete ones are kept. Seven
events: (2,0) over the first four, (1,2) over the next two, (0,6). The root joins them from the right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import TypeAlias

from clearing.audit.inclusion import leaf_hash
from clearing.audit.merkle import EMPTY_ROOT

Node: TypeAlias = tuple[int, int]
"""Level and place of a complete subtree."""

ReadNode: TypeAlias = Callable[[int, int], bytes]
"""Level and place of a kept node in, its hash out."""


def grown(event: bytes, seq: int, read: ReadNode) -> Iterator[tuple[int, int, bytes]]:
    """The nodes that the event of that number completes, its own leaf first."""
    level, place, root = 0, seq - 1, leaf_hash(event)
    yield level, place, root
    while place & 1:
        root = _joined(read(level, place - 1), root)
        level, place = level + 1, place >> 1
        yield level, place, root


def tree_head(size: int, read: ReadNode) -> bytes:
    """The root over the first ``size`` events."""
    return _range_root(0, size, read) if size else EMPTY_ROOT


def inclusion(seq: int, size: int, read: ReadNode) -> list[bytes]:
    """The audit path of event ``seq`` in the tree of ``size`` events; ``audit.inclusion.root_from_path`` checks it."""
    if not 1 <= seq <= size:
        raise IndexError("there is no such event")
    return _path(seq - 1, 0, size, read)


def consistency(first: int, second: int, read: ReadNode) -> list[bytes]:
    """The proof of RFC 6962, 2.1.2, that the tree of ``first`` events is a prefix of that of ``second``."""
    if not 0 < first <= second:
        raise IndexError("a proof leads from a number of events, at least 1, to as many or more")
    return [] if first == second else _subproof(first, 0, second, read, whole=True)


def is_consistent(first: int, second: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the first root to both: the check of RFC 9162, 2.1.4.2."""
    if first == second:
        return not proof and roots[0] == roots[1]
    rest = list(proof) if first & (first - 1) else [roots[0], *proof]
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not rest:
        return False
    older = newer = rest[0]
    for node in rest[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = _joined(node, older), _joined(node, newer)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            newer = _joined(newer, node)
        at, last = at >> 1, last >> 1
    return last == 0 and (older, newer) == roots


def _path(index: int, begin: int, end: int, read: ReadNode) -> list[bytes]:
    if end - begin == 1:
        return []
    middle = begin + _split(end - begin)
    if index < middle:
        return [*_path(index, begin, middle, read), _range_root(middle, end, read)]
    return [*_path(index, middle, end, read), _range_root(begin, middle, read)]


def _subproof(first: int, begin: int, end: int, read: ReadNode, *, whole: bool) -> list[bytes]:
    if first == end:
        return [] if whole else [_range_root(begin, end, read)]
    middle = begin + _split(end - begin)
    if first <= middle:
        return [*_subproof(first, begin, middle, read, whole=whole), _range_root(middle, end, read)]
    return [*_subproof(first, middle, end, read, whole=False), _range_root(begin, middle, read)]


def _range_root(begin: int, end: int, read: ReadNode) -> bytes:
    """The root over the leaves from begin to end, which begin at a multiple of their largest power of two."""
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, begin >> level)
    middle = begin + _split(size)
    return _joined(_range_root(begin, middle, read), _range_root(middle, end, read))


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _joined(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
