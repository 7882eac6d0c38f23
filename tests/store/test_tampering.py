"""Whoever changes the past of a house, however they reach the tables, is found, and the record is named."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from clearing.keeping import offers as desk
from clearing.model.errors import OperatingFault
from clearing.store.house_store import HouseStore
from tests.store.databases import Databases, PostgresDatabases
from tests.store.houses import close, found, opened, submit

GUARDS = ("journal_no_update", "journal_no_delete", "journal_next", "payload_no_update", "payload_no_delete",
          "payload_no_replace", "tree_no_update", "tree_no_delete", "tree_no_replace")  # fmt: skip
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
    drops = [] if isinstance(databases, PostgresDatabases) else [f"DROP TRIGGER {name}" for name in GUARDS]
    databases.execute(url, *drops, *statements)
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
    assert wrong.startswith("journal: event 7: its payload offers")


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
