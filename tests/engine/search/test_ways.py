"""The shortest ring and the shortest chain through an offer, and which of them is too long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.canonical import discard
from clearing.doors.explanation_words import explanation_object, explanation_sentences
from clearing.engine.admission import admit
from clearing.engine.search.rows import build_rows
from clearing.engine.search.tiers import find_tiers
from clearing.engine.search.ways import ways_through
from clearing.model.book import Book, SessionTerms
from clearing.model.explanation import Asked, Explanation, Hindrance
from clearing.model.rulebook import DEFAULTS
from clearing.service import clear_book, explain_offer
from tests.books import book, offer
from tests.sessions import SALT

VALUES = dict.fromkeys("ABCD", 2_000)


def world(*rows: Any, **rules: Any) -> Book:
    return book(values=VALUES, offers=rows, rulebook=replace(DEFAULTS[2], residual_tolerance_micro=0, **rules))


def lengths(made: Book, offer_id: str) -> tuple[int | None, int | None]:
    admission, row = admit(made), made.offers.id.index(offer_id)
    tier = next(tier for tier in find_tiers(made, admission) if row in tier.offers)
    ways = ways_through(build_rows(made, admission, tier), row)
    return ways.ring.shortest, ways.chain.shortest


def explained(made: Book, offer_id: str) -> Explanation:
    return explain_offer(clear_book(made, SessionTerms(salt=SALT), discard), offer_id)


def told(made: Book, found: Explanation) -> str:
    return " ".join(explanation_sentences(made, found))


def test_rings_count_members_and_chains_deliveries() -> None:
    made = world(
        offer("G", "G", "A", 5, ("*", 0)),
        offer("P", "P", "B", 5, ("A", 0)),
        offer("Q", "Q", "A", 5, ("B", 0)),
        offer("R", "R", "C", 5, ("B", 0)),
        max_ring=5,
    )
    assert {name: lengths(made, name) for name in "GPQR"} == {
        "G": (None, 1), "P": (2, 1), "Q": (2, 2), "R": (None, 2),
    }  # fmt: skip


@pytest.mark.parametrize("limited", [False, True])
def test_a_gift_returns_not_by_itself(limited: bool) -> None:
    asked = {"conditions": {"max_ring": 9}} if limited else {}
    made = world(
        offer("G", "G", "A", 5, ("*", 0), **asked),
        offer("P", "P", "A", 5, ("B", 0)),
        offer("Q", "Q", "B", 5, ("C", 0)),
        offer("R", "R", "C", 5, ("A", 0)),
    )
    assert lengths(made, "G") == (None, 1)
    assert lengths(made, "P") == (3, 3)
    alone = world(offer("G", "G", "A", 5, ("*", 0), **asked), offer("P", "P", "A", 5, ("B", 0)))
    assert lengths(alone, "G") == (None, None)
    assert lengths(alone, "P") == (None, None)


SCARCE = (
    offer("1", "ann", "A", 1, ("B", 0)),
    offer("2", "bo", "A", 1, ("B", 0)),
    offer("3", "cy", "B", 1, ("A", 0)),
)


def test_a_ring_that_is_allowed_is_not_measured_by_the_longest_chain() -> None:
    made = world(*SCARCE, max_ring=2, max_chain=1, objectives=("surplus", "lottery"))
    for name in ("1", "2"):
        found = explained(made, name)
        assert found.ring_length is None
        assert "more than is allowed" not in told(made, found)
        assert Asked.LONGEST_RING not in {trial.asked for trial in found.trials}


def test_what_is_too_long_is_told_as_ring_and_as_chain() -> None:
    made = world(
        offer("G", "G", "A", 5, ("*", 0)),
        offer("P", "P", "B", 5, ("A", 0)),
        offer("Q", "Q", "C", 5, ("B", 0)),
        offer("R", "R", "A", 5, ("C", 0)),
        max_ring=2,
        max_chain=1,
    )
    found = explained(made, "Q")
    assert {seen.hindrance for seen in found.outlook} == {Hindrance.RING_TOO_LONG}
    assert (found.ring_length, found.chain_length) == (3, 2)
    record = explanation_object(made, found)
    assert (record["shortest_ring"], record["shortest_chain"]) == (3, 2)
    said = "the shortest ring through it is of length 3 and the shortest chain of gifts through it is of length 2"
    assert said in told(made, found)
    assert [(trial.asked, trial.value, trial.flow_micro) for trial in found.trials] == [(Asked.LONGEST_RING, 2, 10_000)]
    assert "Tried: with chains of gifts of length up to 2 it would deliver 5 pieces of C." in told(made, found)


def test_a_longest_ring_of_its_own_bounds_rings_and_chains() -> None:
    rows = [
        offer("P", "P", "B", 5, ("A", 0)),
        offer("Q", "Q", "C", 5, ("B", 0), conditions={"max_ring": 2}),
        offer("R", "R", "A", 5, ("C", 0)),
    ]
    made = world(*rows)
    assert "Tried: with rings of length up to 3 it would" in told(made, explained(made, "Q"))
