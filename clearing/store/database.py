"""A database URL in, transactions out: one writer at a time, readers that see one moment.

SQLite: WAL, synchronous FULL, BEGIN IMMEDIATE for writers. PostgreSQL: every connection takes the role
``clearing_house``, writers an advisory lock that ends with their transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from clearing.model.errors import OperatingFault, RecordFault, UsageFault

ROLE = "clearing_house"
BUSY_SECONDS = 60
WRITER_LOCK, LEASE_LOCK = 0x636C6561, 0x6C656173
"""Keys of the two advisory locks; PostgreSQL keeps them apart by database."""
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cache_size=-262144",  # KiB: what a transaction of a million rows changes is written once
)
BROUGHT_BACK = "bring the database back from a backup"
_LOST = re.compile(r'no such (?:table|column): \S+|(?:relation|column) \S+ does not exist')
_URL_ALLOWED = "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"


def database_url(text: str) -> URL:
    """The URL with the driver that is used. Raises UsageFault for other databases."""
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise UsageFault(f"--database is no database URL; allowed: {_URL_ALLOWED}") from error
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite+pysqlite")
    if backend == "postgresql" and url.database:
        return url.set(drivername="postgresql+psycopg")
    raise UsageFault(f"--database names {backend}, or no database; allowed: {_URL_ALLOWED}")


def shown(url: URL) -> str:
    """The URL as people write it, without a driver; a password is hidden."""
    return url.set(drivername=url.get_backend_name()).render_as_string()


def open_engine(url: URL, *, as_role: bool = True) -> Engine:
    """An engine whose transactions begin as ``writing`` and ``reading`` ask; ``as_role`` not where tables are made."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = create_engine(url)
    except (NoSuchModuleError, ImportError) as error:
        needed = "pip install 'barter-clearing[postgres]'"
        raise UsageFault(f"PostgreSQL needs the package psycopg: {needed}") from error
    if as_role:
        event.listen(engine, "connect", _set_up_postgresql)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: committed when the block ends well, else as if it had never been."""
    with _faults(engine), engine.connect() as connection:
        connection = connection.execution_options(clearing_begin="BEGIN IMMEDIATE")
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees one moment and writes nothing."""
    with _faults(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def lease(engine: Engine) -> Iterator[bool]:
    """Whether this is the one run at work; what is held ends with its holder, however that ends."""
    if engine.dialect.name == "postgresql":
        with _faults(engine), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            held = bool(connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (LEASE_LOCK,)).scalar())
            try:
                yield held
            finally:
                if held and not connection.closed:
                    connection.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (LEASE_LOCK,))
        return
    place = Path(str(engine.url.database))
    beside = create_engine(
        engine.url.set(database=str(place.with_name(place.name + ".lease"))), connect_args={"timeout": 0}
    )
    event.listen(beside, "connect", _no_own_transactions)
    try:
        with beside.connect() as connection:
            held = _exclusive(connection)
            yield held
    finally:
        beside.dispose()


def _exclusive(connection: Connection) -> bool:
    try:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
    except DBAPIError as error:
        if "locked" in str(error.orig):
            return False
        raise OperatingFault(f"cannot take the lease: {error.orig}") from error
    return True


def own_words(error: Exception) -> str:
    """What the driver says of an error, its first line."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


@contextmanager
def _faults(engine: Engine) -> Iterator[None]:
    """What a database refuses is an operating fault, in its own words; of many rows the driver says it itself.

    A table or column that is not there is a fault of what the house keeps.
    """
    try:
        yield
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        says = own_words(error)
        if lost := _LOST.search(says):
            raise RecordFault(f"the database refused: {lost[0]}; {BROUGHT_BACK}") from error
        raise OperatingFault(f"the database refused: {says}; nothing was written") from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _no_own_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("clearing_begin", "BEGIN"))


def _set_up_postgresql(connection: Any, _record: object) -> None:
    """The role; and what stands is looked up by key, not sought in all that ever stood, as if disks still had heads."""
    autocommit, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        cursor.execute("SET random_page_cost = 1.1")
    connection.autocommit = autocommit
