"""A bundle keeps the record that values its book; verify holds both against each other, and replay reads it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from clearing.audit.book_fixing import book_fixing, valued
from clearing.audit.fixing_record import record_text
from clearing.audit.input_lines import ASSETS, FIXING, FIXING_RECORD
from clearing.audit.statement_check import check_statement
from clearing.audit.stored_book import read_stored_book, read_stored_terms
from clearing.model.book import Book, SessionTerms
from clearing.model.errors import InputFault
from clearing.model.fixing import Fixing
from clearing.service import clear_book, replay_bundle, statement_of
from tests.audit.fixing_books import ACCEPTED, cleared_at, fixed_book
from tests.audit.samples import MemoryBundle
from tests.audit.verify.fixing_records import Record, halved_day, quiet_days
from tests.audit.verify.fixing_records import resealed as resealed_record
from tests.audit.verify.resealing import Files, Records, resealed, rewritten, sealed_again, verified
from tests.sessions import SALT

GOOD = pytest.mark.parametrize("fixing", [quiet_days()[0], quiet_days()[2], halved_day()], ids=["1", "2", "shock"])


def discard(_path: str, chunks: object) -> None:
    list(chunks)  # type: ignore[call-overload]


def violations(files: Files) -> list[tuple[int, str | None, str | None]]:
    return [(each.law, each.file, each.field) for each in verified(files).violations]


@GOOD
def test_a_book_that_a_record_values_clears_verifies_and_replays(fixing: Fixing) -> None:
    files = cleared_at(fixing)
    assert files[FIXING_RECORD] == f"{record_text(fixing)}\n".encode()
    assert verified(files).holds, verified(files).violations
    assert b"SALT" not in files[FIXING]
    assert replay_bundle(MemoryBundle(dict(files))).difference is None


@GOOD
def test_the_record_is_read_back_with_the_book(fixing: Fixing) -> None:
    files = MemoryBundle(cleared_at(fixing))
    book = read_stored_book(files.read, files.names())
    assert book.fixing == fixed_book(fixing).fixing
    assert book.assets.value_micro.tolist() == fixed_book(fixing).assets.value_micro.tolist()
    accepted = read_stored_terms(files.read).session.accepted_fixing
    assert accepted == (ACCEPTED if fixing.status.value == "SHOCK" else None)


def test_the_record_is_a_leaf_of_the_book_root() -> None:
    files = cleared_at(quiet_days()[0])
    other = json.loads(files["manifest.json"])
    plain = replace(fixed_book(quiet_days()[0]), fixing=None)
    bare: dict[str, bytes] = {}
    clear_book(plain, SessionTerms(salt=SALT), lambda path, chunks: bare.update({path: b"".join(chunks)}))
    assert json.loads(bare["manifest.json"])["book_root"] != other["book_root"]
    assert json.loads(bare["manifest.json"])["offers_root"] == other["offers_root"]
    assert {path for path in files if bare.get(path) != files[path]} == {FIXING_RECORD, "manifest.json"}


def refused(book: Book, reason: str | None) -> str:
    with pytest.raises(InputFault) as caught:
        clear_book(book, SessionTerms(salt=SALT, accepted_fixing=reason), discard)
    return str(caught.value)


def test_a_shock_clears_for_a_reason_alone() -> None:
    assert "has the status SHOCK" in refused(fixed_book(halved_day()), None)
    manifest = json.loads(cleared_at(halved_day())["manifest.json"])
    assert manifest["accepted_fixing"] == ACCEPTED


def test_a_reason_without_need_is_refused() -> None:
    final = fixed_book(quiet_days()[0])
    assert f"the fixing is {quiet_days()[0].status.value}" in refused(final, "why")
    assert "from no fixing record" in refused(replace(final, fixing=None), "why")


def accept(reason: str | None) -> object:
    def change(records: Records) -> None:
        manifest = records["manifest.json"][0]
        manifest.pop("accepted_fixing", None)
        if reason is not None:
            manifest["accepted_fixing"] = reason

    return change


@pytest.mark.parametrize(("fixing", "reason"), [(halved_day(), None), (quiet_days()[0], "why")])
def test_a_reason_stands_exactly_where_it_is_needed(fixing: Fixing, reason: str | None) -> None:
    files = resealed(cleared_at(fixing), accept(reason))  # type: ignore[arg-type]
    assert violations(files) == [(2, "manifest.json", "accepted_fixing")]


def test_a_reason_without_a_record_is_found() -> None:
    files = cleared_at(halved_day())
    files.pop(FIXING_RECORD)
    assert (2, "manifest.json", "accepted_fixing") in violations(sealed_again(files))


def test_a_record_that_does_not_follow_from_itself_is_found() -> None:
    def forge(content: bytes) -> bytes:
        record: Record = json.loads(content)
        record["values"][0]["value"] = "1.5"
        return resealed_record(record)

    files = rewritten(cleared_at(quiet_days()[0]), FIXING_RECORD, forge)
    assert (2, FIXING_RECORD, "values[1].value") in violations(files)


def test_values_other_than_those_of_the_record_are_found() -> None:
    def dearer(records: Records) -> None:
        records[FIXING][0]["value_micro"] = str(int(records[FIXING][0]["value_micro"]) + 1)

    assert (2, FIXING, None) in violations(resealed(cleared_at(quiet_days()[0]), dearer))
    files = MemoryBundle(resealed(cleared_at(quiet_days()[0]), dearer))
    difference = replay_bundle(files).difference
    assert difference is not None
    assert difference.file == FIXING

    def known(records: Records) -> None:
        records[FIXING].append({"asset_id": "SALT", "value_micro": "1000"})
        records[FIXING].sort(key=lambda each: str(each["asset_id"]))

    assert (2, FIXING, None) in violations(resealed(cleared_at(quiet_days()[0]), known))


@pytest.mark.parametrize(("member", "other"), [("unit", "KGM"), ("increment", "0.01")])
def test_another_unit_or_increment_than_that_of_the_record_is_found(member: str, other: str) -> None:
    def change(records: Records) -> None:
        records[ASSETS][1][member] = other

    assert (2, ASSETS, member) in violations(resealed(cleared_at(quiet_days()[0]), change))


def test_assets_counted_otherwise_have_no_value() -> None:
    book = fixed_book(quiet_days()[0])
    assert book.fixing is not None
    counted = replace(book.assets, increment=["1", *book.assets.increment[1:-1], "7"])
    values = dict(zip(book.assets.id, valued(counted, book.fixing).value_micro.tolist(), strict=True))
    assert (values["TIN"], values["SALT"]) == (0, 0)
    assert values["COAL"] > 0


def test_two_lines_or_no_line_end_are_no_record() -> None:
    files = cleared_at(quiet_days()[0])
    for change in (lambda content: content + b"\n", lambda content: content[:-1], lambda _content: b""):
        broken = rewritten(files, FIXING_RECORD, change)
        assert verified(broken).counts
        with pytest.raises(InputFault, match="fixing-record"):
            read_stored_book(MemoryBundle(broken).read, broken.keys())


def test_a_record_that_the_manifest_does_not_list_is_a_file_too_many() -> None:
    files = cleared_at(quiet_days()[0])
    plain = dict(files)
    plain.pop(FIXING_RECORD)
    files = {**sealed_again(plain), FIXING_RECORD: files[FIXING_RECORD]}
    assert (0, FIXING_RECORD, None) in violations(files)


def test_the_head_of_a_record_is_taken_from_a_strict_one_alone() -> None:
    text = record_text(quiet_days()[0])
    assert book_fixing(text).digest == json.loads(text)["digest"]
    for broken in (f"{text}\n", text.replace(":", ": ", 1), text[:-1], text.replace("SMALL", "OTHER")):
        with pytest.raises(ValueError):
            book_fixing(broken)


def test_a_statement_of_such_a_session_checks_with_the_book_root_alone() -> None:
    files = MemoryBundle(cleared_at(quiet_days()[0]))
    root = json.loads(files.files["manifest.json"])["book_root"]
    for own in ("D1", "D2", "D3"):
        assert check_statement(statement_of(files, own), root) == []
