"""Changes in, rows of projections written: a few by statement, a million by what each database has for it.

PostgreSQL takes many rows by COPY; many updates go through a table that lasts as long as the transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Connection

from clearing.model.house import Change, Delete, Insert
from clearing.store.among import among
from clearing.store.tables import TABLES

FEW_ROWS = 500
_COPY_ROWS = 4_096
_COPY_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")


def apply(connection: Connection, change: Change) -> None:
    """Write one change of a projection."""
    if isinstance(change, Delete):
        _delete(connection, change.table, change.key, change.ids)
        return
    rows = len(next(iter(change.columns.values())))
    many = rows > FEW_ROWS and connection.dialect.name == "postgresql"
    if isinstance(change, Insert):
        (_copy if many else _insert)(connection, change.table, change.columns, change.alike)
    else:
        (_update_joined if many else _update)(connection, change.table, change.key, change.columns)


def _insert(connection: Connection, table: str, columns: Mapping[str, Sequence[Any]], alike: Mapping[str, Any]) -> None:
    into, (first, *_) = f"INSERT INTO {table} ({', '.join([*columns, *alike])})", columns.values()
    if len(columns) == 1 and connection.dialect.name == "sqlite":  # a fifth of the time that it takes row by row
        marks = "".join([", ?"] * len(alike))
        asked = (*alike.values(), json.dumps(first))
        connection.exec_driver_sql(f"{into} SELECT value{marks} FROM json_each(?)", asked)
        return
    marks = ", ".join([_mark(connection)] * (len(columns) + len(alike)))
    rows = zip(*columns.values(), *(repeat(cell, len(first)) for cell in alike.values()), strict=True)
    connection.exec_driver_sql(f"{into} VALUES ({marks})", list(rows))


def _update(connection: Connection, table: str, key: str, columns: Mapping[str, Sequence[Any]]) -> None:
    mark, others = _mark(connection), [name for name in columns if name != key]
    sets = ", ".join(f"{name} = {mark}" for name in others)
    rows = zip(*(columns[name] for name in (*others, key)), strict=True)
    connection.exec_driver_sql(f"UPDATE {table} SET {sets} WHERE {key} = {mark}", list(rows))


def _update_joined(connection: Connection, table: str, key: str, columns: Mapping[str, Sequence[Any]]) -> None:
    beside, known = f"changed_{table}", TABLES.tables[table].columns
    kinds = ", ".join(f"{name} {known[name].type.compile(connection.dialect)}" for name in columns)
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {beside} ({kinds})")
    _copy(connection, beside, columns, {})
    # Without them the planner believes in a small table and joins in many passes: three times as long.
    connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
    connection.exec_driver_sql(f"ANALYZE {beside}")
    sets = ", ".join(f"{name} = {beside}.{name}" for name in columns if name != key)
    connection.exec_driver_sql(f"UPDATE {table} SET {sets} FROM {beside} WHERE {table}.{key} = {beside}.{key}")
    connection.exec_driver_sql(f"DROP TABLE {beside}")


def _copy(connection: Connection, table: str, columns: Mapping[str, Sequence[Any]], alike: Mapping[str, Any]) -> None:
    """Rows are written out while the server takes in those before."""
    driver: Any = connection.connection.driver_connection
    queued: Any = connection.dialect.loaded_dbapi.copy.QueuedLibpqWriter
    statement, rows = f"COPY {table} ({', '.join([*columns, *alike])}) FROM STDIN", len(next(iter(columns.values())))
    same = [_copied_cell(cell) for cell in alike.values()]
    with driver.cursor() as cursor, cursor.copy(statement, writer=queued(cursor)) as copy:
        for first in range(0, rows, _COPY_ROWS):
            batch = [_copied(column[first : first + _COPY_ROWS]) for column in columns.values()]
            size = min(_COPY_ROWS, rows - first)
            written = zip(*batch, *(repeat(cell, size) for cell in same), strict=True)
            copy.write("\n".join(map("\t".join, written)) + "\n")


def _copied(cells: Sequence[Any]) -> Iterable[str]:
    """Cells of a column as COPY reads them: mostly they are of one kind, and texts without what it escapes."""
    kinds = set(map(type, cells))
    if kinds == {int}:
        return map(str, cells)
    if kinds == {str}:
        together = "".join(cells)
        if not any(mark in together for mark in _COPY_ESCAPES):
            return cells
    return map(_copied_cell, cells)


def _copied_cell(cell: Any) -> str:
    if cell is None:
        return "\\N"
    return _TO_ESCAPE.sub(lambda found: _COPY_ESCAPES[found[0]], str(cell))


def _delete(connection: Connection, table: str, key: str, ids: Sequence[str]) -> None:
    condition, listed = among(connection, key, ids)
    connection.exec_driver_sql(f"DELETE FROM {table} WHERE {condition}", listed)


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"
