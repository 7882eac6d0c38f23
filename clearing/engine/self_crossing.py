"""Self-crossing: book -> the alternatives that are kept, and the offers that are left with none.

A desk whose own alternatives close a cycle at limits that sum to 0 or less could move the price at no risk. Its
alternatives are taken in order of (offer id, position); one that would close such a cycle among those kept before
is not kept. An alternative that takes b and delivers a is an arc b -> a whose cost is its limit.

Example: P takes wheat for copper at -300 ppm. Its next offer takes copper for wheat at +200 ppm: the cycle costs
-100, so this alternative is not kept. At +301 ppm it would be.

Costs are scaled, cost = limit x scale - 1, so that the cycles to refuse are those of negative cost. A desk keeps
none as long as it has potentials with cost + potential(tail) - potential(head) >= 0 on every arc. One search for
such potentials over the whole book settles the desks that do not cross; the others add arc by arc, and an arc that
they have no potentials for is not kept (Cotton and Maler, Fast and flexible difference constraint propagation, 2006).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from clearing.model.book import ANY, Book

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

ROUNDS = 32
"""Of either vectorised search; no sum passes ROUNDS x largest cost, so that all fit in 62 bits."""


def cross(book: Book, admitted: BoolArray) -> tuple[BoolArray, Mapping[int, int]]:
    """Mask of the alternatives kept, and by offer that keeps none: the least Σ of limits that its first closes."""
    kept = np.ones(len(book.offers.alt_asset), dtype=np.bool_)
    arcs = _core(_arcs(book, admitted))
    least: dict[int, int] = {}
    for row, ppm in _sifted(_unsettled(arcs)):
        kept[row] = False
        least[row] = ppm
    starts = book.offers.alt_start
    dropped = np.add.reduceat(~kept, starts[:-1], dtype=np.int64) if len(starts) > 1 else np.zeros(0, dtype=np.int64)
    without = np.flatnonzero(admitted & (dropped == np.diff(starts)))
    return kept, {offer: least[int(starts[offer])] for offer in without.tolist()}


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Alternatives as arcs, in order; a node is an asset of one desk."""

    row: IntArray
    desk: IntArray
    tail: IntArray
    head: IntArray
    limit: IntArray
    nodes: int

    def where(self, mask: BoolArray) -> _Arcs:
        """Some of them."""
        return _Arcs(
            self.row[mask], self.desk[mask], self.tail[mask], self.head[mask], self.limit[mask], self.nodes
        )


def _arcs(book: Book, admitted: BoolArray) -> _Arcs:
    offers = book.offers
    owner = np.repeat(np.arange(len(offers.id)), np.diff(offers.alt_start))
    row = np.flatnonzero(admitted[owner] & (offers.alt_asset != ANY))
    owner, width = owner[row], len(book.assets.id) + 1
    desk = offers.participant[owner]
    tail, head = desk * width + offers.alt_asset[row] + 1, desk * width + offers.deliver[owner] + 1
    return _Arcs(row, desk, tail, head, offers.alt_limit_ppm[row], len(book.participants.id) * width)


def _core(arcs: _Arcs) -> _Arcs:
    """The arcs without those that come from nowhere or lead nowhere, nodes numbered anew."""
    for _ in range(ROUNDS):
        arcs = _renumbered(arcs) if arcs.nodes > 4 * len(arcs.row) + 64 else arcs
        left, entered = (np.zeros(arcs.nodes, dtype=np.bool_) for _ in range(2))
        left[arcs.tail] = entered[arcs.head] = True
        inner = entered[arcs.tail] & left[arcs.head]
        if inner.all():
            break
        arcs = arcs.where(inner)
    return _renumbered(arcs)


def _renumbered(arcs: _Arcs) -> _Arcs:
    names, numbers = np.unique(np.concatenate([arcs.tail, arcs.head]), return_inverse=True)
    tail, head = np.split(numbers, 2)
    return _Arcs(arcs.row, arcs.desk, tail, head, arcs.limit, len(names))


def _unsettled(arcs: _Arcs) -> _Arcs:
    """The arcs of desks for which no potentials were found in so many rounds."""
    if not len(arcs.row):
        return arcs
    cost = arcs.limit * (arcs.nodes + 1) - 1
    potential = np.zeros(arcs.nodes, dtype=np.int64)
    for _ in range(ROUNDS):
        reached = potential[arcs.tail] + cost
        if (reached >= potential[arcs.head]).all():
            break
        np.minimum.at(potential, arcs.head, reached)
    short = potential[arcs.tail] + cost < potential[arcs.head]
    return arcs.where(np.isin(arcs.desk, arcs.desk[short]))


def _sifted(arcs: _Arcs) -> list[tuple[int, int]]:
    """Rows that are not kept, with the least Σ of limits of a cycle that each would close."""
    kept = _Kept(arcs.nodes + 1, [{} for _ in range(arcs.nodes)], [0] * arcs.nodes)
    dropped = []
    by_desk = np.argsort(arcs.desk, kind="stable")  # one desk after the other stays in the processor's cache
    columns = (arcs.row, arcs.tail, arcs.head, arcs.limit)
    for row, tail, head, limit in zip(*(column[by_desk].tolist() for column in columns), strict=True):
        closed = kept.add(tail, head, limit)
        if closed is not None:
            dropped.append((row, closed))
    return dropped


@dataclass(slots=True)
class _Kept:
    """The arcs kept so far, each pair of nodes at its least cost, with potentials that show that none cross."""

    scale: int
    onward: list[dict[int, int]]
    """By tail: head and cost."""
    potential: list[int]

    def add(self, tail: int, head: int, limit: int) -> int | None:
        """Keep the arc, or say what the cheapest cycle that it closes comes to."""
        cost = limit * self.scale - 1
        beside = self.onward[tail].get(head)
        if beside is not None and beside <= cost:
            return None
        lowered = self._lowered(tail, head, cost)
        if tail in lowered:
            # A cycle of n arcs costs Σ x scale - n: rounded up, Σ itself.
            return -((self.potential[tail] - lowered[tail]) // self.scale)
        for node, reached in lowered.items():
            self.potential[node] = reached
        self.onward[tail][head] = cost
        return None

    def _lowered(self, tail: int, head: int, cost: int) -> dict[int, int]:
        """Potentials as the arc would lower them, those most lowered first, until they come round to its tail."""
        potential, arcs = self.potential, self.onward
        lowered: dict[int, int] = {}
        first = potential[tail] + cost - potential[head]
        queue = [(first, head)] if first < 0 else []
        while queue and tail not in lowered:
            change, node = heappop(queue)
            if node in lowered:
                continue
            reached = lowered[node] = potential[node] + change
            for onward, further in arcs[node].items():
                change = reached + further - potential[onward]
                if change < 0 and onward not in lowered:
                    heappush(queue, (change, onward))
        return lowered
