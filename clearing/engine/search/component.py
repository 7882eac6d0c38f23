"""Component: rows -> what a search of them needs to know at every step, and every ring that has been priced so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.rows import PLAIN, Rows
from clearing.engine.search.walks import Walks
from clearing.model.book import NONE

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

INDEX_UNIT = 1_000_000
VALUE_LEAST = 1_000

Bounds = Mapping[str, tuple[int, int]]
"""Branches: bounds by group name, ``offer:O`` or ``take:O|i``."""


@dataclass(slots=True)
class Component:
    """A component under search."""

    rows: Rows
    walks: Walks
    unit: int
    pieces: int
    """The one measure of every step and bound, when whole units of it obey every step; else 0."""
    limits: IntArray
    """ρ per row."""
    stepped: Mapping[int, bool]
    """By offer whether it cannot be filled by any amount at will."""
    group_rows: Mapping[str, IntArray]
    capacity: Mapping[str, int]
    offer_at: Mapping[str, int]
    shares: Mapping[str, tuple[int, int]]
    """Groups of residual: their offer and the tolerance."""
    arcs: BoolArray
    """Free rows that the last relaxation wanted or that the best rings pass, all of them at first."""
    rings: dict[tuple[int, ...], None] = field(default_factory=dict)

    @property
    def is_whole_rings(self) -> bool:
        """Whether whole pieces go round in rings that a length bounds, and in no others."""
        return self.pieces > 0 and not self.walks.free.any()

    def rows_of(self, name: str) -> Sequence[int] | IntArray:
        """The rows of a group, also of one that only a branch makes: ``take:O|i``."""
        if name in self.group_rows:
            return self.group_rows[name]
        offer, place = name.removeprefix("take:").rsplit("|", 1)
        row = self.plain_row(self.offer_at[offer], int(place))
        assert row is not None
        return self.rows.taking(row)

    def plain_row(self, offer: int, place: int) -> int | None:
        """The row ``o|i``, None where the offer keeps no such alternative."""
        rows = self.rows
        first, end = np.searchsorted(rows.offer, [offer, offer + 1])
        held = np.flatnonzero((rows.place[first:end] == place) & (rows.kind[first:end] == PLAIN))
        return int(first) + int(held[0]) if len(held) else None

    def most(self, name: str) -> int:
        """The bound of a group before any branch."""
        if name in self.capacity:
            return self.capacity[name]
        offer = name.removeprefix("take:").rsplit("|", 1)[0]
        return self.capacity[f"offer:{offer}"] + self.rows.book.rulebook.residual_tolerance_micro


def component_of(rows: Rows, limits: IntArray) -> Component:
    """A component before anything is known of its rings."""
    common = 0
    for group in rows.groups:
        common = gcd(common, group.capacity)
    asks, offers = rows.asks, np.array(list(rows.delivering), dtype=np.int64)
    steps = set(rows.piece[rows.asset >= 0].tolist())
    steps |= {size for offer in rows.delivering for size in (asks.step_micro(offer), asks.least_micro(offer))}
    in_pieces = common >= VALUE_LEAST and steps == {common}
    walks = Walks(rows)
    return Component(
        rows=rows,
        walks=walks,
        arcs=walks.free,
        unit=common if in_pieces else INDEX_UNIT,
        pieces=common if in_pieces else 0,
        limits=limits,
        stepped=dict(zip(offers.tolist(), asks.stepped_of(offers).tolist(), strict=True)),
        group_rows={group.name: group.rows for group in rows.groups},
        capacity={group.name: group.capacity for group in rows.groups},
        shares={group.name: (group.of_offer, group.capacity) for group in rows.groups if group.of_offer != NONE},
        offer_at={rows.book.offers.id[offer]: offer for offer in rows.delivering},
    )
