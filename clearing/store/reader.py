"""A transaction in, what the house holds at that moment out, as records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, select

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
from clearing.store.payload import joined

_ROWS_AT_ONCE = 10_000
_OFFER = ", ".join(OfferRecord._fields)
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
        """The hash of a kept node of the tree. Raises ValueError where it is missing."""
        tree = tables.TREE
        found = self.connection.execute(
            select(tree.c.hash).where(tree.c.level == level, tree.c.place == place)
        ).scalar()
        if found is None:
            raise ValueError(f"the tree has no node of level {level} at {place}")
        return bytes(found)

    def content(self, seq: int, name: str) -> bytes:
        """A list of the payload of an event, every line with its line end."""
        payload = tables.PAYLOAD
        chosen = select(payload.c.content).where(payload.c.seq == seq, payload.c.name == name)
        return joined(bytes(row.content) for row in self._rows(chosen.order_by(payload.c.part)))

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
        table = tables.OFFERS
        chosen = select(table).where(table.c.state == OfferState.STANDING.value).order_by(table.c.offer_id)
        return map(OfferRecord._make, self._rows(chosen))

    def good_for(self, session_id: str) -> list[OfferRecord]:
        """The offers that stand and are good for this session only, in ascending id."""
        table = tables.OFFERS
        chosen = select(table).where(table.c.state == OfferState.STANDING.value, table.c.good_for == session_id)
        return [OfferRecord._make(row) for row in self.connection.execute(chosen.order_by(table.c.offer_id))]

    def standing_content(self, *, closed_seq: int) -> bytes:
        """The lines of the offers that stand and came up to this event, in ascending id, each with its line end.

        COPY writes a backslash twice; what else it would escape stands in no canonical line.
        """
        where = f"state = '{OfferState.STANDING.value}' AND seq <= {closed_seq:d} ORDER BY offer_id"
        driver = self._driver()
        if self.connection.dialect.name == "sqlite":
            lines = [line for (line,) in driver.execute(f"SELECT line FROM offers WHERE {where}")]
            return ("\n".join(lines) + "\n").encode() if lines else b""
        with driver.cursor() as cursor, cursor.copy(f"COPY (SELECT line FROM offers WHERE {where}) TO STDOUT") as copy:
            content = b"".join(copy)
        return content.replace(b"\\\\", b"\\")

    def offers(self, offer_ids: Iterable[str]) -> Mapping[str, OfferRecord]:
        """Those of these offers that the house has known, by id."""
        return {row[0]: OfferRecord._make(row) for row in self._among("offers", _OFFER, "offer_id", offer_ids)}

    def taken(self, table: str, ids: Iterable[str]) -> list[str]:
        """Those of these ids that a table has, ascending."""
        key = next(iter(tables.TABLES.tables[table].primary_key)).name
        return sorted(name for (name,) in self._among(table, key, key, ids))

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

    def _rows(self, chosen: Select[Any]) -> Iterator[Any]:
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

    def _among(self, table: str, columns: str, key: str, ids: Iterable[str]) -> Iterable[tuple[Any, ...]]:
        """One parameter for any number of ids."""
        wanted, chosen = list(ids), f"SELECT {columns} FROM {table} WHERE {key}"
        if self.connection.dialect.name == "sqlite":
            found = self._driver().execute(f"{chosen} IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
        else:
            found = self._driver().execute(f"{chosen} = ANY(%s)", (wanted,))
        rows: Iterable[tuple[Any, ...]] = found
        return rows
