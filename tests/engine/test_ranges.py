"""Sums that pass 62 bits stop the book before anything is added up, and name who is behind them."""

from __future__ import annotations

import numpy as np
import pytest

from clearing.engine.explain import explain
from clearing.model.book import AMOUNT_LIMIT, Book
from clearing.model.errors import BookFault
from clearing.model.faults import FaultReason
from clearing.service import checked, outcome_of
from tests.books import Row, book, offer
from tests.sessions import SALT

MOST = (AMOUNT_LIMIT - 1) // 1_000_000
RICH = {"X": (0, AMOUNT_LIMIT - 1, -1), "Y": (0, 0, -1)}


def _book(*rows: Row, **more: object) -> Book:
    return book(values={"A": 1_000_000, "B": 1_000_000}, offers=rows, **more)  # type: ignore[arg-type]


def _fault(world: Book) -> str:
    with pytest.raises(BookFault) as stopped:
        checked(world)
    assert set(stopped.value.report.counts) == {FaultReason.TOO_LARGE}
    return " ".join(f"{fault.found} {fault.allowed}" for fault in stopped.value.report.listed)


def test_one_offer_or_stock_beyond_62_bits_is_named() -> None:
    assert "O1 is worth" in _fault(_book(offer("O1", "X", "A", MOST + 1, ("B", 0))))
    stocked = _book(offer("O1", "X", "A", 1, ("B", 0), stock="S"), stocks=[("S", "X", "A", MOST + 1)])
    assert "S is worth" in _fault(stocked)


def test_a_class_whose_sum_would_wrap_round_is_refused_with_its_offers() -> None:
    rows = [offer(f"O{i}", "X", "A", MOST, ("B", 0)) for i in range(4)]
    found = _fault(_book(*rows, offer("O5", "X", "A", 10, ("B", 0)), offer("P", "Y", "B", 5, ("A", 0))))
    assert "O0" in found
    assert "O3" in found
    assert str((4 * MOST + 15) * 1_000_000) in found


def test_offers_that_take_index_and_obligations_are_summed_too() -> None:
    assert "O1" in _fault(_book(*(offer(f"O{i}", "X", "A", MOST, ("INDEX", 0)) for i in range(3))))
    debts = [(f"B{i}", "X", "Y", AMOUNT_LIMIT - 1) for i in range(3)]
    assert "B2" in _fault(_book(obligations=debts))


def test_accounts_and_stocks_count_with_their_own_bounds() -> None:
    half = MOST // 2 + 1
    world = _book(
        offer("O1", "X", "A", 1, ("B", 0), stock="S"),
        offer("P", "Y", "B", half, ("A", 0)),
        stocks=[("S", "X", "A", half)],
    )
    assert "stock S" in _fault(world)


def test_the_largest_book_that_fits_clears() -> None:
    third = MOST // 3
    world = _book(offer("O1", "X", "A", third, ("B", 0)), offer("P", "Y", "B", third, ("A", 0)))
    assert outcome_of(world, SALT).totals.value_cleared_micro == 2 * third * 1_000_000


def test_explaining_refusals_of_giant_needs_does_not_overflow() -> None:
    rows = [offer(f"O{i}", "X", "A", MOST, ("B", -1_000_000)) for i in range(3)]
    pair = [offer("P", "X", "A", 5, ("B", 0)), offer("Q", "Y", "B", 5, ("A", 0))]
    world = _book(*rows, *pair, desks={"X": (0, 10, -1), "Y": (0, 0, -1)})
    found = explain(world, outcome_of(world, SALT), range(len(world.offers.id)))
    assert [each.credit_needed_micro is None for each in found[:3]] == [False, True, True]
    assert np.array_equal([each.flow_micro for each in found[3:]], [5_000_000, 5_000_000])
