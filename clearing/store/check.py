"""A house's database in, what is wrong with it out, in words that name the record: journal first, then projections.

The projections are made anew, from the journal alone, in a database of their own in memory, and compared row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from sqlalchemy import Engine, Table, create_engine

from clearing.house.journal_event import GENESIS, bind, chained, read_event
from clearing.house.log_tree import grown
from clearing.model.house import Entered
from clearing.store.database import reading
from clearing.store.reader import Reader
from clearing.store.retold import Again
from clearing.store.tables import PROJECTIONS, TABLES, TREE

MALFORMED = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


def wrongs(engine: Engine) -> Iterator[str]:
    """The first wrong of the journal, or if there is none the first wrong of each table."""
    anew = create_engine("sqlite://")
    TABLES.create_all(anew)
    with reading(engine) as connection, anew.connect() as made:
        kept = Reader(connection)
        wrong = _wrong_of_journal(kept, Again(made, kept))
        if wrong is not None:
            yield wrong
            return
        for table in (TREE, *PROJECTIONS):
            yield from _first_difference(table, kept, Reader(made))


def _wrong_of_journal(kept: Reader, again: Again) -> str | None:
    seq, before = 0, GENESIS
    for entered in kept.journal():
        seq += 1
        if entered.seq != seq:
            return f"journal: event {seq} is missing"
        if chained(before, entered.event) != entered.hash:
            return f"journal: event {seq} does not follow the one before: its hash is another"
        try:
            wrong = _wrong_of_event(entered, kept)
            if wrong is None:
                nodes = [
                    {"level": level, "place": place, "hash": root}
                    for level, place, root in grown(entered.event, seq, again.node)
                ]
                again.connection.execute(TREE.insert(), nodes)
                again.project(entered)
        except MALFORMED as error:
            wrong = f"it cannot be applied ({type(error).__name__}: {error})"
        if wrong is not None:
            return f"journal: event {seq}: {wrong}"
        before = entered.hash
    return _wrong_of_payloads(kept, seq)


def _wrong_of_event(entered: Entered, kept: Reader) -> str | None:
    event = read_event(entered.event)
    if event.seq != entered.seq:
        return f"it says that it is event {event.seq}"
    for name, bound in event.payload.items():
        found = bind(kept.content(entered.seq, name))
        if found != bound:
            return f"its payload {name} has {found.lines} lines and another root than the event binds"
    return None


def _wrong_of_payloads(kept: Reader, last: int) -> str | None:
    """Payload that no event binds."""
    bound = {(entered.seq, name) for entered in kept.journal() for name in read_event(entered.event).payload}
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
            yield f"{table.name} {place}: {name} is {found!a:.200}, the journal makes it {wanted!a:.200}"
        return


def _key(row: tuple[Any, ...], keys: list[int]) -> tuple[Any, ...]:
    return tuple(row[at] for at in keys)


def _key_of(held: tuple[Any, ...] | None, anew: tuple[Any, ...] | None, keys: list[int]) -> tuple[Any, ...]:
    """The key of the record that differs: the lesser one where both are there."""
    return min(_key(row, keys) for row in (held, anew) if row is not None)
