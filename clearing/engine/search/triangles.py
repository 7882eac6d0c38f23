"""Triangles: steps with costs -> the cheapest rings of two steps and of three, by the node in their middle.

A ring that costs less than nothing has a step that does, so only steps below 0 are taken for a triangle's first. Each
is a row of a table that has a column for every node that the ring may close through.

Example: steps A -> B of -3, B -> C of 1, C -> A of 1: found at the middle B, in the row of A -> B at the column C.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clearing.engine.search.steps import Costs

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

KEPT = 2
"""Rings kept for each middle, and pairs for each node."""
STRIDE = 7_919
"""How far apart middles are visited: a round that is cut short has then seen all parts of the graph."""
WAYS_MAX = 2**20
"""Ways that are looked at together, or those through one middle if they are more."""


class Rings(NamedTuple):
    """Rings side by side: a row of nodes each, the cost, and how many of its group cost less."""

    nodes: IntArray
    cost: IntArray
    rank: IntArray


def pairs(costs: Costs, below: int) -> Rings:
    """Rings of two steps that cost less than ``below``, the cheapest of each lesser node."""
    forth = np.flatnonzero(costs.tail < costs.head)
    tail, head = costs.tail[forth], costs.head[forth]
    total = costs.cost[forth] + costs.back[tail, head]
    kept, rank = _cheapest_of_each(tail, total, below)
    return Rings(np.stack([tail[kept], head[kept]], axis=1), total[kept], rank)


def triangles(costs: Costs, below: int) -> Iterator[Rings]:
    """Rings of three steps that cost less than ``below``, which is at most 0: the cheapest of each middle node."""
    middles = np.argsort(np.arange(costs.nodes) * STRIDE % (costs.nodes or 1), kind="stable")
    together = max(1, WAYS_MAX // max(1, costs.nodes**2))
    for some in np.split(middles, range(together, costs.nodes, together)):
        first = np.concatenate([costs.into(middle) for middle in some.tolist()])
        least = costs.cost[first] + costs.least_into[costs.tail[first]] + costs.least_out[costs.head[first]]
        first = first[(costs.cost[first] < 0) & (least < below)]
        if not len(first):
            continue
        heads, table = _ways_home(costs, first, below)
        best = table.argmin(axis=1)
        total = costs.cost[first] + table[np.arange(len(first)), best]
        if total.min() < below:
            yield _closed(costs, first, heads[best], total, below)


def _closed(costs: Costs, first: IntArray, end: IntArray, total: IntArray, below: int) -> Rings:
    """The cheapest of some rings for each middle, by their first step and their last node."""
    tail, middle = costs.tail[first], costs.head[first]
    kept, rank = _cheapest_of_each(np.cumsum(np.diff(middle, prepend=-1) != 0), total, below)
    nodes = np.stack([tail[kept], middle[kept], end[kept]], axis=1)
    turned = (nodes.argmin(axis=1)[:, None] + np.arange(3)) % 3
    return Rings(np.take_along_axis(nodes, turned, axis=1), total[kept], rank)


def _ways_home(costs: Costs, first: IntArray, below: int) -> tuple[IntArray, IntArray]:
    """Nodes, and for each step what the two steps home through each of them cost; few nodes where one middle is all."""
    tail, middle = costs.tail[first], costs.head[first]
    if middle[0] != middle[-1]:
        return np.arange(costs.nodes), costs.back[tail] + costs.forth[middle]
    heads, second = costs.steps_out_of(int(middle[0]))
    near = second + costs.least_out[heads] < below - costs.cost[first].min()
    near[0] = True  # a table has a column, also where none of them is near
    return heads[near], costs.back[np.ix_(tail, heads[near])] + second[near]


def _cheapest_of_each(group: IntArray, total: IntArray, below: int) -> tuple[IntArray, IntArray]:
    """Places of the least totals below the bound in each group, and their ranks there; ties to the earlier place."""
    good = np.flatnonzero(total < below)
    good = good[np.lexsort((good, total[good], group[good]))]
    starts = np.flatnonzero(np.diff(group[good], prepend=-1))
    rank = np.arange(len(good)) - np.repeat(starts, np.diff(starts, append=len(good)))
    kept = rank < KEPT
    return good[kept], rank[kept]
