"""The schema of the certificate: every proof of a searched session fits it, and nothing that is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from clearing.audit.outcome_lines import CERTIFICATE
from tests.audit.verify.searched_books import random_searched_book
from tests.audit.verify.test_resealed_searched import BOOKS
from tests.sessions import clear_in_memory
from tests.test_schemas import SCHEMAS, validator

SEEDS = [*range(1, 80, 2), *BOOKS]
SCHEMA = validator("certificate")


@cache
def certificate(seed: int | str) -> Any:
    """Of a random book, or of one with a name."""
    made = random_searched_book(seed) if isinstance(seed, int) else BOOKS[seed]()
    return json.loads(clear_in_memory(made)[1][CERTIFICATE])


@cache
def every_part() -> dict[str, tuple[int | str, tuple[Any, ...]]]:
    """One place of each kind of part: the seed of its certificate and the way to it."""
    found: dict[str, tuple[int | str, tuple[Any, ...]]] = {}
    for seed in SEEDS:
        for kind, way in parts(certificate(seed)):
            found.setdefault(kind, (seed, way))
    return found


def parts(record: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(kind, way) of every component, stage, branch and leaf."""
    for c, component in enumerate(record["components"]):
        yield f"component {component['tier']}", ("components", c)
        for s in range(len(component["stages"])):
            yield "stage", ("components", c, "stages", s)
            waiting: list[tuple[Any, ...]] = [("components", c, "stages", s, "proof")]
            while waiting:
                way = waiting.pop()
                part = at(record, way)
                if "low" in part:
                    yield f"branch {'offer' if 'offer' in part else 'row'}", way
                    waiting += [(*way, "low"), (*way, "high")]
                    continue
                yield "leaf", way
                yield from ((name, (*way, name)) for name in ("served", "rents", "potentials") if part.get(name))
                if part["multipliers"]:
                    yield "multipliers", (*way, "multipliers")


def at(record: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        record = record[step]
    return record


def planted(kind: str, change: Any) -> Any:
    """A certificate in which one part of that kind is changed; None if the change is none."""
    seed, way = every_part()[kind]
    record = deepcopy(certificate(seed))
    before = deepcopy(record)
    change(at(record, way))
    return None if json.dumps(record) == json.dumps(before) else record


@pytest.mark.parametrize("seed", SEEDS)
def test_every_certificate_of_a_searched_session_fits(seed: int | str) -> None:
    assert certificate(seed)["format"] == "clearing-certificate/2"
    assert [error.message for error in SCHEMA.iter_errors(certificate(seed))] == []


def test_every_kind_of_part_is_there() -> None:
    assert set(every_part()) == {
        "component circulation", "component rings", "component integer", "stage", "leaf", "branch offer", "branch row",
        "served", "rents", "potentials", "multipliers",
    }  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    ["component circulation", "component rings", "component integer", "stage", "leaf", "branch offer", "branch row"],
)
def test_a_part_with_one_member_missing_added_or_of_another_type_does_not_fit(kind: str) -> None:
    seed, way = every_part()[kind]
    optional = {"served", "potentials"}
    for member in at(certificate(seed), way):
        wrongs = [lambda part, m=member: part.pop(m)] if member not in optional else []
        for wrong in (None, 7.5, -1, "\x1b", "", True):
            wrongs.append(lambda part, m=member, w=wrong: part.update({m: w}))
        for change in wrongs:
            record = planted(kind, change)
            assert record is not None
            assert not SCHEMA.is_valid(record), (kind, member)
    assert not SCHEMA.is_valid(planted(kind, lambda part: part.update(more="1")))


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("component circulation", {"tier": "rings"}),
        ("component circulation", {"offers": 0}),
        ("component circulation", {"component": "stock:S"}),
        ("component integer", {"tier": "circulation"}),
        ("component integer", {"stages": []}),
        ("component integer", {"component": "any"}),
        ("stage", {"objective": "even"}),
        ("stage", {"gap": "-1"}),
        ("stage", {"value": "-0"}),
        ("stage", {"proof": {}}),
        ("leaf", {"scale": "0"}),
        ("leaf", {"multipliers": ["-1"]}),
        ("leaf", {"multipliers": [1]}),
        ("leaf", {"rents": {"offer:O1": "0"}}),
        ("leaf", {"rents": {"offer:O1": 5}}),
        ("leaf", {"rents": {"desk:D": "5"}}),
        ("leaf", {"rents": {"max:O1": "5"}}),
        ("leaf", {"rents": {"whole:in:D": "5"}}),
        ("leaf", {"rents": {"O1|0": "5"}}),
        ("leaf", {"rents": {"take:O1|00": "5"}}),
        ("leaf", {"served": {"D0": "0"}}),
        ("leaf", {"served": {"D0": "-5"}}),
        ("leaf", {"potentials": {"pool:A": "0"}}),
        ("leaf", {"potentials": {"take:O1": "5"}}),
        ("leaf", {"potentials": {"offer:O1": "5"}}),
        ("leaf", {"low": {"scale": "1", "multipliers": [], "rents": {}}}),
        ("branch offer", {"row": "O1|0"}),
        ("branch offer", {"at": "-1"}),
        ("branch offer", {"above": "0"}),
        ("branch row", {"row": "O1"}),
        ("branch row", {"low": []}),
    ],
)
def test_a_proof_that_no_session_has_does_not_fit(kind: str, wrong: dict[str, Any]) -> None:
    record = planted(kind, lambda part: part.update(wrong))
    assert record is not None
    assert not SCHEMA.is_valid(record)


@pytest.mark.parametrize(
    "fine",
    [
        {"rents": {"take:O1|12": "-5", "rest:O1": "5", "O1|rest": "5", "in:D": "1", "out:D": "1", "max:O1|0": "1"}},
        {"rents": {"whole:offer:O1": "5", "whole:stock:S": "1", "whole:out:D": "1"}},
        {"potentials": {"any": "1", "rest": "-1", "hub": "2", "give:O1": "3", "take:O1:A": "4", "open:A": "5"}},
        {"served": {"D0": "7"}, "multipliers": []},
    ],
)
def test_what_a_leaf_may_hold_fits(fine: dict[str, Any]) -> None:
    record = planted("leaf", lambda part: part.update(fine))
    assert record is not None
    assert SCHEMA.is_valid(record)


@pytest.mark.parametrize("missing", ["components", "work_limit_reached", "stages", "unique"])
def test_neither_format_has_what_belongs_to_the_other(missing: str) -> None:
    whole = certificate(SEEDS[0])
    without = {key: value for key, value in whole.items() if key != missing}
    assert not SCHEMA.is_valid(without)
    assert not SCHEMA.is_valid({**whole, "format": "clearing-certificate/1"})
    assert not SCHEMA.is_valid({**whole, "format": "clearing-certificate/3"})
    assert len(SCHEMAS["certificate"]["oneOf"]) == 2
