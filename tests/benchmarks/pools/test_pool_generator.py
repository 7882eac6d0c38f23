"""The generator of pools: nothing but sizes and seed decide, and the pools look like published ones."""

from __future__ import annotations

from collections import Counter

from benchmarks.pools.pool_generator import generate_pool


def test_the_same_seed_and_sizes_give_the_same_pool() -> None:
    assert generate_pool(40, 3, seed=7) == generate_pool(40, 3, seed=7)
    assert generate_pool(40, 3, seed=7) != generate_pool(40, 3, seed=8)


def test_arcs_go_to_other_pairs_in_ascending_order() -> None:
    pool = generate_pool(40, 3, seed=1)
    assert list(pool.arcs) == sorted(set(pool.arcs))
    assert all(giver != receiver < 40 for giver, receiver in pool.arcs)
    assert {giver for giver, _receiver in pool.arcs} >= {40, 41, 42}


def test_a_pool_of_1024_pairs_has_about_270_000_arcs() -> None:
    assert 260_000 < len(generate_pool(1_024, 0, seed=1).arcs) < 290_000


def test_patients_differ_in_how_many_donors_fit() -> None:
    """Blood group and sensitisation of a patient decide about all donors: far from evenly spread."""
    receives = Counter(receiver for _giver, receiver in generate_pool(512, 0, seed=1).arcs)
    counts = sorted(receives[patient] for patient in range(512))
    assert counts[51] * 10 < counts[-51]


def test_pairs_can_give_less_than_donors_at_large() -> None:
    """Donors of the common group fit nearly everybody, so their couples need no pool; altruists are not selected."""
    pool = generate_pool(400, 400, seed=1)
    given = Counter(giver < 400 for giver, _receiver in pool.arcs)
    assert given[True] * 1.5 < given[False]
