"""What a house holds in, lines for people or one JSON object out: status, sessions, book."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from clearing.doors.house.place import chosen_house
from clearing.doors.words import UNITS, bps
from clearing.keeping import views


def show_status(database: str | None, *, as_json: bool) -> int:
    """Where the house stands."""
    found = views.status(chosen_house(database))
    if as_json:
        print(json.dumps(found))
        return 0
    for name, value in found.items():
        shown = session_line(value) if isinstance(value, dict) else "none" if value is None else value
        print(f"{name.replace('_', ' '):<22}{shown}")
    return 0


def show_sessions(database: str | None, *, as_json: bool) -> int:
    """Every session."""
    found = views.sessions_list(chosen_house(database))
    print(json.dumps({"sessions": found}) if as_json else "\n".join(map(session_line, found)))
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


def session_line(session: Mapping[str, Any]) -> str:
    """``S-000001  final    batch 2026-01-31  digest 0123456789ab``."""
    more = [f"{name} {session[name]}" for name in ("batch", "offers") if name in session]
    more += [f"digest {session['digest'][:12]}"] if "digest" in session else []
    more += [f"veto until {session['veto_until']}"] if session["state"] == "cleared" else []
    out = [*session["vetoed"]["participants"], *(f"offer {each}" for each in session["vetoed"]["offers"])]
    more += [f"without {', '.join(out)}"] if out else []
    return f"{session['session_id']}  {session['state']:<8} {'  '.join(more)}".rstrip()


def _offer_line(offer: Mapping[str, Any]) -> str:
    """``O-001  AMBERFIELD  delivers 500.5 t of WHEAT for STEEL at -5.00 bps  until withdrawn``."""
    takes = " or ".join(f"{each['asset']} at {bps(int(each.get('limit_ppm', 0)))} bps" for each in offer["receive"])
    until = f"  for {offer['good_for']}" if "good_for" in offer else f"  until {offer.get('expires_at', 'withdrawn')}"
    out = "" if offer["takes_part"] else "  suspended"
    quantity = quantity_text(int(offer["deliver_quantity"]), offer["increment"])
    delivers = f"{quantity} {UNITS.get(offer['unit'], offer['unit'])} of {offer['deliver_asset']}"
    return f"{offer['offer_id']}  {offer['participant_id']}  delivers {delivers} for {takes}{until}{out}"


def quantity_text(increments: int, increment: str) -> str:
    """An exact quantity, without zeros at its end: ``1,500.5``."""
    text = f"{increments * Decimal(increment):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
