"""A transaction in, what the house holds at that moment out, as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Select, Table, select, text

from clearing.house.journal_event import bind, event_of
from clearing.model.errors import RecordFault
from clearing.model.house import (
    Entered,
    HouseTerms,
    Keyed,
    ObligationRecord,
    OfferRecord,
    OfferState,
    ParticipantRecord,
    SessionRecord,
    SessionState,
    StockRecord,
)
from clearing.store import tables
from clearing.store.among import among
from clearing.store.payload import joined

_ROWS_AT_ONCE = 10_000
_STANDING = "FROM standing CROSS JOIN offers WHERE offers.offer_id = standing.offer_id"
"""A plain join, which SQLite begins with the table named first: what stands is few, what ever stood is many."""
_STANDING_OFFERS = (
    f"SELECT standing.offer_id, participant_id, '{OfferState.STANDING}', good_for, seq, place, line {_STANDING}"
)
_OFFERS = (
    f"SELECT offers.offer_id, participant_id, coalesce(state, '{OfferState.STANDING}'), good_for, seq, place, line "
    "FROM offers LEFT JOIN standing ON standing.offer_id = offers.offer_id "
    "LEFT JOIN ended ON ended.offer_id = offers.offer_id"
)
Record = TypeVar("Record")


class Reader:
    """Reads through one connection; every answer is of the same moment."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def head(self) -> Entered | None:
        """The last event."""
        order = tables.JOURNAL.c.seq.desc()
        return self._entered(select(tables.JOURNAL).order_by(order).limit(1))

    def entered(self, seq: int) -> Entered | None:
        """One event."""
        return self._entered(select(tables.JOURNAL).where(tables.JOURNAL.c.seq == seq))

    def journal(self, *, after: int = 0) -> Iterator[Entered]:
        """Every event after one, in order."""
        journal = tables.JOURNAL
        chosen = select(journal).where(journal.c.seq > after).order_by(journal.c.seq)
        for row in self._rows(chosen):
            yield Entered(row.seq, bytes(row.event), bytes(row.hash))

    def node(self, level: int, place: int) -> bytes:
        """The hash of a kept node of the tree. Raises RecordFault where it is missing."""
        tree = tables.TREE
        found = self.connection.execute(
            select(tree.c.hash).where(tree.c.level == level, tree.c.place == place)
        ).scalar()
        if found is None:
            raise RecordFault(f"tree {level} {place}: it is missing")
        return bytes(found)

    def content(self, seq: int, name: str) -> bytes:
        """A list of the payload of an event, every line with its line end; empty where the event binds none.

        Raises RecordFault where it is not what the event binds.
        """
        payload, entered = tables.PAYLOAD, self.entered(seq)
        bound = None if entered is None else event_of(entered).payload.get(name)
        if bound is None:
            return b""
        chosen = select(payload.c.content).where(payload.c.seq == seq, payload.c.name == name)
        its = f"journal: event {seq}: its payload {name}"
        try:
            content = joined(bytes(row.content) for row in self._rows(chosen.order_by(payload.c.part)))
        except ValueError as error:
            raise RecordFault(f"{its} cannot be read: {error}") from error
        if not content and bound.lines:
            raise RecordFault(f"{its} is missing")
        found = bind(content)
        if found != bound:
            raise RecordFault(f"{its} has {found.lines} lines and another root than the event binds")
        return content

    def lines(self, seq: int, name: str) -> Sequence[str]:
        """The same as lines."""
        lines = self.content(seq, name).decode().split("\n")
        lines.pop()
        return lines

    def house(self) -> HouseTerms | None:
        """The terms of the house; None where it was never founded."""
        row = self.connection.execute(select(tables.HOUSE)).first()
        return None if row is None else HouseTerms(row.rulebook, row.veto_minutes)

    def participants(self) -> Mapping[str, ParticipantRecord]:
        """Every participant by id."""
        table = tables.PARTICIPANTS
        rows = self.connection.execute(select(table).order_by(table.c.participant_id))
        return {row.participant_id: ParticipantRecord(*row[:6]) for row in rows}

    def asset_lines(self) -> Mapping[str, str]:
        """Every asset's line by id."""
        rows = self.connection.execute(select(tables.ASSETS).order_by(tables.ASSETS.c.asset_id))
        return {row.asset_id: row.line for row in rows}

    def stocks(self) -> Mapping[str, StockRecord]:
        """Every stock by id."""
        rows = self.connection.execute(select(tables.STOCKS).order_by(tables.STOCKS.c.stock_id))
        return {row.stock_id: StockRecord(*row) for row in rows}

    def obligations(self) -> list[ObligationRecord]:
        """Those that stand, in ascending id."""
        table = tables.OBLIGATIONS
        chosen = select(table).where(table.c.state == "standing").order_by(table.c.obligation_id)
        return [ObligationRecord(*row) for row in self.connection.execute(chosen)]

    def standing(self) -> Iterator[OfferRecord]:
        """The offers that stand, in ascending id."""
        return map(OfferRecord._make, self._rows(text(f"{_STANDING_OFFERS} ORDER BY standing.offer_id")))

    def good_for(self, session_id: str) -> list[OfferRecord]:
        """The offers that stand and are good for this session only, in ascending id."""
        chosen = text(f"{_STANDING_OFFERS} AND good_for = :session_id ORDER BY standing.offer_id")
        return [OfferRecord._make(row) for row in self.connection.execute(chosen, {"session_id": session_id})]

    def standing_content(self, *, closed_seq: int) -> bytes:
        """The lines of the offers that stand and came up to this event, in ascending id, each with its line end."""
        chosen = f"SELECT line {_STANDING} AND seq <= {closed_seq:d} ORDER BY standing.offer_id"
        lines = [line for (line,) in self._driver().execute(chosen)]
        return ("\n".join(lines) + "\n").encode() if lines else b""

    def offers(self, offer_ids: Iterable[str]) -> Mapping[str, OfferRecord]:
        """Those of these offers that the house has known, by id."""
        return {row[0]: OfferRecord._make(row) for row in self._among(_OFFERS, "offers.offer_id", offer_ids)}

    def offer_lines(self, offer_ids: Iterable[str]) -> Mapping[str, str]:
        """The lines of those of these offers that the house has known, by id."""
        return dict(self._among("SELECT offer_id, line FROM offers", "offer_id", offer_ids))

    def taken(self, table: str, ids: Iterable[str]) -> list[str]:
        """Those of these ids that a table has, ascending."""
        key = next(iter(tables.TABLES.tables[table].primary_key)).name
        return sorted(name for (name,) in self._among(f"SELECT {key} FROM {table}", key, ids))

    def sessions(self) -> list[SessionRecord]:
        """Every session, in order."""
        chosen = select(tables.SESSIONS).order_by(tables.SESSIONS.c.number)
        return [SessionRecord(*row) for row in self.connection.execute(chosen)]

    def session(self, session_id: str) -> SessionRecord | None:
        """One session."""
        return self._session("session_id", session_id)

    def open_session(self) -> SessionRecord | None:
        """The session for which offers come in."""
        return self._session("state", SessionState.OPEN.value)

    def session_of(self, batch: str) -> SessionRecord | None:
        """The session that was closed under this name of a batch."""
        return self._session("batch", batch)

    def fixing_seq(self) -> int | None:
        """The last fixing recorded."""
        seq = tables.FIXINGS.c.seq
        return self.connection.execute(select(seq).order_by(seq.desc()).limit(1)).scalar()

    def keyed(self, actor: str, key: str) -> Keyed | None:
        """What came of a key."""
        table = tables.KEYS
        row = self.connection.execute(select(table).where(table.c.actor == actor, table.c.key == key)).first()
        return None if row is None else Keyed(*row)

    def held_secret(self, session_id: str) -> bytes | None:
        """The secret of an open session."""
        table = tables.HELD_SECRETS
        found = self.connection.execute(select(table.c.secret).where(table.c.session_id == session_id)).scalar()
        return None if found is None else bytes(found)

    def every_row(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """All rows of a table in the order of its key."""
        return map(tuple, self._rows(select(table).order_by(*table.primary_key)))

    def _rows(self, chosen: Executable) -> Iterator[Any]:
        return iter(self.connection.execute(chosen.execution_options(yield_per=_ROWS_AT_ONCE)))

    def _driver(self) -> Any:
        """The connection as the driver has it: rows by SQLAlchemy take twice the time, which tells at a million."""
        return self.connection.connection.driver_connection

    def _entered(self, chosen: Select[Any]) -> Entered | None:
        row = self.connection.execute(chosen).first()
        return None if row is None else Entered(row.seq, bytes(row.event), bytes(row.hash))

    def _session(self, column: str, value: str) -> SessionRecord | None:
        table = tables.SESSIONS
        row = self.connection.execute(select(table).where(table.c[column] == value)).first()
        return None if row is None else SessionRecord(*row)

    def _among(self, chosen: str, key: str, ids: Iterable[str]) -> Iterable[tuple[Any, ...]]:
        """Rows by one parameter for any number of ids."""
        condition, listed = among(self.connection, key, ids)
        rows: Iterable[tuple[Any, ...]] = self._driver().execute(f"{chosen} WHERE {condition}", listed)
        return rows
