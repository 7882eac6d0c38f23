"""Trade that gains nothing is still trade: value comes after surplus, and a weak bound hides no witness."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS
from clearing.service import outcome_of
from clearing.solvers.apart import SolverApart
from tests.audit.verify.resealing import verified
from tests.books import book, offer
from tests.sessions import SALT, clear_in_memory


@pytest.mark.parametrize("worth", [1_000, 900_000, 2_000_000])
def test_desks_whose_rings_are_bounded_swap_at_par(worth: int) -> None:
    rows = [offer("S1", "S", "C", 4, ("D", 0), conditions={"max_ring": 2}), offer("T1", "T", "D", 4, ("C", 0))]
    outcome = outcome_of(book(values={"C": worth, "D": worth}, offers=rows, rulebook=DEFAULTS[2]), SALT)
    (component,) = outcome.certificate.components
    assert component.tier == ("integer" if worth > DEFAULTS[2].residual_tolerance_micro else "rings")
    assert [(stage.objective, stage.value, stage.bound) for stage in component.stages[:2]] == [
        ("surplus", 0, 0), ("value", -8 * worth, -8 * worth),
    ]  # fmt: skip
    assert outcome.legs.quantity.tolist() == [4, 4]


def test_what_nobody_conceded_is_traded_behind_other_objectives_too() -> None:
    rows = [offer("S1", "S", "C", 4, ("D", 0), conditions={"max_ring": 2}), offer("T1", "T", "D", 4, ("C", 0))]
    rulebook = replace(DEFAULTS[2], objectives=("value", "surplus", "lottery"))
    outcome = outcome_of(book(values={"C": 1_000, "D": 1_000}, offers=rows, rulebook=rulebook), SALT)
    assert [stage.value for stage in outcome.certificate.components[0].stages[:2]] == [-8_000, 0]


def divisible(seed: int, offers: int) -> Book:
    """Offers that can be filled by any amount, some of whom concede what others ask for."""
    draw, goods = Random(seed), "ABC"
    rows = []
    for number in range(offers):
        given = goods[number % 3]
        taken = draw.sample([each for each in goods if each != given], draw.randint(1, 2))
        quantity = draw.randint(5_000, 50_000)
        limits = [(each, draw.choice([-30_000, -20_000, -10_000, -7_000, 0, 5_000, 10_000, 13_000, 30_000]))
                  for each in sorted(taken)]  # fmt: skip
        rows.append(offer(f"O{number}", f"P{number}", given, quantity, *limits))
    rulebook = replace(DEFAULTS[2], objectives=("value", "surplus", "lottery"))
    return book(values=dict.fromkeys(goods, 1_000), offers=rows, rulebook=rulebook)


@pytest.mark.parametrize(
    ("offers", "seed"), [(3, 0), (3, 4), (3, 12), (3, 18), (5, 3), (5, 6), (5, 17), (5, 23), (8, 1), (8, 19)]
)
def test_what_a_fraction_of_a_micro_leaves_open_is_split_at_it(offers: int, seed: int) -> None:
    files = clear_in_memory(divisible(seed, offers))[1]
    report = verified(files)
    assert report.holds, report.violations
    certificate = json.loads(files["certificate.json"])
    assert certificate["optimal"]
    assert any("above" in stage["proof"] for part in certificate["components"] for stage in part["stages"])


LIES: Mapping[str, Callable[[Sequence[Fraction]], Sequence[Fraction] | None]] = {
    "none": lambda said: None,
    "too few": lambda said: said[:-1],
    "halves": lambda said: [Fraction(1, 2)] * len(said),
    "absurd": lambda said: [each + 10**30 + Fraction(1, 2) for each in said],
    "negative": lambda said: [-each - Fraction(1, 2) for each in said],
}


@pytest.mark.parametrize("lie", LIES)
def test_fractions_that_are_none_split_nothing_that_is_not_admitted(lie: str) -> None:
    class Lying(SolverApart):
        def precise_columns(self) -> Sequence[Fraction] | None:
            return LIES[lie](super().precise_columns() or ())

    with Lying() as solver:
        files = clear_in_memory(divisible(12, 3), search_solver=solver)[1]
    report = verified(files)
    assert report.holds, report.violations
    (component,) = json.loads(files["certificate.json"])["components"]
    value, surplus = component["stages"][:2]
    assert value["value"] == value["bound"]
    assert int(surplus["bound"]) <= -8_000 <= int(surplus["value"])
