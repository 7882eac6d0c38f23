"""An event in, the changes of the tables of current state out: the same when it is written and when all is made anew.

What stood before is read through ``Before``; what it returns is that of the projections up to the event before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol

from clearing.audit.canonical import canonical
from clearing.house.final_session import final_changes
from clearing.house.lifecycle import OFFER, SESSION, OfferStep, SessionStep
from clearing.house.standing import coming, leaving, staying
from clearing.model.house import (
    NO_VETO,
    Change,
    Event,
    Insert,
    Kind,
    ObligationRecord,
    OfferRecord,
    OfferState,
    ParticipantRecord,
    SessionRecord,
    SessionState,
    StockRecord,
    Update,
)

_OFFER_NAMES = re.compile(r'"offer_id":"([^"]*)","participant_id":"([^"]*)","receive":')
"""Ids need no escaping and these members are neighbours; inside a text a quotation mark stands after a backslash."""
_TEXTS = ("country", "lei", "memo", "name")


class Before(Protocol):
    """What stood before an event."""

    def content(self, seq: int, name: str) -> bytes:
        """A list of the payload of an event, this one's too, every line with its line end."""

    def lines(self, seq: int, name: str) -> Sequence[str]:
        """The same as lines."""

    def participants(self) -> Mapping[str, ParticipantRecord]:
        """Every participant by id."""

    def asset_lines(self) -> Mapping[str, str]:
        """Every asset's line by id."""

    def stocks(self) -> Mapping[str, StockRecord]:
        """Every stock by id."""

    def obligations(self) -> Iterable[ObligationRecord]:
        """Those that stand, in ascending id."""

    def offer_lines(self, offer_ids: Iterable[str]) -> Mapping[str, str]:
        """The lines of those of these offers that the house has known, by id."""

    def good_for(self, session_id: str) -> Iterable[OfferRecord]:
        """The offers that stand and are good for this session only, in ascending id."""

    def session(self, session_id: str) -> SessionRecord | None:
        """One session."""


def changes(event: Event, before: Before) -> Iterator[Change]:
    """What the event changes."""
    yield from _BY_KIND[event.kind](event, before)
    if "key" in event.body:
        body = event.body
        yield _insert("keys", actor=event.actor, key=body["key"], keyed=body["keyed"], seq=event.seq)


def offer_names(text: str) -> tuple[list[str], list[str]]:
    """Offer and participant ids of offers' lines, each with its line end."""
    found = _OFFER_NAMES.findall(text)
    if len(found) != text.count("\n"):
        raise ValueError("a line is none of an offer")
    return [names[0] for names in found], [names[1] for names in found]


def _insert(table: str, **row: Any) -> Insert:
    return Insert(table, {name: [value] for name, value in row.items()})


def _update(table: str, key: str, **row: Any) -> Update:
    return Update(table, key, {name: [value] for name, value in row.items()})


def _founded(event: Event, _before: Before) -> Iterator[Change]:
    body = event.body
    yield _insert("house", id=1, rulebook=canonical(body["rulebook"]), veto_minutes=body["veto_minutes"])


def _rulebook(event: Event, _before: Before) -> Iterator[Change]:
    yield _update("house", "id", id=1, rulebook=canonical(event.body["rulebook"]))


def _participants(event: Event, before: Before) -> Iterator[Change]:
    known = before.participants()
    for record in map(json.loads, before.lines(event.seq, "participants")):
        cap = record.get("balance_cap_micro")
        row = {
            "participant_id": record["participant_id"],
            "credit_limit_micro": int(record["credit_limit_micro"]),
            "balance_cap_micro": None if cap is None else int(cap),
            "texts": canonical({name: record[name] for name in _TEXTS if name in record}),
        }
        if record["participant_id"] in known:
            yield _update("participants", "participant_id", **row)
        else:
            balance = int(record["balance_micro"])
            yield _insert("participants", **row, status="active", balance_micro=balance, opening_micro=balance)


def _status(event: Event, _before: Before) -> Iterator[Change]:
    status = "suspended" if event.kind is Kind.SUSPENDED else "active"
    yield _update("participants", "participant_id", participant_id=event.body["participant_id"], status=status)


def _assets(event: Event, before: Before) -> Iterator[Change]:
    known = before.asset_lines()
    for line in before.lines(event.seq, "assets"):
        asset_id = json.loads(line)["asset_id"]
        change = _update if asset_id in known else _insert_keyed
        yield change("assets", "asset_id", asset_id=asset_id, line=line)


def _insert_keyed(table: str, _key: str, **row: Any) -> Insert:
    return _insert(table, **row)


def _stocks(event: Event, before: Before) -> Iterator[Change]:
    known = before.stocks()
    for record in map(json.loads, before.lines(event.seq, "stocks")):
        change = _update if record["stock_id"] in known else _insert_keyed
        row = {name: record[name] for name in ("stock_id", "participant_id", "asset_id")}
        yield change("stocks", "stock_id", **row, quantity=int(record["quantity"]), seq=event.seq)


def _obligations(event: Event, before: Before) -> Iterator[Change]:
    lines = before.lines(event.seq, "obligations")
    records = [json.loads(line) for line in lines]
    columns: dict[str, Sequence[Any]] = {
        name: [record[name] for record in records] for name in ("obligation_id", "debtor_id", "creditor_id")
    }
    yield Insert(
        "obligations",
        {**columns, "line": lines},
        {"state": "standing", "seq": event.seq},
    )


def _offer_columns(event: Event, before: Before) -> dict[str, Sequence[Any]]:
    text = before.content(event.seq, "offers").decode()
    offers, participants = offer_names(text)
    size = len(offers)
    return {
        "offer_id": offers,
        "participant_id": participants,
        "place": range(size),
        "line": text.split("\n")[:size],
    }


def _submitted(event: Event, before: Before) -> Iterator[Change]:
    columns = _offer_columns(event, before)
    yield Insert("offers", columns, {"seq": event.seq})
    yield coming(columns["offer_id"], event.body.get("good_for"))


def _amended(event: Event, before: Before) -> Iterator[Change]:
    columns = _offer_columns(event, before)
    yield Update("offers", "offer_id", {**columns, "seq": [event.seq] * len(columns["offer_id"])})
    yield staying(columns["offer_id"], event.body.get("good_for"))


def _withdrawn(event: Event, _before: Before) -> Iterator[Change]:
    yield from leaving(dict.fromkeys(event.body["offer_ids"], OFFER[OfferState.STANDING, OfferStep.WITHDRAW]))


def _fixing(event: Event, _before: Before) -> Iterator[Change]:
    body = event.body
    yield _insert(
        "fixings", seq=event.seq, form=body["form"], source=body["source"], assets=event.payload["fixing"].lines
    )


def _opened(event: Event, _before: Before) -> Iterator[Change]:
    body = event.body
    yield _insert(
        "sessions",
        session_id=body["session"],
        number=body["number"],
        state=SessionState.OPEN.value,
        commitment=body["commitment"],
        vetoed=NO_VETO,
        attempt=0,
    )


def _moved(event: Event, before: Before, step: SessionStep, **row: Any) -> Update:
    """A session one step on. Raises KeyError where its table of states has no such step."""
    session = _session(event, before)
    state = SESSION[SessionState(session.state), step]
    return _update("sessions", "session_id", session_id=session.session_id, state=state.value, **row)


def _session(event: Event, before: Before) -> SessionRecord:
    session = before.session(event.body["session"])
    if session is None:
        raise ValueError(f"event {event.seq} is about a session that was never opened")
    return session


def _closed(event: Event, before: Before) -> Iterator[Change]:
    taken = ("batch", "cut_off", "secret", "offers_root", "offers", "obligations")
    row = {name: event.body[name] for name in taken}
    if sha256(bytes.fromhex(row["secret"])).hexdigest() != _session(event, before).commitment:
        raise ValueError("the secret told is not the one committed to")
    yield _moved(event, before, SessionStep.CLOSE, **row, closed_seq=event.seq)


def _fixed(event: Event, before: Before) -> Iterator[Change]:
    yield _moved(event, before, SessionStep.FIX, fixing_seq=event.body["fixing"])


def _cleared(event: Event, before: Before) -> Iterator[Change]:
    row = {name: event.body[name] for name in ("attempt", "bundle", "digest")}
    yield _moved(event, before, SessionStep.CLEAR, **row, cleared_seq=event.seq, cleared_at=event.at)


def _vetoed(event: Event, before: Before) -> Iterator[Change]:
    vetoed = json.loads(_session(event, before).vetoed)
    noun, named = ("offers", "offer_id") if "offer_id" in event.body else ("participants", "participant_id")
    vetoed[noun] = sorted({*vetoed[noun], event.body[named]})
    none = dict.fromkeys(("bundle", "digest", "cleared_seq", "cleared_at"))
    yield _moved(event, before, SessionStep.VETO, vetoed=canonical(vetoed), **none)


def _final(event: Event, before: Before) -> Iterator[Change]:
    session = _session(event, before)
    yield _moved(event, before, SessionStep.FINISH, final_seq=event.seq, final_at=event.at)
    at = session.cleared_seq or 0
    yield from final_changes(
        session,
        fills=before.lines(at, "fills"),
        refusals=before.lines(at, "refusals"),
        entries=before.lines(at, "entries"),
        offers=before.offer_lines,
        for_session=before.good_for(session.session_id),
        stocks=before.stocks(),
        obligations=before.obligations(),
        participants=before.participants(),
    )


_BY_KIND: Mapping[Kind, Callable[[Event, Before], Iterator[Change]]] = {
    Kind.FOUNDED: _founded,
    Kind.RULEBOOK: _rulebook,
    Kind.PARTICIPANTS: _participants,
    Kind.SUSPENDED: _status,
    Kind.RESUMED: _status,
    Kind.ASSETS: _assets,
    Kind.STOCKS: _stocks,
    Kind.OBLIGATIONS: _obligations,
    Kind.SUBMITTED: _submitted,
    Kind.AMENDED: _amended,
    Kind.WITHDRAWN: _withdrawn,
    Kind.FIXING: _fixing,
    Kind.OPENED: _opened,
    Kind.CLOSED: _closed,
    Kind.FIXED: _fixed,
    Kind.CLEARED: _cleared,
    Kind.VETOED: _vetoed,
    Kind.FINAL: _final,
}
