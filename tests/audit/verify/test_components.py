"""Tiers by example, and components, rows' groups and tiers against those that the engine finds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from clearing.audit.verify.components import Admitted, Component, find_components
from clearing.audit.verify.law7_rows import build_rows
from clearing.engine.search.rows import build_rows as engine_rows
from clearing.engine.search.tiers import find_tiers
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS
from tests.audit.verify.resealing import verified
from tests.audit.verify.searched_books import RULEBOOK, as_seen, random_searched_book
from tests.books import book, offer
from tests.sessions import clear_in_memory


def admitted_of(made: Book) -> tuple[Any, Admitted]:
    """Everybody takes part with the headroom of the start: for the engine and for verify."""
    people = made.participants
    headroom = np.maximum(0, people.balance_micro + people.credit_limit_micro)
    everybody = SimpleNamespace(
        admitted=np.ones(len(made.offers.id), dtype=np.bool_),
        kept=np.ones(len(made.offers.alt_asset), dtype=np.bool_),
        headroom_left_micro=headroom,
    )
    return everybody, Admitted(set(), set(), headroom.tolist())


def components_of(made: Book) -> list[Component]:
    return find_components(as_seen(made), admitted_of(made)[1])


def swap(*, value: int = 5_000, keys: dict[str, Any] | None = None, limit: int = -1_000, **asked: Any) -> Book:
    """Two desks that swap A for B, the first of which asks for something."""
    conditions = {"conditions": asked} if asked else {}
    rows = [
        offer("P1", "P", "A", 10, ("B", limit), **conditions),
        offer("Q1", "Q", "B", 10, ("A", -1_000)),
    ]
    return book(values={"A": value, "B": value}, offers=rows, rulebook=replace(RULEBOOK, **(keys or {})))


PIECES = {"objectives": ("surplus", "items", "lottery")}


@pytest.mark.parametrize(
    ("made", "tier"),
    [
        (swap(), "circulation"),
        (swap(max_ring=3), "rings"),
        (swap(keys={"max_ring": 3}), "rings"),
        (swap(deny=("Q",)), "rings"),
        (swap(allow=("R",)), "rings"),
        (swap(deny=("R",)), "circulation"),
        (swap(lot=2), "integer"),
        (swap(min_fill=1), "integer"),
        (swap(all_or_none=True), "integer"),
        (swap(value=2_000_000), "integer"),
        (swap(value=2_000_000, keys=PIECES), "circulation"),
        (swap(value=2_000_000, keys=PIECES, min_fill=1), "circulation"),
        (swap(value=2_000_000, keys=PIECES, min_fill=2), "integer"),
        (swap(value=2_000_000, keys=PIECES, lot=2), "integer"),
        (swap(value=2_000_000, keys=PIECES, all_or_none=True), "integer"),
        (swap(value=2_000_000, keys=PIECES, max_ring=3), "integer"),
        (swap(keys={"objectives": ("value", "surplus", "lottery")}), "circulation"),
        (swap(keys={"objectives": ("value", "surplus", "lottery")}, limit=1), "integer"),
        (swap(keys={"objectives": ("surplus", "participants", "lottery")}), "integer"),
        (swap(keys={"objectives": ("surplus", "deliveries", "lottery")}), "integer"),
    ],
)
def test_a_component_has_the_tier_that_it_needs(made: Book, tier: str) -> None:
    assert [(each.name, each.tier) for each in components_of(made)] == [("pool:A", tier)]


def test_a_component_is_named_by_its_least_node() -> None:
    rows = [
        offer("P1", "P", "A", 10, ("B", 0), ("C", 0)),
        offer("Q1", "Q", "D", 10, ("E", 0)),
        offer("R1", "R", "F", 10, ("INDEX", 0)),
    ]
    made = book(values=dict.fromkeys("ABCDEF", 5_000), offers=rows, rulebook=RULEBOOK)
    assert [each.name for each in components_of(made)] == ["hub", "offer:P1", "pool:D"]


@pytest.mark.parametrize("seed", range(120))
def test_components_and_groups_are_those_of_the_engine(seed: int) -> None:
    made = random_searched_book(seed)
    everybody, admitted = admitted_of(made)
    seen = as_seen(made)
    tiers, components = find_tiers(made, everybody), find_components(seen, admitted)
    assert [(each.component, each.tier, list(each.offers)) for each in tiers] == [
        (each.name, each.tier, list(each.offers)) for each in components
    ]
    for tier, component in zip(tiers, components, strict=True):
        theirs, ours = engine_rows(made, everybody, tier), build_rows(seen, admitted, component)
        groups = {
            name: (group.capacity, sorted(ours.rows[row].name for row in group.rows))
            for name, group in ours.groups.items()
        }
        assert groups == {
            group.name: (group.capacity, sorted(map(theirs.name, group.rows.tolist()))) for group in theirs.groups
        }


def test_a_session_whose_first_objective_has_no_stage_in_a_component_is_verified() -> None:
    swaps = [("O1", "X", "A", "B"), ("O2", "Y", "B", "C"), ("O3", "Z", "C", "A")]
    made = book(
        values=dict.fromkeys("ABC", 2_000_000),
        offers=[offer(name, desk, gives, 1, (takes, 0)) for name, desk, gives, takes in swaps],
        rulebook=replace(
            DEFAULTS[2], objectives=("even", "items", "lottery"), max_ring=3, residual_tolerance_micro=0
        ),
    )
    session, files = clear_in_memory(made)
    assert session.outcome.certificate.bound == -3
    assert not verified(files).violations
