"""A lottery draws, also where its relaxation is in fractions, or too large for all of its rings to be priced."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from clearing.engine.search import draw
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS
from tests.audit.verify.resealing import verified
from tests.books import book, offer
from tests.sessions import clear_in_memory

pytestmark = pytest.mark.usefixtures("one_solver")

SALTS = [bytes([number]) * 32 for number in range(6)]


def pool(pairs: int = 60) -> Book:
    """Whole pieces, each for one of several others, in rings of two and three."""
    chance = Random(pairs)
    names = [f"K{number:02d}" for number in range(pairs)]
    rows = [
        offer(f"O{name}", f"P{name}", name, 1, *((each, 0) for each in names if each != name and chance.random() < 0.2))
        for name in names
    ]
    rulebook = replace(DEFAULTS[2], objectives=("items", "lottery"), max_ring=3, residual_tolerance_micro=0)
    taking = [row for row in rows if row["receive"]]
    return book(values=dict.fromkeys(names, 1_000_000), offers=taking, rulebook=rulebook)


def cleared(made: Book, salt: bytes) -> tuple[str, Any]:
    """Who delivers to whom, and the component's stages."""
    files = clear_in_memory(made, salt=salt)[1]
    report = verified(files)
    assert report.holds, report.violations
    certificate = json.loads(files["certificate.json"])
    assert certificate["optimal"]
    (component,) = certificate["components"]
    return files["outcome/legs.jsonl"].decode(), component["stages"]


@pytest.mark.parametrize("rows_priced", [draw.PRICED_OUT_MAX, 0], ids=["priced out", "one round"])
def test_who_wins_is_drawn(monkeypatch: pytest.MonkeyPatch, rows_priced: int) -> None:
    monkeypatch.setattr(draw, "PRICED_OUT_MAX", rows_priced)
    found = [cleared(pool(), salt) for salt in SALTS]
    assert len({legs for legs, _ in found}) == len(SALTS)
    assert len({stages[0]["value"] for _, stages in found}) == 1
    for _, (_, lottery) in found:
        assert (int(lottery["bound"]) > 0) == (rows_priced > 0), "one round proves nothing"


def test_a_draw_is_near_the_best_and_far_below_what_nobody_drew(monkeypatch: pytest.MonkeyPatch) -> None:
    def lotteries() -> tuple[int, int]:
        stages = [cleared(pool(), salt)[1][1] for salt in SALTS]
        return sum(int(stage["value"]) for stage in stages), sum(int(stage["bound"]) for stage in stages)

    priced_out, least = lotteries()
    monkeypatch.setattr(draw, "PRICED_OUT_MAX", 0)
    priced_once, _ = lotteries()
    monkeypatch.setattr(draw, "WHOLE_ROWS_MAX", 0)
    undrawn, _ = lotteries()
    assert least < priced_out < 1.2 * least
    assert priced_out < priced_once < 1.4 * least
    assert undrawn > 1.7 * least


def test_what_is_too_large_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "PRICED_OUT_MAX", 0)
    monkeypatch.setattr(draw, "WHOLE_ROWS_MAX", 0)
    assert len({cleared(pool(), salt)[0] for salt in SALTS}) == 1


def test_a_draw_that_finds_nothing_leaves_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = cleared(pool(), SALTS[0])
    monkeypatch.setattr(draw, "RELAXATIONS_MAX", 0)
    legs, stages = cleared(pool(), SALTS[0])
    assert legs != drawn[0]
    assert stages[0]["value"] == drawn[1][0]["value"]
    assert int(stages[1]["value"]) > int(drawn[1][1]["value"])
