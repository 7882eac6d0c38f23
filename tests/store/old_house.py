"""The house that version 1 left, brought into a database as it was then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config

from clearing.store.database import database_url, open_engine
from clearing.store.schema import make_role
from tests.store.databases import Databases, PostgresDatabases, path_of

DUMP = Path(__file__).parents[2] / "fixtures" / "house" / "house-0001.sql"


def old_house(databases: Databases) -> str:
    """The URL of a database at version 1."""
    url = databases.new()
    if not isinstance(databases, PostgresDatabases):
        with closing(sqlite3.connect(path_of(url), isolation_level=None)) as connection:
            connection.executescript(DUMP.read_text(encoding="utf-8"))
        return url
    engine = open_engine(database_url(url), as_role=False)
    make_role(engine)
    with engine.begin() as connection, closing(sqlite3.connect(":memory:")) as old:
        config = Config()
        config.set_main_option("script_location", "clearing.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        old.executescript(DUMP.read_text(encoding="utf-8"))
        names = old.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'alembic_version'")
        for (name,) in names.fetchall():
            rows = old.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            marks = ", ".join(["%s"] * len(rows[0])) if rows else ""
            for row in rows:
                connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", row)
    engine.dispose()
    return url
