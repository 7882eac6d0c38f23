"""Walks: rows and a cost for each -> the cheapest closed walks of bounded length, by a recursion over their steps.

From each node as the least of its ring, the cheapest way to every other node in 1, 2, … K steps; a step that cannot
come home below 0 in the steps that are left is not taken. Chains start and end at ``any`` and count one row less.

Example: rows A -> B of -3, B -> A of 2, B -> C of -2, C -> A of 4: with K = 2 the least closed walk is A B at -1,
and with K = 3 it stays so, since A B C costs -1 too and the shorter is found first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.rows import UNLIMITED, Rows
from clearing.engine.search.steps import FAR, Costs, Steps
from clearing.model.book import NONE

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

ENDS_KEPT = 4
"""Closed walks kept per start and length."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A closed walk: its rows in order, the sum of their costs, and how many of its start and length cost less."""

    rows: tuple[int, ...]
    cost: int
    rank: int


class Walks:
    """The bounded closed walks of a component."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.nodes = rows, len(rows.nodes)
        gift = rows.tail == rows.any if rows.any != NONE else np.zeros(len(rows), dtype=np.bool_)
        ring, chain = rows.ring_limit, rows.chain_limit
        self.gift: BoolArray = gift
        self.free: BoolArray = np.where(gift, chain, ring) == UNLIMITED
        """Rows that no length bounds: their rings are circulations."""
        rings, chains = np.unique(ring[~gift]), np.unique(chain) if gift.any() else np.zeros(0, dtype=np.int64)
        ahead = _ahead(rows)
        self._rings = [(k, Steps(rows, ahead, ~gift & (ring >= k))) for k in rings.tolist() if k < UNLIMITED]
        self._chains = [(k, Steps(rows, ahead, ~gift & (chain >= k))) for k in chains.tolist() if k < UNLIMITED]
        self._ahead = ahead
        self.price_limit = FAR // (2 + max((k for k, _ in (*self._rings, *self._chains)), default=0))
        """Prices from here on could add up to more than 60 bits."""

    def cheapest(self, cost: IntArray, below: int, closed: BoolArray | None = None) -> Iterator[Walk]:
        """Closed walks that cost less than ``below``, the cheapest of every start, length and end among them.

        ``below`` is at most 0; walks with a closed row are left out.
        """
        if closed is not None and closed.any():
            cost = np.where(closed, FAR, cost)
        for level, steps in self._rings:
            costs = steps.priced(cost)
            bound = costs.completions(level)
            for root in np.flatnonzero(bound[level] < below).tolist():
                yield from _from_root(costs, bound, root=root, level=level, below=below)
        for level, steps in self._chains:
            yield from self._chains_of(steps.priced(cost), cost, level, below)

    def least(self, cost: IntArray) -> int:
        """The least cost of any bounded closed walk, 0 if none is below it."""
        return min((walk.cost for walk in self.cheapest(cost, 0)), default=0)

    def _chains_of(self, costs: Costs, cost: IntArray, level: int, below: int) -> Iterator[Walk]:
        gifts = np.flatnonzero(self.gift & (self.rows.chain_limit >= level) & (cost < FAR))
        start: dict[int, int] = {}
        for row in gifts.tolist():
            for t in self._ahead[int(self.rows.head[row])]:
                if t not in start or cost[row] < cost[start[t]]:
                    start[t] = row
        if start:
            yield from _chains(costs, start, self._ends(cost, level), cost, level=level, below=below)

    def _ends(self, cost: IntArray, level: int) -> dict[int, int]:
        """The cheapest last row from each node: one whose head may return to ``any``."""
        limit, ends = self.rows.chain_limit, dict[int, int]()
        back = np.isin(self.rows.head, np.array(self.rows.returns, dtype=np.int64))
        usable = np.flatnonzero(~self.gift & (limit >= level) & back & (cost < FAR))
        order = usable[np.lexsort((usable, cost[usable], self.rows.tail[usable]))]
        for row in order.tolist():
            ends.setdefault(int(self.rows.tail[row]), row)
        return ends


def _ahead(rows: Rows) -> Sequence[Sequence[int]]:
    """Nodes where the next row may take, for each node where one delivers."""
    tails = set(rows.tail.tolist())
    ahead = [[node] if node in tails else [] for node in range(len(rows.nodes))]
    for source, target in rows.passes:
        if target in tails:
            ahead[source].append(target)
    return ahead


def _from_root(costs: Costs, bound: Sequence[IntArray], *, root: int, level: int, below: int) -> Iterator[Walk]:
    """Closed walks whose least node is ``root``; every other node is after it."""
    back, home = costs.into(root)
    reached, first = costs.out_of(root)
    if not len(back) or not len(reached):
        return
    least_home = int(home.min())
    so_far, by = first, [np.full(len(reached), root)]
    at = [reached]
    for steps in range(2, level + 1):
        place = np.searchsorted(reached, back)
        place[place == len(reached)] = 0
        closing = np.where(reached[place] == back, so_far[place], FAR) + home
        good = np.flatnonzero(closing < below)
        best = good[np.argsort(closing[good], kind="stable")][:ENDS_KEPT]
        for rank, end in enumerate(best.tolist()):
            yield Walk(_trace(costs, at, by, int(back[end]), root), int(closing[end]), rank)
        if steps == level:
            return
        onward = costs.least_out if steps + 1 == level else bound[level - steps]
        going = np.flatnonzero(so_far + onward[reached] + least_home < below)
        ends = None if steps + 1 < level else back[home + costs.least_into[back] + int(so_far.min()) < below]
        reached, so_far, parent = costs.onward(reached[going], so_far[going], after=root, ends=ends)
        at.append(reached)
        by.append(parent)
        if not len(reached):
            return


def _trace(costs: Costs, at: Sequence[IntArray], by: Sequence[IntArray], node: int, root: int) -> tuple[int, ...]:
    rows = [costs.row(node, root)]
    for nodes, parents in zip(reversed(at), reversed(by), strict=True):
        parent = int(parents[np.searchsorted(nodes, node)])
        rows.append(costs.row(parent, node))
        node = parent
    return tuple(reversed(rows))


def _chains(
    costs: Costs, start: dict[int, int], ends: dict[int, int], cost: IntArray, *, level: int, below: int
) -> Iterator[Walk]:
    """Chains of 1 to ``level`` rows after the gift."""
    reached = np.full(costs.nodes, FAR, dtype=np.int64)
    for node, row in start.items():
        reached[node] = cost[row]
    by: list[IntArray] = []
    last = np.array(sorted(ends), dtype=np.int64)
    last_cost = np.array([cost[ends[node]] for node in last.tolist()], dtype=np.int64)
    for steps in range(1, level + 1):
        closing = reached[last] + last_cost
        good = np.flatnonzero(closing < below)
        best = good[np.argsort(closing[good], kind="stable")][: 8 * ENDS_KEPT]
        for rank, place in enumerate(best.tolist()):
            node, rows = int(last[place]), [ends[int(last[place])]]
            for parents in reversed(by):
                step = int(parents[node])
                rows.append(int(costs.rows[step]))
                node = int(costs.tail[step])
            yield Walk((start[node], *reversed(rows)), int(closing[place]), rank)
        if steps == level:
            return
        sums = reached[costs.tail] + costs.cost
        onward, parent = np.full(costs.nodes, FAR, dtype=np.int64), np.full(costs.nodes, NONE, dtype=np.int64)
        np.minimum.at(onward, costs.head, sums)
        onward[onward >= FAR // 2] = FAR
        best = np.flatnonzero((sums == onward[costs.head]) & (sums < FAR))
        parent[costs.head[best][::-1]] = best[::-1]
        by.append(parent)
        reached = onward
