"""Every condition of rulebook 2 alone, over families of small books: no clearing beats a proven one, none is broken."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from tests.audit.verify.resealing import verified
from tests.engine.search.families import CONDITIONS, PIECE, World, family
from tests.engine.search.plain_rules import Files, admitted, best, broken, sealed_flows, values
from tests.sessions import clear_in_memory

STRIDE = 13
"""One world of so many is a test of every run; prime, so that every place, limit and objective comes by."""
PARTS = 4
UNPROVEN = 30
"""One world of so many may stay unproven."""
BEATEN = 200
"""One of so many may be beaten, where it is said to be unproven."""


pytestmark = pytest.mark.usefixtures("one_solver")


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_clearing_beats_a_proven_one_and_no_condition_is_broken(name: str) -> None:
    worlds = list(family(name))
    assert_lawful(worlds[::STRIDE], name)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CONDITIONS)
def test_no_clearing_beats_a_proven_one_in_the_whole_family(name: str, part: int) -> None:
    assert_lawful(list(family(name))[part::PARTS], name)


def assert_lawful(worlds: Sequence[World], name: str) -> None:
    seen: Counter[str] = Counter()
    for world in worlds:
        files = clear_in_memory(world.book())[1]
        assert list(broken(world, files)) == [], world
        report = verified(files)
        assert report.holds, (world, report.violations)
        seen.update(judged(world, files))
    assert seen["trades"] >= len(worlds) // 10, (name, seen)
    assert seen["unproven"] <= len(worlds) // UNPROVEN, (name, seen)
    assert seen["beaten"] <= len(worlds) // BEATEN, (name, seen)


def judged(world: World, files: Files) -> Iterator[str]:
    """The values of a sealed session against the best there are."""
    rows = admitted(world)
    reached, unbeaten = values(world, rows, sealed_flows(rows, files)), best(world)
    stated, bounds, proven = summed(world, files)
    assert stated == reached, (world, "the certificate states what its rings carry")
    for place, bound in enumerate(bounds):
        if reached[:place] != unbeaten[:place]:
            break
        assert bound <= unbeaten[place], (world, "a bound is below every clearing")
    if proven:
        assert reached <= unbeaten, (world, "nothing that is proven is beaten")
    else:
        yield "unproven"
        if reached > unbeaten:
            yield "beaten"
    if any(reached):
        yield "trades"


def summed(world: World, files: Files) -> tuple[list[int], list[int], bool]:
    """Values and bounds of the stages before the lottery, over circulation and components; whether all is proven."""
    certificate = json.loads(files["certificate.json"])
    names = world.rulebook.objectives[:-1]
    stated = {stage["objective"]: _in_unit(stage) for stage in certificate["stages"]}
    totals, bounds = [stated[name] for name in names], [stated[name] for name in names]
    for component in certificate["components"]:
        for place, stage in enumerate(component["stages"][: len(names)]):
            totals[place] += int(stage["value"])
            bounds[place] += int(stage["bound"])
    return totals, bounds, totals == bounds


def _in_unit(stage: dict[str, str]) -> int:
    """The value of a stage of the circulation; it counts items by their µ, and all assets are of one worth there."""
    return int(stage["value"]) // (PIECE if stage["objective"] == "items" else 1)
