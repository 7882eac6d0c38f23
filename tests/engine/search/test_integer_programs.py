"""Integer programs: what the solver proposes at sizes that a desk tries first, and columns that all have an end."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from clearing.engine.search.integers import bounded
from clearing.engine.search.programs import Column, Constraint
from clearing.model.book import NONE, Book
from clearing.model.rulebook import DEFAULTS
from tests.audit.verify.resealing import verified
from tests.books import book, offer
from tests.sessions import clear_in_memory

VALUES = {"A0": 240 * 10**6, "A1": 240 * 10**6, "A2": 310 * 10**6, "A3": 55 * 10**6, "A4": 90 * 10**6}
ALL_OR_NONE = """
08 A4 17 A3:-50 whole
02 A3 15 A4:20 A2:0 A0:80 whole
00 A0 20 A1:-10 whole
02 A3 60 A4:-10 A2:-150 A1:-150 whole
04 A1 55 A4:0 A3:20
05 A4 15 A3:80 A2:-150
09 A4 35 A2:20 whole
07 A1 5 A3:80 A0:0 whole
06 A0 28 A2:-150 A1:-150 A4:20
03 A0 33 A3:-150 A4:-10 A2:-150 whole
04 A4 27 A1:20 whole
06 A0 9 A3:0 A2:0
03 A3 28 A2:-10 whole
06 A2 51 A3:20 A0:-10 whole
05 A4 41 A0:0 whole
00 A2 38 A4:80 A0:-150
05 A2 12 A3:-50 A4:-10 A1:-10
00 A2 50 A4:20 A0:80
05 A2 16 A3:-50
03 A0 22 A3:0
03 A1 48 A3:20 whole
03 A1 34 A0:-10
01 A4 22 A2:20 whole
05 A1 30 A3:80 A4:0 A2:-10 whole
03 A3 10 A4:-150 whole
"""
"""Participant, asset and quantity delivered, what is taken at which limit in basis points; whole: all or none."""


def all_or_none() -> Book:
    """Twenty-five offers of five assets in whole pieces, about half of them all or none."""
    rows = []
    for number, line in enumerate(ALL_OR_NONE.split("\n")[1:-1]):
        desk, gives, quantity, *asked = line.split()
        takes = [each.split(":") for each in asked if ":" in each]
        conditions = {"conditions": {"all_or_none": True}} if asked[-1] == "whole" else {}
        limits = [(asset, int(limit) * 100) for asset, limit in takes]
        rows.append(offer(f"O{number:02d}", f"P{desk}", gives, int(quantity), *limits, **conditions))
    objectives = ("surplus", "value", "lottery")
    rulebook = replace(DEFAULTS[2], objectives=objectives, residual_tolerance_micro=1_000_000, work_limit=20)
    desks = {f"P{number:02d}": (0, 0, NONE) for number in range(10)}
    return book(values=VALUES, offers=rows, desks=desks, rulebook=rulebook)


def test_the_best_of_twenty_five_offers_with_all_or_none_is_found() -> None:
    """Its optimum is known from an integer program written for it alone; the branch tree does not get there."""
    files = clear_in_memory(all_or_none())[1]
    assert verified(files).holds
    (component,) = json.loads(files["certificate.json"])["components"]
    surplus = component["stages"][0]
    assert int(surplus["value"]) == -461_730_000_000_000
    assert int(surplus["bound"]) <= int(surplus["value"])


@pytest.mark.parametrize(
    ("first", "third", "value"), [(-5_000, 20_000, -13_333_333_332), (-10_000, 5_000, -15 * 10**9)]
)
def test_what_pays_its_own_way_is_found_to_the_last_micro(first: int, third: int, value: int) -> None:
    """The optimum in fractions of a µ rounds to what does not pay its own way; a µ less does."""
    rows = [
        offer("O1", "P1", "F", 30_000, ("W", first)),
        offer("O2", "P2", "W", 10_000, ("F", -20_000)),
        offer("O3", "P3", "W", 20_000, ("F", third)),
    ]
    rulebook = replace(DEFAULTS[2], objectives=("value", "lottery"))
    files = clear_in_memory(book(values={"F": 250_000, "W": 250_000}, offers=rows, rulebook=rulebook))[1]
    assert verified(files).holds
    found = json.loads(files["certificate.json"])["components"][0]["stages"][0]
    assert int(found["value"]) == value
    assert 0 <= value - int(found["bound"]) <= 1


def test_every_column_gets_the_end_that_constraints_imply() -> None:
    constraints = [Constraint(None, 90, 1), Constraint(None, 40, 1), Constraint(0, 0, 1), Constraint(None, 7, 1)]
    columns = [
        Column(-1, 0, None, 1, False, [(0, 2), (2, 1)]),
        Column(-1, 0, None, 1, False, [(0, 1), (1, 1), (2, -1)]),
        Column(-1, 0, 3, 1, True, [(1, 1), (3, 1)]),
        Column(0, 0, None, 1, False, [(2, 1), (3, -1)]),
    ]
    assert [each.high for each in bounded(constraints, columns)] == [45, 40, 3, 45 + 40 + 3]
