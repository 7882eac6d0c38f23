"""Arcs that the stage before did not want are left out and priced; what is proven is the same."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from clearing.engine.search import relaxation
from clearing.engine.search.program import Duals, Program, Relaxed
from clearing.engine.search.programs import Column
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS
from tests.audit.verify.resealing import verified
from tests.books import book, offer
from tests.sessions import clear_in_memory

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray

pytestmark = pytest.mark.usefixtures("one_solver")

STAGES = ("items", "participants", "lottery")


def want_lists(seed: int) -> Book:
    """Whole items of a few owners, each for one of several others."""
    draw = Random(seed)
    items = [f"I{number:02d}" for number in range(40)]
    rows = []
    for number, item in enumerate(items):
        wanted = draw.sample([each for each in items if each != item], draw.randint(1, 6))
        rows.append(offer(f"O{number:02d}", f"P{draw.randrange(12)}", item, 1, *((each, 0) for each in sorted(wanted))))
    rulebook = replace(DEFAULTS[2], objectives=STAGES, residual_tolerance_micro=0, self_crossing="allow")
    return book(values=dict.fromkeys(items, 1_000_000), offers=rows, rulebook=rulebook)


def proven(made: Book) -> tuple[bool, list[tuple[str, str, str | None]]]:
    """Values, and bounds but of the lottery, whose proof is near only."""
    files = clear_in_memory(made)[1]
    report = verified(files)
    assert report.holds, report.violations
    found = json.loads(files["certificate.json"])
    stages = [stage for component in found["components"] for stage in component["stages"]]
    bounds = [None if each["objective"] == "lottery" else each["bound"] for each in stages]
    return found["optimal"], [
        (each["objective"], each["value"], bound) for each, bound in zip(stages, bounds, strict=True)
    ]


def carrying(program: Program, relaxed: Relaxed) -> BoolArray:
    """As few arcs as can be."""
    wanted = np.zeros_like(program.component.arcs)
    wanted[list(relaxed.arcs)] = True
    return wanted


@pytest.mark.parametrize("seed", range(12))
def test_what_is_proven_is_the_same_where_other_arcs_must_be_priced(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    made, priced, more = want_lists(seed), list[int](), Program.more_arcs

    def counted(self: Program, duals: Duals) -> list[Column]:
        columns = more(self, duals)
        priced.append(len(columns))
        return columns

    monkeypatch.setattr(Program, "more_arcs", counted)
    optimal, stages = proven(made)
    assert optimal
    assert not any(priced), "a small component has all its arcs"
    monkeypatch.setattr(relaxation, "ARCS_ALWAYS_THERE", 0)
    assert proven(made)[0]
    monkeypatch.setattr(Program, "wanted_arcs", carrying)
    assert proven(made) == (optimal, stages)
    assert sum(priced) > len(made.offers.id)
