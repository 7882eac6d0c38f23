"""What is said of uniqueness is true: of circulations it is proven, of what was searched nobody says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest

from clearing.doors.report.page import render
from clearing.doors.session_lines import session_lines
from clearing.engine.lottery import lottery_costs
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS
from clearing.service import summary
from tests.books import book, offer
from tests.engine.search.families import EQUAL, LIMITS, PLAIN, World, shapes
from tests.engine.search.plain_rules import clearings, values
from tests.sessions import SALT, clear_in_memory

CHOSEN, WITNESS = "one of the best, chosen", "a witness, chosen"


def searched(*, others: int) -> Book:
    """A desk that swaps all or none with one of its equals; with a single one the optimum is unique."""
    rows = [
        offer("P1", "P", "A", 5, ("B", -5_000), conditions={"all_or_none": True}),
        *(offer(f"Q{i}", f"Q{i}", "B", 5, ("A", -3_000), conditions={"all_or_none": True}) for i in range(others)),
    ]
    rulebook = replace(DEFAULTS[2], objectives=("surplus", "value", "lottery"), max_ring=3, residual_tolerance_micro=0)
    return book(values={"A": 2_000_000, "B": 2_000_000}, offers=rows, rulebook=rulebook)


def all_that_is_said(made: Book) -> tuple[bool, str, str]:
    """The flag, the line of the terminal, the page; the certificate and ``clear --json`` have the same flag."""
    session, files = clear_in_memory(made)
    flag = json.loads(files["certificate.json"])["unique"]
    assert summary(session)["unique"] is flag
    (line,) = (line for line in session_lines(session) if line.startswith("result"))
    verdict = render(session).partition('<ul class="verdict">')[2].partition("</ul>")[0]
    return flag, line, verdict


@pytest.mark.parametrize("others", [1, 2], ids=["a unique optimum", "a tie"])
def test_a_searched_session_says_that_it_was_chosen_and_nothing_of_unique(others: int) -> None:
    flag, line, verdict = all_that_is_said(searched(others=others))
    assert flag is False
    assert line == f"result     proven optimal, {CHOSEN}"
    assert CHOSEN in verdict
    assert "unique" not in line + verdict


def unproven() -> Book:
    """Two searches are not enough for all-or-none offers of which not all fit."""
    rows = [
        offer("P1", "P", "A", 6, ("B", -5_000), conditions={"all_or_none": True}),
        offer("P2", "V", "A", 5, ("B", -6_000), conditions={"all_or_none": True}),
        offer("P3", "W", "A", 5, ("B", -4_000), conditions={"all_or_none": True}),
        offer("Q1", "Q", "B", 12, ("A", -3_000)),
    ]
    rulebook = replace(DEFAULTS[2], objectives=("surplus", "value", "lottery"), work_limit=1)
    return book(values={"A": 2_000_000, "B": 2_000_000}, offers=rows, rulebook=rulebook)


def test_what_is_not_proven_is_a_witness() -> None:
    flag, line, verdict = all_that_is_said(unproven())
    assert flag is False
    assert line.startswith("result     not proven optimal")
    assert line.endswith(WITNESS)
    assert WITNESS in verdict
    assert "unique" not in line + verdict


def test_what_is_reached_and_what_is_possible_are_told_in_units_that_people_count_in() -> None:
    said = {
        ("surplus", -1_000_000_000_000, -2_345_678_900_000): "surplus 1.00 of at most 2.35 index units",
        ("surplus", -1_000_000_000_000, -1_000_000_000_001): (
            "surplus 1.000000000000 of at most 1.000000000001 index units"
        ),
        ("value", 0, -13_333_333_333): "value 0.00 of at most 13,333.33 index units",
        ("value", -5_000_000, -5_000_001): "value 5.000000 of at most 5.000001 index units",
        ("items", -3, -1_234): "items 3 of at most 1,234",
        ("participants", -3, -4): "participants 3 of at most 4",
        ("deliveries", 3, 2): "deliveries 3 of at least 2",
        ("priority", 1, 0): "priority 1 of at least 0",
    }
    made, _files = clear_in_memory(unproven())
    [component] = made.outcome.certificate.components
    for (objective, value, bound), words in said.items():
        stages = [replace(component.stages[0], objective=objective, value=value, bound=bound)]
        certificate = replace(made.outcome.certificate, components=[replace(component, stages=stages)])
        session = replace(made, outcome=replace(made.outcome, certificate=certificate))
        assert f"result     not proven optimal: {words}, {WITNESS}" in session_lines(session)


def swap(conditions: Mapping[str, object] | None = None) -> Book:
    more = {"conditions": conditions} if conditions else {}
    rows = [offer("P1", "P", "A", 50, ("B", -5_000)), offer("Q1", "Q", "B", 40, ("A", -3_000)),
            offer("R1", "R", "B", 40, ("A", -3_000)), offer("S1", "S", "C", 4, ("D", 0), **more),
            offer("T1", "T", "D", 4, ("C", 0))]  # fmt: skip
    return book(values=dict.fromkeys("ABCD", 1_000), offers=rows, rulebook=DEFAULTS[2])


def test_a_session_of_rulebook_2_without_a_search_is_unique() -> None:
    flag, line, verdict = all_that_is_said(swap())
    assert flag is True
    assert line == "result     proven optimal, unique"
    assert "<li>unique</li>" in verdict


def test_one_searched_component_is_enough_for_no_claim() -> None:
    flag, line, verdict = all_that_is_said(swap({"max_ring": 2}))
    assert flag is False
    assert line == f"result     proven optimal, {CHOSEN}"
    assert "unique" not in line + verdict


def test_a_circulation_that_claims_to_be_unique_has_no_other_as_good() -> None:
    """Every clearing of small worlds in whole pieces, down to the lottery."""
    rulebook = replace(PLAIN, objectives=("surplus", "value", "lottery"))
    ties = 0
    for arcs in shapes():
        for limits in product(LIMITS, repeat=len(arcs)):
            rows = tuple(
                offer(f"O{i}", f"D{i}", given, 1 + i % 2, (taken, limit))
                for i, ((given, taken), limit) in enumerate(zip(arcs, limits, strict=True))
            )
            world = World(rows, rulebook, EQUAL)
            session, _ = clear_in_memory(world.book())
            assert session.outcome.certificate.unique, world
            drawn = lottery_costs(SALT, (f"3|offer|{row['id']}|0" for row in rows)).tolist()
            ranked = sorted(
                (
                    values(world, rows, flows),
                    sum(cost * flows[0][row["id"]] for cost, row in zip(drawn, rows, strict=True)),
                    tuple(flows[0].values()),
                )
                for flows in clearings(world, rows)
            )
            best = {flow for value, cost, flow in ranked if (value, cost) == ranked[0][:2]}
            assert best == {tuple(session.outcome.fills.offer_flow_micro.tolist())}, world
            ties += len({flow for value, _, flow in ranked if value == ranked[0][0]}) > 1
    assert ties > 20, "the lottery had something to draw"
