"""A connection in, what is lacking of the guards that keep the past from being changed out, each in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from clearing.store.database import ROLE
from clearing.store.migrations.versions.v0001_journal import postgresql_guards, sqlite_guards
from clearing.store.tables import APPEND_ONLY

_CHANGES = ("UPDATE", "DELETE", "TRUNCATE")
_POSTGRESQL_TRIGGERS = text(
    "SELECT tgname, relname, proname, tgtype::integer, prosrc "
    "FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid "
    "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgqual IS NULL AND pg_table_is_visible(tgrelid)"
)
_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""Of ``tgtype``."""
_TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+) (?P<when>BEFORE [A-Z ]+) ON (?P<table>\w+)(?P<each> FOR EACH ROW)?"
)
_FUNCTION = re.compile(r"CREATE FUNCTION (?P<name>\w+)\(\).*\$\$(?P<body>.*)\$\$")

Triggers = Mapping[tuple[str, str], object]
"""What each does, by its table and name."""


def unguarded(connection: Connection) -> Iterator[str]:
    """Triggers that are missing or not as they were made, and what the role of PostgreSQL may do to the past."""
    if connection.dialect.name == "sqlite":
        yield from _lacking(_sqlite_made(), _sqlite_there(connection))
        return
    yield from _lacking(_postgresql_made(), _postgresql_there(connection))
    asked = text("SELECT has_table_privilege(:role, :name, :change)")
    for table in APPEND_ONLY:
        for change in _CHANGES:
            if connection.execute(asked, {"role": ROLE, "name": table.name, "change": change}).scalar():
                yield f"{table.name}: the role {ROLE} may {change} what was entered"


def _lacking(made: Triggers, there: Triggers) -> Iterator[str]:
    for (table, name), does in sorted(made.items(), key=lambda each: each[0]):
        if (table, name) not in there:
            yield f"{table}: its trigger {name} is missing or off, so that what was entered can be changed"
        elif there[table, name] != does:
            yield f"{table}: its trigger {name} is not as it was made, so that what was entered can be changed"


def _sqlite_made() -> Triggers:
    return {(found["table"], found["name"]): found.string for found in map(_TRIGGER.match, sqlite_guards()) if found}


def _sqlite_there(connection: Connection) -> Triggers:
    asked = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
    return {(table, name): does for table, name, does in connection.exec_driver_sql(asked)}


def _postgresql_made() -> Triggers:
    guards = postgresql_guards()
    bodies = {found["name"]: found["body"] for found in map(_FUNCTION.match, guards) if found}
    made = {}
    for found in map(_TRIGGER.match, guards):
        if found:
            called = found.string.rpartition("FUNCTION ")[2].removesuffix("()")
            bits = sum(bit for word, bit in _BITS.items() if word in f"{found['when']}{found['each'] or ''}".split())
            made[found["table"], found["name"]] = called, bits, bodies[called]
    return made


def _postgresql_there(connection: Connection) -> Triggers:
    rows = connection.execute(_POSTGRESQL_TRIGGERS)
    return {(table, name): (called, bits, body) for name, table, called, bits, body in rows}
