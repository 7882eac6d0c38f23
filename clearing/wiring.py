"""A database URL in, a house to be used out: the one place where a store meets the use cases."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from clearing.audit.seal import Sign
from clearing.keeping.ports import House, Surroundings
from clearing.store.house_store import make_store, migrate_store, open_store


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


WORLD = Surroundings(clock=_now, secret=lambda: secrets.token_bytes(32))
"""The clock and the secrets of this machine."""


def open_house(url: str, *, sign: Sign | None = None, surroundings: Surroundings | None = None) -> House:
    """The house of a database. Raises UsageFault where there is none."""
    return House(open_store(url), surroundings or WORLD, sign)


def make_house(url: str, *, surroundings: Surroundings | None = None) -> House:
    """The house of a database whose tables are made, or brought up to date, first; it is not founded yet."""
    return House(make_store(url), surroundings or WORLD)


def migrate_house(url: str) -> tuple[str, str]:
    """The version that the database of a house had, and the one that it is brought to. Raises UsageFault for none."""
    return migrate_store(url)
