"""Steps: rows -> ways from node to node, and for a cost of each row the cheapest of those that join the same two nodes.

Small graphs keep them as a matrix, large ones as a list by node; both give the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.rows import Rows

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

FAR = 2**60
DENSE_NODES_MAX = 3_000


class Steps:
    """Take at ``tail``, go by a row, take next at ``head``: every such step of some rows, sorted by (tail, head)."""

    def __init__(self, rows: Rows, ahead: Sequence[Sequence[int]], usable: BoolArray) -> None:
        self.nodes = len(rows.nodes)
        own = np.flatnonzero(usable)
        heads = rows.head[own]
        if rows.passes:
            count = np.array([len(each) for each in ahead], dtype=np.int64)[heads]
            head = np.array([t for h in heads.tolist() for t in ahead[h]], dtype=np.int64)
            own = np.repeat(own, count)
        else:  # every head is where the next row takes, or nobody does
            goes_on = np.array([bool(each) for each in ahead], dtype=np.bool_)[heads]
            own, head = own[goes_on], heads[goes_on]
        key = rows.tail[own] * self.nodes + head
        order = np.lexsort((own, key))
        self.row, key = own[order], key[order]
        self._group = np.flatnonzero(np.diff(key, prepend=-1))
        self._size = np.diff(self._group, append=len(key))
        self.key = key[self._group]

    def priced(self, cost: IntArray) -> Costs:
        """The cheapest row of each pair of nodes, ties to the earlier row; FAR is out of reach."""
        row = self.row
        if len(self.key) < len(row):
            least = np.minimum.reduceat(cost[row], self._group)
            hits = np.flatnonzero(cost[row] == np.repeat(least, self._size))
            row = row[hits[np.searchsorted(hits, self._group)]]
        near = cost[row] < FAR
        if near.all():
            return Costs(self.ends, row, cost[row])
        return Costs(Ends(self.nodes, self.key[near]), row[near], cost[row[near]])

    @cached_property
    def ends(self) -> Ends:
        """Where all steps lead."""
        return Ends(self.nodes, self.key)


class Ends:
    """Where steps lead, one for each pair of nodes, sorted by (tail, head)."""

    def __init__(self, nodes: int, key: IntArray) -> None:
        """``key``: tail·nodes + head, ascending."""
        self.nodes, self.key = nodes, key
        self.tail, self.head = np.divmod(key, nodes)
        self.start = np.searchsorted(self.tail, np.arange(nodes + 1))
        self.home = np.argsort(self.head, kind="stable")
        """The steps by (head, tail)."""
        self.home_start = np.searchsorted(self.head[self.home], np.arange(nodes + 1))


class Costs:
    """Steps with their costs, one for each pair of nodes, sorted by (tail, head)."""

    def __init__(self, ends: Ends, rows: IntArray, cost: IntArray) -> None:
        self.nodes, self._ends, self.rows, self.cost = ends.nodes, ends, rows, cost
        self.tail, self.head, self.start = ends.tail, ends.head, ends.start
        self.least_into, self.least_out = np.full((2, self.nodes), FAR, dtype=np.int64)
        """The cheapest step into each node, and out of it."""
        some = np.flatnonzero(np.diff(self.start))
        if len(some):
            self.least_out[some] = np.minimum.reduceat(cost, self.start[some])
        some = np.flatnonzero(np.diff(ends.home_start))
        if len(some):
            self.least_into[some] = np.minimum.reduceat(cost[ends.home], ends.home_start[some])
        self.is_dense = self.nodes <= DENSE_NODES_MAX
        """Whether there is room for a matrix of the steps."""

    @cached_property
    def back(self) -> IntArray:
        """Of dense graphs: what the step from the second node to the first costs; FAR where there is none."""
        table = np.full((self.nodes, self.nodes), FAR, dtype=np.int64)
        table[self.head, self.tail] = self.cost
        return table

    @cached_property
    def forth(self) -> IntArray:
        """Of dense graphs: what the step from the first node to the second costs; FAR where there is none."""
        return np.ascontiguousarray(self.back.T)

    def rows_of(self, tails: IntArray, heads: IntArray) -> IntArray:
        """The rows of steps that are there."""
        return self.rows[np.searchsorted(self._ends.key, tails * self.nodes + heads)]

    def least_row_out(self, node: int) -> int:
        """The row of the cheapest step out of a node that has one, ties to the earlier row."""
        out = slice(self.start[node], self.start[node + 1])
        return int(self.rows[out][self.cost[out] == self.least_out[node]].min())

    def completions(self, level: int, ends: IntArray | None = None) -> Sequence[IntArray]:
        """The least cost of at most k steps from each node and of ending where they lead, for k = 0 … level.

        ``ends``: what it costs to end at each node, else nothing.
        """
        least = [np.zeros(self.nodes, dtype=np.int64) if ends is None else ends]
        used = np.flatnonzero(np.diff(self.start))
        for _ in range(level):
            onward = least[-1].copy()
            if len(used):
                step = np.minimum.reduceat(self.cost + least[-1][self.head], self.start[used])
                onward[used] = np.minimum(onward[used], step)
            if (onward == least[-1]).all():
                return [*least, *[onward] * (level + 1 - len(least))]
            least.append(onward)
        return least

    def steps_out_of(self, node: int) -> tuple[IntArray, IntArray]:
        """Nodes that one step reaches, ascending, and what it costs."""
        first, end = self.start[node], self.start[node + 1]
        return self.head[first:end], self.cost[first:end]

    def steps_into(self, node: int) -> tuple[IntArray, IntArray]:
        """Nodes from which one step leads to this one, ascending, and what it costs."""
        steps = self.into(node)
        return self.tail[steps], self.cost[steps]

    def into(self, node: int) -> IntArray:
        """The steps that lead to a node, by their tails ascending."""
        return self._ends.home[self._ends.home_start[node] : self._ends.home_start[node + 1]]

    def onward(
        self, at: IntArray, so_far: IntArray, *, after: int, ends: IntArray | None
    ) -> tuple[IntArray, IntArray, IntArray]:
        """One step more from some nodes: nodes reached after ``after``, at what cost, and from where.

        ``ends`` are the only ones that matter, if given. Ties go to the earlier node.
        """
        nothing = at[:0]
        if not len(at) or (ends is not None and not len(ends)):
            return nothing, nothing, nothing
        if self.is_dense:
            heads = np.arange(after + 1, self.nodes) if ends is None else ends
            sums = self.back[np.ix_(heads, at)] if ends is not None else self.back[after + 1 :, at]
            sums += so_far
            by = sums.argmin(axis=1)
            least = sums[np.arange(len(heads)), by]
            near = np.flatnonzero(least < FAR // 2)
            return heads[near], least[near], at[by[near]]
        count = self.start[at + 1] - self.start[at]
        skipped = np.cumsum(count) - count
        step = np.arange(int(count.sum())) + np.repeat(self.start[at] - skipped, count)
        total = np.repeat(so_far, count) + self.cost[step]
        later = self.head[step] > after
        step, total = step[later], total[later]
        order = np.lexsort((step, total, self.head[step]))
        best = order[np.diff(self.head[step][order], prepend=-1) != 0]
        return self.head[step][best], total[best], self.tail[step][best]


def cheapest(total: IntArray, below: int, most: int) -> list[int]:
    """Places of at most so many totals below the bound, ascending by total, ties to the earlier."""
    good = np.flatnonzero(total < below)
    best: list[int] = good[np.argsort(total[good], kind="stable")][:most].tolist()
    return best
