"""An offer that takes anything, ``*``, from its table through every command, refused by rulebook 1 and cleared by 2."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from clearing.audit.stored_outcome import read_stored_outcome
from clearing.doors.explanation_words import explanation_sentences
from clearing.doors.report.fates import judge
from clearing.engine.explain import explain
from clearing.model.outcome import SearchedPay
from clearing.model.rulebook import DEFAULTS
from clearing.service import outcome_of
from tests.audit.samples import SALT, MemoryBundle, seal
from tests.books import book as small_book
from tests.books import offer
from tests.doors.book_writing import GOOD, write_book
from tests.doors.console import Console, console_of

OFFERS = (
    f"{GOOD['offers.csv'].splitlines()[0]}\n"
    "O-1,DESK-B,WHEAT,60,COPPER,0,,,,,,,,,,\n"
    "O-2,DESK-A,COPPER,1,WHEAT,0,,,,,,,,,,\n"
    "O-3,DESK-C,HOURS,2,*,,,,,,,,,,,\n"
    "O-4,DESK-B,WHEAT,1,HOURS,0,,,,,,,,,,\n"
)
REFUSED = "asks for receive_assets, which rulebook 1 does not know"


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.mark.parametrize("version", [1, 2])
def test_every_command_knows_what_takes_anything(console: Console, tmp_path: Path, version: int) -> None:
    book = write_book(tmp_path / "book", offers=OFFERS, obligations=None, rulebook=f"version = {version}\n")
    bundle = tmp_path / "session"
    checked = console("check", book)
    assert (REFUSED in checked.out) == (version == 1)
    cleared = console("clear", book, "--out", bundle)
    assert cleared.status == 0
    lengths = {1: "1, the longest of length 2", 2: "2, the longest of length 2"}
    assert f"rings      {lengths[version]}; " in cleared.out
    assert console("verify", bundle, "--book", book).status == 0
    assert console("replay", bundle).status == 0
    assert console("report", bundle).status == 0
    assert console("explain", bundle, "O-3").status == 0
    assert console("statement", bundle, "DESK-C", "--out", tmp_path / "desk").status == 0
    [paper] = sorted((tmp_path / "desk").glob("*.json"))
    assert [each["asset_id"] for each in json.loads(paper.read_text(encoding="utf-8"))["assets"]] == ["HOURS"]
    assert console("export", bundle, "--out", tmp_path / "tables").status == 0
    [sealed] = [
        json.loads(line)
        for line in (bundle / "inputs" / "offers.jsonl").read_text().splitlines()
        if '"O-3"' in line
    ]
    assert sealed["receive"] == [{"asset": "*", "limit_ppm": "0"}]
    taken = {
        cell
        for table in sorted((tmp_path / "tables").rglob("*.csv"))
        for row in csv.reader(table.read_text(encoding="utf-8").splitlines())
        for cell in row
    }
    assert "*" in taken


@pytest.mark.parametrize("version", [1, 2])
def test_what_takes_anything_is_not_taken_for_the_last_asset(version: int) -> None:
    rows = [
        offer("O1", "D", "A", 5, ("B", 0)),
        offer("O2", "E", "B", 5, ("A", 0)),
        offer("O3", "E", "A", 5, ("B", 0)),
        offer("O4", "F", "B", 2, ("*", 0)),
    ]
    values = {"A": 1_000, "B": 1_000}
    book = small_book(values=values, offers=rows, rulebook=replace(DEFAULTS[version], self_crossing="allow"))
    outcome, bundle = outcome_of(book, SALT), MemoryBundle()
    seal(book, outcome, bundle.write)
    assert not judge(book, outcome, SearchedPay({}, {})).priced[3]
    stored = read_stored_outcome(bundle.read, book).rings
    assert stored.member.tolist() == outcome.rings.member.tolist()
    assert stored.member_alternative.tolist() == outcome.rings.member_alternative.tolist()
    assert (3 in stored.member) == (version == 2)


def test_what_is_kept_as_the_return_of_a_gift_is_told() -> None:
    rows = [offer("O1", "D", "A", 60, ("*", 0)), offer("O2", "E", "B", 80, ("A", 0))]
    world = small_book(values={"A": 1_000_000, "B": 1_000_000}, offers=rows, rulebook=DEFAULTS[2])
    found = explain(world, outcome_of(world, SALT), [0, 1])
    giver, last = (" ".join(explanation_sentences(world, each)) for each in found)
    assert "it delivers 60 pieces of A. It gives to a chain, asks +0.00 bps" in giver
    assert "was filled to 75 %: it delivers 0 pieces of B. " in last
    assert "A chain of gifts ends with it: it keeps 60 pieces of B as their return." in last
    assert "ends with it" not in giver
