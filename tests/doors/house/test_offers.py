"""Offers of desks by commands: submitted, amended, withdrawn, with keys, receipts, faults of rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clearing.audit.inclusion import leaf_hashes
from clearing.audit.merkle import tree_root
from tests.doors.house.houses import OFFERS, RING, AHouse, at_time, write_key


def test_a_file_is_one_event_that_binds_its_offers_by_a_merkle_root(house: AHouse) -> None:
    before = house.json("status")["events"]
    receipt = house.json("submit", house.offers(RING))
    assert house.json("status")["events"] == receipt["seq"] == before + 1
    bound = json.loads(receipt["event"])["payload"]["offers"]
    house.does("run", "--batch", "1")
    sealed = (house.bundles / "S-000001" / "inputs" / "offers.jsonl").read_bytes()
    assert bound == {"lines": 3, "root": tree_root(leaf_hashes(sealed)).hex()}


def test_the_same_key_with_the_same_body_gets_the_same_answer_and_nothing_happens(house: AHouse) -> None:
    first = house.json("submit", house.offers(RING), "--key", "k")
    house.does("run", "--batch", "1")
    again = house.json("submit", house.offers(RING), "--key", "k")
    assert again == first
    assert house.standing() == {"1": 40, "2": 40}


def test_the_same_key_with_another_body_is_refused(house: AHouse) -> None:
    house.does("submit", house.offers(RING), "--key", "k")
    for arguments in (
        ("submit", house.file(OFFERS + "7,ANNA,WHEAT,1,STEEL,0,\n", "other.csv")),
        ("submit", house.offers(RING), "--one-session"),
        ("amend", house.offers(RING)),
        ("withdraw", "1"),
    ):
        ended = house.run(*arguments, "--key", "k")
        assert ended.status == 2
        assert "it was given with another body" in ended.err
    assert house.standing() == {"1": 100, "2": 100, "3": 60}


def test_keys_are_each_actors_own(house: AHouse) -> None:
    for desk, offer in (("ANNA", "1"), ("BO", "2")):
        row = next(row for row in RING.splitlines() if row.startswith(offer))
        house.does("submit", house.offers(row + "\n"), "--as", desk, "--key", "k")
    assert sorted(house.standing()) == ["1", "2"]


def test_a_keyed_offer_on_a_stock_that_was_used_up_since_is_answered_as_before(house: AHouse) -> None:
    house.does("stocks", house.file("stock_id,participant_id,asset_id,quantity\nBARN,ANNA,WHEAT,60\n"))
    header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,stock_id\n"
    on_stock = house.file(header + "1,ANNA,WHEAT,60,STEEL,BARN\n", "stock.csv")
    first = house.json("submit", on_stock, "--key", "k")
    house.does("submit", house.offers("2,BO,STEEL,60,WHEAT,0,\n"))
    house.does("run", "--batch", "1")
    assert house.standing() == {}
    assert house.json("submit", on_stock, "--key", "k") == first


def test_every_fault_of_every_row_is_told_and_nothing_is_entered(house: AHouse) -> None:
    rows = "1,ANNA,WHEAT,0,STEEL,0,\n2,DORA,STEEL,5,POWER,0,\n3,CARL,TIN,5,WHEAT,x,\n3,CARL,POWER,5,WHEAT,0,\n"
    ended = house.run("submit", house.offers(rows))
    assert ended.status == 3
    for place in ("offers.csv:2", "offers.csv:3", "offers.csv:4", "offers.csv:5"):
        assert place in ended.err
    assert house.standing() == {}


@pytest.mark.parametrize(
    ("command", "rows", "options", "lines"),
    [
        ("submit", "8,ANNA,WHEAT,5,STEEL,0,\n1,ANNA,WHEAT,5,STEEL,0,\n2,BO,STEEL,5,WHEAT,0,\n", (), [3, 4]),
        ("submit", "8,ANNA,WHEAT,5,STEEL,0,\n9,BO,STEEL,5,WHEAT,0,\n", ("--as", "ANNA"), [3]),
        ("amend", "8,ANNA,WHEAT,5,STEEL,0,\n1,ANNA,WHEAT,5,STEEL,0,\n9,BO,STEEL,5,WHEAT,0,\n", (), [2, 4]),
        ("amend", "1,ANNA,WHEAT,5,STEEL,0,\n2,BO,STEEL,5,WHEAT,0,\n", ("--as", "BO"), [2]),
    ],
)
def test_what_the_house_does_not_take_is_told_with_its_rows(
    house: AHouse, command: str, rows: str, options: tuple[str, ...], lines: list[int]
) -> None:
    house.does("submit", house.offers(RING))
    ended = house.run(command, house.offers(rows), *options)
    assert ended.status == 3
    told = [line for line in range(2, 6) if f"offers.csv:{line}" in ended.err]
    assert told == lines
    assert house.standing() == {"1": 100, "2": 100, "3": 60}


@pytest.mark.parametrize(
    ("command", "rows", "options", "says"),
    [
        ("submit", "1,ANNA,WHEAT,5,STEEL,0,\n", (),
         "offer_id: found 1; allowed: ids never used before; this is an id that the house has known"),
        ("submit", "9,BO,STEEL,5,WHEAT,0,\n", ("--as", "ANNA"),
         "participant_id: found BO; allowed: offers of ANNA itself"),
        ("submit", "9,CARL,POWER,5,WHEAT,0,\n", (),
         "participant_id: found CARL; allowed: active participants; this is suspended"),
        ("amend", "8,ANNA,WHEAT,5,STEEL,0,\n", (),
         "offer_id: found 8; allowed: offers that the house knows; this is unknown"),
        ("amend", "2,BO,STEEL,5,WHEAT,0,\n", (),
         "offer_id: found 2; allowed: offers that stand; this is withdrawn"),
        ("amend", "1,BO,STEEL,5,WHEAT,0,\n", (),
         "offer 1: given to participant BO; allowed: participant ANNA, whose offer it is"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_was_found_and_then_what_is_allowed(
    house: AHouse, command: str, rows: str, options: tuple[str, ...], says: str
) -> None:
    house.does("submit", house.offers(RING))
    house.does("withdraw", "2")
    house.does("suspend", "CARL", "--reason", "late")
    assert says in house.run(command, house.offers(rows), *options).err


def test_amended_terms_hold_for_what_is_delivered_from_then_on(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    house.does("run", "--batch", "1")
    house.does("amend", house.offers("1,ANNA,WHEAT,55,STEEL,0,\n"))
    assert house.standing() == {"1": 55, "2": 40}
    assert house.run("amend", house.offers("3,CARL,POWER,5,WHEAT,0,\n")).status == 3


def test_a_sealed_offer_is_not_changed_until_its_session_is_final(house: AHouse) -> None:
    house.does("submit", house.offers(RING))
    house.does("close", "--batch", "1")
    assert "in a sealed book" in house.run("withdraw", "1").err
    assert "in a sealed book" in house.run("amend", house.offers("1,ANNA,WHEAT,5,STEEL,0,\n")).err
    house.does("run", "--batch", "1")
    house.does("withdraw", "1")
    assert house.standing() == {"2": 40}
    assert "withdrawn" in house.run("withdraw", "1").err


def test_an_offer_is_good_for_one_session_or_until_a_time_or_until_withdrawn(
    house: AHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_time(monkeypatch, "2026-01-31T16:00:00Z")
    house.does("submit", house.offers("1,ANNA,WHEAT,5,STEEL,0,\n2,ANNA,WHEAT,5,STEEL,0,2026-02-01T00:00:00Z\n"))
    house.does("submit", house.offers("3,ANNA,WHEAT,5,STEEL,0,\n"), "--one-session")
    house.does("run", "--batch", "1")
    assert house.standing() == {"1": 5, "2": 5}
    at_time(monkeypatch, "2026-02-01T16:00:00Z")
    house.does("run", "--batch", "2")
    assert house.standing() == {"1": 5}


def test_a_receipt_is_signed_if_a_key_is_set_and_the_same_whenever_it_is_asked_for(
    house: AHouse, tmp_path: Path
) -> None:
    key, _public = write_key(tmp_path)
    paper = tmp_path / "receipt.json"
    told = house.does("submit", house.offers(RING), "--key", "k", "--sign", key, "--receipt", paper)
    assert told.startswith("3 offers on the book: event ")
    receipt = json.loads(paper.read_text())
    assert len(receipt["signature"]["value"]) == 128
    assert house.json("submit", house.offers(RING), "--key", "k", "--sign", key) == receipt
    assert house.run("withdraw", "1", "--receipt", paper).status == 2
    assert "1" in house.standing()


def test_nobody_is_registered_under_the_name_of_the_house(house: AHouse) -> None:
    ended = house.run("participants", house.file("participant_id,balance,credit_limit\nhouse,0,0\n"))
    assert ended.status == 2
    assert "the name of the house itself" in ended.err
