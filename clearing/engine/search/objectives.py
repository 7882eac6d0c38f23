"""Objectives: a component's rows -> what each costs per µ, as an exact fraction that any scale turns into an integer.

Costs are minimised. [c]S is the integer floor(S·c); a smaller cost never makes a lower bound wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from clearing.engine.lottery import lottery_costs
from clearing.engine.search.rows import PLAIN, REST_IN, Rows
from clearing.model.book import NONE

FINE_SCALE = 10**12
"""For objectives that count pieces, whose cost per µ is a small fraction."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One stage on the rows: the cost per µ of each row, or what is counted instead."""

    name: str
    cost: Sequence[Fraction]
    scale: int
    """A scale at which costs are whole, or nearly."""
    served: Mapping[int, Mapping[int, int]]
    """participants: {participant: {offer: e(o)}}."""
    counted: Mapping[int, int]
    """deliveries: {offer: capacity}."""

    def scaled(self, scale: int) -> list[int]:
        """[c]scale of every row; for deliveries the cost of their relaxation."""
        return [c.numerator * scale // c.denominator for c in self.cost]


def objectives_of(rows: Rows, salt: bytes) -> Sequence[Objective]:
    """The stages of a searched component, in the order of the rulebook."""
    names = [name for name in rows.book.rulebook.objectives if name != "even"]
    return [_objective(rows, name, salt) for name in names]


def limit_costs(rows: Rows) -> Sequence[Fraction]:
    """ρ on the rows that take an alternative."""
    offers = rows.book.offers
    lines = [NONE if r.kind == REST_IN else int(offers.alt_start[r.offer]) + r.place for r in rows.row]
    return [Fraction(0 if line == NONE else int(offers.alt_limit_ppm[line])) for line in lines]


def _objective(rows: Rows, name: str, salt: bytes) -> Objective:
    zero = [Fraction(0)] * len(rows.row)
    if name == "surplus":
        return Objective(name, limit_costs(rows), 1, {}, {})
    if name == "value":
        return Objective(name, [Fraction(-(r.kind == PLAIN)) for r in rows.row], 1, {}, {})
    if name in ("items", "priority"):
        return Objective(name, _per_piece(rows, name), FINE_SCALE, {}, {})
    if name == "participants":
        return Objective(name, zero, FINE_SCALE, _served(rows), {})
    if name == "deliveries":
        counted = {o: rows.asks.capacity_micro(o) for o in rows.delivering if not _internal(rows, o)}
        cost = list(zero)
        for offer, capacity in counted.items():
            for i in rows.delivering[offer]:
                cost[i] = Fraction(1, capacity)
        return Objective(name, cost, FINE_SCALE, {}, counted)
    plain = [i for i, r in enumerate(rows.row) if r.kind == PLAIN]
    ids = rows.book.offers.id
    drawn = lottery_costs(salt, (f"1|offer|{ids[rows.row[i].offer]}|{rows.row[i].place}" for i in plain)).tolist()
    for i, cost_drawn in zip(plain, drawn, strict=True):
        zero[i] = Fraction(cost_drawn)
    return Objective(name, zero, 1, {}, {})


def _per_piece(rows: Rows, name: str) -> Sequence[Fraction]:
    book = rows.book
    givers: dict[int, set[int]] = {}
    for offer in rows.delivering:
        givers.setdefault(int(book.offers.deliver[offer]), set()).add(int(book.offers.participant[offer]))
    costs = []
    for row in rows.row:
        counts = row.kind != REST_IN and rows.asks.is_indivisible(row.asset)
        counts = counts and book.assets.asset_class[row.asset] != "internal"
        desk = int(book.offers.participant[row.offer])
        counts = counts and bool(givers.get(row.asset, set()) - {desk})
        worth = -1 if name == "items" else row.place
        costs.append(Fraction(worth, book.increment_value_micro(row.asset)) if counts else Fraction(0))
    return costs


def _served(rows: Rows) -> Mapping[int, Mapping[int, int]]:
    served: dict[int, dict[int, int]] = {}
    for offer in rows.delivering:
        if not _internal(rows, offer):
            worth = rows.book.increment_value_micro(int(rows.book.offers.deliver[offer]))
            desk = int(rows.book.offers.participant[offer])
            served.setdefault(desk, {})[offer] = max(rows.asks.least_micro(offer), worth)
    return dict(sorted(served.items()))


def _internal(rows: Rows, offer: int) -> bool:
    asset = int(rows.book.offers.deliver[offer])
    return asset >= 0 and rows.book.assets.asset_class[asset] == "internal"
