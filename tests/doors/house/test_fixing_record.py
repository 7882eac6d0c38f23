"""A house whose sessions are valued by fixing records: kept whole, held up where the fixing is, and replayed."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree

import pytest

from clearing.audit.verify import verify
from clearing.audit.verify.__main__ import Folder
from tests.doors.console import Console, changed
from tests.doors.house.houses import AHouse
from tests.doors.test_book_fixing import before, goods_book, halved


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of goods; the fixing record of the day before the currency halves is beside its tables."""
    return goods_book(tmp_path / "book", before())


@pytest.fixture
def house(console: Console, tmp_path: Path, book: Path) -> AHouse:
    """A house with the participants and goods of that book, its offers submitted."""
    made = AHouse(console, tmp_path)
    made.does("init")
    for name in ("participants", "assets"):
        made.does(name, book / f"{name}.csv")
    made.does("submit", book / "offers.csv")
    return made


def halved_record(house: AHouse) -> Path:
    return house.file(halved().text + "\n", "halved.json")


def last_event(house: AHouse, kind: str) -> dict[str, object]:
    *_others, last = house.does("log", "--kind", kind, "--json").splitlines()
    found: dict[str, object] = json.loads(last)
    return found


def test_a_record_is_kept_whole_in_journal_and_bundle(house: AHouse, book: Path) -> None:
    house.does("run", "--fixing", book / "fixing.json")
    bundle = house.bundles / "S-000001"
    assert (bundle / "inputs/fixing-record.json").read_text() == before().text + "\n"
    assert not verify(Folder(bundle)).violations
    assert last_event(house, "fixing.recorded")["body"]["form"] == "fixing.json"  # type: ignore[index]
    assert house.does("check")
    assert "identical" in house.does("replay", "--all")
    rmtree(bundle)
    assert "identical, its bundle is lost" in house.does("replay", "--all")


def test_the_same_record_again_is_the_same_fixing(house: AHouse, book: Path) -> None:
    first = house.json("fixing", book / "fixing.json")
    assert house.json("fixing", book / "fixing.json") == first


def test_a_fixing_in_shock_is_refused_before_anything_closes(house: AHouse) -> None:
    for command in (("fixing",), ("run", "--fixing")):
        ended = house.run(*command, halved_record(house))
        assert ended.status == 3
        assert "has the status SHOCK" in ended.err
        assert "--accept-fixing REASON" in ended.err
    assert [each["state"] for each in house.json("sessions")["sessions"]] == ["open"]


def test_a_fixing_in_shock_is_used_for_a_reason_that_is_recorded(house: AHouse) -> None:
    reason = "the index committee met; see its minutes"
    house.does("run", "--fixing", halved_record(house), "--accept-fixing", reason)
    manifest = json.loads((house.bundles / "S-000001/manifest.json").read_text())
    assert manifest["accepted_fixing"] == reason
    assert last_event(house, "fixing.recorded")["body"]["accepted_fixing"] == reason  # type: ignore[index]
    assert "identical" in house.does("replay", "--all")


def test_a_reason_where_nothing_holds_a_session_up_is_refused(house: AHouse, book: Path) -> None:
    ended = house.run("fixing", book / "fixing.json", "--accept-fixing", "just so")
    assert ended.status == 3
    assert "there is no fixing to accept" in ended.err
    assert house.run("run", "--accept-fixing", "just so").status == 2


def test_a_record_that_was_changed_is_refused(house: AHouse, book: Path) -> None:
    changed(book / "fixing.json", '"value_micro":"', '"value_micro":"1')
    ended = house.run("fixing", book / "fixing.json")
    assert ended.status == 3
    assert "fixing.json" in ended.err


def test_assets_that_the_record_counts_otherwise_are_refused(console: Console, tmp_path: Path, book: Path) -> None:
    other = AHouse(console, tmp_path / "other")
    other.folder.mkdir()
    other.does("init")
    text = (book / "assets.csv").read_text(encoding="utf-8")
    other.does("assets", other.file(text.replace("WHEAT,TNE", "WHEAT,KGM"), "assets.csv"))
    ended = other.run("fixing", book / "fixing.json")
    assert ended.status == 3
    assert "KGM for WHEAT" in ended.err
