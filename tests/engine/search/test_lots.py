"""Lots that do not divide what is offered: what is left of the last one is bid for, and no bound counts on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clearing.engine.admission import admit
from clearing.engine.search.component import Component, component_of
from clearing.engine.search.objectives import limit_costs, objective_of
from clearing.engine.search.program import Duals, Relaxed, Stage
from clearing.engine.search.recorded_proof import bound_of
from clearing.engine.search.rows import build_rows
from clearing.engine.search.tiers import find_tiers
from clearing.engine.search.tree import broken
from clearing.model.proof import Leaf
from clearing.model.rulebook import DEFAULTS
from tests.books import book, offer
from tests.engine.search.test_proven import certificate

pytestmark = pytest.mark.usefixtures("one_solver")

PIECES = {"A": 1_000, "B": 1_000}
LOTS_OF_TWO: dict[str, Any] = {"conditions": {"lot": 2}}


@pytest.mark.parametrize("keys", [{}, {"max_ring": 3}, {"residual_tolerance_micro": 0}, {"work_limit": 1}], ids=str)
def test_what_is_left_of_the_last_lot_is_bid_for_in_vain(keys: dict[str, Any]) -> None:
    rows = [
        offer("O0", "D0", "A", 2, ("B", -10_000)),
        offer("O1", "D1", "A", 3, ("B", -10_000)),
        offer("O2", "D2", "B", 3, ("A", -10_000), **LOTS_OF_TWO),
    ]
    found = certificate(book(values=PIECES, offers=rows, rulebook=replace(DEFAULTS[2], **keys)))
    assert found["optimal"], found["components"]
    assert (found["bound"], found["gap"]) == ("-40000000", "0")


def test_lots_of_several_offers_out_of_one_stock_are_whole_together() -> None:
    """Of nine pieces in stock lots of four and six deliver eight, four and six together being ten."""
    rows = [
        offer("O0", "D0", "A", 20, ("B", -10_000)),
        offer("O1", "D1", "B", 8, ("A", -10_000), stock="S", conditions={"lot": 4}),
        offer("O2", "D1", "B", 6, ("A", -10_000), stock="S", conditions={"lot": 6}),
    ]
    stocks = [("S", "D1", "B", 9)]
    found = certificate(book(values=PIECES, offers=rows, stocks=stocks, rulebook=DEFAULTS[2]))
    assert found["optimal"], found["components"]
    assert found["bound"] == str(-20_000 * 8_000)


def test_lots_of_an_account_are_whole_within_its_headroom() -> None:
    rows = [
        offer("O0", "D0", "A", 20, ("INDEX", -10_000)),
        offer("O1", "D1", "INDEX", 9_000, ("A", -10_000), conditions={"lot": 2_000}),
    ]
    desks = {"D1": (0, 7_500, -1)}
    found = certificate(book(values=PIECES, offers=rows, desks=desks, rulebook=DEFAULTS[2]))
    assert found["optimal"], found["components"]
    assert found["bound"] == str(-20_000 * 6_000)


def test_an_integer_program_proposes_where_the_relaxation_serves_fewer() -> None:
    """Whole lots alone leave a relaxation in whole pieces, whose surplus is best with three who are served of four."""
    rows = [
        offer("O0", "D0", "A", 2, ("B", -10_000)),
        offer("O1", "D1", "A", 3, ("B", 5_000)),
        offer("O2", "D2", "B", 3, ("A", -10_000), **LOTS_OF_TWO),
        offer("O3", "D3", "B", 2, ("A", 5_000)),
    ]
    rulebook = replace(DEFAULTS[2], objectives=("participants", "surplus", "lottery"), residual_tolerance_micro=0)
    (component,) = certificate(book(values=PIECES, offers=rows, rulebook=rulebook))["components"]
    values = {stage["objective"]: int(stage["value"]) for stage in component["stages"]}
    assert (values["participants"], values["surplus"]) == (-4, -30_000_000)


@pytest.mark.parametrize(("quantity", "steps"), [(3, []), (4, [("offer:P", 2_000, 4_000)])])
def test_no_branch_is_above_the_last_lot(quantity: int, steps: list[tuple[str, int, int]]) -> None:
    component = whole_pieces(quantity)
    nothing = Duals({}, (), (), {})
    arcs = {row: 2_500 for row in range(len(component.rows)) if component.rows.name(row) == "P|0"}
    found = broken(component, Relaxed(arcs, {}, {}, nothing, is_complete=True))
    assert [(each.group, each.at, each.above) for each in found if each.group == "offer:P"] == steps


@pytest.mark.parametrize(
    ("quantity", "group", "bound"),
    [
        (3, "whole:offer:P", -4_000),
        (3, "offer:P", -6_000),
        (4, "offer:P", -8_000),
        (4, "whole:offer:P", None),
        (3, "whole:offer:Q", None),
    ],
)
def test_a_recorded_proof_may_rent_whole_lots_where_some_of_the_offer_is_none(
    quantity: int, group: str, bound: int | None
) -> None:
    component = whole_pieces(quantity)
    recorded = Leaf(1, [], {}, {group: 2}, {"pool:A": 1})
    stage = Stage(objective_of(component.rows, "surplus", b""), (), pay_own_way=False)
    assert bound_of(component, stage, recorded) == bound


def whole_pieces(quantity: int) -> Component:
    """P offers so many in lots of two."""
    rows = [offer("P", "P", "A", quantity, ("B", -1), **LOTS_OF_TWO), offer("Q", "Q", "B", 9, ("A", -1))]
    made = book(values=PIECES, offers=rows, rulebook=replace(DEFAULTS[2], residual_tolerance_micro=0))
    admission = admit(made)
    (tier,) = find_tiers(made, admission)
    built = build_rows(made, admission, tier)
    return component_of(built, limit_costs(built))
