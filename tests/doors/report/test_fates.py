"""Fates: every offer has one, its reason holds in the book, and the engine's own explanation agrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from clearing.doors.report.fates import MARKS, WHYS, Fates, Why, judge
from clearing.engine.explain import explain
from clearing.model.book import Book
from clearing.model.explanation import Fate as Explained
from clearing.model.explanation import Hindrance
from clearing.model.rulebook import DEFAULTS
from clearing.service import Session, paid_in
from tests.books import book, offer, random_book
from tests.doors.report.pages import cleared

SEEDS = range(40)
EXPLAINED = {
    Explained.FILLED: "filled",
    Explained.PARTLY_FILLED: "partly",
    Explained.UNFILLED: "unfilled",
    Explained.REFUSED: "refused",
}


def judged(session: Session) -> Fates:
    return judge(session.book, session.outcome, paid_in(session))


def why_of(given: Book) -> dict[str, Why]:
    fates = judged(cleared(given))
    return {id: WHYS[why] for id, why in zip(given.offers.id, fates.why.tolist(), strict=True)}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fate_is_what_explain_says(seed: int) -> None:
    session = cleared(random_book(seed))
    fates, everything = judged(session), range(len(session.book.offers.id))
    found = explain(session.book, session.outcome, everything)
    assert [MARKS[mark] for mark in fates.mark] == [EXPLAINED[each.fate] for each in found]


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_of_fates_are_those_of_the_manifest(seed: int) -> None:
    session = cleared(random_book(seed))
    fates, totals = Counter(MARKS[mark] for mark in judged(session).mark), session.outcome.totals
    assert fates["filled"] == totals.filled_offers
    assert fates["partly"] == totals.partly_filled_offers
    assert fates["refused"] == len(session.outcome.refusals)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reason_holds_in_the_book(seed: int) -> None:
    session = cleared(random_book(seed))
    fates, offers = judged(session), session.book.offers
    admitted = [i for i in range(len(offers.id)) if MARKS[fates.mark[i]] != "refused"]
    rows = {i: range(int(offers.alt_start[i]), int(offers.alt_start[i + 1])) for i in range(len(offers.id))}
    wanted = {int(offers.alt_asset[row]) for i in admitted for row in rows[i]}
    given = {int(offers.deliver[i]) for i in admitted}
    for i in admitted:
        why, slack = WHYS[fates.why[i]], [int(fates.paid_ppm[r] - offers.alt_limit_ppm[r]) for r in rows[i]]
        idle = int(session.outcome.fills.offer_flow_micro[i]) == 0
        assert (why is Why.NO_TAKER) == (idle and int(offers.deliver[i]) not in wanted)
        if why is Why.NO_GIVER:
            assert not {int(offers.alt_asset[r]) for r in rows[i]} & given
        if why is Why.LIMIT:
            assert max(slack) < 0
        if why is Why.MARGIN:
            assert max(slack) >= 0
            assert 0 in slack
        if why is Why.MAXIMUM:
            assert not idle
            assert any(session.outcome.fills.alt_flow_micro[r] == fates.bound_micro[r] for r in rows[i])
        if why is Why.STOCK:
            drawn = sum(
                int(session.outcome.fills.offer_quantity[j])
                for j in range(len(offers.id))
                if offers.stock[j] == offers.stock[i]
            )
            assert drawn == session.book.stocks.quantity[offers.stock[i]]


@pytest.mark.parametrize("seed", SEEDS)
def test_explain_knows_no_better_than_a_limit_above_the_premia(seed: int) -> None:
    session = cleared(random_book(seed))
    fates = judged(session)
    limited = [i for i in range(len(fates.why)) if WHYS[fates.why[i]] is Why.LIMIT]
    for each in explain(session.book, session.outcome, limited):
        assert {seen.hindrance for seen in each.outlook} <= {
            Hindrance.LIMIT, Hindrance.NO_GIVER, Hindrance.NO_TAKER, Hindrance.USED_UP, Hindrance.MAXIMUM
        }  # fmt: skip


def test_the_random_books_show_every_reason() -> None:
    seen = Counter(WHYS[why] for seed in SEEDS for why in judged(cleared(random_book(seed))).why)
    assert {why for why in Why if seen[why] == 0} <= {Why.NO_TAKER, Why.NO_GIVER, Why.SEARCHED, Why.PAR}


def test_an_offer_of_a_searched_component_is_told_so() -> None:
    world = book(
        values={"OATS": 1_000, "HAY": 1_000},
        offers=[
            offer("1", "a", "OATS", 5, ("HAY", 0), conditions={"all_or_none": True}),
            offer("2", "b", "HAY", 3, ("OATS", 0)),
        ],
        rulebook=replace(DEFAULTS[2], residual_tolerance_micro=1_000),
    )
    assert why_of(world) == {"1": Why.SEARCHED, "2": Why.SEARCHED}


def test_what_nobody_wants_and_what_nobody_has_are_told_apart() -> None:
    found = why_of(
        book(
            values={"OATS": 1_000, "HAY": 1_000, "RYE": 1_000},
            offers=[offer("1", "a", "OATS", 5, ("HAY", 0)), offer("2", "b", "RYE", 5, ("OATS", 0))],
        )
    )
    assert found == {"1": Why.NO_GIVER, "2": Why.NO_TAKER}


def test_the_worked_example_of_the_margin() -> None:
    found = why_of(
        book(
            values={"OATS": 1_000, "HAY": 1_000},
            offers=[
                offer("buyer", "a", "HAY", 10, ("OATS", -2_000)),
                offer("cheap", "b", "OATS", 4, ("HAY", 0)),
                offer("even", "c", "OATS", 10, ("HAY", 1_000)),
                offer("dear", "d", "OATS", 10, ("HAY", 2_001)),
            ],
        )
    )
    assert found == {"buyer": Why.FILLED, "cheap": Why.FILLED, "even": Why.MARGIN, "dear": Why.LIMIT}


def test_a_book_without_offers_has_no_fates() -> None:
    assert len(judged(cleared(book(values={}))).mark) == 0
