"""Days and times of a record in, whole numbers to compare them by out, and the times that follow from a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

MINUTE = 60 * 10**9
DAY = 1_440 * MINUTE
_EPOCH = datetime(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Of one fixing, in nanoseconds."""

    opens: int
    fixes: int
    day_ends: int


def hours_of(day: str, times: Mapping[str, Any]) -> Hours:
    """When its quotes count."""
    fixes = moment(f"{day}T{times['time']}:00Z")
    return Hours(fixes - times["window_minutes"] * MINUTE, fixes, days(day) * DAY + DAY)


def times_of(day: str, times: Mapping[str, Any]) -> dict[str, str]:
    """The times that a record states. Raises OverflowError beyond the calendar."""
    fixes = datetime.fromisoformat(f"{day}T{times['time']}:00")
    published = fixes + timedelta(minutes=times["publication_minutes"])
    stated = {
        "window_opens": fixes - timedelta(minutes=times["window_minutes"]),
        "fixing_time": fixes,
        "publication_time": published,
        "challenge_ends": published + timedelta(minutes=times["challenge_minutes"]),
    }
    return {name: f"{time.isoformat(timespec='seconds')}Z" for name, time in stated.items()}


def moment(time: str) -> int:
    """A canonical UTC time as a count of nanoseconds."""
    whole, _, fraction = time[:-1].partition(".")
    since = datetime.fromisoformat(whole) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 10**9 + int(fraction.ljust(9, "0"))


def days(day: str) -> int:
    """A day as a count of days."""
    return date.fromisoformat(day).toordinal() - 1
