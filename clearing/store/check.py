"""A house's database in, what is wrong with it out, in words that name the record: journal first, then projections.

The projections are made anew, from the journal alone, in a database of their own in memory, and compared row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import zip_longest
from typing import Any

from sqlalchemy import Engine, Table, create_engine, inspect

from clearing.house.journal_event import GENESIS, chained, event_of
from clearing.house.log_tree import grown
from clearing.model.errors import RecordFault
from clearing.model.house import Entered, SessionState
from clearing.store.database import BROUGHT_BACK, reading
from clearing.store.guards import unguarded
from clearing.store.reader import Reader
from clearing.store.retold import Again
from clearing.store.tables import HELD_SECRETS, PROJECTIONS, TABLES, TREE


def wrongs(engine: Engine) -> Iterator[str]:
    """The tables that are missing, or what lets the journal be changed, its first wrong, or that of each table."""
    anew = create_engine("sqlite://")
    TABLES.create_all(anew)
    with reading(engine) as connection, anew.connect() as made:
        lost = sorted(TABLES.tables.keys() - inspect(connection).get_table_names())
        if lost:
            yield from (f"{name}: the table is missing; {BROUGHT_BACK}" for name in lost)
            return
        yield from unguarded(connection)
        kept = Reader(connection)
        wrong = _wrong_of_journal(kept, Again(made, kept))
        if wrong is not None:
            yield wrong
            return
        for table in (TREE, *PROJECTIONS):
            yield from _first_difference(table, kept, Reader(made))
        yield from _wrong_of_secrets(kept)


def _wrong_of_journal(kept: Reader, again: Again) -> str | None:
    seq, before = 0, GENESIS
    for entered in kept.journal():
        seq += 1
        if entered.seq != seq:
            return f"journal: event {seq} is missing"
        if chained(before, entered.event) != entered.hash:
            return f"journal: event {seq} does not follow the one before: its hash is another"
        try:
            _check_event(entered, again)
            nodes = [
                {"level": level, "place": place, "hash": root}
                for level, place, root in grown(entered.event, seq, again.node)
            ]
            again.connection.execute(TREE.insert(), nodes)
            again.take(entered)
        except RecordFault as fault:
            return str(fault)
        before = entered.hash
    return _wrong_of_payloads(kept, seq)


def _check_event(entered: Entered, again: Again) -> None:
    """Raise RecordFault where it is another event than its place says, or a list of it is not what it binds."""
    event = event_of(entered)
    if event.seq != entered.seq:
        raise RecordFault(f"journal: event {entered.seq}: it says that it is event {event.seq}")
    for name in event.payload:
        again.content(entered.seq, name)


def _wrong_of_payloads(kept: Reader, last: int) -> str | None:
    """Payload that no event binds."""
    bound = {(entered.seq, name) for entered in kept.journal() for name in event_of(entered).payload}
    held = kept.connection.exec_driver_sql("SELECT DISTINCT seq, name FROM payload ORDER BY seq, name")
    extra = next((f"{seq} {name}" for seq, name in held if (seq, name) not in bound), None)
    if extra is not None:
        return f"payload: {extra} belongs to no event up to {last}"
    return None


def _first_difference(table: Table, kept: Reader, made: Reader) -> Iterator[str]:
    names = [column.name for column in table.columns]
    keys = [names.index(column.name) for column in table.primary_key]
    for held, anew in zip_longest(kept.every_row(table), made.every_row(table)):
        if held == anew:
            continue
        place = " ".join(str(value) for value in _key_of(held, anew, keys))
        if held is None or (anew is not None and _key(anew, keys) < _key(held, keys)):
            yield f"{table.name} {place}: it is missing"
        elif anew is None or _key(held, keys) < _key(anew, keys):
            yield f"{table.name} {place}: no event made it"
        else:
            name, found, wanted = next(each for each in zip(names, held, anew, strict=True) if each[1] != each[2])
            yield f"{table.name} {place}: {name} is {_shown(found)}, the journal makes it {_shown(wanted)}"
        return


def _wrong_of_secrets(kept: Reader) -> Iterator[str]:
    """Of the session that is open a secret is held, the one that it committed to, and of no other session."""
    held = {name: bytes(secret) for name, secret in kept.every_row(HELD_SECRETS)}
    for session in kept.sessions():
        if session.state == SessionState.OPEN:
            secret = held.pop(session.session_id, None)
            if secret is None:
                yield f"held_secrets {session.session_id}: it is missing, so the session cannot be closed"
            elif sha256(secret).hexdigest() != session.commitment:
                says = "it is not the secret that the session committed to, so the session cannot be closed"
                yield f"held_secrets {session.session_id}: {says}"
    yield from (f"held_secrets {name}: no session of this name is open" for name in sorted(held))


def _shown(cell: Any) -> str:
    """A cell of a table, hashes in hex."""
    return bytes(cell).hex() if isinstance(cell, bytes | memoryview) else f"{cell!a:.200}"


def _key(row: tuple[Any, ...], keys: list[int]) -> tuple[Any, ...]:
    return tuple(row[at] for at in keys)


def _key_of(held: tuple[Any, ...] | None, anew: tuple[Any, ...] | None, keys: list[int]) -> tuple[Any, ...]:
    """The key of the record that differs: the lesser one where both are there."""
    return min(_key(row, keys) for row in (held, anew) if row is not None)
