"""When two solvers disagree about a pool, and when they do not."""

from __future__ import annotations

import pytest

from benchmarks.pools.found import Found, disagreements
from benchmarks.pools.trials import Trial

POOL = Trial("pool", pairs=8, altruists=1, max_ring=3, max_chain=4)
KNOWN = Trial("pool", pairs=8, max_ring=3, known=6)


def test_all_agree() -> None:
    assert disagreements(KNOWN, {"clearing": [Found(6, 3)] * 2, "kep_solver": [Found(6, 3)]}) == []
    assert disagreements(POOL, {"clearing": [Found(6, 4)]}) == []
    assert disagreements(POOL, {}) == []


@pytest.mark.parametrize("swaps", [5, 7])
def test_a_proven_number_is_that_of_kep_solver(swaps: int) -> None:
    found = {"clearing": [Found(swaps, 3)], "kep_solver": [Found(6, 3)]}
    assert disagreements(POOL, found) == [f"kep_solver finds 6, clearing finds {swaps}"]


def test_what_is_not_proven_may_be_less_but_not_more() -> None:
    others = [Found(6, 3)]
    assert disagreements(POOL, {"clearing": [Found(5, 3, proven=False)], "kep_solver": others}) == []
    assert disagreements(POOL, {"clearing": [Found(7, 3, proven=False)], "kep_solver": others}) != []


def test_what_is_known_is_found_by_both() -> None:
    found = {"clearing": [Found(5, 3)], "kep_solver": [Found(5, 3)]}
    assert disagreements(KNOWN, found) == ["6 are known, clearing finds 5", "kep_solver finds 5, 6 are known"]


def test_nobody_goes_beyond_the_bounds() -> None:
    found = {"clearing": [Found(6, 5)], "kep_solver": [Found(6, 6)]}
    said = [f"{solver} has a ring or chain of {length}" for solver, length in (("clearing", 5), ("kep_solver", 6))]
    assert disagreements(POOL, found) == said
    assert disagreements(Trial("wants", "wants"), {"clearing": [Found(6, 60)]}) == []


def test_every_run_seals_the_same_digest() -> None:
    runs = [Found(6, 3, digest="a"), Found(6, 3, digest="b")]
    assert disagreements(POOL, {"clearing": runs}) == ["clearing seals 2 digests in 2 runs"]
