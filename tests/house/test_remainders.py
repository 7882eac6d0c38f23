"""What is left of an offer after a fill: quantity, maxima, minimum and lot, as a table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearing.audit.canonical import canonical
from clearing.house.remainders import after_discharge, after_fill
from clearing.model.house import OfferState

STEEL, COPPER = {"asset": "STEEL", "limit_ppm": "0"}, {"asset": "COPPER", "limit_ppm": "0"}


def offer(quantity: int, receive: list[dict[str, str]], **more: str) -> str:
    return canonical(
        {
            "offer_id": "7",
            "participant_id": "ANNA",
            "deliver_asset": "WHEAT",
            "deliver_quantity": str(quantity),
            "receive": receive,
            **more,
        }
    )


def fill(delivered: int, *received: tuple[int, int]) -> dict[str, Any]:
    taken = [{"alternative": place, "quantity": str(quantity)} for place, quantity in received]
    return {"kind": "offer", "id": "7", "delivered": str(delivered), "received": taken}


@pytest.mark.parametrize(
    ("before", "filled", "state", "after"),
    [
        (offer(100, [STEEL]), fill(40, (0, 40)), OfferState.STANDING, offer(60, [STEEL])),
        (offer(100, [STEEL]), fill(100, (0, 99)), OfferState.FILLED, None),
        (
            offer(100, [{**STEEL, "max": "40"}, COPPER], min_fill="30"),
            fill(35, (0, 40)),
            OfferState.STANDING,
            offer(65, [COPPER]),
        ),
        (offer(100, [{**STEEL, "max": "40"}]), fill(41, (0, 40)), OfferState.EXHAUSTED, None),
        (offer(100, [STEEL], lot="30"), fill(90, (0, 90)), OfferState.EXHAUSTED, None),
        (offer(100, [STEEL], min_fill="30"), fill(0), OfferState.STANDING, offer(100, [STEEL], min_fill="30")),
        (
            offer(100, [{**STEEL, "max": "40"}]),
            fill(0, (0, 1)),
            OfferState.STANDING,
            offer(100, [{**STEEL, "max": "39"}]),
        ),
    ],
)
def test_what_is_left_of_an_offer(before: str, filled: dict[str, Any], state: OfferState, after: str | None) -> None:
    assert after_fill(before, filled) == (state, before if after is None else after)


def test_a_memo_that_looks_like_a_quantity_is_none() -> None:
    line = offer(100, [STEEL], memo='"deliver_quantity":"7"')
    state, left = after_fill(line, fill(10, (0, 10)))
    assert (state, json.loads(left)["deliver_quantity"]) == (OfferState.STANDING, "90")


@given(st.integers(2, 10**12), st.lists(st.integers(1, 10**12), max_size=8))
def test_fills_and_what_is_left_add_up_to_what_was_offered(quantity: int, parts: list[int]) -> None:
    line, state, delivered = offer(quantity, [STEEL]), OfferState.STANDING, 0
    for part in parts:
        left = int(json.loads(line)["deliver_quantity"])
        assert left + delivered == quantity
        taken = min(part, left)
        state, line = after_fill(line, fill(taken, (0, taken)))
        delivered += taken
        if state is not OfferState.STANDING:
            break
    assert (state is OfferState.FILLED) == (delivered == quantity)


def test_a_discharge_leaves_the_rest_of_an_obligation_or_nothing() -> None:
    line = canonical({"obligation_id": "B", "amount_micro": "100"})
    assert after_discharge(line, 40) == canonical({"obligation_id": "B", "amount_micro": "60"})
    assert after_discharge(line, 100) is None
