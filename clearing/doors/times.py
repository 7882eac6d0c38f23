"""A time as text in, its canonical UTC text out: ``2026-01-31T17:00:00.50+01:00`` is 16:00:00.5Z."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

TIME_ALLOWED = "an RFC 3339 time with offset such as 2026-01-31T16:00:00Z; no leap second"
DATE_ALLOWED = "a date such as 2026-01-31"

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))",
    re.ASCII,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def utc_text(text: str) -> str | None:
    """The canonical UTC time, a fraction of a second without trailing zeros; None if it is no time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, clock, fraction, sign, hours, minutes = found.groups()
    if hours is not None and (int(hours) > 23 or int(minutes) > 59):
        return None
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    fraction = (fraction or "").rstrip("0")
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}{'.' if fraction else ''}{fraction}Z"


def is_date(text: str) -> bool:
    """Whether the text is a day of the calendar, year first."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
