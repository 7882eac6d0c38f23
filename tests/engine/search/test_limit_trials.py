"""The limit that is told is the highest that surely does, to the last ppm, whatever the headroom and the salt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.canonical import discard
from clearing.doors.explanation_words import explanation_object, explanation_sentences
from clearing.engine.search.changed import with_lower_limits
from clearing.model.book import Book, SessionTerms
from clearing.model.explanation import Asked, Explanation, Fate, Trial
from clearing.model.rulebook import DEFAULTS
from clearing.service import clear_book, explain_offer, outcome_of
from tests.audit.verify.searched_books import random_searched_book
from tests.books import book, offer
from tests.sessions import SALT

VALUES = {"bike": 10_000_000, "lamp": 10_000_000}
POOR = (0, 0, -1)
ROWS = (offer("1", "ann", "lamp", 1, ("bike", 50_000)), offer("2", "bo", "bike", 1, ("lamp", 0)))


def explained(made: Book, offer_id: str, salt: bytes | None = SALT) -> Explanation:
    return explain_offer(clear_book(made, SessionTerms(salt=salt), discard), offer_id)


def told(made: Book, found: Explanation) -> str:
    return " ".join(explanation_sentences(made, found))


def pieces(*rows: Any, desks: Any = None, **rules: Any) -> Book:
    return book(values=VALUES, offers=rows, desks=desks, rulebook=replace(DEFAULTS[2], **rules))


def swap(limit_ppm: int, **rules: Any) -> Book:
    """Two desks without credit, of which one asks for too much."""
    return pieces(
        offer("1", "ann", "lamp", 1, ("bike", 0)),
        offer("2", "bo", "bike", 1, ("lamp", limit_ppm)),
        desks={"ann": POOR, "bo": POOR},
        **rules,
    )


@pytest.mark.parametrize("limit_ppm", [1, 9_900, 15_000, 30_000, 50_000, 130_000, 1_500_000])
@pytest.mark.parametrize(
    "rules",
    [{}, {"max_ring": 3}, {"max_ring": 3, "residual_tolerance_micro": 10_000_000},
     {"objectives": ("value", "surplus", "lottery")}, {"objectives": ("items", "lottery")}],
    ids=["pieces", "rings", "divisible rings", "at par", "at par without surplus"],
)  # fmt: skip
def test_a_desk_without_credit_is_told_the_highest_limit_that_does(limit_ppm: int, rules: dict[str, Any]) -> None:
    made = swap(limit_ppm, **rules)
    found = explained(made, "2")
    [trial] = found.trials
    assert (trial.asked, trial.value, trial.flow_micro) == (Asked.LIMIT, limit_ppm, 10_000_000)
    assert (trial.tied, trial.least) == (False, True)
    if limit_ppm > 1:
        assert f"Tried: asking {limit_ppm / 100:,.2f} bps less it would deliver 1 pieces of bike." in told(made, found)


def test_a_limit_that_would_need_credit_is_no_answer() -> None:
    made = pieces(*ROWS, desks={"ann": POOR, "bo": POOR})
    found = explained(made, "2")
    assert not found.trials
    assert "No change alone" in told(made, found)
    assert explained(pieces(*ROWS), "2").trials[0].value == 50_000


def test_a_rival_is_undercut_by_the_least_there_is() -> None:
    made = pieces(
        offer("l1", "ann", "lamp", 1, ("bike", 5_000)),
        offer("l2", "bo", "lamp", 1, ("bike", 0)),
        offer("3", "cy", "bike", 1, ("lamp", 0)),
        max_ring=2,
    )
    found = explained(made, "l1", salt=None)
    [trial] = found.trials
    assert (trial.asked, trial.value, trial.tied, trial.equal) == (Asked.LIMIT, 5_001, False, False)
    assert told(made, found).endswith("Tried: asking 50.01 bps less it would deliver 1 pieces of lamp.")
    entered = with_lower_limits(made, 1, step_ppm=5_001)
    assert entered.offers.id[1] == "l1"
    for salt in (bytes([number]) * 32 for number in range(8)):
        assert outcome_of(entered, salt).fills.offer_quantity[1] == 1


def test_an_equally_good_clearing_is_told_as_such_and_no_other() -> None:
    made = pieces(
        offer("l1", "ann", "lamp", 1, ("bike", 0)),
        offer("l2", "bo", "lamp", 1, ("bike", 0)),
        offer("3", "cy", "bike", 1, ("lamp", 0)),
        max_ring=2,
    )
    unfilled = next(name for name in ("l1", "l2") if explained(made, name).fate is Fate.UNFILLED)
    found = explained(made, unfilled)
    [trial] = found.trials
    assert (trial.value, trial.tied, trial.equal) == (1, False, True)
    assert told(made, found).endswith("1 pieces of lamp: an equally good clearing fills it.")
    apart = explained(swap(1), "2")
    assert [(each.value, each.equal) for each in apart.trials] == [(1, False)]


def test_what_only_the_lottery_gives_is_told_as_such() -> None:
    made = pieces(
        offer("l1", "ann", "lamp", 1, ("bike", 0)),
        offer("l2", "bo", "lamp", 1, ("bike", 0)),
        offer("3", "cy", "bike", 1, ("lamp", 0), conditions={"deny": ("ann",)}),
        max_ring=2,
    )
    drawn = [bytes([number]) * 32 for number in range(12)]
    explanations = [explained(made, "l1", salt) for salt in drawn]
    trials = [each for found in explanations for each in found.trials if each.asked is Asked.OTHERS_LISTS]
    assert 0 < len(trials) < len(drawn)
    assert all(trial.tied for trial in trials)
    found = next(found for found in explanations if found.trials and found.trials[0].asked is Asked.OTHERS_LISTS)
    assert (
        "Tried: if the lists of cy let it in it may deliver 1 pieces of lamp: "
        "an equally good clearing gives it less, and the lottery chooses."
    ) in told(made, found)
    assert explanation_object(made, found)["trials"] == [
        {"change": "others_lists", "flow_micro": "10000000", "proven": True, "tied": True, "participants": ["cy"]}
    ]


def test_a_gift_has_no_limit_to_lower() -> None:
    made = pieces(
        offer("g", "ann", "lamp", 1, ("*", 0)),
        offer("h", "bo", "lamp", 1, ("*", 0)),
        offer("3", "cy", "bike", 1, ("lamp", 0)),
        offer("4", "di", "lamp", 1, ("bike", -100)),
    )
    for name in made.offers.id:
        found = explained(made, name)
        assert name not in "gh" or Asked.LIMIT not in {trial.asked for trial in found.trials}


def test_what_cannot_be_traded_is_not_told() -> None:
    """Three pieces can be divided for the clearing, not for the delivery."""
    made = book(
        values={"A": 3_000, "B": 4_000},
        offers=[offer("P", "P", "A", 9, ("B", 100)), offer("Q", "Q", "B", 1, ("A", 0))],
        rulebook=replace(DEFAULTS[2], max_ring=2),
    )
    found = explained(made, "P")
    assert [trial.flow_micro for trial in found.trials] == [4_000]
    assert told(made, found).endswith("Tried: asking 1.00 bps less it would deliver about 1 pieces of A.")


# Limits of random books: one ppm less does not do, or is a tie

SEEDS = (13, 19, 102)


def limit_trials(seed: int) -> Iterator[tuple[Book, int, Explanation, Trial]]:
    made = random_searched_book(seed)
    session = clear_book(made, SessionTerms(salt=SALT), discard)
    for row, name in enumerate(made.offers.id):
        found = explain_offer(session, name)
        for trial in found.trials:
            if trial.asked is Asked.LIMIT:
                yield made, row, found, trial


def delivered(made: Book, row: int, step_ppm: int, salt: bytes) -> int:
    outcome = outcome_of(with_lower_limits(made, row, step_ppm=step_ppm), salt)
    return int(outcome.fills.offer_flow_micro[row])


def test_limits_of_random_books_are_the_highest_that_do_under_any_salt() -> None:
    seen = 0
    for seed in SEEDS:
        for made, row, found, trial in limit_trials(seed):
            step = trial.value or 0
            more = found.flow_micro + made.increment_value_micro(int(made.offers.deliver[row]))
            if trial.proven and not trial.tied:
                assert all(delivered(made, row, step, bytes([n]) * 32) >= more for n in range(3)), (seed, row)
            if trial.proven and trial.least and step > 1:
                assert any(delivered(made, row, step - 1, bytes([n]) * 32) < more for n in range(9)), (seed, row)
            seen += 1
    assert seen
