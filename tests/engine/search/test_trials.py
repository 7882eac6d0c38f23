"""What an explanation says that a change would bring is what the changed book brings when it is cleared anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.canonical import discard
from clearing.doors.explanation_words import explanation_object, explanation_sentences
from clearing.model.book import Book, Conditions, SessionTerms
from clearing.model.explanation import Asked, Explanation, Fate, Hindrance, Trial
from clearing.model.rulebook import DEFAULTS
from clearing.service import clear_book, explain_offer, outcome_of
from tests.audit.verify.searched_books import random_searched_book
from tests.books import book, offer
from tests.sessions import SALT

VALUES = {"A": 2_000, "B": 2_000, "C": 2_000, "D": 2_000}


def world(*rows: Any, **rules: Any) -> Book:
    rulebook = replace(DEFAULTS[2], residual_tolerance_micro=0, **rules)
    return book(values=VALUES, offers=rows, rulebook=rulebook)


def explained(made: Book, offer_id: str) -> Explanation:
    return explain_offer(clear_book(made, SessionTerms(salt=SALT), discard), offer_id)


def told(made: Book, offer_id: str) -> str:
    return " ".join(explanation_sentences(made, explained(made, offer_id)))


WHOLE = {"all_or_none": True}


def test_a_whole_offer_that_finds_too_little_is_told_the_nearest_minimum() -> None:
    made = world(offer("P", "P", "A", 50, ("B", 0), conditions=WHOLE), offer("Q", "Q", "B", 44, ("A", 0)))
    found = explained(made, "P")
    assert [(t.asked, t.value, t.flow_micro, t.proven) for t in found.trials] == [(Asked.MINIMUM, 44, 88_000, True)]
    assert told(made, "P").endswith("Tried: with a minimum of 44 pieces of A it would deliver 44 pieces of A.")


def test_a_lot_that_does_not_fit_is_told_a_smaller_one() -> None:
    made = world(
        offer("P", "P", "A", 100, ("B", 0), conditions={"lot": 20}),
        offer("Q", "Q", "B", 50, ("A", 0), conditions=WHOLE),
    )
    assert [(t.asked, t.value, t.flow_micro) for t in explained(made, "P").trials] == [(Asked.LOT, 10, 100_000)]


def test_a_ring_that_is_too_long_is_told_with_its_length() -> None:
    names = "ABCD"
    rows = [offer(f"O{i}", f"P{i}", names[i], 5, (names[i - 1], 0)) for i in range(4)]
    found = explained(world(*rows, max_ring=3), "O1")
    assert found.ring_length == 4
    assert {seen.hindrance for seen in found.outlook} == {Hindrance.RING_TOO_LONG}
    assert [(t.asked, t.value, t.flow_micro) for t in found.trials] == [(Asked.LONGEST_RING, 4, 10_000)]
    assert "the shortest ring through it is of length 4" in told(world(*rows, max_ring=3), "O1")


def test_lists_are_told_with_whose_they_are() -> None:
    made = world(offer("P", "P", "A", 5, ("B", 0), conditions={"deny": ("Q",)}), offer("Q", "Q", "B", 5, ("A", 0)))
    (own,), (others,) = explained(made, "P").trials, explained(made, "Q").trials
    assert (own.asked, own.named, own.flow_micro) == (Asked.OWN_LISTS, (), 10_000)
    assert (others.asked, others.named, others.flow_micro) == (Asked.OTHERS_LISTS, ("P",), 10_000)
    assert "if the lists of P let it in" in told(made, "Q")


def test_a_limit_is_told_as_far_as_it_was_tried() -> None:
    made = world(offer("P", "P", "A", 5, ("B", 500), conditions=WHOLE), offer("Q", "Q", "B", 5, ("A", -400)))
    (trial,) = explained(made, "P").trials
    assert trial.asked is Asked.LIMIT
    assert trial.value is not None
    assert 100 <= trial.value <= 10_000


def test_an_equally_good_clearing_is_told_as_such() -> None:
    rows = [offer(name, name, "A", 5, ("B", 0), conditions=WHOLE) for name in ("P1", "P2")]
    made = world(*rows, offer("Q", "Q", "B", 5, ("A", 0)))
    unfilled = next(n for n in ("P1", "P2") if explained(made, n).fate is Fate.UNFILLED)
    (trial,) = explained(made, unfilled).trials
    assert (trial.asked, trial.value, trial.flow_micro) == (Asked.LIMIT, 1, 10_000)
    assert "an equally good clearing fills it" in told(made, unfilled)


def test_whom_nobody_serves_is_told_without_trying() -> None:
    rows = [offer("P", "P", "A", 5, ("B", 0), conditions=WHOLE), offer("Q", "Q", "B", 5, ("A", 0))]
    lone = offer("R", "R", "A", 5, ("C", 0))
    idle = offer("S", "S", "D", 5, ("B", 0))
    made = world(*rows, lone, idle)
    assert explained(made, "R").outlook[0].hindrance is Hindrance.NO_GIVER
    assert explained(made, "S").outlook[0].hindrance is Hindrance.NO_TAKER
    assert not explained(made, "R").trials


def test_that_nothing_helps_is_told() -> None:
    made = world(
        offer("P", "P", "A", 50, ("B", 5_000), conditions={"all_or_none": True, "max_ring": 2}),
        offer("Q", "Q", "B", 7, ("A", 0), conditions=WHOLE),
    )
    found = explained(made, "P")
    assert not found.trials
    assert "No change alone" in told(made, "P")


# Every promise of random books

SEEDS = (13, 14, 19, 74, 102, 104, 131)


def changed(made: Book, row: int, trial: Trial) -> Book:
    """The book that a trial speaks of, made anew."""
    asked = made.offers.conditions.get(row, Conditions())
    desk = made.participants.id[int(made.offers.participant[row])]
    conditions = dict(made.offers.conditions)
    value, limits, rules = trial.value or 0, made.offers.alt_limit_ppm.copy(), made.rulebook
    match trial.asked:
        case Asked.OWN_LISTS:
            conditions[row] = replace(asked, allow=(), deny=())
        case Asked.OTHERS_LISTS:
            for other, each in made.offers.conditions.items():
                if made.offers.participant[other] != made.offers.participant[row]:
                    allow = each.allow if not each.allow or desk in each.allow else (*each.allow, desk)
                    conditions[other] = replace(each, deny=tuple(d for d in each.deny if d != desk), allow=allow)
        case Asked.LONGEST_RING:
            conditions[row] = replace(asked, max_ring=asked.max_ring and max(asked.max_ring, value))
            chain = rules.chain_limit
            rules = replace(
                rules, max_ring=rules.max_ring and max(rules.max_ring, value), max_chain=chain and max(chain, value)
            )
        case Asked.MINIMUM:
            conditions[row] = replace(asked, all_or_none=False, min_fill=value or None)
        case Asked.LOT:
            conditions[row] = replace(asked, lot=value)
        case Asked.LIMIT:
            rows = range(int(made.offers.alt_start[row]), int(made.offers.alt_start[row + 1]))
            for each in rows:
                limits[each] = max(-1_000_000, int(limits[each]) - value)
    conditions = {i: each for i, each in conditions.items() if each != Conditions()}
    return replace(made, rulebook=rules, offers=replace(made.offers, conditions=conditions, alt_limit_ppm=limits))


def promises(seed: int) -> Iterator[tuple[Book, int, Explanation]]:
    made = random_searched_book(seed)
    session = clear_book(made, SessionTerms(salt=SALT), discard)
    for row, name in enumerate(made.offers.id):
        yield made, row, explain_offer(session, name)


def kept(seed: int) -> Counter[Asked]:
    seen: Counter[Asked] = Counter()
    for made, row, found in promises(seed):
        for trial in found.trials:
            flow = int(outcome_of(changed(made, row, trial), SALT).fills.offer_flow_micro[row])
            assert flow == trial.flow_micro > found.flow_micro, (seed, row, trial)
            seen[trial.asked] += 1
        assert explanation_object(made, found)["fate"] == found.fate.value
    return seen


def test_every_promise_of_random_books_is_kept_and_every_kind_occurs() -> None:
    seen = sum((kept(seed) for seed in SEEDS), Counter[Asked]())
    assert set(seen) == set(Asked), seen


def test_a_proposal_that_cannot_be_corrected_is_none() -> None:
    """One in which nothing trades would be taken for better, where deliveries are to be few."""
    kept(29)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(60))
def test_every_promise_of_many_random_books_is_kept(seed: int) -> None:
    kept(seed)
