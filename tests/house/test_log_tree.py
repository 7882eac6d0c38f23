"""The tree over the journal: its kept nodes give the roots and proofs of RFC 6962 at every size."""

from __future__ import annotations

import pytest

from clearing.audit.inclusion import leaf_hash, root_from_path
from clearing.audit.merkle import tree_root
from clearing.house.log_tree import consistency, grown, inclusion, is_consistent, tree_head

SIZES = 40
EVENTS = [f"event {number}".encode() for number in range(SIZES)]


@pytest.fixture(scope="module")
def nodes() -> dict[tuple[int, int], bytes]:
    kept: dict[tuple[int, int], bytes] = {}
    for seq, event in enumerate(EVENTS, 1):
        for level, place, root in grown(event, seq, lambda level, place: kept[level, place]):
            assert (level, place) not in kept
            kept[level, place] = root
    return kept


def plain_root(size: int) -> bytes:
    return tree_root(b"".join(map(leaf_hash, EVENTS[:size])))


def test_the_root_at_every_size_is_that_of_the_plain_tree(nodes: dict[tuple[int, int], bytes]) -> None:
    for size in range(SIZES + 1):
        assert tree_head(size, lambda level, place: nodes[level, place]) == plain_root(size)


def test_every_event_is_included_at_every_size(nodes: dict[tuple[int, int], bytes]) -> None:
    for size in range(1, SIZES + 1):
        for seq in range(1, size + 1):
            path = inclusion(seq, size, lambda level, place: nodes[level, place])
            leaf = leaf_hash(EVENTS[seq - 1])
            assert root_from_path(leaf, index=seq - 1, size=size, path=path) == plain_root(size)


def test_every_size_is_a_prefix_of_every_later_one_and_of_no_other_tree(nodes: dict[tuple[int, int], bytes]) -> None:
    for second in range(1, SIZES + 1):
        for first in range(1, second + 1):
            proof = consistency(first, second, lambda level, place: nodes[level, place])
            roots = plain_root(first), plain_root(second)
            assert is_consistent(first, second, roots, proof)
            assert not is_consistent(first, second, (roots[0], bytes(32)), proof)
            assert not is_consistent(first, second, (bytes(32), roots[1]), proof)
            assert not is_consistent(first, second, roots, [*proof, bytes(32)])
            if proof:
                assert not is_consistent(first, second, roots, proof[:-1])
                assert not is_consistent(first, second, roots, [bytes(32), *proof[1:]])


@pytest.mark.parametrize(("seq", "size"), [(0, 3), (4, 3), (1, 0)])
def test_what_is_not_in_the_tree_has_no_proof(seq: int, size: int) -> None:
    with pytest.raises(IndexError):
        inclusion(seq, size, lambda _level, _place: bytes(32))
    with pytest.raises(IndexError):
        consistency(max(seq, 0) if seq != 1 else 2, min(size, 1), lambda _level, _place: bytes(32))
