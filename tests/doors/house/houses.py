"""A folder comes in, a house in it whose desks are those of a demo book goes out, driven by the real command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.doors.console import DEMO_BOOK, Console, Ended

OFFERS = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps,expires_at\n"
THREE_DESKS = {
    "participants": "participant_id,balance,credit_limit\nANNA,100,50\nBO,0,50\nCARL,0,50\n",
    "assets": "asset_id,unit,increment\nWHEAT,TNE,1\nSTEEL,TNE,1\nPOWER,MWH,1\n",
    "fixing": "asset_id,value\nWHEAT,1\nSTEEL,1\nPOWER,1\n",
}
RING = "1,ANNA,WHEAT,100,STEEL,0,\n2,BO,STEEL,100,POWER,0,\n3,CARL,POWER,60,WHEAT,0,\n"
"""A ring of three that fills CARL and leaves 40 of ANNA's and BO's."""


@dataclass
class AHouse:
    """A house under test."""

    console: Console
    folder: Path

    @property
    def url(self) -> str:
        """Its database."""
        return f"sqlite:///{self.folder / 'house.db'}"

    @property
    def bundles(self) -> Path:
        """Where its bundles stand."""
        return self.folder / "sessions"

    def run(self, *arguments: str | Path) -> Ended:
        """``clearing house`` with its arguments."""
        return self.console("house", *arguments, "--database", self.url)

    def does(self, *arguments: str | Path) -> str:
        """What it prints, ending well."""
        ended = self.run(*arguments)
        assert ended.status == 0, ended
        return ended.out

    def json(self, *arguments: str | Path) -> Any:
        """The object that it prints."""
        return json.loads(self.does(*arguments, "--json"))

    def file(self, text: str, name: str = "rows.csv") -> Path:
        """A file of these rows."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def offers(self, rows: str) -> Path:
        """A file of offers."""
        return self.file(OFFERS + rows, "offers.csv")

    def standing(self) -> dict[str, int]:
        """What the standing offers deliver."""
        return {each["offer_id"]: int(each["deliver_quantity"]) for each in self.json("book")["offers"]}


MakeHouse = Callable[..., AHouse]


def make_house(console: Console, folder: Path, *options: str) -> AHouse:
    """A house of three desks: wheat, steel and power at one index unit each."""
    house = AHouse(console, folder)
    house.does("init", *options)
    for name, rows in THREE_DESKS.items():
        house.does(name, house.file(rows, f"{name}.csv"))
    return house


def make_demo_house(console: Console, folder: Path) -> AHouse:
    """A house with everything of the demo book, its offers submitted."""
    house = AHouse(console, folder)
    house.does("init")
    for name in ("participants", "assets", "stocks", "obligations"):
        house.does(name, DEMO_BOOK / f"{name}.csv")
    house.does("fixing", DEMO_BOOK / "fixing.json")
    house.does("submit", DEMO_BOOK / "offers.csv")
    return house


def at_time(monkeypatch: pytest.MonkeyPatch, time: str) -> None:
    """The clock of the house shows this moment."""
    from clearing import wiring
    from clearing.keeping.ports import Surroundings

    monkeypatch.setattr(wiring, "WORLD", Surroundings(clock=lambda: time, secret=wiring.WORLD.secret))


def write_key(folder: Path) -> tuple[Path, str]:
    """A file with a signing key, and its public key in hex."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    path = folder / "signing.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path, key.public_key().public_bytes_raw().hex()
