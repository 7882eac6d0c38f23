"""Offers that a proof decides: they lose most by another decision, and an integer program of the rest does well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clearing.engine.admission import admit
from clearing.engine.search import near
from clearing.engine.search.by_offer import gains
from clearing.engine.search.component import Bounds, Component, component_of
from clearing.engine.search.integers import propose
from clearing.engine.search.near import decided
from clearing.engine.search.objectives import limit_costs, objective_of
from clearing.engine.search.polish import polish
from clearing.engine.search.program import Stage
from clearing.engine.search.proof import Proven, margins, prove
from clearing.engine.search.relaxation import relax
from clearing.engine.search.rows import build_rows
from clearing.engine.search.tiers import find_tiers
from clearing.engine.search.tree import flows_of
from clearing.engine.search.witness import decisions, value_of
from clearing.solvers.apart import SolverApart
from tests.engine.search.test_desks_with_conditions import desks

OFFERS, OPEN = 300, 40


@pytest.fixture(scope="module")
def scene() -> Iterator[tuple[Component, Stage, Proven, SolverApart]]:
    made = desks(OFFERS, whole=0.3, half=0.3, seed=1)
    admission = admit(made)
    (tier,) = find_tiers(made, admission)
    rows = build_rows(made, admission, tier)
    component = component_of(rows, limit_costs(rows))
    stage = Stage(objective_of(rows, "surplus", bytes(32)), (), pay_own_way=False)
    with SolverApart() as programs:
        relaxed = relax(component, stage, {}, programs)
        assert relaxed is not None
        yield component, stage, prove(component, stage, {}, relaxed.duals), programs


@pytest.fixture
def bounds(scene: tuple[Component, Stage, Proven, SolverApart], monkeypatch: pytest.MonkeyPatch) -> Bounds:
    component, stage, proven, _ = scene
    assert decided(component, stage, proven.leaf) == {}, "so few may all stay open"
    monkeypatch.setattr(near, "OPEN_MAX", OPEN)
    return decided(component, stage, proven.leaf)


def test_those_that_lose_most_by_another_decision_are_decided(
    scene: tuple[Component, Stage, Proven, SolverApart], bounds: Bounds
) -> None:
    component, stage, proven, _ = scene
    ids, asks = component.rows.book.offers.id, component.rows.asks
    stepped = {f"offer:{ids[offer]}" for offer, is_stepped in component.stepped.items() if is_stepped}
    assert len(stepped) > 2 * OPEN
    assert bounds.keys() <= stepped
    assert len(stepped - bounds.keys()) == OPEN
    gain = {ids[o]: (o, most) for o, _, most in gains(component, {}, margins(component, stage, proven.leaf))}
    closest = min(abs(gain[name.removeprefix("offer:")][1]) for name in bounds)
    assert all(abs(gain[name.removeprefix("offer:")][1]) <= closest for name in stepped - bounds.keys())
    for name, (low, high) in bounds.items():
        offer, most = gain[name.removeprefix("offer:")]
        assert (low, high) == ((asks.least_micro(offer), component.capacity[name]) if most > 0 else (0, 0))


def test_an_integer_program_of_the_others_comes_near_to_the_bound(
    scene: tuple[Component, Stage, Proven, SolverApart], bounds: Bounds
) -> None:
    component, stage, proven, programs = scene
    proposal = propose(component, stage, bounds, programs)
    assert proposal is not None
    taken = decisions(component, flows_of(component, proposal))
    assert all(taken[name] == ends for name, ends in bounds.items() if ends == (0, 0)), "what is decided stays so"
    again = relax(component, stage, taken, programs)
    assert again is not None
    rings = polish(component, stage, again, taken, programs)
    assert rings is not None
    value = value_of(component, stage.objective, rings)
    assert 0 <= value - proven.bound <= -value // 10
