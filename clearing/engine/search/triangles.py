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
TABLE_SIZE = 2**16
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
    turns = np.arange(costs.nodes) * STRIDE % (costs.nodes or 1)
    least = costs.cost + costs.least_into[costs.tail] + costs.least_out[costs.head]
    first = np.flatnonzero((costs.cost < 0) & (least < below))
    first = first[np.lexsort((first, turns[costs.head[first]]))]
    for part in _parts(costs.head[first], max(1, TABLE_SIZE // (costs.nodes or 1))):
        yield _closed(costs, first[part], below)


def _parts(middle: IntArray, size: int) -> Iterator[slice]:
    """About so many places each, those of one middle together."""
    starts = np.flatnonzero(np.diff(middle, prepend=-1))
    part = starts // size
    cuts = starts[np.diff(part, prepend=-1) != 0].tolist()
    return map(slice, cuts, [*cuts[1:], len(middle)])


def _closed(costs: Costs, first: IntArray, below: int) -> Rings:
    """The cheapest rings that begin with some steps, those to one middle one after the other."""
    tail, middle = costs.tail[first], costs.head[first]
    table = costs.back[tail] + costs.forth[middle]
    end = table.argmin(axis=1)
    total = costs.cost[first] + table[np.arange(len(first)), end]
    kept, rank = _cheapest_of_each(np.cumsum(np.diff(middle, prepend=-1) != 0), total, below)
    nodes = np.stack([tail[kept], middle[kept], end[kept]], axis=1)
    turned = (nodes.argmin(axis=1)[:, None] + np.arange(3)) % 3
    return Rings(np.take_along_axis(nodes, turned, axis=1), total[kept], rank)


def _cheapest_of_each(group: IntArray, total: IntArray, below: int) -> tuple[IntArray, IntArray]:
    """Places of the least totals below the bound in each group, and their ranks there; ties to the earlier place."""
    good = np.flatnonzero(total < below)
    good = good[np.lexsort((good, total[good], group[good]))]
    starts = np.flatnonzero(np.diff(group[good], prepend=-1))
    rank = np.arange(len(good)) - np.repeat(starts, np.diff(starts, append=len(good)))
    kept = rank < KEPT
    return good[kept], rank[kept]
