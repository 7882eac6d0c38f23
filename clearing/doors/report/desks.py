"""A session comes in; the net position of each desk, in index units and asset by asset, goes out as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.report import figures
from clearing.doors.report.fates import Fates
from clearing.doors.report.table import Bar, Cell, Column, Table, left_out, percent, round_reach
from clearing.model.book import INDEX, Book
from clearing.model.outcome import Outcome, Position

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

DESKS_MAX = 200
POSITIONS_MAX = 250


@dataclass(frozen=True, slots=True)
class Accounts:
    """Per participant, in micro index units: the entries of each kind, and what legs deliver and receive."""

    index: Sequence[int]
    premium: Sequence[int]
    residual: Sequence[int]
    delivered: IntArray
    received: IntArray

    def change(self, participant: int) -> int:
        """What the session adds to the account."""
        return self.index[participant] + self.premium[participant] + self.residual[participant]


def take_accounts(book: Book, outcome: Outcome) -> Accounts:
    """Sums over entries and legs; goods only, index units stand in the entries."""
    entries = {kind: [0] * len(book.participants.id) for kind in ("index", "premium", "residual")}
    for entry in outcome.entries:
        entries[entry.kind][entry.participant] += entry.amount_micro
    legs, offers = outcome.legs, book.offers
    goods = np.flatnonzero(offers.deliver[legs.giver_offer] != INDEX)
    sides = []
    for offer in (legs.giver_offer, legs.receiver_offer):
        total = np.zeros(len(book.participants.id), dtype=np.int64)
        np.add.at(total, offers.participant[offer[goods]], legs.value_micro[goods])
        sides.append(total)
    return Accounts(entries["index"], entries["premium"], entries["residual"], *sides)


def left_on_accounts(book: Book, accounts: Accounts) -> int:
    """What remains to be settled in index units once everything is netted: the sum of all rises."""
    return sum(max(0, accounts.change(desk)) for desk in range(len(book.participants.id)))


def desk_table(book: Book, fates: Fates, accounts: Accounts) -> Table:
    """One row a desk, from the account that rises most to the one that falls most."""
    everybody = range(len(book.participants.id))
    moved = nlargest(DESKS_MAX, everybody, key=lambda desk: (abs(accounts.change(desk)), -desk))
    shown = sorted(moved, key=lambda desk: (-accounts.change(desk), desk))
    reach = round_reach(max((abs(accounts.change(desk)) for desk in shown), default=0))
    edge = figures.units(reach).removesuffix(".00")
    posted = np.bincount(book.offers.participant, minlength=len(everybody))
    served = np.bincount(book.offers.participant[fates.mark <= 1], minlength=len(everybody))
    columns = [
        Column("Participant", "name"),
        Column("Change", "number", "index units"),
        Column("Falls or rises", "plot", "", (f"{figures.MINUS}{edge}", "0", f"+{edge}")),
        Column("Delivered", "number", "index units"),
        Column("Received", "number", "index units"),
        Column("Index units", "number", "traded"),
        Column("Premia and pay" if fates.searched.any() else "Premia", "number", "index units"),
        Column("Balance before", "number", "index units"),
        Column("Balance after", "number", "index units"),
        Column("Offers filled", "number", "of posted"),
    ]
    rows = [_row(book, accounts, desk, reach, int(served[desk]), int(posted[desk])) for desk in shown]
    return Table(
        "desks",
        "Net position of each desk on its account",
        columns,
        rows,
        left_out=left_out(
            len(rows), len(everybody), what="desks", which="the desks whose accounts move most",
            where="outcome/entries.jsonl",
        ),
        search="Find a desk" if len(rows) > 30 else "",
    )  # fmt: skip


def _row(book: Book, accounts: Accounts, desk: int, reach: int, served: int, posted: int) -> Sequence[Cell]:
    change, before = accounts.change(desk), int(book.participants.balance_micro[desk])
    return [
        figures.desk_pair(book, desk),
        figures.signed_units(change),
        _bar(change, reach),
        figures.units(int(accounts.delivered[desk])),
        figures.units(int(accounts.received[desk])),
        figures.signed_units(accounts.index[desk]),
        figures.signed_units(accounts.premium[desk]),
        figures.units(before),
        figures.units(before + change),
        f"{served:,} of {posted:,}",
    ]


def _bar(change: int, reach: int) -> Bar:
    width = abs(change) / reach / 2
    start = 0.5 if change >= 0 else 0.5 - width
    tone = "rises" if change > 0 else "falls" if change < 0 else "still"
    return Bar(f"{tone}: {figures.signed_units(change)} index units", percent(start), percent(width), tone)


def position_table(book: Book, outcome: Outcome) -> Table:
    """Deliveries and receipts of a desk in one asset; of many the ones of most value."""
    value = [*book.assets.value_micro.tolist(), 1]

    def worth(position: Position) -> int:
        return (position.delivered + position.received) * int(value[position.asset])

    chosen = outcome.positions
    if len(chosen) > POSITIONS_MAX:
        largest = nlargest(POSITIONS_MAX, range(len(chosen)), key=lambda i: (worth(chosen[i]), -i))
        chosen = [chosen[i] for i in sorted(largest)]
    columns = [
        Column("Participant", "name"), Column("Asset", "name"), Column("Delivered", "number"),
        Column("Received", "number"), Column("Net", "number", "received less delivered"),
        Column("Net value", "number", "index units"),
    ]  # fmt: skip
    return Table(
        "positions",
        "What each desk delivers and receives, asset by asset",
        columns,
        [_position_row(book, position, value[position.asset]) for position in chosen],
        left_out=left_out(
            len(chosen), len(outcome.positions), what="positions", which="the positions of most value",
            where="outcome/positions.jsonl",
        ),
        search="Find a desk or asset",
    )  # fmt: skip


def _position_row(book: Book, position: Position, value: int) -> Sequence[Cell]:
    net = position.received - position.delivered
    told = figures.quantity(book, position.asset, net)
    return [
        figures.desk_pair(book, position.participant),
        figures.asset_pair(book, position.asset),
        figures.quantity(book, position.asset, position.delivered),
        figures.quantity(book, position.asset, position.received),
        f"+{told}" if net > 0 else told,
        figures.signed_units(net * value),
    ]
