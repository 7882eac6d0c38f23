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
from clearing.model.book import NONE

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

FAR = 2**60
ENDS_KEPT = 6
"""Closed walks kept per start and length."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A closed walk: its rows in order and the sum of their costs."""

    rows: tuple[int, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class _Joins:
    """Steps from node to node: take at ``tail``, go by ``row``, take next at ``head``; sorted by tail."""

    tail: IntArray
    head: IntArray
    row: IntArray
    start: IntArray
    """First step of each node; length nodes + 1."""


class Walks:
    """The bounded closed walks of a component."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.nodes = rows, len(rows.nodes)
        gift = rows.tail == rows.any if rows.any != NONE else np.zeros(len(rows.row), dtype=np.bool_)
        ring = np.array([row.ring_limit for row in rows.row], dtype=np.int64)
        chain = np.array([row.chain_limit for row in rows.row], dtype=np.int64)
        self.gift, self.ring, self.chain = gift, ring, chain
        self.free: BoolArray = np.where(gift, chain, ring) == UNLIMITED
        """Rows that no length bounds: their rings are circulations."""
        self.ring_levels = sorted({k for k in ring[~gift].tolist() if k < UNLIMITED})
        self.chain_levels = sorted({k for k in chain.tolist() if k < UNLIMITED}) if gift.any() else []
        self._ahead = _reach(rows)

    def cheapest(self, cost: IntArray, below: int) -> Iterator[Walk]:
        """Closed walks that cost less than ``below``, the cheapest of every start, length and end among them."""
        for level in self.ring_levels:
            yield from self._rings(cost, level, below)
        for level in self.chain_levels:
            yield from self._chains(cost, level, below)

    def least(self, cost: IntArray) -> int:
        """The least cost of any bounded closed walk, 0 if none is below it."""
        return min((walk.cost for walk in self.cheapest(cost, 0)), default=0)

    def _joins(self, cost: IntArray, usable: BoolArray) -> _Joins:
        """The cheapest step for each pair of nodes."""
        rows, ahead = np.flatnonzero(usable), self._ahead
        count = np.array([len(ahead[h]) for h in self.rows.head[rows].tolist()], dtype=np.int64)
        row = np.repeat(rows, count)
        heads = [t for h in self.rows.head[rows].tolist() for t in ahead[h]]
        tail, head = self.rows.tail[row], np.array(heads, dtype=np.int64)
        key = tail * self.nodes + head
        order = np.lexsort((row, cost[row], key))
        first = np.diff(key[order], prepend=-1) != 0
        chosen = order[first]
        tail = tail[chosen]
        start = np.searchsorted(tail, np.arange(self.nodes + 1))
        return _Joins(tail, head[chosen], row[chosen], start.astype(np.int64))

    def _rings(self, cost: IntArray, level: int, below: int) -> Iterator[Walk]:
        joins = self._joins(cost, ~self.gift & (self.ring >= level))
        if not len(joins.tail):
            return
        length = cost[joins.row]
        bound = _completions(joins, length, self.nodes, level)
        home = np.lexsort((joins.tail, joins.head))
        home_start = np.searchsorted(joins.head[home], np.arange(self.nodes + 1))
        for root in range(self.nodes):
            if joins.start[root] == joins.start[root + 1] or bound[level][root] >= below:
                continue
            back = home[home_start[root] : home_start[root + 1]]
            if len(back):
                yield from _from_root(joins, length, bound, back, root=root, level=level, below=below)

    def _chains(self, cost: IntArray, level: int, below: int) -> Iterator[Walk]:
        gifts = np.flatnonzero(self.gift & (self.chain >= level))
        joins = self._joins(cost, ~self.gift & (self.chain >= level))
        start: dict[int, int] = {}
        for row in gifts.tolist():
            for t in self._ahead[int(self.rows.head[row])]:
                if t not in start or cost[row] < cost[start[t]]:
                    start[t] = row
        if not start:
            return
        ends = self._ends(cost, level)
        yield from _chains(joins, cost, start, ends, level=level, below=below, nodes=self.nodes)

    def _ends(self, cost: IntArray, level: int) -> dict[int, int]:
        """The cheapest last row from each node: one whose head may return to ``any``."""
        returns, ends = set(self.rows.returns), dict[int, int]()
        for row in np.flatnonzero(~self.gift & (self.chain >= level)).tolist():
            tail = int(self.rows.tail[row])
            if int(self.rows.head[row]) in returns and (tail not in ends or cost[row] < cost[ends[tail]]):
                ends[tail] = row
        return ends


def _reach(rows: Rows) -> Sequence[Sequence[int]]:
    """Nodes where the next row may take, for each node where one delivers."""
    tails = set(rows.tail.tolist())
    ahead = [[node] if node in tails else [] for node in range(len(rows.nodes))]
    for source, target in rows.passes:
        if target in tails:
            ahead[source].append(target)
    return ahead


def _completions(joins: _Joins, length: IntArray, nodes: int, level: int) -> Sequence[IntArray]:
    """The least cost of at most k steps from each node, for k = 0 … level."""
    least = [np.zeros(nodes, dtype=np.int64)]
    used = np.flatnonzero(np.diff(joins.start))
    for _ in range(level):
        onward = least[-1].copy()
        step = np.minimum.reduceat(length + least[-1][joins.head], joins.start[used])
        onward[used] = np.minimum(onward[used], step)
        if (onward == least[-1]).all():
            least += [onward] * (level + 1 - len(least))
            break
        least.append(onward)
    return least


def _from_root(
    joins: _Joins,
    length: IntArray,
    bound: Sequence[IntArray],
    back: IntArray,
    *,
    root: int,
    level: int,
    below: int,
) -> Iterator[Walk]:
    """Closed walks whose least node is ``root``."""
    nodes = len(joins.start) - 1
    reached = np.full(nodes, FAR, dtype=np.int64)
    reached[root] = 0
    at, by = np.array([root], dtype=np.int64), [np.full(nodes, NONE, dtype=np.int64)]
    for steps in range(1, level + 1):
        closing = reached[joins.tail[back]] + length[back]
        good = np.flatnonzero(closing < below)
        for place in good[np.argsort(closing[good], kind="stable")][:ENDS_KEPT].tolist():
            yield Walk(_trace(joins, by, int(back[place])), int(closing[place]))
        if steps == level:
            return
        onward = np.full(nodes, FAR, dtype=np.int64)
        parent = np.full(nodes, NONE, dtype=np.int64)
        at = at[reached[at] + bound[level - steps + 1][at] < below]
        if not len(at):
            return
        some = np.concatenate([np.arange(joins.start[v], joins.start[v + 1]) for v in at.tolist()])
        some = some[joins.head[some] > root]
        sums = reached[joins.tail[some]] + length[some]
        np.minimum.at(onward, joins.head[some], sums)
        best = some[sums == onward[joins.head[some]]]
        parent[joins.head[best][::-1]] = best[::-1]
        by.append(parent)
        reached, at = onward, np.flatnonzero(onward < FAR)
        if not len(at):
            return


def _trace(joins: _Joins, by: Sequence[IntArray], last: int) -> tuple[int, ...]:
    steps = [last]
    for parents in reversed(by[1:]):
        steps.append(int(parents[joins.tail[steps[-1]]]))
    return tuple(int(joins.row[step]) for step in reversed(steps))


def _chains(
    joins: _Joins,
    cost: IntArray,
    start: dict[int, int],
    ends: dict[int, int],
    *,
    level: int,
    below: int,
    nodes: int,
) -> Iterator[Walk]:
    """Chains of 1 to ``level`` rows after the gift."""
    reached, length = np.full(nodes, FAR, dtype=np.int64), cost[joins.row]
    for node, row in start.items():
        reached[node] = cost[row]
    by: list[IntArray] = []
    last = np.array(sorted(ends), dtype=np.int64)
    last_cost = np.array([cost[ends[node]] for node in last.tolist()], dtype=np.int64)
    for steps in range(1, level + 1):
        closing = reached[last] + last_cost
        good = np.flatnonzero(closing < below)
        for place in good[np.argsort(closing[good], kind="stable")][: 8 * ENDS_KEPT].tolist():
            node, rows = int(last[place]), [ends[int(last[place])]]
            for parents in reversed(by):
                step = int(parents[node])
                rows.append(int(joins.row[step]))
                node = int(joins.tail[step])
            yield Walk((start[node], *reversed(rows)), int(closing[place]))
        if steps == level:
            return
        sums = reached[joins.tail] + length
        onward, parent = np.full(nodes, FAR, dtype=np.int64), np.full(nodes, NONE, dtype=np.int64)
        np.minimum.at(onward, joins.head, sums)
        onward[onward >= FAR // 2] = FAR
        best = np.flatnonzero((sums == onward[joins.head]) & (sums < FAR))
        parent[joins.head[best][::-1]] = best[::-1]
        by.append(parent)
        reached = onward
