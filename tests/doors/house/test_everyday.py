"""The everyday path of a house, by its commands: desks, offers, one batch after the other, what is left on the book."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.doors.console import Console
from tests.doors.house.houses import RING, AHouse, at_time, make_demo_house, make_house


def test_a_batch_seals_a_bundle_that_verifies_and_replays_and_names_the_one_before(
    console: Console, tmp_path: Path
) -> None:
    house = make_demo_house(console, tmp_path)
    first = house.json("run", "--batch", "monday")
    second = house.json("run", "--batch", "tuesday")
    assert [step for _, step in first["steps"]] == ["closed", "fixed", "cleared", "final"]
    assert first["cleared"][0]["filled_offers"] > 20
    bundles = [house.bundles / each["session"]["bundle"] for each in (first, second)]
    for bundle in bundles:
        assert console("verify", bundle).status == 0
        assert console("replay", bundle).status == 0
    chained = console("verify", bundles[1], "--previous", bundles[0])
    assert chained.status == 0
    assert "0 of these open differently" in chained.out
    assert house.does("check").startswith("the journal holds")


def test_what_is_left_of_a_partly_filled_offer_stays_on_the_book(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    house.does("run", "--batch", "1")
    assert house.standing() == {"1": 40, "2": 40}
    house.does("submit", house.offers("4,CARL,POWER,40,WHEAT,0,\n"))
    house.does("run", "--batch", "2")
    assert house.standing() == {}


def test_a_run_tells_which_values_it_cleared_by_and_what_came_of_it(
    house: AHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_time(monkeypatch, "2026-01-30T12:00:00Z")
    values = house.json("fixing", house.file("asset_id,value\nWHEAT,0.5\nSTEEL,0.5\nPOWER,0.5\n"))["seq"]
    house.does("submit", house.offers(RING))
    at_time(monkeypatch, "2026-01-31T16:00:00Z")
    assert house.does("run", "--batch", "1").splitlines() == [
        "S-000001  closed",
        f"S-000001  fixed     by the values of event {values}, 2026-01-30T12:00:00Z",
        "S-000001  cleared   1 of 3 offers filled, 2 in part; 90.00 index units in 1 ring",
        "S-000001  final",
    ]


def test_a_batch_without_a_name_is_refused_and_closes_nothing(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    before = house.json("status")
    ended = house.run("run", "--batch", "")
    assert (ended.status, ended.out) == (2, "")
    assert "batch '': allowed: 1 to" in ended.err
    assert house.json("status") == before


def test_a_batch_that_is_done_is_not_done_twice(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    first = house.json("run", "--batch", "1")
    again = house.json("run", "--batch", "1")
    assert again["steps"] == []
    assert again["session"]["digest"] == first["session"]["digest"]
    assert house.standing() == {"1": 40, "2": 40}
    assert "batch 1 is done" in house.does("run", "--batch", "1")


def test_an_empty_book_clears(house: AHouse, console: Console) -> None:
    house.does("run", "--batch", "1")
    assert console("verify", house.bundles / "S-000001").status == 0
    assert house.json("sessions")["sessions"][0]["state"] == "final"


def test_the_secret_is_committed_to_before_the_book_opens_and_makes_the_salt(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    opened = house.json("sessions")["sessions"][0]
    assert "secret" not in opened
    house.does("run", "--batch", "1")
    closed = house.json("sessions")["sessions"][0]
    manifest = json.loads((house.bundles / "S-000001" / "manifest.json").read_text())
    secret = bytes.fromhex(manifest["secret"])
    assert closed["secret"] == manifest["secret"]
    assert closed["commitment"] == opened["commitment"] == sha256(secret).hexdigest()
    assert manifest["salt"] == sha256(secret + bytes.fromhex(manifest["offers_root"])).hexdigest()


def test_a_secret_that_was_not_committed_to_closes_no_session(house: AHouse) -> None:
    with closing(sqlite3.connect(house.folder / "house.db")) as connection:
        connection.execute("UPDATE held_secrets SET secret = ?", (bytes(32),))
        connection.commit()
    ended = house.run("run", "--batch", "1")
    assert ended.status == 2
    assert "not the one committed to" in ended.err
    assert house.json("status")["under_way"] is None


def test_no_session_closes_before_a_fixing_is_there(console: Console, tmp_path: Path) -> None:
    house = AHouse(console, tmp_path)
    house.does("init")
    ended = house.run("run", "--batch", "1")
    assert (ended.status, ended.out) == (2, "")
    assert "no fixing was recorded yet" in ended.err
    assert house.json("status")["under_way"] is None


def test_a_fixing_at_fault_stops_a_batch_before_it_begins(house: AHouse) -> None:
    wrong = house.file("asset_id,value\nWHEAT,0\nTIN,1\n", "wrong.csv")
    ended = house.run("run", "--batch", "1", "--fixing", wrong)
    assert ended.status == 3
    assert "wrong.csv:2" in ended.err
    assert "wrong.csv:3" in ended.err
    assert house.json("status")["under_way"] is None


def test_the_account_that_a_session_leaves_feeds_the_next_book(house: AHouse) -> None:
    house.does("submit", house.offers("1,ANNA,INDEX,80,WHEAT,0,\n2,BO,WHEAT,80,INDEX,0,\n"))
    house.does("run", "--batch", "1")
    house.does("run", "--batch", "2")
    lines = (house.bundles / "S-000002" / "inputs" / "participants.jsonl").read_text().splitlines()
    balances = {record["participant_id"]: record["balance_micro"] for record in map(json.loads, lines)}
    assert balances == {"ANNA": "20000000", "BO": "80000000", "CARL": "0"}


def test_steps_by_hand_do_what_a_batch_does(house: AHouse, console: Console) -> None:
    house.does("submit", house.offers(RING))
    assert house.json("close", "--batch", "1")["state"] == "closed"
    assert house.json("fix", "S-000001")["state"] == "fixed"
    assert house.json("clear", "S-000001")["state"] == "cleared"
    assert house.standing() == {"1": 100, "2": 100, "3": 60}
    assert house.json("finish", "S-000001")["state"] == "final"
    assert house.standing() == {"1": 40, "2": 40}
    ended = house.run("clear", "S-000001")
    assert (ended.status, ended.out) == (2, "")
    assert "no clear while it is final; allowed: nothing more" in ended.err


def test_a_dead_run_is_resumed_before_the_next_batch(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    house.does("close", "--batch", "1")
    house.does("submit", house.offers("4,CARL,POWER,40,WHEAT,0,\n"))
    done = house.json("run", "--batch", "2")
    assert done["steps"] == [
        ["S-000001", "fixed"], ["S-000001", "cleared"], ["S-000001", "final"],
        ["S-000002", "closed"], ["S-000002", "fixed"], ["S-000002", "cleared"], ["S-000002", "final"],
    ]  # fmt: skip
    assert house.standing() == {}


def test_another_rulebook_holds_for_the_sessions_to_come_and_is_not_set_under_way(house: AHouse) -> None:
    second = house.file("version = 2\n", "rulebook.toml")
    house.does("run", "--batch", "1")
    house.does("close", "--batch", "2")
    assert "session S-000002 is closed" in house.run("rulebook", second).err
    house.does("run", "--batch", "2")
    house.does("rulebook", second)
    house.does("run", "--batch", "3")
    rulebooks = [
        json.loads((house.bundles / f"S-00000{number}" / "inputs" / "rulebook.jsonl").read_text()) for number in (2, 3)
    ]
    assert [rulebook["version"] for rulebook in rulebooks] == [1, 2]


def test_a_batch_that_waits_for_the_one_before_says_so(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_house(console, tmp_path, "--veto-minutes", "60")
    at_time(monkeypatch, "2026-01-31T16:00:00Z")
    assert house.does("run", "--batch", "a").splitlines()[-1] == "waits for a veto until 2026-01-31T17:00:00Z"
    assert house.does("run", "--batch", "b").splitlines() == [
        "session S-000001 of batch a waits for a veto until 2026-01-31T17:00:00Z",
        "batch b was not begun: run it again then",
    ]
    ended = house.run("close", "--batch", "b")
    assert ended.status == 2
    says = "session S-000002: not closed while session S-000001 is cleared; allowed: once that one is final"
    assert says in ended.err


def test_a_veto_is_possible_until_its_window_ends_and_no_longer(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_house(console, tmp_path, "--veto-minutes", "60")
    house.does("submit", house.offers(RING + "4,CARL,POWER,10,WHEAT,-50,\n"))
    at_time(monkeypatch, "2026-01-31T16:00:00Z")
    waits = house.json("run", "--batch", "1")
    assert waits["waits_until"] == "2026-01-31T17:00:00Z"
    ended = house.run("finish", "S-000001")
    assert ended.status == 2
    assert "finish from 2026-01-31T17:00:00Z on" in ended.err
    grounds = ("--ground", "credit", "--evidence", "limit withdrawn")
    assert house.json("veto", "S-000001", "--offer", "4", *grounds)["state"] == "fixed"
    assert not {"bundle", "digest"} & set(house.json("sessions")["sessions"][0])
    at_time(monkeypatch, "2026-01-31T16:30:00Z")
    assert house.json("run", "--batch", "1")["waits_until"] == "2026-01-31T17:30:00Z"
    assert console("verify", house.bundles / "S-000001.2").status == 0
    assert '"4"' not in (house.bundles / "S-000001.2" / "inputs" / "offers.jsonl").read_text()
    house.does("veto", "S-000001", "--participant", "CARL", *grounds)
    at_time(monkeypatch, "2026-01-31T16:40:00Z")
    house.does("run", "--batch", "1")
    at_time(monkeypatch, "2026-01-31T17:40:00Z")
    assert house.json("run", "--batch", "1")["session"]["state"] == "final"
    assert house.standing() == {"1": 100, "2": 100, "3": 60, "4": 10}
    assert house.run("veto", "S-000001", "--offer", "4", *grounds).status == 2
    assert house.does("check").startswith("the journal holds")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--offer", "9", "--ground", "credit"), "offer 9: unknown"),
        (("--participant", "DORA", "--ground", "credit"), "participant DORA: unknown"),
        (("--offer", "1", "--ground", "taste"), "allowed: credit or sanctions"),
        (("--ground", "credit"), "either --participant or --offer"),
        (("--offer", "5", "--ground", "credit"), "it is not in the sealed book"),
    ],
)
def test_a_veto_names_what_is_in_the_sealed_book_and_a_ground(
    house: AHouse, arguments: tuple[str, ...], says: str
) -> None:
    house.does("submit", house.offers(RING))
    house.does("close", "--batch", "1")
    house.does("submit", house.offers("5,CARL,POWER,40,WHEAT,0,\n"))
    ended = house.run("veto", "S-000001", *arguments, "--evidence", "none")
    assert ended.status == 2
    assert says in ended.err


def test_a_suspended_desk_takes_no_part_and_keeps_its_offers(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    house.does("suspend", "CARL", "--reason", "late papers")
    house.does("run", "--batch", "1")
    assert house.standing() == {"1": 100, "2": 100, "3": 60}
    assert "suspended" in house.run("submit", house.offers("4,CARL,POWER,40,WHEAT,0,\n")).err
    house.does("resume", "CARL", "--reason", "papers came")
    house.does("run", "--batch", "2")
    assert house.standing() == {"1": 40, "2": 40}


def test_views_print_words_for_people_and_one_object_for_programs(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    assert "standing offers       3" in house.does("status")
    assert house.does("book").splitlines()[0].startswith("1  ANNA  delivers 100 t of WHEAT for STEEL")
    assert house.does("sessions").strip() == "S-000001  open"
    assert house.json("status")["open_session"] == "S-000001"


def test_a_book_that_cannot_be_cleared_stays_fixed_until_a_veto_lets_it_go_on(house: AHouse) -> None:
    house.does("submit", house.offers(RING + "4,CARL,POWER,9000000000000,WHEAT,0,\n"))
    ended = house.run("run", "--batch", "1")
    assert ended.status == 3
    assert "4" in ended.err
    assert house.json("status")["under_way"]["state"] == "fixed"
    assert house.run("run", "--batch", "1").status == 3
    house.does("veto", "S-000001", "--offer", "4", "--ground", "credit", "--evidence", "beyond all bounds")
    assert house.json("run", "--batch", "1")["session"]["state"] == "final"
    assert sorted(house.standing()) == ["1", "2", "4"]
