"""A fixing record reads back as the fixing that it was written from, to the byte; anything else is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
import rfc8785

from clearing.audit.fixing_record import record_digest, record_text
from clearing.audit.methodology_record import methodology_digest, plain
from clearing.audit.stored_fixing import read_fixing
from clearing.model.errors import InputFault
from clearing.model.fixing import Fixing
from tests.audit.fixing_samples import bare_fixing, full_fixing

Record = dict[str, Any]
FIXINGS = pytest.mark.parametrize("fixing", [full_fixing(), bare_fixing()], ids=["full", "bare"])


def resealed(record: Record) -> str:
    """The canonical text of a record whose digests are those of what it says."""
    covered = {name: value for name, value in record.items() if name != "digest"}
    if isinstance(covered.get("methodology"), dict):
        covered["methodology_digest"] = sha256(rfc8785.dumps(covered["methodology"])).hexdigest()
    covered["digest"] = sha256(rfc8785.dumps(covered)).hexdigest()
    return rfc8785.dumps(covered).decode()


def fault_of(text: str) -> str:
    with pytest.raises(InputFault) as caught:
        read_fixing(text)
    return str(caught.value)


@FIXINGS
def test_a_record_is_one_canonical_line_under_its_digest(fixing: Fixing) -> None:
    text = record_text(fixing)
    record = json.loads(text)
    assert rfc8785.dumps(record).decode() == text
    assert resealed(record) == text
    assert (record["digest"], record["methodology_digest"]) == (
        record_digest(fixing), methodology_digest(fixing.methodology)
    )  # fmt: skip


@FIXINGS
def test_a_record_reads_back_as_its_fixing_and_writes_the_same_bytes(fixing: Fixing) -> None:
    text = record_text(fixing)
    again, digest = read_fixing(text)
    assert (again, digest) == (fixing, record_digest(fixing))
    assert record_text(again) == text
    assert read_fixing(text + "\n") == (again, digest)


@pytest.mark.parametrize(
    ("value", "text"),
    [("1E+2", "100"), ("1.2500", "1.25"), ("-0", "0"), ("0E-18", "0"), ("-0.50", "-0.5"), ("1E-7", "0.0000001")],
)  # fmt: skip
def test_decimals_have_one_spelling(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_what_is_not_set_is_left_out() -> None:
    record = json.loads(record_text(full_fixing()))
    assert ["disputed" in each for each in record["pairs"]] == [True]
    assert ["stale" in each for each in record["values"]] == [False, True]
    assert ["approvals" in each for each in record["quotes"]] == [False, True]
    assert not {"restatement", "previous", "stale_share"} & json.loads(record_text(bare_fixing())).keys()


def objects(value: Any, place: str = "") -> Iterator[tuple[str, Record]]:
    """Every object of a record with its place."""
    if isinstance(value, dict):
        yield place, value
        for name, each in value.items():
            yield from objects(each, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from objects(each, f"{place}[{number}]")


FULL: Record = json.loads(record_text(full_fixing()))
PLACES = [place for place, _ in objects(FULL) if place != "methodology.reference.values"]


def at(record: Record, place: str) -> Record:
    return dict(objects(record))[place]


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_member_anywhere_is_named(place: str) -> None:
    record = copy.deepcopy(FULL)
    at(record, place)["surplus"] = "1"
    assert f"{place}.surplus: no such member".removeprefix(".") in fault_of(resealed(record))


OPTIONAL = {
    "restatement", "previous", "approvals", "disputed", "other", "related", "day", "quotes", "found", "limit",
    "value_micro", "stale", "share", "stale_share", "name", "interest", "increment", "differential", "factor",
    "amount", "amount_unit", "target_share", "asset",
}  # fmt: skip
"""Members that some object may do without; which must not is for the next test."""


@pytest.mark.parametrize("place", PLACES)
def test_a_missing_member_is_named_unless_it_may_be_left_out(place: str) -> None:
    for name in at(FULL, place):
        record = copy.deepcopy(FULL)
        del at(record, place)[name]
        if name in OPTIONAL or (name == "rank" and ("tried" in place or "fallbacks" in place)):
            continue
        if name in ("digest", "methodology_digest") and not place:
            text = rfc8785.dumps(record).decode()
        else:
            text = resealed(record)
        assert f"{place}.{name}: missing".removeprefix(".") in fault_of(text)


MAY_BE_ZERO = {"found", "limit", "publication_minutes", "challenge_minutes", "value_age_days"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("other", [None, True, 0, -1, "", "x\ty", [], {}, [None], 10**30], ids=repr)
def test_a_value_of_another_type_is_named_with_what_is_allowed(place: str, other: Any) -> None:
    for name, value in at(FULL, place).items():
        # Lists may be empty unless they are left out then; flags are true.
        if (other == [] and isinstance(value, list)) or other == value or name in ("digest", "methodology_digest"):
            continue
        if other == 0 and type(other) is int and type(value) is int and name in MAY_BE_ZERO:
            continue
        record = copy.deepcopy(FULL)
        at(record, place)[name] = other
        where = f"{place}.{name}".removeprefix(".")
        assert where in fault_of(json.dumps(record, sort_keys=True, separators=(",", ":"))), (where, other)


@pytest.mark.parametrize(
    ("place", "name"),
    [("quotes[2]", "approvals"), ("pairs[1]", "sources"), ("fallbacks[4]", "quotes"), ("methodology", "sources")],
)
def test_a_list_that_is_left_out_when_empty_may_not_be_empty(place: str, name: str) -> None:
    record = copy.deepcopy(FULL)
    at(record, place)[name] = []
    assert f"{place}.{name}: a JSON list where" in fault_of(resealed(record))


@pytest.mark.parametrize("spelling", ["1e5", "1.50", "1.", ".5", "01", "-0", "+1", " 1", "NaN", "1,5", "١"])
def test_a_decimal_of_another_spelling_is_named(spelling: str) -> None:
    record = copy.deepcopy(FULL)
    at(record, "values[2]")["log_value"] = spelling
    said = fault_of(resealed(record))
    assert said.startswith("values[2].log_value: ")
    assert "a decimal as a text, without exponent and trailing zeros" in said


BYTES: dict[str, tuple[Callable[[str], str], str]] = {
    "white space": (lambda text: text.replace(":", ": ", 1), "not spelled canonically"),
    "another order": (lambda text: json.dumps(dict(reversed(FULL.items())), separators=(",", ":"), ensure_ascii=False),
                      "not spelled canonically"),
    "an escape": (lambda text: text.replace("crude", "\\u0063rude"), "not spelled canonically"),
    "a line end too many": (lambda text: text + "\n\n", "not spelled canonically"),
    "a member twice": (lambda text: text.replace('{"alarms":', '{"alarms":[],"alarms":', 1), "twice in one object"),
    "a float": (lambda text: text.replace('"revision":2', '"revision":2.0'), "2.0"),
    "NaN": (lambda text: text.replace('"revision":2', '"revision":NaN'), "NaN"),
    "half a character": (lambda text: text.replace("crude", "\\ud800rude"), "methodology.assets[1].name"),
    "nesting": (lambda text: "[" * 200_000, "nested too deep"),
    "no object": (lambda text: "[]", "the record: a JSON list where the record has an object"),
    "cut short": (lambda text: text[:-9], "not JSON"),
    "nothing": (lambda text: "", "not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BYTES)
def test_bytes_that_are_no_record_are_told(kind: str) -> None:
    change, says = BYTES[kind]
    assert says in fault_of(change(record_text(full_fixing())))


@pytest.mark.parametrize("name", ["digest", "methodology_digest", "index"])
def test_a_digest_or_index_of_something_else_is_named(name: str) -> None:
    record = {**FULL, name: "00" * 32}
    if name != "digest":
        covered = {key: value for key, value in record.items() if key != "digest"}
        record["digest"] = sha256(rfc8785.dumps(covered)).hexdigest()
    assert fault_of(rfc8785.dumps(record).decode()).startswith(f"{name}: ")
