"""Leaves counted by offer: what they prove by hand, where they are allowed, and the most of an offer by trial."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from clearing.audit.verify import law7_by_offer
from clearing.audit.verify.law7_proof import UnprovenError, proven_bound
from clearing.audit.verify.law7_rows import FROM_REST, PLAIN, Searched
from clearing.audit.verify.proofs import Branch, Leaf, MalformedError, read_components
from clearing.engine.search import by_offer
from clearing.engine.search.component import Component, component_of
from clearing.engine.search.objectives import limit_costs
from clearing.engine.search.rows import build_rows
from clearing.engine.search.tiers import find_tiers
from clearing.model.book import Book
from tests.audit.verify.searched_books import RULEBOOK
from tests.audit.verify.test_components import admitted_of
from tests.audit.verify.test_proofs import searched_of, stage_of, swap
from tests.books import book, offer


def leaf(scale: int = 1, rents: Any = None, potentials: Any = None) -> Leaf:
    return Leaf(scale, [], {}, rents or {}, potentials or {}, by_offer=True)


def whole(**keys: Any) -> Searched:
    """P delivers 10,000 µ all or none and concedes 3 ppm; Q at most 15,000 µ, and concedes 2."""
    keys = {"max_ring": None, "residual_tolerance_micro": 0, **keys}
    return swap(2, 3, lists={"all_or_none": True}, **keys)


def test_what_each_offer_gains_at_the_potentials_is_added_up() -> None:
    searched = whole()
    stage = stage_of(searched)
    assert proven_bound(searched, stage, leaf()) == -(3 * 10_000 + 2 * 15_000)
    # P pays 2 more for B, which Q gets for it less: nothing is left to Q, 5 a µ to P.
    assert proven_bound(searched, stage, leaf(potentials={"pool:B": -2})) == -5 * 10_000
    assert proven_bound(searched, stage, leaf(scale=2, potentials={"pool:B": -5})) == -(11 * 10_000) // 2


def test_branches_bound_what_an_offer_may_deliver() -> None:
    searched = whole()
    tree = Branch("offer:P", 0, 10_000, leaf(potentials={"pool:B": 3}), leaf(potentials={"pool:B": -2}))
    assert proven_bound(searched, stage_of(searched), tree) == min(-5 * 15_000, -5 * 10_000)
    closed = Branch("offer:P", 0, 10_000, leaf(potentials={"pool:B": -100}), leaf(potentials={"pool:B": -2}))
    assert proven_bound(searched, stage_of(searched), closed) == -5 * 10_000, "P delivers nothing, Q gains nothing"


def test_residual_gains_up_to_the_tolerance() -> None:
    searched = whole(residual_tolerance_micro=6_000)
    at = {"rest": 1}
    # P: 3 a µ; takes residual at -1 never, and leaves at 3 + 1 the whole tolerance. Q is stepped by no condition.
    assert proven_bound(searched, stage_of(searched), leaf(potentials=at)) == -(3 * 10_000 + 4 * 6_000 + 2 * 15_000)


@pytest.mark.parametrize(
    ("made", "wrong", "why"),
    [
        ({}, leaf(rents={"offer:P": 1}), "is counted by offer"),
        ({"residual_tolerance_micro": 6_000}, leaf(rents={"rest:P": 1}), "is counted by offer"),
        ({"residual_tolerance_micro": 6_000}, leaf(rents={"P|rest": 1}), "is counted by offer"),
        ({"max_ring": 3}, leaf(), "needs rents"),
        ({}, leaf(potentials={"pool:Z": 1}), "of no node"),
    ],
)
def test_a_leaf_by_offer_that_is_not_allowed_proves_nothing(made: dict[str, Any], wrong: Leaf, why: str) -> None:
    searched = whole(**made)
    with pytest.raises(UnprovenError, match=why):
        proven_bound(searched, stage_of(searched), wrong)


def test_components_whose_rents_are_paid_are_not_counted_by_offer() -> None:
    rows = [offer("G", "G", "A", 2, ("*", 0)), offer("P", "P", "B", 2, ("A", -3)), offer("Q", "Q", "B", 1, ("A", -3))]
    rulebook = replace(RULEBOOK, objectives=("surplus", "value", "lottery"))
    searched = searched_of(book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=rulebook))
    assert searched.component.tier == "rings"
    with pytest.raises(UnprovenError, match="needs rents"):
        proven_bound(searched, stage_of(searched), leaf())


def test_potentials_may_not_rise_between_two_that_may_meet() -> None:
    rows = [
        offer("P", "P", "A", 2, ("B", -1), conditions={"deny": ("R",), "all_or_none": True}),
        offer("Q", "Q", "B", 2, ("A", -1)),
        offer("R", "R", "B", 2, ("A", -5)),
    ]
    rulebook = replace(RULEBOOK, objectives=("surplus", "value", "lottery"))
    searched = searched_of(book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=rulebook))
    with pytest.raises(UnprovenError, match="rise"):
        proven_bound(searched, stage_of(searched), leaf(potentials={"pool:A": 1}))


def test_by_offer_false_is_omitted() -> None:
    written = {"scale": "1", "multipliers": [], "rents": {}, "by_offer": False}
    stage = {"objective": "surplus", "value": "0", "bound": "0", "gap": "0", "proof": written}
    with pytest.raises(MalformedError, match="omitted"):
        read_components([{"component": "pool:A", "tier": "integer", "offers": 1, "stages": [stage]}])


# The most of one offer, by trial of every amount


def small_book(draw: Random) -> Book:
    rows = []
    for name, gives, takes in (("P", "A", "B"), ("Q", "B", "A"), ("R", "A", "B")):
        asked = draw.choice([{"all_or_none": True}, {"min_fill": draw.randrange(1, 4)}, {"lot": 1}, {}])
        rows.append(offer(name, name, gives, 4, (takes, 0), **({"conditions": asked} if asked else {})))
    rulebook = replace(RULEBOOK, residual_tolerance_micro=draw.choice([0, 2, 7]), objectives=("surplus", "lottery"))
    return book(values={"A": draw.choice([1, 2, 3]), "B": 1}, offers=rows, rulebook=rulebook)


def most_by_trial(searched: Searched, margin: list[int], ranges: dict[str, tuple[int, int]]) -> int:
    """Every whole amount that an offer may deliver, with every amount of residual."""
    total, tolerance = 0, searched.asks.tolerance
    for o in searched.delivering:
        held = [(row.kind, margin[place]) for place, row in enumerate(searched.rows) if row.offer == o]
        own = {kind: [each for of, each in held if of == kind] for kind in range(3)}
        name = f"offer:{searched.book.offers.id[o]}"
        low, high = ranges.get(name, (0, searched.groups[name].capacity))
        gains = [0] if low == 0 else []
        for delivered in range(max(low, searched.asks.least(o)), high + 1):
            for taken in range(min(tolerance, delivered) + 1 if own[FROM_REST] else 1):
                left = max([0, *own[3 - PLAIN - FROM_REST]]) * tolerance
                gains.append(max(own[PLAIN]) * (delivered - taken) + taken * max(own[FROM_REST], default=0) + left)
        total += max(gains)
    return total


@pytest.mark.parametrize("seed", range(60))
def test_engine_and_verify_find_the_most_that_trial_finds(seed: int) -> None:
    draw = Random(seed)
    made = small_book(draw)
    searched, component = searched_of(made), engine_component(made)
    names = [component.rows.name(i) for i in range(len(component.rows))]
    assert sorted(row.name for row in searched.rows) == sorted(names)
    margins = {row.name: draw.randrange(-5, 6) for row in searched.rows}
    for ranges in ({}, {"offer:P": (0, 0)}, {"offer:P": (4 * 3, 4 * 3)} if made.assets.value_micro[0] == 3 else {}):
        bounds = {name: ends for name, ends in ranges.items() if component.capacity[name] >= ends[1]}
        by_row = [margins[row.name] for row in searched.rows]
        trial = most_by_trial(searched, by_row, bounds)
        assert law7_by_offer.gained(searched, bounds, by_row) == trial
        mine = np.array([margins[name] for name in names], dtype=object)
        assert by_offer.gained(component, bounds, mine) == trial


def engine_component(made: Book) -> Component:
    admission = admitted_of(made)[0]
    (tier,) = find_tiers(made, admission)
    rows = build_rows(made, admission, tier)
    return component_of(rows, limit_costs(rows))
