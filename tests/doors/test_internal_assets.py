"""Internal assets stay with their one participant: its own offers meet in them, and no leg leaves the desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.doors.console import Console, console_of

BOOK = {
    "participants.csv": "participant_id\nfarm\nmill\n",
    "assets.csv": "asset_id,unit,increment,class\nwheat,TNE,0.001,\nflour,TNE,0.001,\ntoken,C62,0.001,internal\n",
    "fixing.csv": "asset_id,value\nwheat,240\nflour,310\ntoken,100\n",
    "offers.csv": (
        "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets\n"
        "1,farm,wheat,4,token\n2,farm,token,8,flour\n3,mill,flour,2,wheat\n"
    ),
}


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def _book(folder: Path, **changed: str) -> Path:
    folder.mkdir()
    for name, text in {**BOOK, **{f"{name}.csv": text for name, text in changed.items()}}.items():
        (folder / name).write_text(text)
    return folder


def test_one_desk_may_pass_an_internal_asset_to_itself(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert console("check", _book(tmp_path / "book")).status == 0
    ended = console("clear", tmp_path / "book", "--out", out)
    assert (ended.status, ended.err) == (0, "")
    legs = [json.loads(line) for line in (out / "outcome/legs.jsonl").read_text().splitlines()]
    fills = [json.loads(line) for line in (out / "outcome/fills.jsonl").read_text().splitlines()]
    assert {leg["asset_id"] for leg in legs} == {"wheat", "flour"}
    assert {fill["id"]: fill["delivered"] for fill in fills} == {"1": "2584", "2": "6200", "3": "2000"}
    assert console("verify", out).status == 0
    assert console("replay", out).status == 0


def test_two_desks_may_not_name_one_internal_asset(console: Console, tmp_path: Path) -> None:
    offers = BOOK["offers.csv"] + "4,mill,flour,1,token\n"
    ended = console("check", _book(tmp_path / "book", offers=offers))
    assert ended.status == 3
    assert "offers.csv:5 participant_id" in ended.err
    assert "internal asset" in ended.err
