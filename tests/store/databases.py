"""New databases and copies of them, of either kind."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url


class Databases(Protocol):
    """A place for databases of one kind."""

    kind: str

    def new(self) -> str:
        """The URL of a database with nothing in it."""

    def copy(self, url: str) -> str:
        """The URL of a copy; nobody may be connected to the original."""

    def settle(self, url: str) -> None:
        """Wait until nobody is connected: a dead client's server outlives it by a moment."""

    def execute(self, url: str, *statements: str) -> None:
        """Statements of somebody who owns the database and goes round its guards, which stand again afterwards."""

    def disarm(self, url: str, *statements: str) -> None:
        """Statements of somebody who owns the database, against its guards themselves."""


class SqliteDatabases:
    """Files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> str:
        """A path where nothing is."""
        return f"sqlite:///{self._folder / f'{secrets.token_hex(6)}.db'}"

    def copy(self, url: str) -> str:
        """The file with what its log holds."""
        target, source = self.new(), path_of(url)
        for end in ("", "-wal"):
            if Path(f"{source}{end}").exists():
                shutil.copy(f"{source}{end}", f"{path_of(target)}{end}")
        return target

    def settle(self, url: str) -> None:
        """A dead process has let go of its locks."""

    def execute(self, url: str, *statements: str) -> None:
        """Triggers are dropped and made again."""
        with _sqlite(url) as connection:
            guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            drops, made = [f"DROP TRIGGER {name}" for name, _sql in guards], [sql for _name, sql in guards]
            for statement in (*drops, *statements, *made):
                connection.execute(statement)

    def disarm(self, url: str, *statements: str) -> None:
        """By the driver alone."""
        with _sqlite(url) as connection:
            for statement in statements:
                connection.execute(statement)


class PostgresDatabases:
    """Databases of one server."""

    kind = "postgresql"

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def new(self) -> str:
        """A database made from the empty template."""
        return self._made("template1")

    def copy(self, url: str, *, space: str = "pg_default") -> str:
        """A database made from this one, in a tablespace."""
        self.settle(url)
        return self._made(_name_of(url), space)

    @contextmanager
    def space(self, folder: Path) -> Iterator[str]:
        """The name of a tablespace in a folder, which belongs to the server until the block ends."""
        name = f"s{secrets.token_hex(6)}"
        with psycopg.connect(self.uri, autocommit=True) as server:
            (place,) = server.execute("SHOW data_directory").fetchone() or ("",)
            owner = Path(place).stat()
            os.chown(folder, owner.st_uid, owner.st_gid)
            server.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(sql.Identifier(name), str(folder)))
        try:
            yield name
        finally:
            with psycopg.connect(self.uri, autocommit=True) as server:
                server.execute(sql.SQL("DROP TABLESPACE {}").format(sql.Identifier(name)))

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        with psycopg.connect(self.uri, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name_of(url))))

    def settle(self, url: str) -> None:
        """Wait for its connections to end."""
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        for _ in range(400):
            with psycopg.connect(self.uri, autocommit=True) as server:
                if server.execute(asked, (_name_of(url),)).fetchone() == (0,):
                    return
            time.sleep(0.01)
        raise AssertionError("somebody is still connected")

    def execute(self, url: str, *statements: str) -> None:
        """As the superuser, triggers off."""
        self.disarm(url, "SET session_replication_role = replica", *statements)

    def disarm(self, url: str, *statements: str) -> None:
        """As the superuser."""
        with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False), autocommit=True) as it:
            for statement in statements:
                it.execute(sql.SQL(_literal(statement)))

    def disconnect(self) -> None:
        """End what tests left open, for which the server would wait."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname <> ''"
        with psycopg.connect(self.uri, autocommit=True) as server:
            server.execute(ended)

    def _made(self, template: str, space: str = "pg_default") -> str:
        name = f"t{secrets.token_hex(6)}"
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} TABLESPACE {}")
        made = words.format(*(sql.Identifier(word) for word in (name, template, space)))
        with psycopg.connect(self.uri, autocommit=True) as server:
            server.execute(made)
        return make_url(self.uri).set(database=name).render_as_string(hide_password=False)


def path_of(url: str) -> str:
    """The file of a SQLite URL."""
    return str(make_url(url).database)


@contextmanager
def _sqlite(url: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path_of(url), isolation_level=None)
    yield connection
    connection.close()


def _name_of(url: str) -> str:
    return str(make_url(url).database)


def _literal(statement: str) -> Any:
    return statement
