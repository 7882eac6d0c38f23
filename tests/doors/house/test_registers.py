"""What is registered in a house by files: participants, assets, stocks, obligations, values; and what is not taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import Console
from tests.doors.house.houses import RING, AHouse


def test_without_a_house_every_command_says_how_to_make_one(console: Console, tmp_path: Path) -> None:
    house = AHouse(console, tmp_path)
    for arguments in (("status",), ("run",), ("log",), ("replay", "--all"), ("submit", house.offers(RING))):
        ended = house.run(*arguments)
        assert (ended.status, ended.out) == (2, "")
        assert "clearing house init" in ended.err
    assert not (tmp_path / "house.db").exists()


def test_a_house_is_founded_once(house: AHouse) -> None:
    ended = house.run("init")
    assert ended.status == 2
    assert "there is a house in this database already" in ended.err
    assert house.does("migrate") == "the house is of version 0003 already: nothing was to be done\n"
    assert house.json("status")["participants"] == 3


def test_where_no_house_is_none_is_brought_up_to_date(console: Console, tmp_path: Path) -> None:
    ended = AHouse(console, tmp_path).run("migrate")
    assert (ended.status, ended.out) == (2, "")
    assert "there is no house at" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_rulebook_that_makes_a_session_is_a_file_at_fault(house: AHouse) -> None:
    own = house.file('[session]\nid = "own"\n', "own.toml")
    for command in (("rulebook", own), ("what-if", "S-000001", "--rulebook", own)):
        ended = house.run(*command)
        assert (ended.status, ended.out) == (3, "")
        assert "own.toml session: found a table [session]; allowed: no such table, as a house makes" in ended.err


def test_a_status_that_a_participant_has_is_not_given_again(house: AHouse) -> None:
    ended = house.run("resume", "ANNA", "--reason", "paid")
    assert ended.status == 2
    assert "participant ANNA: active; allowed: one that is suspended" in ended.err


def test_a_database_of_another_kind_is_refused(console: Console, tmp_path: Path) -> None:
    ended = AHouse(console, tmp_path).console("house", "init", "--database", "mysql://there/house")
    assert ended.status == 2
    assert "allowed: sqlite:///PATH or postgresql://" in ended.err


@pytest.mark.parametrize(
    ("name", "rows", "says"),
    [
        ("participants", "participant_id,balance,credit_limit\nANNA,200,50\n", "only sessions change the account"),
        ("assets", "asset_id,unit,increment\nWHEAT,TNE,0.1\n", "increment 1, as it was registered"),
        ("assets", "asset_id,unit,increment\nWHEAT,KGM,1\n", "unit TNE, as it was registered"),
        ("stocks", "stock_id,participant_id,asset_id,quantity\nBARN,BO,WHEAT,5\n", "participant_id ANNA, as it was"),
        ("obligations", "obligation_id,debtor_id,creditor_id,amount\nB-1,ANNA,BO,5\n", "ids never used before"),
    ],
)
def test_what_is_counted_on_is_not_changed_by_a_file(house: AHouse, name: str, rows: str, says: str) -> None:
    house.does("stocks", house.file("stock_id,participant_id,asset_id,quantity\nBARN,ANNA,WHEAT,60\n"))
    house.does("obligations", house.file("obligation_id,debtor_id,creditor_id,amount\nB-1,ANNA,BO,5\n"))
    before = house.json("status")["events"]
    ended = house.run(name, house.file(rows))
    assert ended.status == 2
    assert says in ended.err
    assert house.json("status")["events"] == before


@pytest.mark.parametrize(
    ("name", "rows", "lines"),
    [
        ("participants", "participant_id,balance,credit_limit\nA B,0,0\nDORA,x,0\n", [2, 3]),
        ("stocks", "stock_id,participant_id,asset_id,quantity\nS,DORA,WHEAT,5\nT,ANNA,TIN,5\n", [2, 3]),
        ("obligations", "obligation_id,debtor_id,creditor_id,amount\nB,DORA,BO,5\nC,ANNA,BO,0\n", [2, 3]),
        ("fixing", "asset_id,value\nTIN,1\nWHEAT,-1\n", [2, 3]),
    ],
)
def test_every_fault_of_a_file_is_told_with_its_row(house: AHouse, name: str, rows: str, lines: list[int]) -> None:
    before = house.json("status")["events"]
    ended = house.run(name, house.file(rows))
    assert ended.status == 3
    assert [line for line in range(2, 5) if f"rows.csv:{line}" in ended.err] == lines
    assert house.json("status")["events"] == before


def test_terms_of_a_desk_change_and_its_account_stays(house: AHouse) -> None:
    house.does("participants", house.file("participant_id,balance,credit_limit\nANNA,100,75\n"))
    found = house.json("statement", "ANNA")
    assert (found["closing_micro"], found["credit_limit_micro"]) == ("100000000", "75000000")


def test_registers_wait_while_a_session_is_under_way(house: AHouse) -> None:
    house.does("close", "--batch", "1")
    rows = {
        "participants": "participant_id,balance,credit_limit\nDORA,0,0\n",
        "assets": "asset_id,unit,increment\nTIN,TNE,1\n",
        "stocks": "stock_id,participant_id,asset_id,quantity\nBARN,ANNA,WHEAT,60\n",
    }
    for name, text in rows.items():
        ended = house.run(name, house.file(text))
        assert ended.status == 2
        assert "when session S-000001 is final" in ended.err
    assert house.run("suspend", "ANNA", "--reason", "late").status == 2
    house.does("run", "--batch", "1")
    for name, text in rows.items():
        house.does(name, house.file(text))


@pytest.mark.parametrize("text", ["", "x" * 1_001, "two\nlines", "a\udcffb"])
def test_texts_that_cannot_be_kept_are_refused_before_anything_happens(house: AHouse, text: str) -> None:
    before = house.json("status")["events"]
    for arguments in (
        ("submit", house.offers(RING), "--key", text),
        ("withdraw", "1", "--key", text),
        ("suspend", "ANNA", "--reason", text),
        ("run", "--batch", text),
        ("veto", "S-000001", "--offer", "1", "--ground", "credit", "--evidence", text),
    ):
        if arguments == ("run", "--batch", ""):
            continue  # by default the day
        ended = house.run(*arguments)
        assert ended.status == 2, ended
        assert "allowed: 1 to" in ended.err
    assert house.json("status")["events"] == before


@pytest.mark.parametrize("name", ["", "S-1", "\udcff", "S-000009"])
def test_what_is_no_session_is_told(house: AHouse, name: str) -> None:
    for arguments in (("fix", name), ("finish", name), ("clear", name), ("what-if", name, "--without", "ANNA")):
        ended = house.run(*arguments)
        assert (ended.status, ended.out) == (2, "")
        assert "allowed" in ended.err


def test_obligations_that_are_set_off_are_gone_and_the_rest_stands(house: AHouse) -> None:
    rows = "obligation_id,debtor_id,creditor_id,amount\nB-1,ANNA,BO,50\nB-2,BO,CARL,30\nB-3,CARL,ANNA,40\n"
    house.does("obligations", house.file(rows))
    house.does("run", "--batch", "1")
    assert house.json("status")["standing_obligations"] == 2
    house.does("run", "--batch", "2")
    sealed = (house.bundles / "S-000002" / "inputs" / "obligations.jsonl").read_text(encoding="utf-8")
    assert '"20000000"' in sealed
    assert '"10000000"' in sealed


def test_the_same_values_again_are_the_same_event(house: AHouse) -> None:
    values = house.file("asset_id,value\nWHEAT,2\nSTEEL,1\nPOWER,1\n")
    first = house.json("fixing", values)
    assert house.json("fixing", values) == first
    assert house.json("fixing", house.folder / "fixing.csv")["seq"] > first["seq"]
    ended = house.run("fixing", house.file("{}", "fixing.json"))
    assert ended.status == 3
    assert "the record of a fixing as `clearing index fix` wrote it" in ended.err
