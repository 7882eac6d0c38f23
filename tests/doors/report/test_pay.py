"""What the page says of pay holds for how the session was cleared: by premia, at par, in rings or whole pieces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearing.doors.report import desks, offers, settlement
from clearing.doors.report.fates import Why, judge
from clearing.doors.report.page import render
from clearing.doors.report.pay import AT_PAR, BY_PREMIA, BY_TIER, WITHOUT_PREMIA
from clearing.doors.report.proof import component_table
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS, Rulebook
from clearing.service import paid_in
from tests.books import book, offer
from tests.doors.report.pages import cleared, demo_session
from tests.doors.report.test_fates import why_of

BOUNDED = replace(DEFAULTS[2], max_ring=2, residual_tolerance_micro=1_000_000)
WHOLE = replace(DEFAULTS[2], residual_tolerance_micro=0)
PAR = replace(DEFAULTS[2], objectives=("value", "surplus", "lottery"), residual_tolerance_micro=1_000_000)


def oats_for_hay(rulebook: Rulebook) -> Book:
    """The first two trade, oats are left over; the last pair gives and wants what nobody else does."""
    rows = [
        offer("1", "a", "OATS", 8, ("HAY", -20_000)),
        offer("2", "b", "HAY", 5, ("OATS", -10_000)),
        offer("3", "c", "RYE", 5, ("HAY", 0)),
    ]
    return book(values={"HAY": 1_000, "OATS": 1_000, "RYE": 1_000}, offers=rows, rulebook=rulebook)


@pytest.mark.parametrize(
    ("rulebook", "said"),
    [
        (DEFAULTS[1], {BY_PREMIA}),
        (PAR, {AT_PAR}),
        (BOUNDED, {WITHOUT_PREMIA, BY_TIER["rings"]}),
        (WHOLE, {WITHOUT_PREMIA, BY_TIER["integer"]}),
    ],
    ids=["premia", "par", "rings", "whole"],
)
def test_the_page_says_of_pay_what_is_true_of_the_session(rulebook: Rulebook, said: set[str]) -> None:
    page = render(cleared(oats_for_hay(rulebook)))
    every = {BY_PREMIA, AT_PAR, WITHOUT_PREMIA, *BY_TIER.values()}
    assert {sentence for sentence in every if sentence in page} == said
    assert ("There are none in this session" in page) == (rulebook in (BOUNDED, WHOLE))
    assert "An offer that the premia pay more than its limit is filled in full; one" not in page


@pytest.mark.parametrize(
    ("rulebook", "paid"),
    [(BOUNDED, ["\u2212200.00", "+200.00"]), (WHOLE, ["\u221250.00", "+50.00"])],
    ids=["rings", "whole"],
)
def test_the_tables_tell_the_pay_of_searched_offers(rulebook: Rulebook, paid: list[str]) -> None:
    session = cleared(oats_for_hay(rulebook))
    book, outcome = session.book, session.outcome
    fates = judge(book, outcome, paid_in(session))
    table = offers.offer_table(book, outcome, fates)
    positions = desks.desk_table(book, fates, desks.take_accounts(book, outcome))
    assert table.columns[-1].label == "Paid"
    assert [row[-1] for row in table.rows] == [*paid, offers.NOTHING]
    assert {row[7] for row in settlement.instruction_table(book, outcome).rows} == {"in entries"}
    assert "Premia and pay" in [column.label for column in positions.columns]


def test_a_searched_component_is_told_with_its_bound_and_a_circulation_with_its_potentials() -> None:
    assert component_table(demo_session()).rows == []
    rows = component_table(cleared(oats_for_hay(WHOLE))).rows
    assert [(row[3], row[4], row[5], row[6]) for row in rows][:2] == [
        ("surplus", "\u2212150,000,000", "\u2212150,000,000", "0"),
        ("value", "\u221210,000", "\u221210,000", "0"),
    ]
    page = render(cleared(oats_for_hay(WHOLE)))
    assert "Objectives of the circulation" not in page


@pytest.mark.parametrize("rulebook", [DEFAULTS[1], PAR, BOUNDED, WHOLE], ids=["premia", "par", "rings", "whole"])
def test_an_offer_that_nobody_wants_is_told_so_however_the_session_was_cleared(rulebook: Rulebook) -> None:
    found = why_of(oats_for_hay(rulebook))
    assert found["2"] is Why.FILLED
    assert found["3"] is Why.NO_TAKER


def test_at_par_no_limit_is_said_to_be_what_keeps_an_offer_out() -> None:
    rows = [
        offer("1", "a", "OATS", 5, ("HAY", -20_000)),
        offer("2", "b", "OATS", 5, ("HAY", -10_000)),
        offer("3", "c", "HAY", 5, ("OATS", 0)),
    ]
    values = {"HAY": 1_000, "OATS": 1_000}
    assert why_of(book(values=values, offers=rows))["2"] is Why.LIMIT
    assert why_of(book(values=values, offers=rows, rulebook=PAR))["2"] is Why.PAR
