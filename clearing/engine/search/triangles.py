"""Triangles: steps with costs -> the cheapest rings of two steps and of three, by the node in their middle.

A ring that costs less than nothing has a step that does, so only steps below 0 are taken for a triangle's first, and
one table for each middle node holds all ways through it.

Example: steps A -> B of -3, B -> C of 1, C -> A of 1: found at the middle B, whose table has one row (A) and one
column (C).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clearing.engine.search.steps import Costs, cheapest

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

KEPT = 2
"""Rings kept for each middle, and pairs for each node."""
STRIDE = 7_919
"""How far apart middles are visited: a round that is cut short has then seen all parts of the graph."""


class Ring(NamedTuple):
    """Nodes from the least on, what the ring costs, and how many of its middle cost less."""

    nodes: tuple[int, ...]
    cost: int
    rank: int


def pairs(costs: Costs, below: int) -> Iterator[Ring]:
    """Rings of two steps that cost less than ``below``, the cheapest of each lesser node."""
    forth = np.flatnonzero(costs.tail < costs.head)
    tail, head = costs.tail[forth], costs.head[forth]
    total = costs.cost[forth] + costs.back[tail, head]
    good = np.flatnonzero(total < below)
    order = good[np.lexsort((head[good], total[good], tail[good]))]
    first = np.flatnonzero(np.diff(tail[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    for at, place in zip(order[rank < KEPT].tolist(), rank[rank < KEPT].tolist(), strict=True):
        yield Ring((int(tail[at]), int(head[at])), int(total[at]), place)


def triangles(costs: Costs, below: int) -> Iterator[Ring]:
    """Rings of three steps that cost less than ``below``, which is at most 0: the cheapest of each middle node."""
    for middle in np.argsort(np.arange(costs.nodes) * STRIDE % (costs.nodes or 1), kind="stable").tolist():
        tails, first = costs.steps_into(middle)
        heads, second = costs.steps_out_of(middle)
        if not len(tails) or not len(heads):
            continue
        near = (first < 0) & (first + costs.least_into[tails] < below - second.min())
        tails, first = tails[near], first[near]
        if not len(tails):
            continue
        near = second + costs.least_out[heads] < below - first.min()
        heads, second = heads[near], second[near]
        if len(heads):
            yield from _through(costs, middle, (tails, first), (heads, second), below)


def _through(
    costs: Costs, middle: int, before: tuple[IntArray, IntArray], after: tuple[IntArray, IntArray], below: int
) -> Iterator[Ring]:
    """The cheapest ring of each node before, and of those the cheapest."""
    (tails, first), (heads, second) = before, after
    table = costs.back[np.ix_(tails, heads)]
    table += second
    end = table.argmin(axis=1)
    total = first + table[np.arange(len(tails)), end]
    for rank, at in enumerate(cheapest(total, below, KEPT)):
        nodes = int(tails[at]), middle, int(heads[end[at]])
        turn = nodes.index(min(nodes))
        yield Ring(nodes[turn:] + nodes[:turn], int(total[at]), rank)
