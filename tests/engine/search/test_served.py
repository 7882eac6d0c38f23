"""Participants are served by enough, and what a proposal serves them with is not corrected away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearing.model.rulebook import DEFAULTS
from clearing.service import outcome_of
from tests.books import book, offer
from tests.sessions import SALT

RULES = replace(DEFAULTS[2], objectives=("participants", "surplus", "lottery"), self_crossing="allow")


@pytest.mark.parametrize("max_ring", [None, 2])
@pytest.mark.parametrize("tolerance", [0, 1_000_000])
@pytest.mark.parametrize(("taker", "served"), [("D2", 2), ("D0", 1)])
def test_a_gift_and_its_taker_are_served(taker: str, served: int, tolerance: int, max_ring: int | None) -> None:
    rows = [
        offer("O1", "D0", "A", 5, ("*", 0), conditions={"deny": ["D1"]}),
        offer("O2", taker, "B", 3, ("A", 0)),
    ]
    rulebook = replace(RULES, residual_tolerance_micro=tolerance, max_ring=max_ring)
    outcome = outcome_of(book(values={"A": 5_000, "B": 5_000}, offers=rows, rulebook=rulebook), SALT)
    (component,) = outcome.certificate.components
    assert (component.stages[0].value, component.stages[0].bound) == (-served, -served)
    assert outcome.certificate.optimal
