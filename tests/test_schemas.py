"""The JSON Schema files in the package fit every line of every bundle, and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

import jsonschema
import pytest

from clearing.audit.bundle_form import MANIFEST
from clearing.audit.input_lines import FIXING_RECORD
from clearing.audit.outcome_lines import CERTIFICATE
from clearing.audit.seal import seal_inputs
from clearing.doors.book_folder import read_book
from clearing.model.fixing import FixingStatus
from clearing.model.rulebook import DEFAULTS, Rulebook
from clearing.service import outcome_of
from tests.audit.fixing_books import cleared_at
from tests.audit.samples import MemoryBundle, furnished_book, seal, sealed
from tests.audit.verify.fixing_records import halved_day, quiet_days, troubled_days
from tests.audit.verify.searched_books import random_searched_book
from tests.books import book as small_book
from tests.books import offer, random_book
from tests.doors.console import DEMO_BOOK
from tests.sessions import clear_in_memory

FOLDER = resources.files("clearing") / "schemas"
SCHEMAS = {
    file.name.removesuffix(".schema.json"): json.loads(file.read_text(encoding="utf-8"))
    for file in sorted(FOLDER.iterdir(), key=lambda each: each.name)
}
NEVER_WRITTEN = {("manifest", "secret")}
"""A file run has no secret to disclose."""

MAY_BE_EMPTY = (
    ("potentials", {}),
    ("received", []),
    *((name, []) for name in ("quotes", "rejects", "pairs", "fallbacks", "values", "unpriced", "leave_one_out")),
    *((name, []) for name in ("alarms", "months", "tried")),
    ("disputed", True),
    ("stale", True),
)
SEARCHED = (0, 11, 13, 25, 29, 57, 58, 131)


def validator(name: str) -> Any:
    return jsonschema.Draft202012Validator(SCHEMAS[name])


@cache
def bundles() -> list[dict[str, bytes]]:
    """The demo, random books in both netting forms, books with every text and condition, a chained and signed one."""
    found = [clear_in_memory(read_book(DEMO_BOOK)[0])[1]]
    for seed in range(4):
        for form in ("gross", "net"):
            found.append(clear_in_memory(random_book(seed, offers=40, netting_form=form))[1])
            found.append(clear_in_memory(furnished_book(seed, netting_form=form))[1])
    found.append(clear_in_memory(small_book(values={}))[1])
    terms = {"previous": "ab" * 32, "sign": lambda digest: (digest.hex(), digest.hex() * 2)}
    return [*found, sealed(1, **terms)[2].files, *fixed_bundles()]


@cache
def fixed_bundles() -> list[dict[str, bytes]]:
    """Sessions of books that a fixing record values: a restated one, and ones whose status was accepted."""
    held = [fixing for seed in (19, 27, 31) for fixing in troubled_days(seed) if fixing.status is FixingStatus.NO_FIX]
    return [cleared_at(fixing) for fixing in (quiet_days()[2], halved_day(), *held)]


def later_inputs() -> dict[str, bytes]:
    """The sealed inputs of a book of rulebook 2."""
    rules = Rulebook(version=2, objectives=("items", "lottery"), max_ring=3, max_chain=4, screening="ring")
    rows = [offer("O1", "D", "A", 5, ("*", 0)), offer("O2", "D", "B", 5, ("INDEX", 5, 9), ("A", 1))]
    bundle = MemoryBundle()
    seal_inputs(small_book(values={"A": 1_000, "B": 2_000}, offers=rows, rulebook=rules), bundle.write)
    return bundle.files


@cache
def searched_bundles() -> list[dict[str, bytes]]:
    """Sessions of rulebook 2 with components of every tier, branches, residual and gifts."""
    rules = replace(DEFAULTS[2], obligations="credit")
    debts = small_book(values={}, obligations=[("1", "A", "B", 10), ("2", "B", "C", 10)], rulebook=rules)
    return [clear_in_memory(made)[1] for made in (*map(random_searched_book, SEARCHED), debts)]


def records(files: dict[str, bytes]) -> Iterator[tuple[str, Any]]:
    """(name of the schema, record) of every line."""
    for path, content in files.items():
        for line in content.split(b"\n")[:-1]:
            yield PurePosixPath(path).stem, json.loads(line)


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that describes an object."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_every_file_of_a_bundle_has_a_schema_and_no_other() -> None:
    for files in (*bundles(), *searched_bundles()):
        stems = {PurePosixPath(path).stem for path in files}
        assert set(SCHEMAS) - {"fixing-record"} <= stems <= set(SCHEMAS)
        listed = set(json.loads(files[MANIFEST])["files"]) - {FIXING_RECORD}
        assert listed == set(SCHEMAS["manifest"]["properties"]["files"]["required"])
        assert {CERTIFICATE, MANIFEST} <= files.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_of_2020_12_closed_and_described(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:clearing-bundle:1:{name}"
    assert schema["description"]
    open_objects = [each for each in objects(schema) if each.get("additionalProperties") is not False]
    assert all("propertyNames" in each for each in open_objects)
    assert bool(open_objects) == (name in ("certificate", "fixing-record"))


def test_every_line_of_every_bundle_fits_its_schema() -> None:
    validators = {name: validator(name) for name in SCHEMAS}
    for files in (*bundles(), *searched_bundles(), later_inputs()):
        for name, record in records(files):
            flaws = [error.message for error in validators[name].iter_errors(record)]
            assert flaws == [], (name, record)


def test_every_member_of_every_schema_is_written_by_some_bundle() -> None:
    """So that no member is described that does not exist."""
    written: set[tuple[str, str]] = set()
    for files in (*bundles(), *searched_bundles(), later_inputs()):
        for name, record in records(files):
            written |= {(name, member) for member in record}
    described = {
        (name, member)
        for name, schema in SCHEMAS.items()
        for part in schema.get("oneOf", [schema])
        for member in part["properties"]
    }
    assert described - written == NEVER_WRITTEN
    assert written <= described


def samples() -> Iterator[tuple[str, Any]]:
    """One long record of each file."""
    longest: dict[str, Any] = {}
    for files in (*bundles()[:6], *fixed_bundles()):
        for name, record in records(files):
            if len(record) > len(longest.get(name, ())):
                longest[name] = record
    yield from sorted(longest.items())


def wrong_records(record: Any) -> Iterator[tuple[str, Any]]:
    """The record with one thing wrong: a member too many, of another type, or with another spelling."""
    yield "a member too many", {**record, "more": "1"}
    for member, value in record.items():
        for wrong in (None, 7.5, [], {}, "\x1b", -1, True):
            if wrong != value and (member, wrong) not in MAY_BE_EMPTY:
                yield f"{member}: {wrong!r}", {**record, member: wrong}
        if isinstance(value, str) and value.lstrip("-").isdigit() and member not in ("found", "limit"):
            for text in (f"+{value}", f"0{value}", f"{value}.0", f" {value}", int(value), "", "NaN", "1e3"):
                yield f"{member}: {text!r}", {**record, member: text}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for place, (what, inner) in enumerate(wrong_records(value[0])):
                yield f"{member}/{place}: {what}", {**record, member: [inner, *value[1:]]}
        if isinstance(value, dict) and member not in ("files", "made_by", "values"):
            for what, inner in wrong_records(value):
                yield f"{member}: {what}", {**record, member: inner}


def test_a_planted_wrong_field_does_not_fit() -> None:
    seen = set()
    for name, record in samples():
        check = validator(name)
        assert check.is_valid(record)
        for what, wrong in wrong_records(copy.deepcopy(record)):
            assert not check.is_valid(wrong), (name, what)
        seen.add(name)
    assert seen == set(SCHEMAS)


def test_every_required_member_is_required() -> None:
    for name, record in samples():
        parts = SCHEMAS[name].get("oneOf", [SCHEMAS[name]])
        part = max(parts, key=lambda each: len(each["properties"].keys() & record.keys()))
        for member in part["required"]:
            without = {key: value for key, value in record.items() if key != member}
            assert not validator(name).is_valid(without), (name, member)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("assets", {"asset_id": "INDEX"}),
        ("assets", {"class": "animals"}),
        ("assets", {"increment": "0"}),
        ("assets", {"increment": "0.10"}),
        ("fixing", {"value_micro": "999"}),
        ("offers", {"participant_id": "../x"}),
        ("offers", {"offer_id": "O" * 65}),
        ("offers", {"offer_id": "ОРЕЛ"}),
        ("offers", {"deliver_quantity": "0"}),
        ("offers", {"receive": []}),
        ("offers", {"all_or_none": False}),
        ("offers", {"max_ring": 1}),
        ("offers", {"max_ring": 1_001}),
        ("offers", {"expires_at": "2026-01-31T16:00:00+01:00"}),
        ("offers", {"memo": "a\nb"}),
        ("stocks", {"quantity": "9" * 20}),
        ("rulebook", {"version": 2}),
        ("rulebook", {"version": 3, "screening": "ring", "work_limit": 1}),
        ("rulebook", {"version": 2, "screening": "ring", "work_limit": 0}),
        ("rulebook", {"version": 2, "screening": "ring", "work_limit": 1, "objectives": ["even", "even"]}),
        ("rulebook", {"max_ring": 3}),
        ("rulebook", {"max_chain": 3}),
        ("rulebook", {"screening": "ring"}),
        ("rulebook", {"work_limit": 5}),
        ("rulebook", {"self_crossing": "refuse"}),
        ("rulebook", {"obligations": "credit"}),
        ("offers", {"deliver_asset": "*"}),
        ("rulebook", {"objectives": ["value", "surplus", "even", "lottery"]}),
        ("fills", {"kind": "swap"}),
        ("refusals", {"reason": "dislike"}),
        ("premia", {"component": "desk:D"}),
        ("rings", {"ring_id": "R1"}),
        ("rings", {"nodes": ["hub"]}),
        ("legs", {"rings": []}),
        ("entries", {"amount_micro": "0"}),
        ("entries", {"kind": "gift"}),
        ("instructions", {"group": "R000001"}),
        ("certificate", {"gap": "-1"}),
        ("certificate", {"format": "clearing-certificate/2"}),
        ("manifest", {"digest": "AB" * 32}),
        ("manifest", {"previous": "ab"}),
        ("manifest", {"files": {}}),
    ],
)
def test_a_value_that_no_bundle_has_does_not_fit(name: str, change: dict[str, Any]) -> None:
    record = dict(samples())[name]
    assert validator(name).is_valid(record)
    assert not validator(name).is_valid({**record, **change})


def test_a_memo_may_hold_what_a_book_may() -> None:
    bundle = MemoryBundle()
    book = furnished_book(1)
    book.offers.memo[0] = "\t=1\r"  # type: ignore[index]
    seal(book, outcome_of(book, bytes(32)), bundle.write)
    assert all(validator("offers").is_valid(record) for name, record in records(bundle.files) if name == "offers")
