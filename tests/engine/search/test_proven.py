"""Books that were once left unproven, each for a reason of its own, and how many random ones are proven."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from clearing.engine.search.precise import as_fractions
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS
from tests.audit.verify.resealing import verified
from tests.audit.verify.searched_books import random_searched_book, without_star
from tests.books import Row, book, offer
from tests.sessions import clear_in_memory

pytestmark = pytest.mark.usefixtures("one_solver")

VALUES = {"*": 1_000, "A": 1_000, "B": 1_000, "C": 1_000}
WORK = 200


def certificate(made: Book) -> dict[str, Any]:
    files = clear_in_memory(made)[1]
    report = verified(files)
    assert report.holds, report.violations
    found: dict[str, Any] = json.loads(files["certificate.json"])
    return found


@pytest.mark.parametrize("first", ["surplus", "value", "items", "participants"])
@pytest.mark.parametrize("taken", [0, 4])
def test_a_gift_that_nobody_takes_is_proven_to_trade_nothing(first: str, taken: int) -> None:
    """Alone, or beside a chain that takes what it can of two gifts."""
    rows = [offer("G", "G", "A", 5, ("*", 0)), offer("H", "H", "A", 3, ("*", 0))]
    if taken:
        rows.append(offer("P", "P", "B", taken, ("A", 0)))
    objectives = (first, *({"surplus", "value"} - {first}), "lottery")
    rulebook = replace(DEFAULTS[2], objectives=objectives)
    found = certificate(without_star(book(values=VALUES, offers=rows, rulebook=rulebook)))
    assert found["optimal"], found["components"]
    values = {stage["objective"]: int(stage["value"]) for stage in found["components"][0]["stages"]}
    assert values["value"] == -2_000 * taken


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(2, id="a stage that weighs more than the one before"),
        pytest.param(10, id="served by a µ: prices longer than 60 bits"),
        pytest.param(14, id="surplus under the value before pays its own way"),
        pytest.param(60, id="a multiplier of one fifty-thousandth"),
        pytest.param(246, id="a branch that no outcome meets"),
        pytest.param(29, id="a branch that no outcome meets whose surplus is the one before"),
        pytest.param(42, id="a branch without the items before"),
    ],
)
def test_what_was_left_unproven_is_proven(seed: int) -> None:
    found = certificate(random_searched_book(seed, work_limit=WORK))
    assert found["optimal"], found["components"]


MARKET = [
    offer("P", "P", "A", 2, ("B", -3)),
    offer("Q", "Q", "B", 2, ("A", -2)),
    offer("R", "R", "A", 2, ("B", -1)),
]
"""P and R deliver what Q takes, who has enough for one of them; P gains more."""
AT_PAR = [offer("R", "R", "A", 2, ("B", 0)), offer("Z", "Z", "B", 2, ("A", 0))]


@pytest.mark.parametrize("max_ring", [None, 3])
@pytest.mark.parametrize(
    ("rows", "objectives", "values"),
    [
        pytest.param(MARKET, ("participants", "surplus"), [-3, -8_000], id="R is served though P would gain more"),
        pytest.param(
            [*MARKET[:2], offer("R", "R", "B", 2, ("A", 1))], ("participants", "surplus"), [-3, -7_000],
            id="R is served though it gains less",
        ),
        pytest.param(AT_PAR, ("surplus", "deliveries", "value"), [0, 0, 0], id="nothing gains, so nobody delivers"),
        pytest.param(
            [*MARKET[:2], *AT_PAR], ("surplus", "deliveries", "value"), [-10_000, 2, -4_000],
            id="nobody delivers beside those who gain",
        ),
        pytest.param(
            [*MARKET[:2], *AT_PAR], ("deliveries", "value", "surplus"), [0, 0, 0], id="what is counted comes first",
        ),
    ],
)  # fmt: skip
def test_what_was_counted_before_holds_what_comes_after(
    rows: list[Row], objectives: tuple[str, ...], values: list[int], max_ring: int | None
) -> None:
    rulebook = replace(
        DEFAULTS[2], objectives=(*objectives, "lottery"), max_ring=max_ring, residual_tolerance_micro=0,
        self_crossing="allow",
    )  # fmt: skip
    found = certificate(book(values={"A": 1_000, "B": 1_000}, offers=rows, rulebook=rulebook))
    stages = found["components"][0]["stages"]
    assert [int(stage["value"]) for stage in stages[:-1]] == values
    assert found["optimal"], stages


def test_most_random_books_are_proven() -> None:
    """Nine of ten; those left count offers that deliver a part, or have residual as large as what is traded."""
    seeds = range(0, 400, 4)
    made = (random_searched_book(seed, work_limit=WORK) for seed in seeds)
    proven = [json.loads(clear_in_memory(each)[1]["certificate.json"])["optimal"] for each in made]
    assert sum(proven) >= len(seeds) * 9 // 10


def test_duals_are_taken_for_the_fractions_near_them() -> None:
    said = [Fraction(1 / 3), Fraction(-1.25), Fraction(2e-5), Fraction(7.0)]
    assert as_fractions(said, 50_000) == (150_000, [50_000, -187_500, 3, 1_050_000])
    common, [rounded] = as_fractions([Fraction(3**0.5)], 1)
    assert abs(Fraction(rounded, common) - Fraction(3**0.5)) < Fraction(1, 10**6)
