"""Canonical UTC times in, nanoseconds out and back; and the times of one fixing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clearing.model.methodology import FixingTimes

SECOND = 10**9
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Hours:
    """When a fixing happens, in nanoseconds."""

    opens: int
    fixes: int
    published: int
    challenge_ends: int
    day_ends: int


def hours_of(day: str, times: FixingTimes) -> Hours:
    """The times of the fixing of a day."""
    fixes = moment(f"{day}T{times.time}:00Z")
    published = fixes + times.publication_minutes * MINUTE
    return Hours(
        opens=fixes - times.window_minutes * MINUTE,
        fixes=fixes,
        published=published,
        challenge_ends=published + times.challenge_minutes * MINUTE,
        day_ends=(day_number(day) + 1) * DAY,
    )


def moment(text: str) -> int:
    """A canonical UTC time as nanoseconds since the first day of the calendar."""
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    fraction = text[20:-1].ljust(9, "0") if text[19] == "." else "0"
    return day_number(text[:10]) * DAY + (hour * 60 + minute) * MINUTE + second * SECOND + int(fraction)


def time_text(nanoseconds: int) -> str:
    """The canonical text of a whole second."""
    days, rest = divmod(nanoseconds, DAY)
    minutes, seconds = divmod(rest // SECOND, 60)
    return f"{date.fromordinal(days).isoformat()}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}Z"


def day_number(day: str) -> int:
    """A day as a count of days."""
    return date.fromisoformat(day).toordinal()
