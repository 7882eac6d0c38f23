"""Rows: a component's offers -> its rows (one per alternative), the nodes they join, and the groups that bound them.

Every row is one member of a ring: it takes at its tail and delivers at its head. Where two offers of a pool conflict
the pool is taken apart: offers with a conflict deliver to ``give:O`` and take from ``take:O``, the others deliver to
``open:A``; passes lead from there to every taker they may serve, without length, cost or bound.

Example: X delivers wheat and denies Z; Y delivers wheat; Z and W take it. Passes: give:X -> pool:wheat (where W takes),
open:wheat (Y) -> pool:wheat and take:Z; none from give:X to take:Z.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission
from clearing.engine.search.asks import Asks
from clearing.engine.search.tiers import Tier
from clearing.model.book import ANY, INDEX, NONE, Book

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

PLAIN, REST_IN, REST_OUT = range(3)
"""Kinds of rows: takes an alternative and delivers; takes residual and delivers; takes an alternative as residual."""
UNLIMITED = 2**31


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``place`` is the alternative's position, NONE for a row that takes residual."""

    name: str
    offer: int
    place: int
    kind: int
    asset: int
    """What it takes: an asset, INDEX or ANY; NO_ASSET at ``rest``."""
    station: str
    """Where it takes, as rings name it."""
    ring_limit: int
    chain_limit: int


NO_ASSET = -9


@dataclass(frozen=True, slots=True)
class Group:
    """A bound on the sum of some rows, in µ."""

    name: str
    capacity: int
    rows: Sequence[int]
    of_offer: int = NONE
    """For residual: the offer in proportion to whose deliveries the bound is there, the whole of it at its least."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a component, with ``tail`` and ``head`` as indices of ``nodes``."""

    book: Book
    asks: Asks
    tier: Tier
    row: Sequence[Row]
    nodes: Sequence[str]
    tail: IntArray
    head: IntArray
    passes: Sequence[tuple[int, int]]
    """Zero-length joins (from head node, to tail node); those into ``any`` are apart."""
    returns: Sequence[int]
    """Nodes from which a chain may return to ``any``."""
    any: int
    """The node ``any``, NONE where nobody gives."""
    groups: Sequence[Group]
    of_row: Sequence[Sequence[int]]
    """Groups that hold each row."""
    delivering: Mapping[int, Sequence[int]]
    """Rows that deliver for each offer."""
    taking: Mapping[tuple[int, int], Sequence[int]]
    """Rows that take each (offer, alternative)."""


def build_rows(book: Book, admission: Admission, tier: Tier) -> Rows:
    """The rows of a searched component."""
    asks = Asks(book)
    rows = [row for offer in tier.offers for row in _rows_of(book, admission, asks, offer)]
    names = _Nodes(asks, rows)
    tail, head = [end[0] for end in names.ends], [end[1] for end in names.ends]
    delivering: dict[int, list[int]] = {}
    taking: dict[tuple[int, int], list[int]] = {}
    for i, row in enumerate(rows):
        if row.kind != REST_OUT:
            delivering.setdefault(row.offer, []).append(i)
        if row.kind != REST_IN:
            taking.setdefault((row.offer, row.place), []).append(i)
    groups = _groups(book, admission, asks, rows, delivering, taking)
    of_row: list[list[int]] = [[] for _ in rows]
    for g, group in enumerate(groups):
        for i in group.rows:
            of_row[i].append(g)
    return Rows(
        book=book,
        asks=asks,
        tier=tier,
        row=rows,
        nodes=names.names,
        tail=np.array(tail, dtype=np.int64),
        head=np.array(head, dtype=np.int64),
        passes=names.passes,
        returns=names.returns(),
        any=names.number.get("any", NONE),
        groups=groups,
        of_row=of_row,
        delivering=delivering,
        taking=taking,
    )


def _rows_of(book: Book, admission: Admission, asks: Asks, offer: int) -> Sequence[Row]:
    rulebook, name = book.rulebook, book.offers.id[offer]
    own = asks.conditions(offer).max_ring or UNLIMITED
    ring = min(own, rulebook.max_ring or UNLIMITED)
    chain = min(own, rulebook.chain_limit or UNLIMITED)
    start, end = int(book.offers.alt_start[offer]), int(book.offers.alt_start[offer + 1])
    rests = rulebook.residual_tolerance_micro > 0 and asks.is_stepped(offer)
    rows = []
    if rests:
        rows.append(Row(f"{name}|rest", offer, NONE, REST_IN, NO_ASSET, "rest", ring, chain))
    for place, line in enumerate(range(start, end)):
        if not admission.kept[line]:
            continue
        asset = int(book.offers.alt_asset[line])
        station = "any" if asset == ANY else "hub" if asset == INDEX else f"pool:{book.assets.id[asset]}"
        rows.append(Row(f"{name}|{place}", offer, place, PLAIN, asset, station, ring, chain))
        if rests and asset != ANY:
            rows.append(Row(f"{name}|{place}|rest", offer, place, REST_OUT, asset, station, ring, chain))
    return rows


class _Nodes:
    """Nodes by name, pools taken apart where offers conflict."""

    def __init__(self, asks: Asks, rows: Sequence[Row]) -> None:
        self.book, self.rows = asks.book, rows
        self.names: list[str] = []
        self.number: dict[str, int] = {}
        self.conflicts = _conflicts(asks, rows)
        """Pairs (giver, taker) by asset."""
        self.givers = {asset: {g for g, _ in pairs} for asset, pairs in self.conflicts.items()}
        self.takers = {asset: {t for _, t in pairs} for asset, pairs in self.conflicts.items()}
        self.ends = [(self._tail(row), self._head(row)) for row in rows]
        self.passes = sorted({join for asset in sorted(self.conflicts) for join in self._passes(asset)})

    def returns(self) -> Sequence[int]:
        """Heads in pools."""
        heads = {head for _, head in self.ends}
        return sorted(node for node in heads if self.names[node] not in ("hub", "rest"))

    def _tail(self, row: Row) -> int:
        if row.offer in self.takers.get(row.asset, ()):
            return self._at(self._take(row.offer, row.asset))
        return self._at(row.station)

    def _head(self, row: Row) -> int:
        asset = int(self.book.offers.deliver[row.offer])
        if row.kind == REST_OUT or asset == INDEX:
            return self._at("rest" if row.kind == REST_OUT else "hub")
        if row.offer in self.givers.get(asset, ()):
            return self._at(f"give:{self.book.offers.id[row.offer]}")
        return self._at(f"{'open' if asset in self.conflicts else 'pool'}:{self.book.assets.id[asset]}")

    def _take(self, offer: int, asset: int) -> str:
        return f"take:{self.book.offers.id[offer]}:{self.book.assets.id[asset]}"

    def _passes(self, asset: int) -> Sequence[tuple[int, int]]:
        name, pairs = self.book.assets.id[asset], self.conflicts[asset]
        pool, free = self._at(f"pool:{name}"), self._at(f"open:{name}")
        takers = [(t, self._at(self._take(t, asset))) for t in sorted(self.takers[asset])]
        joins = [(free, pool), *((free, take) for _, take in takers)]
        for giver in sorted(self.givers[asset]):
            give = self._at(f"give:{self.book.offers.id[giver]}")
            joins += [(give, pool), *((give, take) for t, take in takers if (giver, t) not in pairs)]
        return joins

    def _at(self, name: str) -> int:
        if name not in self.number:
            self.number[name] = len(self.names)
            self.names.append(name)
        return self.number[name]


def _conflicts(asks: Asks, rows: Sequence[Row]) -> Mapping[int, set[tuple[int, int]]]:
    """Pairs (giver, taker) that may not meet, by the asset in whose pool they would."""
    givers: dict[int, set[int]] = {}
    takers: dict[int, set[int]] = {}
    for row in rows:
        if row.kind != REST_OUT:
            givers.setdefault(int(asks.book.offers.deliver[row.offer]), set()).add(row.offer)
        if row.asset >= 0:
            takers.setdefault(row.asset, set()).add(row.offer)
    found: dict[int, set[tuple[int, int]]] = {}
    for asset in sorted(givers.keys() & takers.keys()):
        if asset == INDEX:
            continue
        for giver in sorted(givers[asset]):
            for taker in sorted(takers[asset]):
                if (asks.is_listed(giver) or asks.is_listed(taker)) and asks.conflict(giver, taker):
                    found.setdefault(asset, set()).add((giver, taker))
    return found


def _groups(
    book: Book,
    admission: Admission,
    asks: Asks,
    rows: Sequence[Row],
    delivering: Mapping[int, Sequence[int]],
    taking: Mapping[tuple[int, int], Sequence[int]],
) -> Sequence[Group]:
    """Groups by name; a group that holds no row is left out."""
    offers, tolerance = book.offers, book.rulebook.residual_tolerance_micro
    groups: list[Group] = []
    stocks: dict[int, list[int]] = {}
    into: dict[int, list[int]] = {}
    out: dict[int, list[int]] = {}
    for offer, members in delivering.items():
        groups.append(Group(f"offer:{offers.id[offer]}", asks.capacity_micro(offer), members))
        if offers.stock[offer] != NONE:
            stocks.setdefault(int(offers.stock[offer]), []).extend(members)
        if offers.deliver[offer] == INDEX:
            out.setdefault(int(offers.participant[offer]), []).extend(members)
    leaving: dict[int, list[int]] = {}
    for (offer, place), members in taking.items():
        leaving.setdefault(offer, []).extend(i for i in members if rows[i].kind == REST_OUT)
        line = int(offers.alt_start[offer]) + place
        most, asset = int(offers.alt_max[line]), int(offers.alt_asset[line])
        if most != NONE:
            name = f"max:{offers.id[offer]}|{place}"
            groups.append(Group(name, most * book.increment_value_micro(asset), members))
        if asset == INDEX:
            into.setdefault(int(offers.participant[offer]), []).extend(members)
    for i, row in enumerate(rows):
        if row.kind == REST_IN:
            groups.append(Group(row.name, tolerance, [i], row.offer))
    groups += [Group(f"rest:{offers.id[o]}", tolerance, members, o) for o, members in leaving.items() if members]
    for stock, members in stocks.items():
        value = book.increment_value_micro(int(book.stocks.asset[stock]))
        groups.append(Group(f"stock:{book.stocks.id[stock]}", int(book.stocks.quantity[stock]) * value, members))
    groups += [Group(f"in:{book.participants.id[p]}", _room(book, p, delivering), into[p]) for p in into]
    for p, members in out.items():
        groups.append(Group(f"out:{book.participants.id[p]}", int(admission.headroom_left_micro[p]), members))
    return sorted(groups, key=lambda group: group.name)


def _room(book: Book, desk: int, delivering: Mapping[int, Sequence[int]]) -> int:
    """Free cap of an account, without a cap what the desk's offers that take INDEX deliver."""
    cap = int(book.participants.balance_cap_micro[desk])
    if cap != NONE:
        return max(0, cap - int(book.participants.balance_micro[desk]))
    offers, asks = book.offers, Asks(book)
    total = 0
    for offer in delivering:
        lines = offers.alt_asset[int(offers.alt_start[offer]) : int(offers.alt_start[offer + 1])]
        if offers.participant[offer] == desk and INDEX in lines.tolist():
            total += asks.capacity_micro(offer)
    return total
