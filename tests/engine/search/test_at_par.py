"""Trade that gains nothing is still trade: value comes after surplus, and a weak bound hides no witness."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearing.model.rulebook import DEFAULTS
from clearing.service import outcome_of
from tests.books import book, offer
from tests.sessions import SALT


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
