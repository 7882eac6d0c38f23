"""Every book of three participants with one offer or none, against brute force.

Six asset pairs, quantity 1 or 2, limit -1, 0 or +1 bp: 37 choices each, 50,653 books. All values are equal,
so an optimum in whole increments exists and every circulation in increments can be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, product

import numpy as np
import pytest

from clearing.engine.admission import offer_capacity_micro
from clearing.model.book import Book
from clearing.model.outcome import Outcome
from clearing.service import outcome_of
from tests.books import book, offer

VALUE = 1_000
Choice = tuple[str, str, int, int]
CHOICES: Sequence[Choice | None] = [
    None,
    *(
        (deliver, receive, quantity, limit)
        for deliver, receive in permutations("ABC", 2)
        for quantity in (1, 2)
        for limit in (-100, 0, 100)
    ),
]


def test_there_are_50_653_books() -> None:
    assert len(CHOICES) ** 3 == 50_653


@pytest.mark.parametrize("first", range(len(CHOICES)))
def test_every_book_of_three_participants_clears_as_brute_force_does(first: int) -> None:
    for second, third in product(CHOICES, CHOICES):
        choices = (CHOICES[first], second, third)
        world = _book(choices)
        outcome = outcome_of(world, b"salt")
        flow = outcome.fills.offer_flow_micro
        limits = world.offers.alt_limit_ppm
        assert (int(-(limits * flow).sum()), int(flow.sum())) == _best(choices), choices
        assert outcome.certificate.unique
        _assert_balanced(world, outcome)
        _assert_premia_support_the_fills(world, outcome)


def _book(choices: Sequence[Choice | None]) -> Book:
    rows = [
        offer(f"O{i}", f"D{i}", deliver, quantity, (receive, limit))
        for i, choice in enumerate(choices)
        if choice is not None
        for deliver, receive, quantity, limit in [choice]
    ]
    return book(values=dict.fromkeys("ABC", VALUE), offers=rows)


def _best(choices: Sequence[Choice | None]) -> tuple[int, int]:
    """(surplus, value) of the best circulation in whole increments."""
    offers = [choice for choice in choices if choice is not None]
    return max(_circulations(offers))


def _circulations(offers: Sequence[Choice]) -> Iterator[tuple[int, int]]:
    for fills in product(*(range(quantity + 1) for _, _, quantity, _ in offers)):
        net = dict.fromkeys("ABC", 0)
        for (deliver, receive, _, _), fill in zip(offers, fills, strict=True):
            net[deliver] += fill
            net[receive] -= fill
        if not any(net.values()):
            surplus = sum(-limit * fill for (_, _, _, limit), fill in zip(offers, fills, strict=True))
            yield surplus * VALUE, sum(fills) * VALUE


def _assert_balanced(world: Book, outcome: Outcome) -> None:
    flow = outcome.fills.offer_flow_micro
    delivered = np.bincount(world.offers.deliver, flow, 3)
    received = np.bincount(world.offers.alt_asset, flow, 3)
    assert (delivered == received).all()
    assert (flow >= 0).all()
    assert (flow <= offer_capacity_micro(world)).all()


def _assert_premia_support_the_fills(world: Book, outcome: Outcome) -> None:
    premium = {line.asset: line.premium_ppm for line in outcome.premia}
    capacity = offer_capacity_micro(world)
    for i, flow in enumerate(outcome.fills.offer_flow_micro.tolist()):
        paid = premium[int(world.offers.deliver[i])] - premium[int(world.offers.alt_asset[i])]
        limit = int(world.offers.alt_limit_ppm[i])
        assert flow == 0 or paid >= limit
        assert flow == capacity[i] or paid <= limit
