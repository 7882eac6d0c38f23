"""An offer that takes anything, ``*``, from its table through every command, refused by rulebook 1 and cleared by 2."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.doors.book_writing import GOOD, write_book
from tests.doors.console import Console, console_of

OFFERS = (
    f"{GOOD['offers.csv'].splitlines()[0]}\n"
    "O-1,DESK-A,COPPER,1,WHEAT,0,,,,,,,,,,\n"
    "O-2,DESK-B,WHEAT,60,COPPER,0,,,,,,,,,,\n"
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
    assert console("clear", book, "--out", bundle).status == 0
    assert console("verify", bundle, "--book", book).status == 0
    assert console("replay", bundle).status == 0
    assert console("report", bundle).status == 0
    assert console("explain", bundle, "O-3").status == 0
    assert console("statement", bundle, "DESK-C", "--out", tmp_path / "desk").status == 0
    assert console("export", bundle, "--out", tmp_path / "tables").status == 0
    [offer] = [
        json.loads(line)
        for line in (bundle / "inputs" / "offers.jsonl").read_text().splitlines()
        if '"O-3"' in line
    ]
    assert offer["receive"] == [{"asset": "*", "limit_ppm": "0"}]
    taken = {
        cell
        for table in sorted((tmp_path / "tables").rglob("*.csv"))
        for row in csv.reader(table.read_text(encoding="utf-8").splitlines())
        for cell in row
    }
    assert "*" in taken
