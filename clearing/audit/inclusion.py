"""Leaf hashes and a place in, its audit path out; and a leaf with its path in, the root that they lead to.

The paths of RFC 6962: the hashes of the sibling subtrees from the leaf up to the root. Of five leaves a b c d e
the path of c is d, ab, e; that of e is abcd alone, because a last one without a neighbour is carried up.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from clearing.audit.merkle import HASH_BYTES, parents


def leaf_hash(line: bytes) -> bytes:
    """The leaf of a line without its line end."""
    return sha256(b"\x00" + line).digest()


def leaf_hashes(content: bytes) -> bytes:
    """The leaves of a file of lines, laid end to end."""
    return b"".join([sha256(b"\x00" + line).digest() for line in content.split(b"\n")[:-1]])


def inclusion_path(leaves: bytes, index: int) -> list[bytes]:
    """The audit path of one leaf among leaf hashes laid end to end."""
    return inclusion_paths(leaves, [index])[0]


def inclusion_paths(leaves: bytes, indexes: Sequence[int]) -> list[list[bytes]]:
    """The audit paths of several leaves, with every level of the tree computed once."""
    level, places = leaves, list(indexes)
    if not all(0 <= place < len(leaves) // HASH_BYTES for place in places):
        raise IndexError("there is no such leaf")
    paths: list[list[bytes]] = [[] for _ in places]
    while len(level) > HASH_BYTES:
        for path, place in zip(paths, places, strict=True):
            sibling = (place ^ 1) * HASH_BYTES
            if sibling < len(level):
                path.append(level[sibling : sibling + HASH_BYTES])
        places = [place >> 1 for place in places]
        level = parents(level)
    return paths


def root_from_path(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of the tree of ``size`` leaves in which ``leaf`` (a leaf hash) has this path.

    Raises ValueError where no leaf of such a tree has a path of this length.
    """
    if not 0 <= index < size or any(len(node) != HASH_BYTES for node in path):
        raise ValueError("no such place in the tree, or a hash of another length")
    root, place, width, siblings = leaf, index, size, list(reversed(path))
    while width > 1:
        if place ^ 1 < width:
            if not siblings:
                raise ValueError("the path is too short")
            sibling = siblings.pop()
            root = sha256(b"\x01" + (sibling + root if place & 1 else root + sibling)).digest()
        place, width = place >> 1, (width + 1) >> 1
    if siblings:
        raise ValueError("the path is too long")
    return root
