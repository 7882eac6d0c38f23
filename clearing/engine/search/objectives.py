"""Objectives: a component's rows -> what each costs per µ, as an exact fraction that any scale turns into an integer.

Costs are minimised. [c]S is the integer floor(S·c); a smaller cost never makes a lower bound wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.lottery import lottery_costs
from clearing.engine.search.exact import times
from clearing.engine.search.rows import PLAIN, REST_IN, Rows

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

FINE_SCALE = 10**12
"""For objectives that count pieces, whose cost per µ is a small fraction."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One stage on the rows: the cost per µ of each row, or what is counted instead."""

    name: str
    numerator: IntArray
    denominator: IntArray
    scale: int
    """A scale at which costs are whole, or nearly."""
    served: Mapping[int, Mapping[int, int]]
    """participants: {participant: {offer: e(o)}}."""
    counted: Mapping[int, int]
    """deliveries: {offer: capacity}."""

    @property
    def counts(self) -> bool:
        """Whether its value is a count, which costs on rows only come near to."""
        return bool(self.served or self.counted)

    def scaled(self, scale: int) -> IntArray:
        """[c]scale of every row; for deliveries the cost of their relaxation."""
        return times(self.numerator, scale) // self.denominator

    def total(self, flows: IntArray) -> int:
        """Σ c·f, rounded up."""
        rows = np.flatnonzero(flows)
        columns = (self.numerator[rows], self.denominator[rows], flows[rows])
        by_unit: dict[int, int] = {}
        for cost, unit, flow in zip(*(column.tolist() for column in columns), strict=True):
            by_unit[unit] = by_unit.get(unit, 0) + cost * flow
        total = sum((Fraction(cost, unit) for unit, cost in by_unit.items()), Fraction(0))
        return -(-total.numerator // total.denominator)


def objectives_of(rows: Rows, salt: bytes) -> Sequence[Objective]:
    """The stages of a searched component, in the order of the rulebook."""
    return [objective_of(rows, name, salt) for name in stage_names(rows)]


def stage_names(rows: Rows) -> Sequence[str]:
    """The objectives that have a stage in a searched component."""
    return [name for name in rows.book.rulebook.objectives if name != "even"]


def limit_costs(rows: Rows) -> IntArray:
    """ρ on the rows that take an alternative."""
    offers = rows.book.offers
    line = offers.alt_start[rows.offer] + np.maximum(rows.place, 0)
    return np.where(rows.kind == REST_IN, 0, offers.alt_limit_ppm[line])


def whole_costs(name: str, cost: IntArray) -> Objective:
    """An objective of integers per µ."""
    return Objective(name, cost, np.ones(len(cost), dtype=np.int64), 1, {}, {})


def objective_of(rows: Rows, name: str, salt: bytes, drawn: IntArray | None = None) -> Objective:
    """One stage. ``drawn``: the only rows whose lottery costs are asked for, others then cost 0; None for all."""
    zero, one = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows), dtype=np.int64)
    if name == "surplus":
        return whole_costs(name, limit_costs(rows))
    if name == "value":
        return whole_costs(name, np.where(rows.kind == PLAIN, -1, 0))
    if name in ("items", "priority"):
        worth = -one if name == "items" else rows.place
        counts = _counts(rows)
        return Objective(name, np.where(counts, worth, 0), np.where(counts, rows.piece, 1), FINE_SCALE, {}, {})
    if name == "participants":
        return Objective(name, zero, one, FINE_SCALE, _served(rows), {})
    if name == "deliveries":
        counted = {o: rows.asks.capacity_micro(o) for o in rows.delivering if not _internal(rows, o)}
        for offer, capacity in counted.items():
            held = rows.delivering[offer]
            zero[held], one[held] = 1, capacity
        return Objective(name, zero, one, FINE_SCALE, {}, counted)
    plain, ids = rows.plain if drawn is None else drawn[rows.kind[drawn] == PLAIN], rows.book.offers.id
    own = zip(rows.offer[plain].tolist(), rows.place[plain].tolist(), strict=True)
    zero[plain] = lottery_costs(salt, (f"1|offer|{ids[offer]}|{place}" for offer, place in own))
    return whole_costs(name, zero)


def _counts(rows: Rows) -> BoolArray:
    """Rows that take an indivisible asset, not internal, that another participant delivers in the component."""
    book, desk = rows.book, rows.book.offers.participant[rows.offer]
    own = np.array(rows.tier.offers, dtype=np.int64)
    giver = np.unique(np.stack([book.offers.deliver[own], book.offers.participant[own]]), axis=1)
    asset, first, several = np.unique(giver[0], return_index=True, return_counts=True)
    at = np.searchsorted(asset, rows.asset)
    here = np.minimum(at, len(asset) - 1)
    given = (rows.asset >= 0) & (asset[here] == rows.asset)
    others = (several[here] > 1) | (giver[1][first[here]] != desk)
    goods, place = np.unique(rows.asset, return_inverse=True)
    piece = [rows.asks.is_indivisible(a) and book.assets.asset_class[a] != "internal" for a in goods.tolist()]
    counts: BoolArray = given & others & np.array(piece)[place] & (rows.kind != REST_IN)
    return counts


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
