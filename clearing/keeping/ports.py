"""What the use cases ask of a database, of a place for bundles and of the world, as Protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from clearing.audit.canonical import Sink
from clearing.audit.replay import StoredBundle
from clearing.audit.seal import Sign
from clearing.model.house import (
    Draft,
    Entered,
    HouseTerms,
    Keyed,
    ObligationRecord,
    OfferRecord,
    ParticipantRecord,
    SessionRecord,
    StockRecord,
)


class Facts(Protocol):
    """What the house holds at one moment."""

    def head(self) -> Entered | None:
        """The last event."""

    def entered(self, seq: int) -> Entered | None:
        """One event."""

    def journal(self, *, after: int = 0) -> Iterator[Entered]:
        """Every event after one, in order."""

    def node(self, level: int, place: int) -> bytes:
        """The hash of a kept node of the tree over the events; see ``house.log_tree``."""

    def content(self, seq: int, name: str) -> bytes:
        """A list of the payload of an event, every line with its line end."""

    def lines(self, seq: int, name: str) -> Sequence[str]:
        """The same as lines."""

    def house(self) -> HouseTerms | None:
        """The terms of the house; None where it was never founded."""

    def participants(self) -> Mapping[str, ParticipantRecord]:
        """Every participant by id."""

    def asset_lines(self) -> Mapping[str, str]:
        """Every asset's line by id."""

    def stocks(self) -> Mapping[str, StockRecord]:
        """Every stock by id."""

    def obligations(self) -> Iterable[ObligationRecord]:
        """Those that stand, in ascending id."""

    def standing(self) -> Iterable[OfferRecord]:
        """The offers that stand, in ascending id."""

    def standing_content(self, *, closed_seq: int) -> bytes:
        """The lines of the offers that stand and came up to this event, in ascending id, each with its line end."""

    def offers(self, offer_ids: Iterable[str]) -> Mapping[str, OfferRecord]:
        """Those of these offers that the house has known, by id."""

    def taken(self, table: str, ids: Iterable[str]) -> list[str]:
        """Those of these ids that a table has, ascending."""

    def sessions(self) -> Sequence[SessionRecord]:
        """Every session, in order."""

    def session(self, session_id: str) -> SessionRecord | None:
        """One session."""

    def open_session(self) -> SessionRecord | None:
        """The session for which offers come in."""

    def session_of(self, batch: str) -> SessionRecord | None:
        """The session that was closed under this name of a batch."""

    def fixing_seq(self) -> int | None:
        """The last fixing recorded."""

    def keyed(self, actor: str, key: str) -> Keyed | None:
        """What came of a key."""

    def held_secret(self, session_id: str) -> bytes | None:
        """The secret of an open session."""


class Ledger(Facts, Protocol):
    """A transaction that writes."""

    def append(self, draft: Draft, *, at: str, actor: str) -> Entered:
        """Enter an event with all that it changes."""

    def hold_secret(self, session_id: str, secret: bytes) -> None:
        """Keep the secret of a session until it closes."""

    def drop_secret(self, session_id: str) -> None:
        """Forget it: the journal tells it now."""


class Store(Protocol):
    """The database of a house."""

    def reading(self) -> AbstractContextManager[Facts]:
        """What the house holds at one moment."""

    def writing(self) -> AbstractContextManager[Ledger]:
        """The house alone to oneself; all that is appended is committed together, or nothing is."""

    def lease(self) -> AbstractContextManager[bool]:
        """Whether this is the one run at work; it ends with its holder."""

    def retold(self) -> Iterator[tuple[Entered, Facts]]:
        """Every event in order, with what stood before it, made again from the journal alone."""

    def check(self) -> list[str]:
        """What is wrong with the journal and the projections."""


class Shelf(Protocol):
    """Where bundles stand."""

    def put(self, name: str, write: Callable[[Sink], None], *, secret: str) -> None:
        """A bundle written whole under a name; one of the same session is replaced, else UsageFault."""


class Library(Protocol):
    """Where bundles are read."""

    def get(self, name: str) -> StoredBundle:
        """The bundle of a name. Raises InputFault where there is none."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The clock (canonical UTC times, whole seconds) and the secrets: read here and nowhere else, and recorded."""

    clock: Callable[[], str]
    secret: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a use case needs."""

    store: Store
    surroundings: Surroundings
    sign: Sign | None = None
    """Signs receipts and bundles."""
