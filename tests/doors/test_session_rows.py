"""Rows of a session: every offer has its fate and every asset its premium, exact, in units that people use."""

from __future__ import annotations

from decimal import Decimal

from clearing import AssetPremium, BookAndTerms, OfferFill, Received, clear
from tests.books import book, offer
from tests.doors.small_sessions import demo_session, two_that_swap


def test_every_offer_has_its_fate() -> None:
    """42 STEEL is 126,000 µ, which is 18 COPPER: offer 1 delivers 18 of 30."""
    one, two, nobody, refused, _ = two_that_swap().fills
    assert one == OfferFill(
        "1", "X", "COPPER", "partly_filled", Decimal(18), Decimal("0.600000"), (Received("STEEL", Decimal(42)),), None
    )
    assert two == OfferFill(
        "2", "Y", "STEEL", "filled", Decimal(42), Decimal(1), (Received("COPPER", Decimal(18)),), None
    )
    assert nobody == OfferFill("3", "Z", "WHEAT", "unfilled", Decimal(0), Decimal(0), (), None)
    assert refused == OfferFill(
        "4", "Z", "WHEAT", "refused", Decimal(0), Decimal(0), (), "asks for min_fill, which rulebook 1 does not know"
    )


def test_fates_are_counted_as_in_the_manifest() -> None:
    counts = demo_session().session.manifest.record["counts"]
    assert isinstance(counts, dict)
    statuses = [fill.status for fill in demo_session().fills]
    assert statuses.count("filled") == counts["filled_offers"] > 0
    assert statuses.count("partly_filled") == counts["partly_filled_offers"] > 0
    assert statuses.count("refused") == counts["refused"] > 0
    assert all((fill.share == 1) == (fill.status == "filled") for fill in demo_session().fills)
    assert all((fill.share == 0) >= (fill.status in ("refused", "unfilled")) for fill in demo_session().fills)


def test_quantities_are_in_the_unit_of_their_asset() -> None:
    """O-001 delivers 800 t of wheat in steps of a kilogram, O-003 takes index units in millionths."""
    fills = {fill.offer_id: fill for fill in demo_session().fills}
    assert fills["O-001"].delivered == Decimal("800")
    assert fills["O-003"].received == (Received("INDEX", Decimal("38904.6")),)


def test_a_share_is_rounded_down_so_that_only_a_filled_offer_has_all() -> None:
    cleared = clear(
        BookAndTerms(
            book(
                values={"A": 1_000, "B": 1_000},
                offers=[offer("1", "X", "A", 10**8, ("B", 0)), offer("2", "Y", "B", 10**8 - 1, ("A", 0))],
            )
        )
    )
    assert [(fill.status, fill.share) for fill in cleared.fills] == [
        ("partly_filled", Decimal("0.999999")),
        ("filled", Decimal(1)),
    ]


def test_premia_are_in_basis_points_and_an_open_end_is_absent() -> None:
    """Nobody takes GOLD: nothing keeps its premium from falling."""
    copper, gold, steel, wheat = two_that_swap().premia
    assert copper == AssetPremium("COPPER", Decimal(0), Decimal(0), Decimal(0), Decimal("0.126"))
    assert steel == AssetPremium("STEEL", Decimal(0), Decimal(0), Decimal(0), Decimal("0.126"))
    assert (wheat.lowest_bps, wheat.highest_bps) == (Decimal(-10), Decimal(90))
    assert (gold.lowest_bps is None, gold.highest_bps is None) == (True, False)
    assert gold.traded == 0
