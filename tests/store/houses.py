"""A house with three desks and their offers, in the database of a URL; clock and secrets stand still."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clearing.doors.house.place import BundleShelf
from clearing.keeping import offers as desk
from clearing.keeping import sessions
from clearing.keeping.batch import Batch, run_batch
from clearing.keeping.ports import House, Surroundings
from clearing.store.house_store import HouseStore
from clearing.wiring import open_house
from tests.keeping.founding import found_house, lines_of

DESKS, GOODS = ("ANNA", "BO", "CARL"), ("POWER", "STEEL", "WHEAT")
WORLD = Surroundings(clock=lambda: "2026-01-05T16:00:00Z", secret=lambda: bytes(range(32)))
RING = (("1", "ANNA", "WHEAT", 100, "STEEL"), ("2", "BO", "STEEL", 100, "POWER"), ("3", "CARL", "POWER", 60, "WHEAT"))
MORE = (("4", "ANNA", "POWER", 7, "WHEAT"), ("5", "BO", "WHEAT", 5, "POWER"))


def found(url: str, *, offers: bool = True) -> House:
    """A new house; with ``offers`` those of a ring of three are on its book."""
    house = found_house(url, WORLD, desks=DESKS, goods=GOODS, credit=50_000_000)
    if offers:
        submit(house, *RING)
    return house


def founded(url: str, *, offers: bool = True) -> str:
    """The URL of a new house that nobody has open."""
    close(found(url, offers=offers))
    return url


def close(house: House) -> None:
    """Let go of its database."""
    assert isinstance(house.store, HouseStore)
    house.store.close()


def opened(url: str) -> House:
    """The house of a URL, as a new process opens it."""
    return open_house(url, surroundings=WORLD)


def submit(house: House, *rows: tuple[str, str, str, int, str], key: str | None = None) -> dict[str, Any]:
    """Offers as one file; the receipt."""
    return desk.submit(house, lines_of([offer_line(*row) for row in rows]), key=key)


def offer_line(name: str, who: str, gives: str, quantity: int, takes: str) -> dict[str, Any]:
    """One offer at index value."""
    return {
        "offer_id": name,
        "participant_id": who,
        "deliver_asset": gives,
        "deliver_quantity": str(quantity),
        "receive": [{"asset": takes, "limit_ppm": "0"}],
    }


def run(house: House, shelf: Path, batch: str = "monday") -> Batch:
    """One batch, its bundles in a folder."""
    place = BundleShelf(shelf)
    return run_batch(house, batch=batch, fix=None, clear=lambda name: sessions.clear(house, name, place))


def head(house: House) -> tuple[int, str]:
    """Number and hash of the last event: all that came before is in it."""
    with house.store.reading() as facts:
        last = facts.head()
    assert last is not None
    return last.seq, last.hash.hex()


def kinds(house: House) -> list[str]:
    """Of every event what it is."""
    with house.store.reading() as facts:
        return [str(json.loads(entered.event)["kind"]) for entered in facts.journal()]


COMMANDS: dict[str, Callable[[House, Path], object]] = {
    "submit": lambda house, _shelf: submit(house, *MORE, key="morning"),
    "close": lambda house, _shelf: sessions.close(house, batch="monday"),
    "run": run,
}
"""What is killed; each may be given again."""
