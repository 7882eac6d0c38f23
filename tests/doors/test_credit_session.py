"""A book whose obligations are discharged with credit goes through every command, and each says what accounts paid."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest

from tests.doors.console import Console, console_of

FILES = {
    "participants.csv": "participant_id,balance,credit_limit,balance_cap\nACME,0,500,\nBOLT,0,0,0\nCOLT,20,0,\n",
    "assets.csv": "asset_id,unit,increment\nAPPLE,KGM,1\n",
    "fixing.csv": "asset_id,value\nAPPLE,1\n",
    "offers.csv": (
        "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets\n"
        "BUY,ACME,INDEX,100,APPLE\nSELL,COLT,APPLE,100,INDEX\n"
    ),
    "obligations.csv": "obligation_id,debtor_id,creditor_id,amount\nO1,ACME,BOLT,700\nO2,BOLT,COLT,600\n",
    "rulebook.toml": 'version = 2\nobligations = "credit"\n',
}


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture
def book_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_credit_pays_what_goods_left_of_it(console: Console, book_folder: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    told = json.loads(console("clear", book_folder, "--out", bundle, "--json").out)
    assert told["obligations_cleared_micro"] == str(2 * 400 * 10**6), "500 of credit less 100 paid for apples, twice"
    assert (told["optimal"], told["unique"]) == (True, True)
    entries = [json.loads(line) for line in (bundle / "outcome/entries.jsonl").read_text().splitlines()]
    assert {(e["participant_id"], e["kind"], int(e["amount_micro"])) for e in entries} == {
        ("ACME", "index", -500 * 10**6),
        ("COLT", "index", 500 * 10**6),
    }
    assert console("verify", bundle).status == 0
    assert console("replay", bundle).status == 0


def test_every_other_command_reads_the_session(console: Console, book_folder: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    cleared = console("clear", book_folder, "--out", bundle)
    assert "800.00 of obligations discharged" in cleared.out
    assert console("explain", bundle, "BUY").status == 0
    assert "400" in console("statement", bundle, "ACME").out
    assert console("export", bundle, "--out", tmp_path / "tables").status == 0
    assert console("report", bundle).status == 0
    (rings,) = (tmp_path / "tables").rglob("rings.csv")
    assert "hub" in rings.read_text(encoding="utf-8")


def test_set_off_of_the_same_book_discharges_nothing(console: Console, book_folder: Path, tmp_path: Path) -> None:
    (book_folder / "rulebook.toml").write_text("version = 2\n", encoding="utf-8")
    told = json.loads(console("clear", book_folder, "--out", tmp_path / "bundle", "--json").out)
    assert told["obligations_cleared_micro"] == "0"


def test_the_graph_holds_both_circulations(console: Console, book_folder: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    console("clear", book_folder, "--out", bundle)
    assert console("export", bundle, "--out", tmp_path / "tables").status == 0
    graph = nx.read_graphml(tmp_path / "tables/netting.graphml", force_multigraph=True)
    flows = {each["ids"] + " " + tail: each["flow_micro"] for tail, _, each in graph.edges(data=True)}
    assert flows["O1 claim:BOLT"] == flows["O2 claim:COLT"] == 400 * 10**6
    net: Counter[str] = Counter()
    for tail, head, each in graph.edges(data=True):
        net[head] += each["flow_micro"]
        net[tail] -= each["flow_micro"]
        assert 0 <= each["flow_micro"] <= each["capacity_micro"]
    assert not any(net.values())
