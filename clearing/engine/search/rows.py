"""Rows: a component's offers -> its rows (one per alternative), the nodes they join, and the groups that bound them.

Every row is one member of a ring: it takes at its tail and delivers at its head. Where two offers of a pool conflict
the pool is taken apart: offers with a conflict deliver to ``give:O`` and take from ``take:O``, the others deliver to
``open:A``; passes lead from there to every taker they may serve, without length, cost or bound.

A chain returns to ``any`` from where one of its takers delivers, never from where its gift does: where unbounded gifts
deliver to a node, the other rows do to ``back:`` it, from where passes lead on as from the node, and the return too.

Example: X delivers wheat and denies Z; Y delivers wheat; Z and W take it. Passes: give:X -> pool:wheat (where W takes),
open:wheat (Y) -> pool:wheat and take:Z; none from give:X to take:Z.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission
from clearing.engine.search.asks import Asks, lines_of
from clearing.engine.search.tiers import Tier
from clearing.model.book import ANY, INDEX, NONE, Book

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

PLAIN, REST_IN, REST_OUT = range(3)
"""Kinds of rows: takes an alternative and delivers; takes residual and delivers; takes an alternative as residual."""
UNLIMITED = 2**31


NO_ASSET = -9
"""What a row takes at ``rest``."""


@dataclass(frozen=True, slots=True)
class Group:
    """A bound on the sum of some rows, in µ."""

    name: str
    capacity: int
    rows: IntArray
    of_offer: int = NONE
    """For residual: the offer in proportion to whose deliveries the bound is there, the whole of it at its least."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a component as columns, ascending by (offer, alternative, kind)."""

    book: Book
    asks: Asks
    tier: Tier
    offer: IntArray
    place: IntArray
    """Position of the alternative, NONE for a row that takes residual."""
    kind: IntArray
    asset: IntArray
    """What a row takes: an asset, INDEX or ANY; NO_ASSET at ``rest``."""
    piece: IntArray
    """What is taken of the alternative is a multiple of this, in µ."""
    partner: IntArray
    """The row that takes the same alternative as residual, NONE where there is none."""
    ring_limit: IntArray
    chain_limit: IntArray
    nodes: Sequence[str]
    named: int
    """So many of the nodes, the first, have potentials of their own; the others are ``back:``."""
    tail: IntArray
    """Where a row takes, as an index of ``nodes``."""
    head: IntArray
    passes: Sequence[tuple[int, int]]
    """Zero-length joins (from head node, to tail node); those into ``any`` are apart."""
    returns: Sequence[int]
    """Nodes from which a chain may return to ``any``: in pools, where rows deliver that take something."""
    any: int
    """The node ``any``, NONE where nobody gives."""
    groups: Sequence[Group]
    delivering: Mapping[int, IntArray]
    """Rows that deliver for each offer, ascending."""

    def __len__(self) -> int:
        return len(self.offer)

    @property
    def plain(self) -> IntArray:
        """The rows that take an alternative and deliver."""
        return np.flatnonzero(self.kind == PLAIN)

    def station(self, row: int) -> str:
        """Where a row takes, as rings name it."""
        asset = int(self.asset[row])
        if asset < 0:
            return {INDEX: "hub", ANY: "any", NO_ASSET: "rest"}[asset]
        return f"pool:{self.book.assets.id[asset]}"

    def name(self, row: int) -> str:
        """``o|i``, ``o|rest`` or ``o|i|rest``."""
        own, kind = self.book.offers.id[int(self.offer[row])], int(self.kind[row])
        if kind == REST_IN:
            return f"{own}|rest"
        return f"{own}|{int(self.place[row])}" + "|rest" * (kind == REST_OUT)

    def delivered(self, flows: IntArray) -> Mapping[int, int]:
        """D of every offer."""
        carried = np.where(self.kind == REST_OUT, 0, flows)
        totals = np.add.reduceat(carried, self.starts).tolist() if len(self) else []
        return dict(zip(self.delivering, totals, strict=True))

    @property
    def starts(self) -> IntArray:
        """The first row of each offer, in the order of ``delivering``."""
        return np.flatnonzero(np.diff(self.offer, prepend=-1))

    def taken(self, flows: IntArray) -> IntArray:
        """T of every alternative, in the order of ``plain``."""
        plain = self.plain
        partner = self.partner[plain]
        return flows[plain] + np.where(partner == NONE, 0, flows[partner])

    def taking(self, row: int) -> Sequence[int]:
        """The rows that take the same alternative as a plain row."""
        partner = int(self.partner[row])
        return [row] if partner == NONE else [row, partner]


def build_rows(book: Book, admission: Admission, tier: Tier) -> Rows:
    """The rows of a searched component."""
    asks = Asks(book)
    columns = _columns(book, admission, asks, tier)
    offer, kind, asset = columns["offer"], columns["kind"], columns["asset"]
    names = _Nodes(asks, offer, kind, asset)
    named = len(names.names)
    names.part_from_gifts((asset == ANY) & (columns["chain_limit"] == UNLIMITED))
    delivers = np.flatnonzero(kind != REST_OUT)
    starts = np.flatnonzero(np.diff(offer[delivers], prepend=-1))
    parts = np.split(delivers, starts[1:]) if len(delivers) else []
    delivering = {int(offer[part[0]]): part for part in parts}
    worth = np.where(book.assets.value_micro > book.rulebook.residual_tolerance_micro, book.assets.value_micro, 1)
    partner = np.full(len(offer), NONE, dtype=np.int64)
    left = np.flatnonzero(kind == REST_OUT)
    partner[left - 1] = left  # ascending, it follows the plain row of its alternative
    return Rows(
        book=book,
        asks=asks,
        tier=tier,
        **columns,
        piece=np.where(asset >= 0, worth[np.maximum(asset, 0)], 1) if len(worth) else np.ones_like(asset),
        partner=partner,
        nodes=names.names,
        named=named,
        tail=names.tail,
        head=names.head,
        passes=names.passes,
        returns=names.in_pools(asset != ANY),
        any=names.any,
        groups=_groups(book, admission, asks, columns, delivering),
        delivering=delivering,
    )


def _columns(book: Book, admission: Admission, asks: Asks, tier: Tier) -> dict[str, IntArray]:
    offers, rulebook = book.offers, book.rulebook
    own = np.array(tier.offers, dtype=np.int64)
    line, count = lines_of(book, own)
    owner = np.repeat(own, count)
    rests = np.zeros(len(own), dtype=np.bool_)
    if rulebook.residual_tolerance_micro > 0:
        rests = asks.stepped_of(own)
    kept = admission.kept[line]
    out = kept & np.repeat(rests, count) & (offers.alt_asset[line] != ANY)
    takes = offers.alt_asset[line]
    place = line - offers.alt_start[owner]
    parts = (
        (own[rests], np.full(int(rests.sum()), NONE), REST_IN, np.full(int(rests.sum()), NO_ASSET)),
        (owner[kept], place[kept], PLAIN, takes[kept]),
        (owner[out], place[out], REST_OUT, takes[out]),
    )
    offer, place, asset = (np.concatenate([part[i] for part in parts]).astype(np.int64) for i in (0, 1, 3))
    kind = np.concatenate([np.full(len(part[0]), part[2], dtype=np.int64) for part in parts])
    order = np.lexsort((kind, place, offer))
    longest = np.full(len(own), UNLIMITED, dtype=np.int64)
    for i, each in enumerate(tier.offers):
        if (asked := offers.conditions.get(each)) is not None and asked.max_ring is not None:
            longest[i] = asked.max_ring
    limit = longest[np.searchsorted(own, offer[order])]
    return {
        "offer": offer[order],
        "place": place[order],
        "kind": kind[order],
        "asset": asset[order],
        "ring_limit": np.minimum(limit, rulebook.max_ring or UNLIMITED),
        "chain_limit": np.minimum(limit, rulebook.chain_limit or UNLIMITED),
    }


class _Nodes:
    """Nodes by name, pools taken apart where offers conflict."""

    def __init__(self, asks: Asks, offer: IntArray, kind: IntArray, asset: IntArray) -> None:
        self.book = asks.book
        self.conflicts = _conflicts(asks, offer, kind, asset)
        """Pairs (giver, taker) by asset."""
        deliver = self.book.offers.deliver[offer]
        giving = np.where(kind == REST_OUT, NO_ASSET, deliver)
        used = np.unique(np.concatenate([asset, giving, np.array(sorted(self.conflicts), dtype=np.int64)]))
        self.names = [self._plain(int(code)) for code in used]
        self.number = {name: i for i, name in enumerate(self.names)}
        self.tail = np.searchsorted(used, asset)
        self.head = np.searchsorted(used, giving)
        self.any = self.number.get("any", NONE)
        for pool in sorted(self.conflicts):
            self._take_apart(pool, offer, asset, giving)
        self.passes = sorted({join for pool in sorted(self.conflicts) for join in self._passes(pool)})

    def part_from_gifts(self, gifts: BoolArray) -> None:
        """Rows that deliver where these gifts do get a node of their own, from where the return leads."""
        others = np.flatnonzero(self.tail != self.any)
        for node in self.in_pools(gifts):
            rows = others[self.head[others] == node]
            if len(rows):
                back = self.head[rows] = self._at(f"back:{self.names[node]}")
                onward = [target for source, target in self.passes if source == node]
                self.passes += [(back, target) for target in (node, *onward)]

    def in_pools(self, some: BoolArray) -> Sequence[int]:
        """Where some rows deliver in pools."""
        heads = np.unique(self.head[some]).tolist()
        return [node for node in heads if self.names[node] not in ("hub", "rest")]

    def _plain(self, asset: int) -> str:
        if asset < 0:
            return {INDEX: "hub", ANY: "any", NO_ASSET: "rest"}[asset]
        return f"pool:{self.book.assets.id[asset]}"

    def _take_apart(self, pool: int, offer: IntArray, asset: IntArray, giving: IntArray) -> None:
        givers, takers = ({pair[i] for pair in self.conflicts[pool]} for i in (0, 1))
        for row in np.flatnonzero(giving == pool).tolist():
            own = int(offer[row])
            name = f"give:{self.book.offers.id[own]}" if own in givers else f"open:{self.book.assets.id[pool]}"
            self.head[row] = self._at(name)
        for row in np.flatnonzero(asset == pool).tolist():
            if int(offer[row]) in takers:
                self.tail[row] = self._at(self._take(int(offer[row]), pool))

    def _take(self, offer: int, asset: int) -> str:
        return f"take:{self.book.offers.id[offer]}:{self.book.assets.id[asset]}"

    def _passes(self, asset: int) -> Sequence[tuple[int, int]]:
        name, pairs = self.book.assets.id[asset], self.conflicts[asset]
        pool, free = self._at(f"pool:{name}"), self._at(f"open:{name}")
        takers = [(t, self._at(self._take(t, asset))) for t in sorted({taker for _, taker in pairs})]
        joins = [(free, pool), *((free, take) for _, take in takers)]
        for giver in sorted({giver for giver, _ in pairs}):
            give = self._at(f"give:{self.book.offers.id[giver]}")
            joins += [(give, pool), *((give, take) for t, take in takers if (giver, t) not in pairs)]
        return joins

    def _at(self, name: str) -> int:
        if name not in self.number:
            self.number[name] = len(self.names)
            self.names.append(name)
        return self.number[name]


def _conflicts(asks: Asks, offer: IntArray, kind: IntArray, asset: IntArray) -> Mapping[int, set[tuple[int, int]]]:
    """Pairs (giver, taker) that may not meet, by the asset in whose pool they would."""
    listed = {o for o in np.unique(offer).tolist() if asks.is_listed(o)} if asks.book.offers.conditions else set()
    if not listed:
        return {}
    givers: dict[int, set[int]] = {}
    takers: dict[int, set[int]] = {}
    for own, takes, sort in zip(offer.tolist(), asset.tolist(), kind.tolist(), strict=True):
        if sort != REST_OUT:
            givers.setdefault(int(asks.book.offers.deliver[own]), set()).add(own)
        if takes >= 0:
            takers.setdefault(takes, set()).add(own)
    found: dict[int, set[tuple[int, int]]] = {}
    for pool in sorted(givers.keys() & takers.keys()):
        for giver in sorted(givers[pool]):
            asked = takers[pool] if giver in listed else takers[pool] & listed
            pairs = {(giver, taker) for taker in asked if asks.conflict(giver, taker)}
            if pairs:
                found.setdefault(pool, set()).update(pairs)
    return found


def _groups(
    book: Book, admission: Admission, asks: Asks, columns: Mapping[str, IntArray], delivering: Mapping[int, IntArray]
) -> Sequence[Group]:
    """Groups by name; a group that holds no row is left out."""
    offers, tolerance = book.offers, book.rulebook.residual_tolerance_micro
    offer, kind, asset = columns["offer"], columns["kind"], columns["asset"]
    groups: list[Group] = []
    stocks: dict[int, list[IntArray]] = {}
    out: dict[int, list[IntArray]] = {}
    for own, members in delivering.items():
        groups.append(Group(f"offer:{offers.id[own]}", asks.capacity_micro(own), members))
        if offers.stock[own] != NONE:
            stocks.setdefault(int(offers.stock[own]), []).append(members)
        if offers.deliver[own] == INDEX:
            out.setdefault(int(offers.participant[own]), []).append(members)
    for stock, parts in stocks.items():
        value = book.increment_value_micro(int(book.stocks.asset[stock]))
        groups.append(Group(f"stock:{book.stocks.id[stock]}", int(book.stocks.quantity[stock]) * value, _joined(parts)))
    for p, parts in out.items():
        room = int(admission.headroom_left_micro[p])
        groups.append(Group(f"out:{book.participants.id[p]}", room, _joined(parts)))
    groups += _in_whole_lots(asks, groups, offer)
    for p, members in _parts(offers.participant[offer], asset == INDEX):
        groups.append(Group(f"in:{book.participants.id[p]}", _room(book, p, delivering), members))
    residual = [(f"rest:{offers.id[own]}", own, members) for own, members in _parts(offer, kind == REST_OUT)]
    residual += [(f"{offers.id[own]}|rest", own, members) for own, members in _parts(offer, kind == REST_IN)]
    for name, own, members in residual:
        groups.append(Group(name, tolerance, members, own))
        if asks.least_micro(own) < asks.capacity_micro(own):  # else its share is never more
            groups.append(Group(f"all:{name}", tolerance, members))
    return sorted([*groups, *_maxima(book, columns)], key=lambda group: group.name)


def _in_whole_lots(asks: Asks, groups: Sequence[Group], offer: IntArray) -> Sequence[Group]:
    """Once more those groups whose offers all deliver in lots, at the last whole lot within their capacity."""
    lots = {own for own, asked in asks.book.offers.conditions.items() if asked.lot is not None}
    found = []
    for group in groups if lots else ():
        owners = sorted(set(offer[group.rows].tolist()))
        step = gcd(*map(asks.step_micro, owners)) if lots.issuperset(owners) else 1
        if group.capacity % step:
            found.append(Group(f"whole:{group.name}", group.capacity // step * step, group.rows))
    return found


def _maxima(book: Book, columns: Mapping[str, IntArray]) -> Sequence[Group]:
    """One for each alternative with a receive maximum: its rows, which follow each other."""
    offers, found = book.offers, []
    offer, place, kind = columns["offer"], columns["place"], columns["kind"]
    line = offers.alt_start[offer] + np.maximum(place, 0)
    for row in np.flatnonzero((kind == PLAIN) & (offers.alt_max[line] != NONE)).tolist():
        own, at = int(offer[row]), int(place[row])
        both = row + 1 < len(kind) and offer[row + 1] == own and place[row + 1] == at
        most = int(offers.alt_max[line[row]]) * book.increment_value_micro(int(columns["asset"][row]))
        found.append(Group(f"max:{offers.id[own]}|{at}", most, np.arange(row, row + 1 + both)))
    return found


def _parts(owner: IntArray, some: BoolArray) -> Sequence[tuple[int, IntArray]]:
    """The rows of a mask by owner."""
    rows = np.flatnonzero(some)
    rows = rows[np.argsort(owner[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(owner[rows], prepend=-1))
    return [(int(owner[part[0]]), part) for part in np.split(rows, starts[1:]) if len(part)]


def _joined(parts: Sequence[IntArray]) -> IntArray:
    return np.sort(np.concatenate(parts))


def _room(book: Book, desk: int, delivering: Mapping[int, IntArray]) -> int:
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
