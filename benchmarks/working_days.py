"""A day and a number come in; so many Mondays to Fridays go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta


def working_days(first: date, count: int) -> Iterator[date]:
    """The first ``count`` of them, from ``first`` on."""
    day = first
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)
