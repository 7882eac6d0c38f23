"""A database URL in, the store of a house out: transactions that read or write, the lease, the check.

>>> store = open_store("sqlite:///house.db")
>>> with store.writing() as writer:
...     writer.append(draft, at=now, actor="house")
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from clearing.model.errors import OperatingFault, UsageFault
from clearing.model.house import Entered
from clearing.store import database
from clearing.store.reader import Reader
from clearing.store.writer import Writer


class HouseStore:
    """The database of one house."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """What the house holds at one moment."""
        with database.reading(self.engine) as connection:
            yield Reader(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """The house alone to oneself; all that is appended is committed together, or nothing is."""
        with database.writing(self.engine) as connection:
            yield Writer(connection)

    def lease(self) -> AbstractContextManager[bool]:
        """Whether this is the one run at work."""
        return database.lease(self.engine)

    def retold(self) -> Iterator[tuple[Entered, Reader]]:
        """Every event in order, with what stood before it."""
        from clearing.store.retold import retold

        return retold(self.engine)

    def check(self) -> list[str]:
        """What is wrong with the journal and the projections, the first of each; nothing if all is well."""
        from clearing.store.check import wrongs

        return list(wrongs(self.engine))

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_store(url: str) -> HouseStore:
    """The store of a house that exists, at the version of this package. Raises UsageFault else."""
    from clearing.store.schema import VERSION

    engine, version = _found(url)
    if version != VERSION:
        raise _another(engine, version)
    return HouseStore(engine)


def migrate_store(url: str) -> tuple[str, str]:
    """Bring a house that exists up to date: the version that it had and the one it has. Raises UsageFault for none."""
    from clearing.store.schema import VERSION

    engine, version = _found(url)
    engine.dispose()
    if version > VERSION:
        raise _another(engine, version)
    make_store(url).close()
    return version, VERSION


def make_store(url: str) -> HouseStore:
    """The store of a house with every table, made or brought up to date; whether it is founded is not looked at."""
    from clearing.store.schema import migrate

    parsed = database.database_url(url)
    if parsed.get_backend_name() == "sqlite":
        place = Path(str(parsed.database))
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OperatingFault(f"cannot make {place.parent}: {error.strerror or error}") from error
    engine = database.open_engine(parsed)
    try:
        migrate(engine)
    except SQLAlchemyError as error:
        raise OperatingFault(f"cannot make a house at {database.shown(parsed)}: {database.own_words(error)}") from error
    return HouseStore(engine)


def _another(engine: Engine, version: str) -> UsageFault:
    from clearing.store.schema import VERSION

    how = "bring it up to date: clearing house migrate" if version < VERSION else "use a later clearing"
    return UsageFault(f"the house at {database.shown(engine.url)} is of version {version}, this is {VERSION}; {how}")


def _found(url: str) -> tuple[Engine, str]:
    """The engine of a house that exists and its version."""
    from clearing.store.schema import version_of

    parsed = database.database_url(url)
    shown = database.shown(parsed)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).is_file():
        raise UsageFault(f"there is no house at {shown}; make one: clearing house init")
    engine = database.open_engine(parsed)
    try:
        version = version_of(engine)
    except SQLAlchemyError as error:
        raise OperatingFault(f"cannot open the house at {shown}: {database.own_words(error)}") from error
    if version is None:
        raise UsageFault(f"there is no house at {shown}; make one: clearing house init")
    return engine, version
