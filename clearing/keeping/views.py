"""The state of a house in, what its commands show of it out, as objects of texts and numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from clearing.house.decide import under_way_of
from clearing.house.log_tree import tree_head
from clearing.house.sealed_book import left_out
from clearing.keeping.denied import unknown_session
from clearing.keeping.ports import House
from clearing.keeping.sessions import veto_ends
from clearing.model.book import INDEX_NAME
from clearing.model.errors import UsageFault
from clearing.model.house import SessionRecord


def status(house: House) -> dict[str, Any]:
    """Where the house stands: its journal, its sessions, what is on the book."""
    with house.store.reading() as facts:
        head, terms, session = facts.head(), facts.house(), facts.open_session()
        if head is None or terms is None:
            raise UsageFault("the database has tables and no house; make one: clearing house init")
        every = facts.sessions()
        under_way, participants = under_way_of(every), facts.participants().values()
        return {
            "events": head.seq,
            "hash": head.hash.hex(),
            "root": tree_head(head.seq, facts.node).hex(),
            "participants": len(participants),
            "suspended": sum(each.status != "active" for each in participants),
            "assets": len(facts.asset_lines()),
            "standing_offers": sum(1 for _ in facts.standing()),
            "standing_obligations": sum(1 for _ in facts.obligations()),
            "open_session": None if session is None else session.session_id,
            "under_way": None if under_way is None else _session_object(under_way, terms.veto_minutes),
            "final_sessions": sum(each.state == "final" for each in every),
            "veto_minutes": terms.veto_minutes,
        }


def sessions_list(house: House) -> list[dict[str, Any]]:
    """Every session, in order, with what is known of it."""
    with house.store.reading() as facts:
        terms, every = facts.house(), facts.sessions()
    return [_session_object(each, terms.veto_minutes if terms else 0) for each in every]


def session_object(house: House, session_id: str) -> dict[str, Any]:
    """One session, with what is known of it. Raises Denied where there is none."""
    with house.store.reading() as facts:
        terms, session = facts.house(), facts.session(session_id)
    if session is None:
        raise unknown_session(session_id)
    return _session_object(session, terms.veto_minutes if terms else 0)


def book_offers(house: House, *, participant_id: str | None = None) -> Iterator[Mapping[str, Any]]:
    """The offers that stand, in ascending id; of one participant if asked."""
    with house.store.reading() as facts:
        session = facts.open_session()
        assets = {name: json.loads(line) for name, line in facts.asset_lines().items()}
        assets[INDEX_NAME] = {"unit": "index units", "increment": "0.000001"}
        out = frozenset[str]() if session is None else left_out(session, facts.participants().values())
        for offer in facts.standing():
            if participant_id in (None, offer.participant_id):
                more = {} if offer.good_for is None else {"good_for": offer.good_for}
                takes_part = offer.participant_id not in out
                line = json.loads(offer.line)
                asset = assets[line["deliver_asset"]]
                more |= {"unit": asset["unit"], "increment": asset["increment"]}
                yield {**line, **more, "event": offer.seq, "takes_part": takes_part}


def _session_object(session: SessionRecord, veto_minutes: int) -> dict[str, Any]:
    known = {name: value for name, value in asdict(session).items() if value is not None}
    known["vetoed"] = json.loads(session.vetoed)
    ends = veto_ends(session, veto_minutes)
    return known if ends is None else {**known, "veto_until": ends}
