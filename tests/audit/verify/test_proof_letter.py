"""What docs/rulebook-2.md says of a leaf, to the letter: where potentials stand, and what bounds a take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.verify.law7_proof import UnprovenError, proven_bound
from clearing.audit.verify.proofs import Branch, Leaf, MalformedError, read_components
from tests.audit.verify.searched_books import RULEBOOK
from tests.audit.verify.test_proofs import leaf, searched_of, stage_of
from tests.books import book, offer

STAGES = {"objectives": ("surplus", "value", "lottery")}


def listed(**keys: Any) -> Any:
    """P delivers A and denies R; Q takes A from whom it will, and so would R, who pays most."""
    rows = [
        offer("P", "P", "A", 2, ("B", -1), conditions={"deny": ("R",)}),
        offer("Q", "Q", "B", 2, ("A", -1)),
        offer("R", "R", "B", 2, ("A", -5)),
    ]
    keys = {**STAGES, **keys}
    return searched_of(book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=replace(RULEBOOK, **keys)))


def test_potentials_of_a_pool_that_is_taken_apart_prove_what_those_of_a_whole_pool_cannot() -> None:
    searched = listed(residual_tolerance_micro=6_000)
    assert searched.component.tier == "rings"
    # R conflicts with P in both pools, so that only P and Q trade: 2 a µ, of 10,000 µ.
    with pytest.raises(UnprovenError, match="a row that gains"):
        proven_bound(searched, stage_of(searched), leaf(Q=2))
    # pool A: P delivers to give:P, Q takes from pool:A, R from take:R:A; in pool B Q delivers to open:B, R to give:R.
    parts = {"give:P": 0, "pool:A": 0, "open:B": 1, "take:P:B": 1, "take:R:A": -5, "give:R": -10}
    named = {node: value for node, value in parts.items() if value}
    assert proven_bound(searched, stage_of(searched), leaf(Q=2, potentials=named)) == -20_000
    for node in ("take:P:B", "open:B", "give:P"):  # a way rises to the first; to the others a row gains
        with pytest.raises(UnprovenError):
            proven_bound(searched, stage_of(searched), leaf(Q=2, potentials={**named, node: parts[node] + 7}))


def test_a_pass_into_any_does_not_rise() -> None:
    rows = [offer("G", "G", "A", 2, ("*", 0)), offer("P", "P", "B", 2, ("A", -3)), offer("Q", "Q", "B", 1, ("A", -3))]
    made = book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=replace(RULEBOOK, **STAGES))
    searched = searched_of(made)
    assert proven_bound(searched, stage_of(searched), leaf(P=3, Q=3)) == -45_000
    assert proven_bound(searched, stage_of(searched), leaf(G=3, potentials={"pool:A": 3})) == -30_000
    with pytest.raises(UnprovenError, match="a row that gains"):
        proven_bound(searched, stage_of(searched), leaf(G=2, potentials={"pool:A": 3, "any": 1}))


def test_a_gift_alone_is_no_ring() -> None:
    made = book(values={"A": 5_000}, offers=[offer("G", "G", "A", 2, ("*", -3))], rulebook=replace(RULEBOOK, **STAGES))
    searched = searched_of(made)
    assert proven_bound(searched, stage_of(searched), leaf(potentials={"pool:A": -3})) == 0


@pytest.mark.parametrize("limit", [6, 5])
def test_a_chain_returns_from_where_a_gift_delivers_too_after_another_row(limit: int) -> None:
    rows = [offer("G", "G", "A", 2, ("*", -3)), offer("P", "P", "B", 1, ("A", -3))]
    rows.append(offer("Q", "Q", "A", 1, ("B", limit)))
    made = book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=replace(RULEBOOK, **STAGES))
    searched, potentials = searched_of(made), {"pool:A": -3, "pool:B": -6}
    if limit == 6:  # G, P, Q and back to G gain nothing at these potentials, nor do P and Q
        assert proven_bound(searched, stage_of(searched), leaf(P=6, potentials=potentials)) == -30_000
    else:
        with pytest.raises(UnprovenError, match="a row that gains"):
            proven_bound(searched, stage_of(searched), leaf(P=6, potentials=potentials))


@pytest.mark.parametrize("tolerance", [0, 4_000])
def test_what_an_alternative_takes_is_at_most_its_capacity_and_the_tolerance(tolerance: int) -> None:
    rows = [offer("P", "P", "A", 3, ("B", -3)), offer("Q", "Q", "B", 3, ("A", -2))]
    rulebook = replace(RULEBOOK, max_ring=3, residual_tolerance_micro=tolerance, **STAGES)
    searched = searched_of(book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=rulebook))
    taking = Leaf(1, [], {}, {"take:P|0": 5, "offer:P": 10, "offer:Q": 10}, {})
    tree = Branch("take:P|0", 0, 5_000, taking, taking)
    assert proven_bound(searched, stage_of(searched), tree) == -2 * 10 * 15_000 - 5 * (15_000 + tolerance)


def test_a_component_always_has_stages_in_writing() -> None:
    record = {"component": "pool:A", "tier": "circulation", "offers": 2, "stages": []}
    assert read_components([record])[0].stages == []
    without = {key: value for key, value in record.items() if key != "stages"}
    with pytest.raises(MalformedError):
        read_components([without])
