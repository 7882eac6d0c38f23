"""Explanations are tested by what they promise: change exactly what they name, clear again, see it happen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from clearing.engine.admission import admit
from clearing.engine.arc_flows import arc_flows
from clearing.engine.changes import with_credit, with_limit
from clearing.engine.explain import explain
from clearing.engine.flow_solver import solve_with_ortools
from clearing.engine.netting_graph import build_graph
from clearing.engine.optimum import optimise
from clearing.model.book import INDEX, Book
from clearing.model.explanation import Explanation, Fate, Hindrance
from clearing.model.faults import RefusalReason
from clearing.model.rulebook import DEFAULTS
from clearing.service import outcome_of
from tests.books import book, offer, random_book
from tests.sessions import SALT

BOOKS = 200
VALUES = dict.fromkeys(("copper", "steel", "wheat"), 1_000)


@pytest.mark.parametrize(
    "twenty", [twenty if twenty < 3 else pytest.param(twenty, marks=pytest.mark.long) for twenty in range(BOOKS // 20)]
)
def test_every_promise_holds_on_every_offer_of_random_books(twenty: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(20 * twenty, 20 * twenty + 20):
        world = random_book(seed)
        outcome = outcome_of(world, SALT)
        for found in explain(world, outcome, range(len(world.offers.id))):
            seen[found.fate.value] += 1
            seen["promised"] += _holds(world, found, seed)
    assert all(seen[fate.value] for fate in Fate), seen
    assert seen["promised"] > seen.total() // 5, seen


def _holds(world: Book, found: Explanation, seed: int) -> bool:
    """Assert what the explanation promises; whether it promised anything."""
    if found.refusal is not None:
        return _refusal_holds(world, found)
    row = int(world.offers.alt_start[found.offer])
    for seen in found.outlook:
        _assert_consistent(world, found, row + seen.alternative, seed)
    change = found.change
    if change is None or not change.promised:
        return _nobody_holds(world, found)
    row += change.alternative
    desk = int(world.offers.participant[found.offer])
    limited = with_limit(world, row=row, limit_ppm=change.limit_ppm)
    changed = with_credit(limited, desk=desk, credit_micro=change.credit_micro)
    flow = int(outcome_of(changed, SALT).fills.alt_flow_micro[row])
    before = found.outlook[change.alternative].flow_micro
    assert flow > before if change.more else flow < before, (seed, found)
    return True


def _assert_consistent(world: Book, found: Explanation, row: int, seed: int) -> None:
    seen = found.outlook[row - int(world.offers.alt_start[found.offer])]
    if seen.more_below_ppm is not None:
        assert seen.limit_ppm >= seen.more_below_ppm, (seed, found)
    if seen.less_above_ppm is not None:
        assert seen.limit_ppm <= seen.less_above_ppm, (seed, found)


def _refusal_holds(world: Book, found: Explanation) -> bool:
    assert found.refusal is not None
    assert found.refusal.reason is RefusalReason.NO_HEADROOM
    if found.credit_needed_micro is None:
        return False
    desk = int(world.offers.participant[found.offer])
    changed = with_credit(world, desk=desk, credit_micro=found.credit_needed_micro)
    assert found.offer not in {refusal.offer for refusal in outcome_of(changed, SALT).refusals}
    return True


def _nobody_holds(world: Book, found: Explanation) -> bool:
    """Where nobody gives, nobody takes, or all is used up, one offer the other way fills it."""
    if found.fate is not Fate.UNFILLED or len(found.outlook) != 1 or world.offers.stock[found.offer] >= 0:
        return False
    (seen,) = found.outlook
    deliver = int(world.offers.deliver[found.offer])
    if seen.hindrance not in (Hindrance.NO_GIVER, Hindrance.NO_TAKER, Hindrance.USED_UP) or INDEX in (
        deliver,
        seen.asset,
    ):
        return False
    fills = outcome_of(_with_counterpart(world, deliver=seen.asset, receive=deliver), SALT).fills
    assert fills.offer_flow_micro[found.offer] > 0, found
    return True


def _with_counterpart(world: Book, *, deliver: int, receive: int) -> Book:
    """The book with a last offer, by a new desk, that gives almost anything for what the offer delivers."""
    people, offers = world.participants, world.offers
    last = len(people.id)

    def more(column, value):  # type: ignore[no-untyped-def]
        return np.append(column, np.int64(value))

    return replace(
        world,
        participants=replace(
            people,
            id=[*people.id, "ZZ"],
            balance_micro=more(people.balance_micro, 0),
            credit_limit_micro=more(people.credit_limit_micro, 10**17),
            balance_cap_micro=more(people.balance_cap_micro, -1),
        ),
        offers=replace(
            offers,
            id=[*offers.id, "ZZ"],
            participant=more(offers.participant, last),
            deliver=more(offers.deliver, deliver),
            quantity=more(offers.quantity, 10**9),
            stock=more(offers.stock, -1),
            alt_start=more(offers.alt_start, len(offers.alt_asset) + 1),
            alt_asset=more(offers.alt_asset, receive),
            alt_limit_ppm=more(offers.alt_limit_ppm, -1_000_000),
            alt_max=more(offers.alt_max, -1),
        ),
    )


def test_flows_rebuilt_from_fills_are_those_of_the_optimum() -> None:
    for seed in range(60):
        world = random_book(seed)
        graph = build_graph(world, admit(world))
        flow = optimise(world, graph, SALT, solve_with_ortools).flow
        assert (arc_flows(world, graph, outcome_of(world, SALT).fills) == flow).all(), seed


def _explained(*rows, which: int = 0, **more) -> tuple[Book, Explanation]:  # type: ignore[no-untyped-def]
    world = book(values=VALUES, offers=rows, **more)
    return world, explain(world, outcome_of(world, SALT), [which])[0]


def test_a_limit_above_the_market_is_told_with_the_distance_and_not_the_midpoint() -> None:
    rows = [
        offer("O1", "X", "wheat", 10, ("copper", 2_000)),
        offer("O2", "Y", "copper", 10, ("wheat", -1_200)),
    ]
    _, found = _explained(*rows)
    assert (found.fate, found.outlook[0].hindrance) == (Fate.UNFILLED, Hindrance.LIMIT)
    assert found.outlook[0].more_below_ppm == 1_200
    assert found.change is not None
    assert (found.change.limit_ppm, found.change.promised) == (1_199, True)


def test_nobody_gives_nobody_takes_and_all_used_up_are_told_apart() -> None:
    _, lonely = _explained(offer("O1", "X", "wheat", 10, ("copper", 0)), offer("O2", "Y", "steel", 1, ("wheat", 0)))
    assert lonely.outlook[0].hindrance is Hindrance.NO_GIVER
    _, unwanted = _explained(offer("O1", "X", "wheat", 10, ("copper", 0)), offer("O2", "Y", "copper", 1, ("steel", 0)))
    assert unwanted.outlook[0].hindrance is Hindrance.NO_TAKER
    _, no_ring = _explained(
        offer("O1", "X", "wheat", 10, ("copper", 0)),
        offer("O2", "Y", "copper", 1, ("steel", 0)),
        offer("O3", "Z", "steel", 1, ("wheat", 9_000_000)),
        offer("O4", "Z", "copper", 1, ("wheat", -9_000), ),
        which=0,
    )
    assert no_ring.fate is Fate.PARTLY_FILLED


def test_a_used_up_stock_is_named_with_the_offer_that_used_it() -> None:
    world, found = _explained(
        offer("O1", "X", "wheat", 10, ("copper", 0), stock="S"),
        offer("O2", "X", "wheat", 10, ("steel", -500), stock="S"),
        offer("O3", "Y", "steel", 10, ("wheat", 0)),
        offer("O4", "Y", "copper", 10, ("wheat", 0)),
        stocks=[("S", "X", "wheat", 10)],
    )
    assert found.fate is Fate.UNFILLED
    (binding,) = found.bindings
    assert (binding.kind, binding.id, [world.offers.id[i] for i in binding.used_by]) == ("stock", "S", ["O2"])
    assert found.outlook[0].more_below_ppm == -500


def test_a_share_at_the_margin_names_its_class() -> None:
    _, found = _explained(
        offer("O1", "X", "wheat", 10, ("copper", 0)),
        offer("O2", "Y", "wheat", 30, ("copper", 0)),
        offer("O3", "Z", "copper", 20, ("wheat", 0)),
    )
    assert (found.fate, found.outlook[0].hindrance) == (Fate.PARTLY_FILLED, Hindrance.MARGIN)
    assert found.shared is not None
    assert (found.shared.members, found.shared.capacity_micro, found.shared.flow_micro) == (2, 40_000, 20_000)
    assert found.flow_micro == 5_000


def test_a_new_limit_that_needs_headroom_says_how_much() -> None:
    _, found = _explained(
        offer("O1", "X", "wheat", 1_000, ("copper", 0)),
        offer("O2", "Y", "copper", 1_000, ("wheat", 50_000)),
        desks={"X": (0, 0, -1), "Y": (0, 0, -1)},
    )
    assert found.change is not None
    assert found.change.limit_ppm == -50_001
    assert found.change.credit_micro == 30_001
    assert found.change.promised


def test_at_par_no_limit_is_promised_to_bring_more_or_less() -> None:
    """Rulebook 2 without surplus: whoever asks less is not served before others, so that no limit helps."""
    rows = [
        offer("O1", "X", "wheat", 5, ("copper", -20_000)),
        offer("O2", "Y", "wheat", 5, ("copper", -10_000)),
        offer("O3", "Z", "copper", 5, ("wheat", 0)),
    ]
    par = replace(DEFAULTS[2], objectives=("value", "lottery"), residual_tolerance_micro=1_000_000)
    world = book(values=VALUES, offers=rows, rulebook=par)
    outcome = outcome_of(world, SALT)
    found = explain(world, outcome, range(3))
    assert {each.change for each in found} == {None}
    assert {(a.more_below_ppm, a.less_above_ppm) for each in found for a in each.outlook} == {(None, None)}
    [left] = [each for each in found if each.fate is Fate.UNFILLED]
    assert [each.hindrance for each in left.outlook] == [Hindrance.PAR]
    lower = with_limit(world, row=left.offer, limit_ppm=-900_000)
    assert not outcome_of(lower, SALT).fills.offer_flow_micro[left.offer]
