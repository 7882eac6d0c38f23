"""Whoever changes the past of a house, however they reach the tables, is found, and the record is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from clearing.keeping import offers as desk
from clearing.keeping import sessions
from clearing.keeping.history import journal_checkpoint, log, proof_of_offer
from clearing.model.errors import OperatingFault, RecordFault
from clearing.store.house_store import HouseStore
from tests.store.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.store.houses import close, found, founded, opened, submit

LATER = (("6", "ANNA", "WHEAT", 3, "STEEL"), ("7", "BO", "STEEL", 4, "WHEAT"))


@pytest.fixture
def url(databases: Databases) -> str:
    """A house of nine events, nobody connected."""
    made = databases.new()
    house = found(made)
    for number, row in enumerate(LATER):
        submit(house, row, key=f"k{number}")
    close(house)
    return made


def wrongs(databases: Databases, url: str, *statements: str) -> list[str]:
    """What the check says after somebody went round the guards."""
    databases.execute(url, *statements)
    return opened(url).store.check()


def test_a_house_that_nobody_touched_is_well(url: str) -> None:
    assert opened(url).store.check() == []


def test_a_flipped_bit_of_an_event_is_found_and_the_event_named(databases: Databases, url: str) -> None:
    flipped = {
        "sqlite": "UPDATE journal SET event = CAST(replace(event, '16:00', '17:00') AS BLOB) WHERE seq = 5",
        "postgresql": "UPDATE journal SET event = set_byte(event, 9, get_byte(event, 9) # 1) WHERE seq = 5",
    }[databases.kind]
    (wrong,) = wrongs(databases, url, flipped)
    assert wrong.startswith("journal: event 5 does not follow the one before")


def test_a_flipped_bit_of_a_hash_is_found(databases: Databases, url: str) -> None:
    other = "UPDATE journal SET hash = (SELECT hash FROM journal WHERE seq = 3) WHERE seq = 4"
    (wrong,) = wrongs(databases, url, other)
    assert "event 4" in wrong


def test_an_inserted_event_is_found(databases: Databases, url: str) -> None:
    moved = [f"UPDATE journal SET seq = {seq + 1} WHERE seq = {seq}" for seq in (8, 7, 6)]
    copied = "INSERT INTO journal SELECT 6, event, hash FROM journal WHERE seq = 5"
    (wrong,) = wrongs(databases, url, *moved, copied)
    assert "event 6" in wrong


def test_a_deleted_event_is_found(databases: Databases, url: str) -> None:
    assert wrongs(databases, url, "DELETE FROM journal WHERE seq = 5") == ["journal: event 5 is missing"]


def test_events_in_another_order_are_found(databases: Databases, url: str) -> None:
    swapped = [f"UPDATE journal SET seq = {new} WHERE seq = {old}" for old, new in ((7, 99), (8, 7), (99, 8))]
    (wrong,) = wrongs(databases, url, *swapped)
    assert "event 7" in wrong


def test_a_journal_cut_short_is_found(databases: Databases, url: str) -> None:
    """The chain of what is left holds; what hangs on the last event does not."""
    found_ = wrongs(databases, url, "DELETE FROM journal WHERE seq = 8")
    assert found_ == ["payload: 8 offers belongs to no event up to 7"]


def test_a_journal_cut_short_with_its_payload_is_found_by_what_was_made_of_it(databases: Databases, url: str) -> None:
    cut = ("DELETE FROM journal WHERE seq = 8", "DELETE FROM payload WHERE seq = 8")
    named = {each.split(":")[0] for each in wrongs(databases, url, *cut)}
    assert {"tree 0 7", "offers 7"} <= named


def test_a_payload_that_was_changed_or_lost_is_found(databases: Databases, url: str) -> None:
    other = "UPDATE payload SET content = (SELECT content FROM payload WHERE seq = 7) WHERE seq = 8"
    (wrong,) = wrongs(databases, url, other)
    assert wrong.startswith("journal: event 8: its payload offers")
    databases.execute(url, "DELETE FROM payload WHERE seq = 7")
    (wrong,) = opened(url).store.check()
    assert wrong == "journal: event 7: its payload offers is missing"


@pytest.mark.parametrize("cut", ["substr(content, 1, 30)", "substr(content, 31)"])
def test_a_payload_that_was_cut_off_is_found_and_whoever_reads_it_names_it(
    databases: Databases, url: str, cut: str
) -> None:
    (wrong,) = wrongs(databases, url, f"UPDATE payload SET content = {cut} WHERE seq = 7")
    assert wrong.startswith("journal: event 7: its payload offers cannot be read: a part of a payload is ")
    house = opened(url)
    with pytest.raises(RecordFault, match="journal: event 7: its payload offers cannot be read"):
        proof_of_offer(house, "6")
    with pytest.raises(RecordFault, match="journal: event 7: its payload offers cannot be read"):
        list(log(house, kind=None, actor=None, about="nowhere", after=0))
    with pytest.raises(RecordFault, match="journal: event 7: its payload offers cannot be read"):
        list(house.store.retold())


def test_an_event_that_cannot_be_read_is_named_by_whoever_reads_it(databases: Databases, url: str) -> None:
    no_event = {"sqlite": "X'7b'", "postgresql": r"'\x7b'"}[databases.kind]
    databases.execute(url, f"UPDATE journal SET event = {no_event} WHERE seq = 8")
    house = opened(url)
    for read in (lambda: log(house, kind=None, actor=None, about=None, after=0), house.store.retold):
        with pytest.raises(RecordFault, match="journal: event 8 cannot be read"):
            list(read())


def test_an_event_that_cannot_be_applied_is_named(databases: Databases, url: str) -> None:
    again = "UPDATE journal SET event = (SELECT event FROM journal WHERE seq = 2) WHERE seq = 8"
    databases.execute(url, again)
    with pytest.raises(RecordFault, match="journal: event 8: it cannot be applied"):
        list(opened(url).store.retold())


def test_a_node_that_is_missing_is_named_by_whoever_reads_it(databases: Databases, url: str) -> None:
    databases.execute(url, "DELETE FROM tree WHERE level = 3")
    with pytest.raises(RecordFault, match="tree 3 0: it is missing"):
        journal_checkpoint(opened(url))


@pytest.mark.parametrize("table", ["stocks", "held_secrets", "payload", "journal"])
def test_a_table_that_is_missing_is_found(databases: Databases, url: str, table: str) -> None:
    databases.disarm(url, f"DROP TABLE {table}")
    assert opened(url).store.check() == [f"{table}: the table is missing; bring the database back from a backup"]


def test_whoever_needs_a_table_that_is_missing_names_it(databases: Databases, url: str) -> None:
    databases.disarm(url, "DROP TABLE stocks")
    says = "the database refused: .*stocks.*; bring the database back from a backup"
    with pytest.raises(RecordFault, match=says):
        sessions.close(opened(url), batch="monday")


def test_a_column_that_is_missing_is_named(databases: Databases, url: str) -> None:
    databases.disarm(url, "ALTER TABLE stocks DROP COLUMN seq")
    for read in (lambda: opened(url).store.check(), lambda: sessions.close(opened(url), batch="monday")):
        with pytest.raises(RecordFault, match=r"the database refused: .*stocks\.seq"):
            read()


def test_a_secret_that_is_not_the_one_committed_to_is_found(databases: Databases, url: str) -> None:
    other = {"sqlite": "X'00'", "postgresql": r"'\x00'"}[databases.kind]
    says = "it is not the secret that the session committed to, so the session cannot be closed"
    found_ = wrongs(databases, url, f"UPDATE held_secrets SET secret = {other}")
    assert found_ == [f"held_secrets S-000001: {says}"]
    assert wrongs(databases, url, "UPDATE held_secrets SET session_id = 'S-000009'") == [
        "held_secrets S-000001: it is missing, so the session cannot be closed",
        "held_secrets S-000009: no session of this name is open",
    ]


def test_hashes_that_differ_are_told_in_hex(databases: Databases, url: str) -> None:
    other = "UPDATE tree SET hash = (SELECT hash FROM tree WHERE level = 0 AND place = 1) WHERE level = 0 AND place = 2"
    (wrong,) = wrongs(databases, url, other)
    assert re.fullmatch("tree 0 2: hash is [0-9a-f]{64}, the journal makes it [0-9a-f]{64}", wrong)


SQLITE_GUARDS = ("journal_no_update", "journal_no_delete", "journal_next", "payload_no_update", "payload_no_delete",
                 "payload_no_replace", "tree_no_update", "tree_no_delete", "tree_no_replace")  # fmt: skip
POSTGRES_GUARDS = ("journal_next", "journal_no_change", "journal_no_truncate", "payload_no_change",
                   "payload_no_truncate", "tree_no_change", "tree_no_truncate")  # fmt: skip
GONE = "{}: its trigger {} is missing or off, so that what was entered can be changed"
OTHER = "{}: its trigger {} is not as it was made, so that what was entered can be changed"


def test_a_guard_that_was_taken_away_is_found(databases: Databases, url: str) -> None:
    taken = SQLITE_GUARDS if databases.kind == "sqlite" else POSTGRES_GUARDS
    for place, name in enumerate(taken):
        table = name.partition("_")[0]
        databases.disarm(url, f"DROP TRIGGER {name}{f' ON {table}' if databases.kind == 'postgresql' else ''}")
        found_ = opened(url).store.check()
        assert GONE.format(table, name) in found_
        assert len(found_) == place + 1


def test_a_guard_of_sqlite_that_guards_nothing_is_found(tmp_path: Path) -> None:
    databases = SqliteDatabases(tmp_path)
    url = founded(databases.new())
    idle = "CREATE TRIGGER tree_no_update BEFORE UPDATE ON tree BEGIN SELECT 1; END"
    databases.disarm(url, "DROP TRIGGER tree_no_update", idle)
    assert opened(url).store.check() == [OTHER.format("tree", "tree_no_update")]


def test_what_postgresql_lets_be_changed_is_found(postgres: PostgresDatabases) -> None:
    url = founded(postgres.new())
    idle = "CREATE OR REPLACE FUNCTION next_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
    off, grant = "ALTER TABLE tree DISABLE TRIGGER tree_no_change", "GRANT UPDATE, DELETE ON journal TO clearing_house"
    postgres.disarm(url, idle, off, grant)
    assert opened(url).store.check() == [
        OTHER.format("journal", "journal_next"),
        GONE.format("tree", "tree_no_change"),
        "journal: the role clearing_house may UPDATE what was entered",
        "journal: the role clearing_house may DELETE what was entered",
    ]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE participants SET balance_micro = balance_micro + 1 WHERE participant_id = 'BO'", "participants BO"),
        ("DELETE FROM offers WHERE offer_id = '2'", "offers 2"),
        ("UPDATE offers SET line = replace(line, '\"3\"', '\"4\"') WHERE offer_id = '6'", "offers 6"),
        ("DELETE FROM standing WHERE offer_id = '6'", "standing 6"),
        ("UPDATE standing SET good_for = 'S-000001' WHERE offer_id = '6'", "standing 6"),
        ("INSERT INTO ended VALUES ('6', 'withdrawn')", "ended 6"),
        ("INSERT INTO assets VALUES ('GOLD', '{}')", "assets GOLD"),
        ("DELETE FROM keys WHERE key = 'k1'", "keys house k1"),
        ("UPDATE tree SET hash = (SELECT hash FROM tree WHERE level = 0 AND place = 1) WHERE level = 0 AND place = 2",
         "tree 0 2"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_what_the_journal_makes_is_found(
    databases: Databases, url: str, statement: str, named: str
) -> None:
    found_ = wrongs(databases, url, statement)
    assert [each for each in found_ if each.startswith(named)], found_


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ended SET state = 'filled' WHERE offer_id = '7'", "ended 7"),
        ("DELETE FROM ended WHERE offer_id = '7'", "ended 7"),
        ("INSERT INTO standing VALUES ('7', NULL)", "standing 7"),
    ],
)
def test_an_offer_that_ended_in_another_way_is_found(
    databases: Databases, url: str, statement: str, named: str
) -> None:
    house = opened(url)
    desk.withdraw(house, ["7"])
    assert house.store.check() == []
    close(house)
    (wrong,) = wrongs(databases, url, statement)
    assert wrong.startswith(named)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal SET hash = event WHERE seq = 1", "DELETE FROM journal WHERE seq = 8", "DELETE FROM payload",
     "UPDATE tree SET hash = hash"],
)  # fmt: skip
def test_who_uses_the_house_cannot_change_its_past(url: str, statement: str) -> None:
    store = opened(url).store
    assert isinstance(store, HouseStore)
    with pytest.raises((DBAPIError, OperatingFault), match=r"append-only|permission denied"), store.writing() as writer:
        writer.connection.execute(text(statement))
    assert store.check() == []


def test_the_role_of_postgresql_may_not_even_try(postgres: PostgresDatabases) -> None:
    store = found(postgres.new()).store
    assert isinstance(store, HouseStore)
    for statement in ("UPDATE journal SET seq = 9", "DELETE FROM journal", "TRUNCATE journal", "DROP TABLE journal"):
        refused = pytest.raises(OperatingFault, match=r"permission denied|must be owner")
        with refused, store.writing() as writer:
            writer.connection.execute(text(statement))
