"""Figures as printed: separators, units, signs, shares that never round to what they are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearing.doors.report import figures
from clearing.model.book import INDEX, Book
from tests.books import book, offer


@pytest.fixture
def fine() -> Book:
    """Wheat in thousandths of a tonne, haulage in half kilometres, a licence in pieces."""
    bare = book(values={"A": 1_000, "B": 1_000, "C": 1_000}, offers=[offer("1", "d", "A", 1, ("B", 0))])
    assets = replace(
        bare.assets, unit=["TNE", "KMT", "XYZ"], increment=["0.001", "0.5", "1"], texts={"name": {0: "wheat" * 20}}
    )
    return replace(bare, assets=assets)


@pytest.mark.parametrize(
    ("asset", "increments", "text"),
    [
        (0, 1_234_567, "1,234.567 t"), (0, 1_500, "1.5 t"), (0, 0, "0 t"), (0, -2_250_000, "\u22122,250 t"),
        (1, 3, "1.5 km"), (1, 2_000_000, "1,000,000 km"), (2, 12_345, "12,345 XYZ"),
        (0, 10**18 + 1, "1,000,000,000,000,000.001 t"), (INDEX, 1_234_500_000, "1,234.50"),
    ],
)  # fmt: skip
def test_quantities_are_exact_in_the_unit_of_their_asset(fine: Book, asset: int, increments: int, text: str) -> None:
    assert figures.quantity(fine, asset, increments) == text


@pytest.mark.parametrize(
    ("micro", "plain", "signed"),
    [
        (1_234_567_890, "1,234.57", "+1,234.57"), (-5_000_000, "\u22125.00", "\u22125.00"), (0, "0.00", "0.00"),
        (1, "0.00", "0.00"), (-1, "0.00", "0.00"),
    ],
)  # fmt: skip
def test_amounts_have_two_decimals_and_a_true_minus(micro: int, plain: str, signed: str) -> None:
    assert (figures.units(micro), figures.signed_units(micro)) == (plain, signed)


@pytest.mark.parametrize(
    ("ppm", "text"), [(1_250, "+12.50"), (-5, "\u22120.05"), (0, "0.00"), (10**8, "+1,000,000.00")]
)
def test_limits_and_premia_are_in_basis_points(ppm: int, text: str) -> None:
    assert figures.basis_points(ppm) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (28, 60, "46.7"), (1, 4, "25"), (60, 60, "100"), (10**9 - 1, 10**9, "99.9"), (1, 10**9, "0.1"),
        (0, 5, "0"), (0, 0, "0"), (9, 5, "100"),
    ],
)  # fmt: skip
def test_only_the_whole_is_all_of_it_and_only_nothing_is_none(part: int, whole: int, text: str) -> None:
    assert figures.share(part, whole) == f"{text}\u202f%"


def test_long_names_are_cut_with_an_ellipsis(fine: Book) -> None:
    name = figures.asset(fine, 0)
    assert len(name) == figures.NAME_CHARACTERS_MAX
    assert name.endswith("\u2026")
    assert figures.asset_pair(fine, 0) == (name, "A")
    assert figures.asset_pair(fine, 1) == ("B", "")
