"""What offers are paid in searched components is what the accounts book, each no less than it asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from clearing.engine.admission import admit
from clearing.engine.explain import explain
from clearing.engine.search.paid import paid_in_search
from clearing.model.book import Book
from clearing.model.errors import InputFault
from clearing.model.outcome import Outcome
from clearing.service import outcome_of
from tests.audit.verify.searched_books import RULEBOOK, random_searched_book
from tests.sessions import SALT

PPM = 1_000_000


def _premia(outcome: Outcome, desks: int) -> list[int]:
    booked = [0] * desks
    for entry in outcome.entries:
        booked[entry.participant] += entry.amount_micro if entry.kind == "premium" else 0
    return booked


def _books(seeds: int) -> Iterator[Book]:
    """Half of them in bounded rings alone, half with conditions."""
    for seed in range(seeds):
        made = random_searched_book(seed)
        divisible = replace(RULEBOOK, max_ring=3, residual_tolerance_micro=10**7)
        yield made
        yield replace(made, rulebook=divisible, offers=replace(made.offers, conditions={}))


def test_what_offers_are_told_to_be_paid_is_what_their_desks_are_booked() -> None:
    tiers: Counter[str] = Counter()
    for book in _books(30):
        outcome = outcome_of(book, SALT)
        if any(outcome.rings.nodes):
            tiers.update(each.tier for each in outcome.certificate.components)
        told = [0] * len(book.participants.id)
        for found in explain(book, outcome, range(len(book.offers.id))):
            told[book.offers.participant[found.offer]] += found.paid_micro
        assert told == _premia(outcome, len(told))
    assert min(tiers["integer"], tiers["rings"]) > 5, tiers


def test_each_alternative_taken_is_paid_no_less_than_it_asks_and_rates_add_up_to_the_pay() -> None:
    several = 0
    for book in _books(40):
        outcome = outcome_of(book, SALT)
        paid, flows = paid_in_search(book, admit(book), outcome), outcome.fills.alt_flow_micro
        assert sum(paid.micro.values()) == 0
        for offer, micro in paid.micro.items():
            first, last = book.offers.alt_start[offer : offer + 2].tolist()
            taken = [row for row in range(first, last) if flows[row]]
            assert [row for row in range(first, last) if row in paid.ppm] == taken
            several += len(taken) > 1
            for row in taken:
                assert paid.ppm[row] >= book.offers.alt_limit_ppm[row] - 1 - PPM // int(flows[row])
            stated = sum(Fraction(paid.ppm[row] * int(flows[row]), PPM) for row in taken)
            assert abs(stated - micro) <= 1 + Fraction(int(flows[first:last].sum()), 2 * PPM)
    assert several > 1


def test_rings_of_another_book_are_an_input_at_fault() -> None:
    book = next(book for book in map(random_searched_book, range(99)) if _has_rings(outcome_of(book, SALT)))
    outcome = outcome_of(book, SALT)
    member = np.full_like(outcome.rings.member, outcome.rings.member[-1])
    strange = replace(outcome, rings=replace(outcome.rings, member=member))
    with pytest.raises(InputFault, match="none of a component of this book"):
        paid_in_search(book, admit(book), strange)


def _has_rings(outcome: Outcome) -> bool:
    return bool(outcome.rings.nodes) and all(each.stages for each in outcome.certificate.components)
