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
from clearing.engine.search.steps import FAR, Costs, Steps, cheapest
from clearing.engine.search.triangles import Rings, pairs, triangles
from clearing.model.book import NONE

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

ENDS_KEPT = 4
"""Closed walks kept per start and length."""
TRIANGLE = 3


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
        returns = np.isin(rows.head, np.array(rows.returns, dtype=np.int64))
        nowhere_else = [[node] for node in range(self.nodes)]
        self._last = {k: Steps(rows, nowhere_else, ~gift & (chain >= k) & returns) for k, _ in self._chains}
        """By length the rows after which a chain may return to ``any``."""
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
            yield from _rings(steps.priced(cost), level, below)
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
        if not start:
            return
        last = self._last[level].priced(cost)
        bound = costs.completions(level - 1, last.least_out)
        for node, row in sorted(start.items()):
            if cost[row] + bound[level - 1][node] < below:
                for path, total, rank in _chains(costs, bound, node=node, so_far=int(cost[row]), below=below):
                    yield Walk((row, *_rows_of(costs, path), last.least_row_out(path[-1])), total, rank)


def _ahead(rows: Rows) -> Sequence[Sequence[int]]:
    """Nodes where the next row may take, for each node where one delivers."""
    tails = set(rows.tail.tolist())
    ahead = [[node] if node in tails else [] for node in range(len(rows.nodes))]
    for source, target in rows.passes:
        if target in tails:
            ahead[source].append(target)
    return ahead


def _rings(costs: Costs, level: int, below: int) -> Iterator[Walk]:
    """Closed walks of at most ``level`` steps: short ones of small graphs by tables, others from each root."""
    if level <= TRIANGLE and costs.is_dense:
        yield from _walks(costs, pairs(costs, below))
        for rings in triangles(costs, below) if level == TRIANGLE else ():
            yield from _walks(costs, rings)
        return
    bound = costs.completions(level)
    for root in np.flatnonzero(bound[level] < below).tolist():
        yield from _from_root(costs, bound, root=root, level=level, below=below)


def _walks(costs: Costs, rings: Rings) -> Iterator[Walk]:
    rows = costs.rows_of(rings.nodes, np.roll(rings.nodes, -1, axis=1)).tolist()
    return map(Walk, map(tuple, rows), rings.cost.tolist(), rings.rank.tolist())


def _from_root(costs: Costs, bound: Sequence[IntArray], *, root: int, level: int, below: int) -> Iterator[Walk]:
    """Closed walks whose least node is ``root``; every other node is after it."""
    back, home = _after(root, *costs.steps_into(root))
    reached, so_far = _after(root, *costs.steps_out_of(root))
    if not len(back) or not len(reached):
        return
    least_home = int(home.min())
    trail = [(reached, np.full(len(reached), root))]
    for steps in range(2, level + 1):
        place = np.searchsorted(reached, back)
        place[place == len(reached)] = 0
        closing = np.where(reached[place] == back, so_far[place], FAR) + home
        for rank, end in enumerate(cheapest(closing, below, ENDS_KEPT)):
            yield Walk(_rows_of(costs, [*_path(trail, int(back[end])), root]), int(closing[end]), rank)
        if steps == level:
            return
        onward = costs.least_out if steps + 1 == level else bound[level - steps]
        going = np.flatnonzero(so_far + onward[reached] + least_home < below)
        ends = None if steps + 1 < level else back[home + costs.least_into[back] + int(so_far.min()) < below]
        reached, so_far, parent = costs.onward(reached[going], so_far[going], after=root, ends=ends)
        trail.append((reached, parent))
        if not len(reached):
            return


def _after(root: int, nodes: IntArray, cost: IntArray) -> tuple[IntArray, IntArray]:
    """Those of ascending nodes that come after the root."""
    first = int(np.searchsorted(nodes, root, side="right"))
    return nodes[first:], cost[first:]


def _chains(
    costs: Costs, bound: Sequence[IntArray], *, node: int, so_far: int, below: int
) -> Iterator[tuple[Sequence[int], int, int]]:
    """From where a gift leads: the nodes at which the rows after it take, what the chain costs, and its rank.

    ``bound``: the least cost of k more steps and of the last row, by node, for k = 0, 1, …
    """
    at, cost = np.array([node]), np.array([so_far])
    trail: list[tuple[IntArray, IntArray]] = []
    for left in reversed(range(len(bound))):
        closing = cost + bound[0][at]
        for rank, end in enumerate(cheapest(closing, below, ENDS_KEPT)):
            yield _path(trail, int(at[end])), int(closing[end]), rank
        going = np.flatnonzero(cost + bound[left][at] < below)
        if not left or not len(going):
            return
        at, cost, parent = costs.onward(at[going], cost[going], after=-1, ends=None)
        trail.append((at, parent))


def _path(trail: Sequence[tuple[IntArray, IntArray]], node: int) -> list[int]:
    """The nodes that led here: ``trail`` has those reached by each step, ascending, and from where."""
    path = [node]
    for nodes, parents in reversed(trail):
        path.append(int(parents[np.searchsorted(nodes, path[-1])]))
    return path[::-1]


def _rows_of(costs: Costs, path: Sequence[int]) -> tuple[int, ...]:
    nodes = np.array(path)
    return tuple(costs.rows_of(nodes[:-1], nodes[1:]).tolist())
