"""A house's database in, its past out: each event with what stood before it, made again from the journal alone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import IntegrityError

from clearing.house.journal_event import MALFORMED
from clearing.model.errors import RecordFault
from clearing.model.house import Entered
from clearing.store.database import reading
from clearing.store.reader import Reader
from clearing.store.tables import TABLES
from clearing.store.writer import Writer


def retold(engine: Engine) -> Iterator[tuple[Entered, Reader]]:
    """Every event in order; the reader beside it tells what stood before, until the next event is asked for.

    Raises RecordFault where an event is not what was entered.
    """
    anew = create_engine("sqlite://")
    TABLES.create_all(anew)
    with reading(engine) as connection, anew.connect() as made:
        kept = Reader(connection)
        again = Again(made, kept)
        for entered in kept.journal():
            yield entered, again
            again.take(entered)


class Again(Writer):
    """Projections made anew; payloads are read where the journal is."""

    def __init__(self, connection: Connection, kept: Reader) -> None:
        super().__init__(connection)
        self._kept = kept

    def take(self, entered: Entered) -> None:
        """Apply an event. Raises RecordFault where it cannot be."""
        try:
            self.project(entered)
        except (*MALFORMED, IntegrityError) as error:
            says = f"it cannot be applied ({type(error).__name__}: {error})"
            raise RecordFault(f"journal: event {entered.seq}: {says}") from error

    def content(self, seq: int, name: str) -> bytes:
        """A list of the payload of an event; those of one event are read once."""
        at = seq, name
        if at not in self._at_hand:
            self._at_hand = {each: content for each, content in self._at_hand.items() if each[0] == seq}
            self._at_hand[at] = self._kept.content(seq, name)
        return self._at_hand[at]
