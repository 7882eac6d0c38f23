"""Stages that count, held by a multiplier in the stages after them: by hand, and never above what trial finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from clearing.audit.verify.law7_proof import Stage, UnprovenError, proven_bound, row_prices
from clearing.audit.verify.law7_rows import Searched
from clearing.audit.verify.proofs import Branch, Leaf, MalformedError, read_components
from clearing.engine.search import program
from clearing.engine.search.objectives import objectives_of
from clearing.engine.search.proof import prove
from clearing.engine.search.recorded_proof import bound_of
from clearing.model import proof
from clearing.model.book import Book
from tests.audit.verify.searched_books import RULEBOOK
from tests.audit.verify.test_by_offer import engine_component
from tests.audit.verify.test_proofs import SALT, searched_of, stage_of
from tests.books import book, offer

PIECE = 5_000
SERVED, DELIVERED = ("participants", "surplus", "lottery"), ("surplus", "deliveries", "value", "lottery")
MANY = 10_000
"""λ of the examples: what serving R costs, 2 a µ of a piece."""


def market(objectives: Sequence[str] = SERVED, quantity: int = 2, **keys: Any) -> Book:
    """P and R deliver A for the B of Q: a µ of A gains 5 from P and 3 from R; Q has two pieces unless it is said."""
    rows = [
        offer("P", "P", "A", 2, ("B", -3)),
        offer("Q", "Q", "B", quantity, ("A", -2)),
        offer("R", "R", "A", 2, ("B", -1)),
    ]
    keys = {"max_ring": 3, "residual_tolerance_micro": 0, "objectives": objectives, **keys}
    return book(values={"A": PIECE, "B": PIECE}, offers=rows, rulebook=replace(RULEBOOK, **keys))


def serving(worth: int, weights: dict[str, int], rents: dict[str, int], **keys: Any) -> Leaf:
    """A leaf at the scale 1 for the surplus after the participants, and for its own limits."""
    return Leaf(1, [worth, 0], weights, {f"offer:{name}": rent for name, rent in rents.items()}, {}, **keys)


def after(searched: Searched, place: int, *values: int) -> Stage:
    """A stage after others of these values; the surplus pays its own way where it is not first."""
    first = searched.book.rulebook.objectives[0] == "surplus"
    return replace(stage_of(searched, place, *values), surplus_first=first)


# Participants


def test_who_was_served_before_is_served_after() -> None:
    """All three served: P a piece and R a piece gain 25,000 and 15,000, where P alone would have gained 50,000."""
    searched = searched_of(market())
    stage = after(searched, 1, -3)
    assert proven_bound(searched, stage, serving(0, {}, {"Q": 5})) == -50_000
    assert proven_bound(searched, stage, serving(MANY, {"R": MANY}, {"Q": 5})) == -40_000
    # A weight below the multiplier: what it is less is paid once, and so is the multiplier of P and of Q.
    assert proven_bound(searched, stage, serving(MANY, {"R": PIECE}, {"Q": 5})) == -45_000
    assert proven_bound(searched, stage, serving(2 * MANY, {"R": MANY}, {"Q": 5})) == -40_000, "nobody is left out"
    assert proven_bound(searched, after(searched, 1, -2), serving(MANY, {"R": MANY}, {"Q": 5})) == -50_000


def test_a_leaf_by_offer_holds_who_was_served() -> None:
    searched = searched_of(market(max_ring=None))
    leaf = Leaf(1, [MANY, 0], {"R": MANY}, {}, {"pool:B": 3}, by_offer=True)
    # At these potentials nothing is left to P and R, and 5 a µ to Q.
    assert proven_bound(searched, after(searched, 1, -3), leaf) == -40_000
    assert proven_bound(searched, after(searched, 1, -3), replace(leaf, multipliers=[0, 0], served={})) == -50_000


def test_a_price_of_who_is_served_is_rounded_down() -> None:
    searched = searched_of(market())
    stage = after(searched, 1, -3)
    row = searched.index["R|0"]
    assert [row_prices(searched, stage, serving(MANY, {"R": w}, {}))[row] for w in (0, 1, PIECE, PIECE + 1)] == [
        -1, -2, -2, -3,
    ]  # fmt: skip
    with pytest.raises(UnprovenError, match="gains"):
        proven_bound(searched, stage, serving(MANY + 1, {"R": MANY + 1}, {"Q": 5}))


@pytest.mark.parametrize(
    ("worth", "weights", "why"),
    [
        (MANY, {"R": MANY + 1}, "cannot have the weight"),
        (MANY, {"R": -1}, "cannot have the weight"),
        (MANY, {"Z": 1}, "cannot have the weight"),
        (0, {"R": 1}, "cannot have the weight"),
        (-MANY, {}, "multiplier"),
        (-MANY, {"R": -MANY}, "multiplier"),
    ],
)
def test_no_weight_is_above_the_multiplier_nor_below_nothing(worth: int, weights: dict[str, int], why: str) -> None:
    searched = searched_of(market())
    with pytest.raises(UnprovenError, match=why):
        proven_bound(searched, after(searched, 1, -3), serving(worth, weights, {"P": 99, "Q": 99, "R": 99}))


def test_nobody_is_served_where_no_stage_counts_participants() -> None:
    searched = searched_of(market(DELIVERED))
    with pytest.raises(UnprovenError, match="cannot have the weight"):
        proven_bound(searched, after(searched, 2, 0, 0), Leaf(1, [1, 1], {"R": 1}, {"offer:Q": 99}, {}))


# Deliveries


def test_an_offer_that_delivers_counts_at_least_its_part() -> None:
    """Nobody delivers: the value is 0, which the multiplier of the capacities proves to the last µ."""
    searched = searched_of(market(DELIVERED))
    stage, whole = after(searched, 2, 0, 0), 2 * PIECE
    assert proven_bound(searched, stage, Leaf(1, [0, whole], {}, {}, {})) == 0
    assert proven_bound(searched, stage, Leaf(1, [0, 0], {}, {"offer:Q": 2}, {})) == -2 * whole
    with pytest.raises(UnprovenError, match="gains"):
        proven_bound(searched, stage, Leaf(1, [0, whole - 1], {}, {}, {}))
    with pytest.raises(UnprovenError, match="multiplier"):
        proven_bound(searched, stage, Leaf(1, [0, -whole], {}, {"offer:Q": 99}, {}))
    assert proven_bound(searched, after(searched, 2, 0, 1), Leaf(1, [0, whole], {}, {}, {})) == -whole


def test_at_a_finer_scale_less_of_a_delivery_is_lost_by_rounding() -> None:
    """A µ is a ten-thousandth of P and a fifteen-thousandth of Q, which make 2 with the multiplier 12,000."""
    searched = searched_of(market(DELIVERED, quantity=3))
    stage = after(searched, 2, 0, 2)
    for scale, times, bound in ((1, 15_000, -30_000), (5, 60_000, -24_000)):
        assert proven_bound(searched, stage, Leaf(scale, [0, times], {}, {}, {})) == bound
        with pytest.raises(UnprovenError, match="gains"):
            proven_bound(searched, stage, Leaf(scale, [0, times - 1], {}, {}, {}))


def test_a_leaf_by_offer_counts_deliveries() -> None:
    searched = searched_of(market(DELIVERED, max_ring=None))
    leaf = Leaf(1, [0, 2 * PIECE], {}, {}, {}, by_offer=True)
    assert proven_bound(searched, after(searched, 2, 0, 0), leaf) == 0
    less = replace(leaf, multipliers=[0, 2 * PIECE - 1])
    assert proven_bound(searched, after(searched, 2, 0, 0), less) == -3 * 2 * PIECE, "rounded down to nothing a µ"


def test_an_offer_that_must_deliver_counts_whole() -> None:
    """All that can be gained takes two pieces of P; without P there is 30,000 of 50,000, without Q nothing."""
    searched = searched_of(market(DELIVERED))
    stage, open_leaf = after(searched, 1, -50_000), Leaf(1, [0], {}, {}, {})
    without = Leaf(1, [1], {}, {"offer:P": 2, "offer:Q": 3}, {})

    def proven(high: Leaf | Branch) -> int:
        return proven_bound(searched, stage, Branch("offer:P", 0, PIECE, without, high))

    assert proven(open_leaf) == 0
    assert proven(replace(open_leaf, opened=["P"])) == 1
    both = replace(open_leaf, opened=["P", "Q"])
    assert proven(Branch("offer:Q", 0, PIECE, replace(without, rents={"offer:Q": 5}), both)) == 2
    assert proven(replace(open_leaf, scale=PIECE, opened=["P"])) == 1, "at every scale"


@pytest.mark.parametrize("opened", [["Q"], ["Z"], ["P", "P"], ["P", "Q"]])
def test_what_need_not_deliver_is_not_opened(opened: list[str]) -> None:
    made = market(DELIVERED)
    searched, component = searched_of(made), engine_component(made)
    leaf = Leaf(1, [0], {}, {"offer:Q": 99}, {})
    tree = Branch("offer:P", 0, PIECE, leaf, replace(leaf, opened=opened))
    with pytest.raises(UnprovenError, match="opened"):
        proven_bound(searched, after(searched, 1, -25_000), tree)
    with pytest.raises(UnprovenError, match="opened"):
        proven_bound(searched, after(searched, 1, -25_000), replace(tree, low=replace(leaf, opened=["P"]), high=leaf))
    surplus, deliveries = objectives_of(component.rows, SALT)[:2]
    stage = program.Stage(deliveries, ((surplus, -25_000),), pay_own_way=False)
    assert bound_of(component, stage, as_record(replace(tree, high=leaf))) is not None
    assert bound_of(component, stage, as_record(tree)) is None


def test_nothing_is_opened_where_no_stage_counts_deliveries() -> None:
    searched = searched_of(market())
    leaf = Leaf(1, [], {}, {"offer:Q": 99}, {})
    stage = after(searched, 1, -3)
    tree = Branch("offer:P", 0, PIECE, serving(0, {}, {"Q": 5}), serving(0, {}, {"Q": 5}, opened=["P"]))
    assert leaf.opened == ()
    with pytest.raises(UnprovenError, match="opened"):
        proven_bound(searched, stage, tree)


# By trial

Flows = tuple[int, int]
"""What P delivers to Q, and what R does."""
@pytest.mark.parametrize("opened", [[], [1], True, "P", {}])
def test_opened_is_a_list_of_offers(opened: object) -> None:
    ending = {"scale": "1", "multipliers": [], "rents": {}, "opened": opened}
    stage = {"objective": "surplus", "value": "0", "bound": "0", "gap": "0", "proof": ending}
    with pytest.raises(MalformedError):
        read_components([{"component": "hub", "tier": "integer", "offers": 2, "stages": [stage]}])


LISTS = (
    SERVED,
    DELIVERED,
    ("participants", "value", "lottery"),
    ("value", "participants", "deliveries", "surplus", "lottery"),
)


def values(objectives: Sequence[str], flows: Flows, limits: dict[str, int]) -> tuple[int, ...]:
    """What the stages before the lottery come to."""
    one, other = flows
    served = (one > 0) + (other > 0) + (one + other > 0)
    found = {
        "participants": -served,
        "deliveries": served,
        "value": -2 * (one + other),
        "surplus": (limits["P"] + limits["Q"]) * one + (limits["R"] + limits["Q"]) * other,
    }
    return tuple(found[name] for name in objectives[:-1])


def drawn_book(draw: Random) -> tuple[Book, dict[str, int], dict[str, int]]:
    """A market with limits and pieces as the draw falls."""
    limits = {name: draw.randint(-3, 1) for name in "PQR"}
    pieces = {name: draw.randint(1, 3) for name in "PQR"}
    rows = [
        offer(name, name, gives, pieces[name], (takes, limits[name]))
        for name, gives, takes in (("P", "A", "B"), ("Q", "B", "A"), ("R", "A", "B"))
    ]
    rulebook = replace(
        RULEBOOK, max_ring=draw.choice((3, None)), residual_tolerance_micro=0, objectives=draw.choice(LISTS)
    )
    return book(values={"A": PIECE, "B": PIECE}, offers=rows, rulebook=rulebook), limits, pieces


def outcomes(objectives: Sequence[str], limits: dict[str, int], pieces: dict[str, int]) -> Iterator[tuple[int, ...]]:
    """The values of everything that may be traded."""
    for one, other in product(range(pieces["P"] + 1), range(pieces["R"] + 1)):
        found = values(objectives, (one * PIECE, other * PIECE), limits)
        own_way = (limits["P"] + limits["Q"]) * one + (limits["R"] + limits["Q"]) * other <= 0
        if one + other <= pieces["Q"] and (own_way or objectives[0] == "surplus"):
            yield found


def drawn_leaf(draw: Random, searched: Searched, stage: Stage, opened: Sequence[str] = ()) -> Leaf:
    """Multipliers and weights as the draw falls, and rents or potentials that leave no ring a gain."""
    scale, most = draw.choice((1, 2, 7)), draw.choice((5, 3 * PIECE, 12 * PIECE))
    size = len(stage.before) + (not stage.surplus_first)
    multipliers = [draw.choice((0, draw.randint(0, most))) for _ in range(size)]
    for place, (each, _) in enumerate(stage.before):
        if not each.served and each.name != "deliveries":
            multipliers[place] = draw.choice((0, 0, 1, 3))
    people, worth = stage.serving(Leaf(scale, multipliers, {}, {}, {}))
    names = [searched.book.participants.id[person] for person in people]
    weights = {name: draw.choice((0, worth, draw.randint(0, worth))) for name in names}
    leaf = Leaf(scale, multipliers, {name: weight for name, weight in weights.items() if weight}, {}, {}, opened=opened)
    price = row_prices(searched, stage, leaf)
    missing = {name: -price[searched.index[f"{name}|0"]] for name in "PQR"}
    if searched.book.rulebook.max_ring is None:
        return replace(leaf, potentials={"pool:B": -draw.randint(-3, 3) * scale or 1}, by_offer=True)
    rents = {"P": draw.choice((0, max(0, missing["P"]))), "R": draw.choice((0, max(0, missing["R"])))}
    rents["Q"] = max(0, missing["Q"] + max(missing["P"] - rents["P"], missing["R"] - rents["R"]))
    return replace(leaf, rents={f"offer:{name}": rent for name, rent in rents.items() if rent})


def may_open(stage: Stage) -> Sequence[str]:
    """P below a branch where it must deliver, where deliveries are counted now or before."""
    counting = [stage.objective, *(objective for objective, _ in stage.before)]
    return ["P"] if any(each.counted for each in counting) else []


@pytest.mark.parametrize("seed", range(300))
def test_no_leaf_proves_more_than_is_true_and_the_engine_reads_it_alike(seed: int) -> None:
    draw = Random(seed)
    made, limits, pieces = drawn_book(draw)
    objectives = made.rulebook.objectives
    searched, component = searched_of(made), engine_component(made)
    place = draw.randrange(1, len(objectives) - 1)
    every = list(outcomes(objectives, limits, pieces))
    best = min(every)
    stage = after(searched, place, *best[:place])
    allowed = [found for found in every if all(a <= b for a, b in zip(found[:place], best, strict=False))]
    first, second = drawn_leaf(draw, searched, stage), drawn_leaf(draw, searched, stage, may_open(stage))
    low = draw.randrange(pieces["P"])
    for tree in (first, Branch("offer:P", low * PIECE, (low + 1) * PIECE, first, second)):
        bound = proven_bound(searched, stage, tree)
        assert bound <= min(found[place] for found in allowed)
        own = objectives_of(component.rows, SALT)
        before = tuple(zip(own, best[:place], strict=False))
        asked = program.Stage(own[place], before, objectives[0] != "surplus")
        assert bound_of(component, asked, as_record(tree)) == bound


def as_record(tree: Leaf | Branch) -> proof.Proof:
    """The same proof as the engine's."""
    if isinstance(tree, Branch):
        return proof.Branch(tree.group, tree.at, tree.above, as_record(tree.low), as_record(tree.high))
    amounts = tree.served, tree.rents, tree.potentials
    return proof.Leaf(tree.scale, tree.multipliers, *amounts, tree.by_offer, tree.opened)


@pytest.mark.parametrize(("worth", "weight"), [(5, 6), (0, 1), (5, -1)])
def test_the_engine_refuses_the_weights_that_verify_refuses(worth: int, weight: int) -> None:
    component = engine_component(market())
    first, second, _ = objectives_of(component.rows, SALT)
    stage = program.Stage(second, ((first, -3),), pay_own_way=True)
    rents = {f"offer:{name}": 99 for name in "PQR"}
    assert bound_of(component, stage, proof.Leaf(1, [worth, 0], {}, rents, {})) is not None
    assert bound_of(component, stage, proof.Leaf(1, [worth, 0], {"R": weight}, rents, {})) is None


@pytest.mark.parametrize("max_ring", [3, None])
@pytest.mark.parametrize("worth", [10**15, 10**45])
def test_no_number_of_a_leaf_is_longer_than_verify_reads(worth: int, max_ring: int | None) -> None:
    """Whatever a solver says: duals of 10⁹ and of 10³⁹ a head."""
    component = engine_component(market(max_ring=max_ring))
    first, second, _ = objectives_of(component.rows, SALT)
    stage = program.Stage(second, ((first, -3),), pay_own_way=True)
    desk = component.rows.book.participants.id.index("R")
    duals = program.Duals({}, [0] * len(component.rows.nodes), [worth, 0], {desk: worth})
    found = prove(component, stage, {}, duals)
    numbers = [found.leaf.scale, *found.leaf.multipliers, *found.leaf.served.values(), *found.leaf.rents.values()]
    assert max(map(len, map(str, numbers))) <= 40
    assert found.bound == bound_of(component, stage, found.leaf)
    assert found.bound <= -40_000
