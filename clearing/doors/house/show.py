"""What a house holds in, lines for people or one JSON object out: status, sessions, book."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from clearing.doors.house.place import chosen_house
from clearing.keeping import views


def show_status(database: str | None, *, as_json: bool) -> int:
    """Where the house stands."""
    found = views.status(chosen_house(database))
    if as_json:
        print(json.dumps(found))
        return 0
    for name, value in found.items():
        shown = _session_line(value) if isinstance(value, dict) else "none" if value is None else value
        print(f"{name.replace('_', ' '):<22}{shown}")
    return 0


def show_sessions(database: str | None, *, as_json: bool) -> int:
    """Every session."""
    found = views.sessions_list(chosen_house(database))
    print(json.dumps({"sessions": found}) if as_json else "\n".join(map(_session_line, found)))
    return 0


def show_book(database: str | None, *, participant: str | None, as_json: bool) -> int:
    """The offers that stand."""
    offers = views.book_offers(chosen_house(database), participant_id=participant)
    if as_json:
        print(json.dumps({"offers": list(offers)}))
        return 0
    for offer in offers:
        print(_offer_line(offer))
    return 0


def _session_line(session: Mapping[str, Any]) -> str:
    """``S-000001  final    batch 2026-01-31  digest 0123456789ab``."""
    more = [f"{name} {session[name]}" for name in ("batch", "offers") if name in session]
    more += [f"digest {session['digest'][:12]}"] if "digest" in session else []
    more += [f"veto until {session['veto_until']}"] if session["state"] == "cleared" else []
    more += [f"without {', '.join(session['vetoed'])}"] if session["vetoed"] else []
    return f"{session['session_id']}  {session['state']:<8} {'  '.join(more)}".rstrip()


def _offer_line(offer: Mapping[str, Any]) -> str:
    takes = "|".join(each["asset"] for each in offer["receive"])
    until = f"  for {offer['good_for']}" if "good_for" in offer else f"  until {offer.get('expires_at', 'withdrawn')}"
    out = "" if offer["takes_part"] else "  suspended"
    return (
        f"{offer['offer_id']}  {offer['participant_id']}  delivers {offer['deliver_quantity']} increments of "
        f"{offer['deliver_asset']} for {takes}{until}{out}"
    )
