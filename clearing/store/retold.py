"""A house's database in, its past out: each event with what stood before it, made again from the journal alone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, create_engine

from clearing.model.house import Entered
from clearing.store.database import reading
from clearing.store.reader import Reader
from clearing.store.tables import TABLES
from clearing.store.writer import Writer


def retold(engine: Engine) -> Iterator[tuple[Entered, Reader]]:
    """Every event in order; the reader beside it tells what stood before, until the next event is asked for."""
    anew = create_engine("sqlite://")
    TABLES.create_all(anew)
    with reading(engine) as connection, anew.connect() as made:
        kept = Reader(connection)
        again = Again(made, kept)
        for entered in kept.journal():
            yield entered, again
            again.project(entered)


class Again(Writer):
    """Projections made anew; payloads are read where the journal is."""

    def __init__(self, connection: Connection, kept: Reader) -> None:
        super().__init__(connection)
        self._kept = kept

    def content(self, seq: int, name: str) -> bytes:
        """A list of the payload of an event."""
        return self._kept.content(seq, name)
