"""Audit paths lead from a leaf to the root, and from nowhere else."""

from __future__ import annotations

from hashlib import sha256

import pytest

from clearing.audit.inclusion import inclusion_path, inclusion_paths, leaf_hash, leaf_hashes, root_from_path
from clearing.audit.merkle import HASH_BYTES, tree_root


def lines(count: int) -> list[bytes]:
    return [f"line {number}".encode() for number in range(count)]


def leaves(count: int) -> bytes:
    return leaf_hashes(b"".join(line + b"\n" for line in lines(count)))


def rfc_path(place: int, each: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) as RFC 6962 section 2.1.1 words it."""
    if len(each) == 1:
        return []
    split = 1
    while split * 2 < len(each):
        split *= 2
    if place < split:
        return [*rfc_path(place, each[:split]), rfc_root(each[split:])]
    return [*rfc_path(place - split, each[split:]), rfc_root(each[:split])]


def rfc_root(each: list[bytes]) -> bytes:
    if len(each) == 1:
        return sha256(b"\x00" + each[0]).digest()
    split = 1
    while split * 2 < len(each):
        split *= 2
    return sha256(b"\x01" + rfc_root(each[:split]) + rfc_root(each[split:])).digest()


@pytest.mark.parametrize("count", [*range(1, 35), 100])
def test_every_path_is_that_of_rfc_6962_and_leads_to_the_root(count: int) -> None:
    tree, each = leaves(count), lines(count)
    root = tree_root(tree)
    paths = inclusion_paths(tree, range(count))
    for place, path in enumerate(paths):
        assert path == rfc_path(place, each) == inclusion_path(tree, place)
        assert root_from_path(leaf_hash(each[place]), index=place, size=count, path=path) == root


def test_a_leaf_at_another_place_or_of_another_line_leads_elsewhere() -> None:
    tree = leaves(11)
    root = tree_root(tree)
    path = inclusion_path(tree, 4)
    assert root_from_path(leaf_hash(b"line 5"), index=4, size=11, path=path) != root
    assert root_from_path(leaf_hash(b"line 4"), index=5, size=11, path=path) != root
    turned = [*path[:-1], bytes(HASH_BYTES)]
    assert root_from_path(leaf_hash(b"line 4"), index=4, size=11, path=turned) != root


@pytest.mark.parametrize(
    ("index", "size", "cut"),
    [(-1, 11, 4), (11, 11, 4), (4, 0, 4), (4, 11, 3), (4, 6, 4), (10, 11, 4)],
)
def test_a_path_of_another_length_than_its_place_has_is_none(index: int, size: int, cut: int) -> None:
    path = inclusion_path(leaves(11), 4)[:cut]
    with pytest.raises(ValueError):
        root_from_path(leaf_hash(b"line 4"), index=index, size=size, path=path)


def test_a_sibling_of_another_length_is_none() -> None:
    with pytest.raises(ValueError):
        root_from_path(leaf_hash(b"line 0"), index=0, size=2, path=[b"short"])


@pytest.mark.parametrize("place", [-1, 3])
def test_there_is_no_path_from_beyond_the_tree(place: int) -> None:
    with pytest.raises(IndexError):
        inclusion_path(leaves(3), place)
