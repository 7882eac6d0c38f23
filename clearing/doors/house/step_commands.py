"""The steps of one session by hand: close, fix, clear, finish; what they print. ``house run`` does them all."""

from __future__ import annotations

import json
from pathlib import Path

from clearing.doors.house.place import BundleShelf, chosen_bundles, chosen_house
from clearing.doors.house.session_commands import STATUS_UNPROVEN
from clearing.doors.house.show import session_line
from clearing.keeping import sessions, views
from clearing.keeping.ports import House


def close(database: str | None, *, batch: str, as_json: bool) -> int:
    """Seal the book of the open session; the next one opens."""
    house = chosen_house(database)
    return _told(house, sessions.close(house, batch=batch).session_id, as_json=as_json)


def fix(database: str | None, session_id: str, *, as_json: bool) -> int:
    """Bind the last fixing recorded."""
    house = chosen_house(database)
    sessions.fix(house, session_id)
    return _told(house, session_id, as_json=as_json)


def clear(database: str | None, keyfile: Path | None, session_id: str, *, bundles: Path | None, as_json: bool) -> int:
    """Clear a session and write its bundle. Status 5 without proof of optimality."""
    from clearing.doors.report.page import report_chunks

    house = chosen_house(database, keyfile)
    shelf = BundleShelf(chosen_bundles(bundles, database))
    cleared = sessions.clear_alone(house, session_id, shelf, page=report_chunks)
    _told(house, session_id, as_json=as_json)
    return 0 if cleared.outcome.certificate.optimal else STATUS_UNPROVEN


def finish(database: str | None, session_id: str, *, as_json: bool) -> int:
    """Make a session final."""
    house = chosen_house(database)
    sessions.finish(house, session_id)
    return _told(house, session_id, as_json=as_json)


def _told(house: House, session_id: str, *, as_json: bool) -> int:
    found = views.session_object(house, session_id)
    print(json.dumps(found) if as_json else session_line(found))
    return 0
