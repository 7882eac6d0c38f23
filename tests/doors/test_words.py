"""Words for people: figures are right to the last digit, names stand where there are names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clearing.doors.words import (
    Segment,
    Turn,
    amount,
    bps,
    count,
    giver_words,
    offer_segments,
    participant_name,
    quantity_worth,
    refusal_words,
)
from clearing.model.book import INDEX, Book
from clearing.model.faults import Refusal, RefusalReason
from clearing.model.outcome import Rings
from tests.books import book, offer


@pytest.fixture
def small() -> Book:
    """Two desks that swap; an increment of wheat is a kilogram worth 0.25 index units."""
    bare = book(
        values={"WHEAT": 250_000, "STEEL": 500_000},
        offers=[
            offer("1", "farm", "WHEAT", 40_000, ("STEEL", 0)),
            offer("2", "forge", "STEEL", 20_000, ("WHEAT", 0)),
        ],
    )
    assets = replace(bare.assets, unit=["TNE", "TNE"], increment=["0.001"] * 2, texts={"name": {1: "milling wheat"}})
    desks = replace(bare.participants, texts={"name": {0: "Green Farm"}, "country": {0: "PL", 1: "XK"}})
    return replace(bare, assets=assets, participants=desks)


@pytest.mark.parametrize(
    ("micro", "text"),
    [(0, "0.00"), (1_234_567_890_000, "1,234,567.89"), (-5_000, "0.00"), (15_000, "0.02"), (10**24, f"{10**18:,}.00")],
)
def test_amounts_have_two_decimals_whatever_their_size(micro: int, text: str) -> None:
    assert amount(micro) == text


def test_limits_and_premia_carry_their_sign() -> None:
    assert [bps(ppm) for ppm in (1250, 0, -5)] == ["+12.50", "+0.00", "-0.05"]


def test_one_is_no_plural() -> None:
    assert (count(1, "offer"), count(0, "offer"), count(1200, "offer")) == ("1 offer", "0 offers", "1,200 offers")


def test_value_is_told_in_the_unit_of_its_asset(small: Book) -> None:
    assert quantity_worth(small, 1, 3_125_000_000) == "12.5 t of milling wheat"
    assert quantity_worth(small, 0, 1_000_000) == "0.002 t of STEEL"
    assert quantity_worth(small, 1, 10**12) == "4,000 t of milling wheat"
    assert quantity_worth(small, INDEX, 10**9) == "1,000.00 index units"


def test_a_desk_without_name_or_known_country_is_called_as_it_is_written(small: Book) -> None:
    assert participant_name(small, 1) == "forge"
    assert giver_words(small, Turn(1, 0, 0), 5 * 10**8) == "forge in XK delivers 1 t of STEEL"
    assert giver_words(small, Turn(0, 1, INDEX), 5 * 10**8) == "Green Farm in Poland pays 500.00 index units"


def test_each_member_of_a_ring_delivers_to_the_next(small: Book) -> None:
    def column(*numbers: int) -> np.ndarray:
        return np.array(numbers, dtype=np.int64)

    rings = Rings(
        nodes=[("claim:farm", "claim:forge"), ("pool:STEEL", "pool:WHEAT")],
        flow_micro=column(7, 5_000_000),
        of_obligations=[True, False],
        segment_start=column(0, 1, 2),
        segment_flow_micro=column(7, 5_000_000),
        member_start=column(0, 2, 4),
        member=column(0, 1, 1, 0),
        member_alternative=column(0, 0, 0, 0),
    )
    assert list(offer_segments(small, rings)) == [Segment(1, 5_000_000, (Turn(1, 0, 0), Turn(0, 1, 1)))]
    assert next(offer_segments(small, rings)).moved_micro == 10_000_000


@pytest.mark.parametrize(
    ("reason", "found", "limit", "words"),
    [
        (RefusalReason.UNSUPPORTED, "lot|deny", "rulebook 1", "asks for lot, deny, which rulebook 1 does not know"),
        (RefusalReason.EXPIRED, "A", "B", "expired at A; the cut-off was B"),
        (RefusalReason.NO_VALUE, "SOY", None, "the fixing has no value for SOY"),
        (RefusalReason.TOO_COARSE, "9800000", "1000000",
         "an increment is worth 9.80 index units; at most 1.00 is divided"),
        (RefusalReason.NO_HEADROOM, "1632000000", "1000000000",
         "could cost 1,632.00 index units of credit; 1,000.00 are left"),
    ],
)  # fmt: skip
def test_every_refusal_has_words_with_its_figures(
    reason: RefusalReason, found: str, limit: str | None, words: str
) -> None:
    assert refusal_words(Refusal(0, reason, found, limit)) == words


def test_the_limits_of_a_ring_that_a_desk_would_close_with_itself_have_a_unit() -> None:
    refusal = Refusal(0, RefusalReason.SELF_CROSSING, "-12300", "0")
    assert "whose limits sum to -123.00 bps: it would clear with itself" in refusal_words(refusal)
