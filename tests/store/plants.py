"""The name of a bug comes in; from then on this process has it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from clearing.model.house import Draft, Entered
from clearing.store import database
from clearing.store.tables import JOURNAL
from clearing.store.writer import Writer


def plant(name: str) -> None:
    """One of the bugs that tests must see, or none."""
    match name:
        case "half commit":
            _half_commit()
        case "log outside the transaction":
            _log_apart()
        case "missing lease":
            _no_lease()
        case _:
            assert not name


def _cut(writer: Writer) -> None:
    """Commit what was written so far, and begin again."""
    writer.connection.exec_driver_sql("COMMIT")
    writer.connection.exec_driver_sql("BEGIN")


def _half_commit() -> None:
    """An event is in the journal before the tables know of it."""
    project = Writer.project

    def in_two(self: Writer, entered: Entered) -> None:
        _cut(self)
        project(self, entered)

    Writer.project = in_two  # type: ignore[method-assign]


def _log_apart() -> None:
    """The tables are committed before the journal has the event."""
    append = Writer.append

    def in_two(self: Writer, draft: Draft, *, at: str, actor: str) -> Entered:
        late: list[tuple[Any, Any]] = []
        connection, self.connection = self.connection, Late(self.connection, late)  # type: ignore[assignment]
        entered = append(self, draft, at=at, actor=actor)
        self.connection = connection
        _cut(self)
        for statement, rows in late:
            connection.execute(statement, rows)
        return entered

    Writer.append = in_two  # type: ignore[method-assign]


class Late:
    """A connection that keeps back what goes into the journal."""

    def __init__(self, connection: Connection, late: list[tuple[Any, Any]]) -> None:
        self._connection, self._late = connection, late
        self.dialect, self.exec_driver_sql = connection.dialect, connection.exec_driver_sql

    def execute(self, statement: Any, rows: Any = None) -> Any:
        """At once, but for the journal."""
        if getattr(statement, "is_insert", False) and statement.table is JOURNAL:
            self._late.append((statement, rows))
            return None
        return self._connection.execute(statement, rows)


def _no_lease() -> None:
    """Every run believes that it is the one."""
    from contextlib import contextmanager

    @contextmanager
    def held(_engine: Any) -> Any:
        yield True

    database.lease = held  # type: ignore[assignment]
