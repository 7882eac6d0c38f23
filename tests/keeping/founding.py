"""Names in, a house with them as desks and goods out, every good worth one index unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearing.audit.canonical import canonical
from clearing.audit.input_lines import rulebook_line
from clearing.keeping import sessions
from clearing.keeping.ports import House, Surroundings
from clearing.model.house import Draft, Kind
from clearing.model.rulebook import Rulebook
from clearing.wiring import make_house

Rows = Sequence[dict[str, Any]]


def found_house(
    url: str, world: Surroundings, *, desks: Sequence[str], goods: Sequence[str], credit: int, stocks: Rows = ()
) -> House:
    """A new house, its first session open."""
    house = make_house(url, surroundings=world)
    sessions.found_house(house, rulebook_line(Rulebook()).encode(), veto_minutes=0)
    registers: list[tuple[Kind, str, Rows]] = [
        (
            Kind.PARTICIPANTS,
            "participants",
            [{"participant_id": name, "balance_micro": "0", "credit_limit_micro": str(credit)} for name in desks],
        ),
        (
            Kind.ASSETS,
            "assets",
            [{"asset_id": name, "unit": "TNE", "increment": "1", "class": "goods"} for name in goods],
        ),
        (Kind.STOCKS, "stocks", stocks),
        (Kind.FIXING, "fixing", [{"asset_id": name, "value_micro": "1000000"} for name in goods]),
    ]
    with house.store.writing() as ledger:
        for kind, name, rows in registers:
            body = {"form": "fixing.csv", "source": "0" * 64} if kind is Kind.FIXING else {}
            if rows:
                ledger.append(Draft(kind, body, {name: lines_of(rows)}), at=world.clock(), actor="house")
    return house


def lines_of(rows: Rows) -> bytes:
    """Canonical lines."""
    return "".join(canonical(row) + "\n" for row in rows).encode()
