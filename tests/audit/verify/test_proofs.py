"""Small components in; what their leaves and trees prove, what rings they may have and what these pay, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.verify.components import find_components
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.law7_objectives import objectives_of, value_of
from clearing.audit.verify.law7_pay import pay_of
from clearing.audit.verify.law7_proof import Stage, UnprovenError, proven_bound
from clearing.audit.verify.law7_rings import Outcome, Ring, split_rings
from clearing.audit.verify.law7_rings import read_outcomes as read
from clearing.audit.verify.law7_rows import Searched, build_rows
from clearing.audit.verify.proofs import Branch, Leaf, MalformedError, ProvenStage, read_components
from clearing.audit.verify.report import Findings
from clearing.model.book import Book
from tests.audit.verify.resealing import canonical
from tests.audit.verify.searched_books import RULEBOOK, as_seen, without_star
from tests.audit.verify.test_components import admitted_of
from tests.books import book, offer

SALT = bytes(32)


def searched_of(made: Book) -> Searched:
    seen, admitted = as_seen(made), admitted_of(made)[1]
    (component,) = find_components(seen, admitted)
    return build_rows(seen, admitted, component)


def swap(quantity: int = 2, other: int = 2, *, lists: dict[str, Any] | None = None, **keys: Any) -> Searched:
    """P and Q swap A for B; P is 3 ppm generous, Q 2."""
    asked = {"conditions": lists} if lists else {}
    rows = [
        offer("P", "P", "A", quantity, ("B", -3), **asked),
        offer("Q", "Q", "B", other, ("A", -2)),
    ]
    keys = {"max_ring": 3, "objectives": ("surplus", "value", "lottery"), **keys}
    return searched_of(book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=replace(RULEBOOK, **keys)))


def stage_of(searched: Searched, place: int = 0, *values: int) -> Stage:
    objectives = objectives_of(searched, SALT)
    return Stage(objectives[place], tuple(zip(objectives, values, strict=False)), surplus_first=True)


def leaf(scale: int = 1, multipliers: tuple[int, ...] = (), potentials: Any = None, **rents: int) -> Leaf:
    named = {f"offer:{name}": rent for name, rent in rents.items()}
    return Leaf(scale, list(multipliers), {}, named, potentials or {})


def outcome_of(searched: Searched, *rings: tuple[int, tuple[str, ...]]) -> Outcome:
    outcome = Outcome(searched, flows=[0] * len(searched.rows))
    for number, (flow, names) in enumerate(rings, start=1):
        rows = tuple(searched.index[name] for name in names)
        outcome.rings.append(Ring(rows, flow, number))
        for row in rows:
            outcome.flows[row] += flow
    return outcome


# Leaves


def test_rents_prove_what_they_add_up_to() -> None:
    searched = swap(quantity=2, other=3)
    assert proven_bound(searched, stage_of(searched), leaf(P=5)) == -5 * 10_000
    assert proven_bound(searched, stage_of(searched), leaf(Q=5)) == -5 * 15_000
    assert proven_bound(searched, stage_of(searched), leaf(scale=3, P=8, Q=7)) == -(8 * 10_000 + 7 * 15_000) // 3 + 1


def test_a_ring_that_gains_disproves_a_leaf() -> None:
    searched = swap()
    with pytest.raises(UnprovenError, match="a ring of at most 3 gains"):
        proven_bound(searched, stage_of(searched), leaf(P=4))


def test_a_conflict_needs_no_rent() -> None:
    searched = swap(lists={"deny": ("Q",)})
    assert proven_bound(searched, stage_of(searched), leaf()) == 0


def test_multipliers_hold_the_stages_before() -> None:
    searched = swap()
    stage = stage_of(searched, 1, -50_000)
    assert proven_bound(searched, stage, leaf(multipliers=(0,), P=2)) == -20_000
    # Of each µ the surplus costs 5 more than it may: 10 rents less, and 10 · 50,000 / 5 = 100,000 µ·ppm allowed.
    assert proven_bound(searched, stage, leaf(multipliers=(1,), P=7)) == -70_000 + 50_000
    for wrong in ((), (0, 0), (-1,)):
        with pytest.raises(UnprovenError, match="multiplier"):
            proven_bound(searched, stage, leaf(multipliers=wrong, P=9))


def test_a_lottery_is_bound_like_any_stage() -> None:
    searched = swap()
    assert proven_bound(searched, stage_of(searched, 2, -50_000, -20_000), leaf(multipliers=(0, 0))) == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (leaf(scale=0, P=5), "a scale of 0"),
        (leaf(P=-5, Q=10), "below 0"),
        (leaf(R=5), "is no group here"),
        (Leaf(1, [], {"P": 1}, {}, {}), "served"),
        (Leaf(1, [], {}, {"take:P|0": 5}, {}), "is no group here"),
        (leaf(P=5, potentials={"pool:Z": 1}), "of no node"),
    ],
)
def test_a_leaf_of_another_form_proves_nothing(wrong: Leaf, why: str) -> None:
    searched = swap()
    with pytest.raises(UnprovenError, match=why):
        proven_bound(searched, stage_of(searched), wrong)


def test_potentials_prove_rings_of_any_length() -> None:
    searched = swap(max_ring=None, lists={"max_ring": 3})
    assert proven_bound(searched, stage_of(searched), leaf(P=5, potentials={"pool:B": -2})) == -50_000
    free = swap(max_ring=None, lists={"min_fill": 1}, residual_tolerance_micro=0)
    rented = {"pool:A": -3}
    assert proven_bound(free, stage_of(free), leaf(Q=5, potentials=rented)) == -50_000
    for potentials in ({}, {"pool:A": -2}, {"pool:A": -4}):
        with pytest.raises(UnprovenError):
            proven_bound(free, stage_of(free), leaf(Q=5, potentials=potentials))


# Trees


def test_a_branch_bounds_what_an_offer_delivers() -> None:
    searched = swap(lists={"min_fill": 2}, residual_tolerance_micro=0)
    low, high = leaf(P=5), leaf(Q=5)
    tree = Branch("offer:P", 0, 10_000, low, high)
    assert proven_bound(searched, stage_of(searched), tree) == -50_000
    assert proven_bound(searched, stage_of(searched), Branch("offer:P", 0, 10_000, low, leaf(P=-1, Q=6))) == -50_000
    with pytest.raises(UnprovenError, match="below 0"):
        proven_bound(searched, stage_of(searched), Branch("offer:P", 0, 10_000, leaf(P=-1, Q=6), high))


@pytest.mark.parametrize(("at", "above"), [(0, 10_001), (-1, 10_000), (5_000, 5_000), (10_000, 15_001)])
def test_a_branch_leaves_nothing_out(at: int, above: int) -> None:
    searched = swap(quantity=4, other=4, lists={"min_fill": 2, "lot": 1}, residual_tolerance_micro=0)
    tree = Branch("offer:P", at, above, leaf(P=5), leaf(P=5))
    with pytest.raises(UnprovenError, match=r"branch|may lie between"):
        proven_bound(searched, stage_of(searched), tree)


def test_a_branch_on_what_is_taken_has_a_rent_of_its_own() -> None:
    rows = [offer("P", "P", "A", 3, ("B", -3)), offer("Q", "Q", "B", 3, ("A", -2))]
    keys: dict[str, Any] = {"max_ring": 3, "objectives": ("surplus", "value", "lottery")}
    keys["residual_tolerance_micro"] = 0
    searched = searched_of(book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=replace(RULEBOOK, **keys)))
    taking = Leaf(1, [], {}, {"take:P|0": 5}, {})
    tree = Branch("take:P|0", 5_000, 10_000, taking, leaf(P=5))
    assert proven_bound(searched, stage_of(searched), tree) == -75_000
    assert proven_bound(searched, stage_of(searched), Branch("take:P|0", 5_000, 10_000, taking, taking)) == -75_000
    with pytest.raises(UnprovenError, match="may lie between"):
        proven_bound(searched, stage_of(searched), Branch("take:P|0", 5_000, 15_000, taking, leaf(P=5)))


def test_a_certificate_spells_its_trees() -> None:
    ending = {"scale": "1", "multipliers": [], "rents": {}}
    tree = {"row": "P|0", "at": "0", "above": "5", "low": ending, "high": {**ending, "served": {"P": "1"}}}
    stage = {"objective": "surplus", "value": "0", "bound": "0", "gap": "0", "proof": tree}
    record = {"component": "hub", "tier": "integer", "offers": 2, "stages": [stage]}
    (component,) = read_components([record])
    empty = Leaf(1, [], {}, {}, {})
    assert component.stages[0].proof == Branch("take:P|0", 0, 5, empty, replace(empty, served={"P": 1}))
    for part in ({**tree, "low": 5}, {**tree, "offer": "P"}, {**ending, "scale": 1}, {**ending, "rents": {"x": "0"}}):
        with pytest.raises(MalformedError):
            read_components([{**record, "stages": [{**stage, "proof": part}]}])


# Rings


def written(*rings: tuple[list[str], list[str], int]) -> list[bytes]:
    return [
        canonical({"flow_micro": str(flow), "nodes": nodes, "ring_id": f"R{number:06d}",
                   "segments": [{"flow_micro": str(flow), "members": members}]}) + b"\n"
        for number, (nodes, members, flow) in enumerate(rings, start=1)
    ]  # fmt: skip


def faults(searched: Searched, *rings: tuple[list[str], list[str], int]) -> list[str]:
    found = Findings()
    read(written(*rings), [searched], Exchange(), found)
    assert set(found.counts) <= {7}
    return [each.message for each in found.listed]


POOLS = ["pool:A", "pool:B"]


def test_a_ring_that_the_rules_allow_is_read() -> None:
    searched, exchange, found = swap(), Exchange(), Findings()
    (outcome,) = read(written((POOLS, ["Q", "P"], 10_000)), [searched], exchange, found)
    assert found.listed == []
    assert outcome.flows == [10_000, 10_000]
    assert (exchange.ring_count, exchange.segment_count, exchange.longest) == (1, 1, 2)
    assert sorted(exchange.flow.values()) == [10_000, 10_000]


@pytest.mark.parametrize(
    ("rings", "why"),
    [
        ([(POOLS[::-1], ["P", "Q"], 5)], "smallest node"),
        ([(POOLS, ["P", "Q"], 5)], "has no row"),
        ([(POOLS * 2, ["Q", "P"] * 2, 5)], "visits a row twice"),
        ([(POOLS, ["Q", "P"], 5)] * 2, "does not come after"),
        ([(POOLS, ["Q"], 5)], "a member for each node"),
        ([(POOLS, ["Z", "P"], 5)], "of no searched component"),
        ([(["rest", "rest"], ["P", "P"], 5)], "has no row"),
    ],
)
def test_another_ring_is_not_allowed(rings: list[tuple[list[str], list[str], int]], why: str) -> None:
    assert why in faults(swap(), *rings)[0]


def test_a_ring_joins_no_two_that_conflict() -> None:
    assert "may not deliver" in faults(swap(lists={"deny": ("Q",)}), (POOLS, ["Q", "P"], 5))[0]


def gifts(**keys: Any) -> Searched:
    """A gives a K and takes anything; P and Q each take one for one."""
    rows = [
        offer("A", "A", "K", 1, ("*", 0)),
        offer("P", "P", "L", 1, ("K", 0)),
        offer("Q", "Q", "M", 1, ("L", 0)),
        offer("R", "R", "K", 1, ("M", 0)),
    ]
    rulebook = replace(RULEBOOK, objectives=("items", "lottery"), residual_tolerance_micro=1_000, **keys)
    return searched_of(
        without_star(book(values={"*": 1_000, **dict.fromkeys("KLM", 5_000)}, offers=rows, rulebook=rulebook))
    )


def test_a_chain_counts_its_deliveries() -> None:
    nodes, members = ["any", "pool:K", "pool:L", "pool:M"], ["A", "P", "Q", "R"]
    assert faults(gifts(max_ring=3), (nodes, members, 5_000)) == []
    assert faults(gifts(max_ring=4, max_chain=2), (nodes[:3], members[:3], 5_000)) == []
    assert "has the length 3" in faults(gifts(max_ring=4, max_chain=2), (nodes, members, 5_000))[0]
    assert "passes any" in faults(gifts(), (nodes[:1], members[:1], 5_000))[0]


def test_under_screening_no_two_of_a_ring_deny_each_other() -> None:
    rows = [
        offer("P", "P", "A", 1, ("C", 0), conditions={"deny": ("R",)}),
        offer("Q", "Q", "B", 1, ("A", 0)),
        offer("R", "R", "D", 1, ("B", 0)),
        offer("S", "S", "C", 1, ("D", 0)),
    ]
    ring = ([f"pool:{name}" for name in "ABDC"], ["Q", "R", "S", "P"], 5_000)
    for screening, faulty in (("neighbours", 0), ("ring", 1)):
        rulebook = replace(RULEBOOK, max_ring=4, screening=screening)
        searched = searched_of(book(values=dict.fromkeys("ABCD", 5_000), offers=rows, rulebook=rulebook))
        assert len(faults(searched, ring)) == faulty


def test_rings_of_the_circulation_come_first() -> None:
    searched = swap()
    lines = written((["pool:X", "pool:Y"], ["V", "W"], 5), (POOLS, ["Q", "P"], 5))
    assert split_rings(b"".join(lines), [searched]) == (lines[0], lines[1:])
    assert split_rings(lines[0], [searched]) == (lines[0], [])


# Values and pay


def test_a_stage_counts_what_its_objective_says() -> None:
    searched = swap(objectives=("surplus", "value", "items", "participants", "deliveries", "lottery"))
    outcome = outcome_of(searched, (10_000, ("Q|0", "P|0")))
    delivered = {offer: outcome.delivered(offer) for offer in searched.component.offers}
    values = [value_of(each, outcome.flows, delivered) for each in objectives_of(searched, SALT)]
    assert values[:5] == [-50_000, -20_000, 0, -2, 2]


def test_a_ring_shares_its_gain_by_rents_or_equally() -> None:
    searched = swap(quantity=200, other=200)
    outcome = outcome_of(searched, (1_000_000, ("Q|0", "P|0")))
    ids = {name: place for place, name in enumerate(searched.book.offers.id)}
    proven = ProvenStage("surplus", 0, 0, 0, leaf(P=4, Q=1))
    assert pay_of(outcome, proven) == {ids["Q"]: -1, ids["P"]: 1}
    # 2.5 each less what they concede: 0.5 and −0.5 go to the floor, and the µ left to the earlier in ring order.
    assert pay_of(outcome, None) == {ids["Q"]: 1, ids["P"]: -1}


def test_a_component_of_integers_shares_its_gain_by_what_is_taken() -> None:
    searched = swap(quantity=400, other=400, lists={"all_or_none": True})
    assert searched.component.tier == "integer"
    ids = {name: place for place, name in enumerate(searched.book.offers.id)}
    assert pay_of(outcome_of(searched, (2_000_000, ("Q|0", "P|0"))), None) == {ids["P"]: -1, ids["Q"]: 1}
    # At half of that a µ is left over, and goes to the lower id.
    assert pay_of(outcome_of(searched, (1_000_000, ("Q|0", "P|0"))), None) == {}
    assert pay_of(outcome_of(searched), None) == {}
