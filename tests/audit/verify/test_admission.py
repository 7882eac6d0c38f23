"""Law 2, inputs: what verify reads of rulebook 2, what it does not accept, and whom it admits."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clearing.audit.seal import seal_inputs
from clearing.audit.verify.book import ANY, Conditions
from clearing.audit.verify.book import Book as Read
from clearing.audit.verify.inputs import read_book
from clearing.audit.verify.law2_admission import admit as admit_read
from clearing.audit.verify.law2_admission import check_refusals
from clearing.audit.verify.report import Findings
from clearing.engine.admission import admit
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS, Rulebook
from tests.audit.samples import MemoryBundle
from tests.books import book, offer, random_book
from tests.engine.test_self_crossing import random_desks

SECOND = DEFAULTS[2]
NOON = "2026-01-31T12:00:00Z"
VALUES = {"copper": 1_000, "steel": 1_000, "gold": 5_000_000, "unpriced": 0}
Change = Callable[[dict[str, Any]], object]


def sealed(world: Book) -> dict[str, bytes]:
    bundle = MemoryBundle()
    seal_inputs(world, bundle.write)
    return bundle.files


def read(files: dict[str, bytes]) -> tuple[Read | None, Findings]:
    found = Findings()
    return read_book(files.get, found), found


def read_well(world: Book) -> Read:
    seen, found = read(sealed(world))
    assert seen is not None, [each.message for each in found.listed]
    return seen


def refusal_lines(world: Book) -> bytes:
    """As the engine writes them; nothing else of an outcome is looked at."""
    refusals = admit(world).refusals
    names = world.offers.id
    lines = [
        {"offer_id": names[each.offer], "reason": each.reason.value, "found": each.found, "limit": each.limit}
        for each in refusals
    ]
    kept = [{key: value for key, value in sorted(line.items()) if value is not None} for line in lines]
    return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in kept)


def assert_same_admission(world: Book) -> None:
    seen, mine = read_well(world), admit(world)
    theirs = admit_read(seen)
    assert theirs.headroom == mine.headroom_left_micro.tolist()
    assert theirs.dropped == set(np.flatnonzero(~mine.kept).tolist())
    found = Findings()
    assert check_refusals(seen, theirs, refusal_lines(world), found) == {each.offer for each in mine.refusals}
    assert [each.message for each in found.listed] == []


def test_rulebook_2_is_read_with_its_conditions() -> None:
    rules = Rulebook(version=2, objectives=("items", "lottery"), self_crossing="refuse", max_ring=3, screening="ring")
    rows = [
        offer("O1", "D", "copper", 12, ("*", 0), conditions={"all_or_none": True, "lot": 3, "max_ring": 7}),
        offer("O2", "E", "steel", 9, ("copper", 5), conditions={"min_fill": 7, "allow": ("D", "E"), "deny": ("F",)}),
    ]
    seen = read_well(book(values=VALUES, offers=rows, desks={"F": (0, 0, -1)}, rulebook=rules))
    assert seen.offers.alt_asset == [ANY, 0]
    assert seen.assets.name[ANY] == "*"
    assert seen.assets.value[ANY] == 1
    assert seen.offers.conditions == {
        0: Conditions(all_or_none=True, lot=3, max_ring=7),
        1: Conditions(min_fill=7, allow=("D", "E"), deny=("F",)),
    }
    rulebook = seen.rulebook
    assert (rulebook.version, rulebook.objectives, rulebook.obligations) == (2, ("items", "lottery"), "set-off")
    assert (rulebook.max_ring, rulebook.max_chain, rulebook.screening) == (3, None, "ring")
    assert (rulebook.self_crossing, rulebook.work_limit) == ("refuse", 2_000)


@pytest.mark.parametrize(
    ("row", "reason", "found", "limit"),
    [
        (offer("O", "D", "copper", 5, ("steel", 0), expires_at=NOON), "expired", NOON, NOON),
        (offer("O", "D", "copper", 5, ("unpriced", 0)), "no_value", "unpriced", None),
        (offer("O", "D", "steel", 5, ("copper", 2)), "self_crossing", "-8", "0"),
        (offer("O", "D", "copper", 5, ("steel", -400_000)), "no_headroom", "1900", "1000"),
        (offer("O", "D", "gold", 5, ("*", 0), conditions={"lot": 5}), None, None, None),
    ],
)
def test_every_reason_of_rulebook_2_follows_from_the_inputs(
    row: Any, reason: str | None, found: str | None, limit: str | None
) -> None:
    rows = [offer("A", "D", "copper", 5, ("steel", -10)), row]
    rules = replace(SECOND, cut_off=NOON)
    world = book(values=VALUES, offers=rows, rulebook=rules, desks={"D": (0, 1_000, -1)})
    assert admit_read(read_well(world)).refusals == ({} if reason is None else {1: (reason, found, limit)})
    assert_same_admission(world)


def test_rulebook_1_supports_neither_conditions_nor_taking_anything() -> None:
    rows = [
        offer("O1", "D", "copper", 5, ("*", 0), conditions={"deny": ("D",)}),
        offer("O2", "D", "copper", 5, ("*", 0)),
        offer("O3", "D", "steel", 5, ("copper", 0), conditions={"min_fill": 9, "lot": 7}),
    ]
    world = book(values=VALUES, offers=rows)
    assert admit_read(read_well(world)).refusals == {
        0: ("unsupported", "receive_assets|deny", "rulebook 1"),
        1: ("unsupported", "receive_assets", "rulebook 1"),
        2: ("unsupported", "min_fill|lot", "rulebook 1"),
    }
    assert_same_admission(world)


def test_both_programs_admit_alike() -> None:
    dropped = 0
    for seed in range(150):
        desks = random_desks(random.Random(seed))
        assert_same_admission(desks)
        assert_same_admission(replace(random_book(seed, offers=40), rulebook=SECOND))
        assert_same_admission(random_book(seed))
        dropped += int((~admit(desks).kept).sum())
    assert dropped > 150  # else the desks are too tame to say anything


# what no book of rulebook 2 may hold: file, line from 0, change, message
WRONG: list[tuple[str, int, Change, str]] = [
    ("rulebook", 0, lambda r: r.update(version=3), "1 or 2"),
    ("rulebook", 0, lambda r: r.update(objectives=["lottery", "value"]), "distinct names of surplus"),
    ("rulebook", 0, lambda r: r.update(objectives=["value", "value", "lottery"]), "distinct names of surplus"),
    ("rulebook", 0, lambda r: r.update(objectives=["lottery"]), "distinct names of surplus"),
    ("rulebook", 0, lambda r: r.update(objectives=["worth", "lottery"]), "distinct names of surplus"),
    ("rulebook", 0, lambda r: r.update(even_segments=8), "in rulebook 2 it is 16"),
    ("rulebook", 0, lambda r: r.update(obligations="ignore"), "in rulebook 2 it is set-off"),
    ("rulebook", 0, lambda r: r.update(self_crossing="ask"), "refuse or allow"),
    ("rulebook", 0, lambda r: r.update(max_ring=1), "2 to 1000"),
    ("rulebook", 0, lambda r: r.update(max_chain=1_001), "1 to 1000"),
    ("rulebook", 0, lambda r: r.update(work_limit=0), "1 to 100000"),
    ("rulebook", 0, lambda r: r.pop("work_limit"), "is absent"),
    ("rulebook", 0, lambda r: r.pop("screening"), "is absent"),
    ("rulebook", 0, lambda r: r.update(screening="ring"), "as screening is ring"),
    ("rulebook", 0, lambda r: r.update(version=1), "in rulebook 1 it is absent"),
    ("offers", 0, lambda r: r.update(deliver_asset="*"), "deliver_asset"),
    ("offers", 0, lambda r: r["receive"].append({"asset": "*", "limit_ppm": "0"}), "not the only alternative"),
    ("offers", 1, lambda r: r["receive"][0].update(limit_ppm="1"), "has a limit or a maximum"),
    ("offers", 1, lambda r: r["receive"][0].update(max="1"), "has a limit or a maximum"),
    ("offers", 0, lambda r: r.update(min_fill="13"), "more than the 12 offered"),
    ("offers", 0, lambda r: r.update(lot="13"), "has no multiple"),
    ("offers", 0, lambda r: r.update(min_fill="11", lot="5"), "has no multiple from 11 to 12"),
    ("offers", 0, lambda r: r.update(all_or_none=True, lot="5"), "does not divide the 12"),
    ("offers", 0, lambda r: r.update(max_ring=1), "must be 2 to 1000"),
    ("offers", 0, lambda r: r.update(max_ring=1_001), "must be 2 to 1000"),
    ("offers", 0, lambda r: r.update(allow=["Z"]), "no such id"),
    ("offers", 0, lambda r: r.update(deny=["Z"]), "no such id"),
    ("offers", 0, lambda r: r.update(allow=["D"], deny=["D"]), "is allowed too"),
]


@pytest.mark.parametrize(("name", "line", "change", "message"), WRONG)
def test_what_no_book_of_rulebook_2_may_hold_is_named(name: str, line: int, change: Change, message: str) -> None:
    rows = [offer("O1", "D", "copper", 12, ("steel", 0)), offer("O2", "D", "steel", 12, ("*", 0))]
    files = sealed(book(values=VALUES, offers=rows, rulebook=SECOND))
    path = f"inputs/{name}.jsonl"
    records = [json.loads(each) for each in files[path].splitlines()]
    change(records[line])
    lines = [json.dumps(each, separators=(",", ":"), sort_keys=True).encode() + b"\n" for each in records]
    seen, found = read({**files, path: b"".join(lines)})
    assert seen is None
    said = [f"{each.file} {each.line} {each.field} {each.message}" for each in found.listed]
    assert any(each.startswith(path) and message in each for each in said), said


def test_a_bogus_refusal_for_self_crossing_is_named() -> None:
    rows = [offer("O1", "D", "copper", 5, ("steel", -10)), offer("O2", "D", "steel", 5, ("copper", 11))]
    world = book(values=VALUES, offers=rows, rulebook=SECOND)
    assert refusal_lines(world) == b""
    found = Findings()
    line = b'{"found":"-1","limit":"0","offer_id":"O2","reason":"self_crossing"}\n'
    check_refusals(read_well(world), admit_read(read_well(world)), line, found)
    assert found.counts == {2: 1}
