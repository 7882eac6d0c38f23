"""Residual arcs: shortest distances from a virtual source, strongly connected components, uniqueness.

With a flow on a network, an arc below its upper bound can take more (a residual arc forward, at its cost)
and one above its lower bound can take less (backward, at minus its cost). A flow is optimal exactly when
no residual cycle has a negative length, and then distances along residual arcs are valid potentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clearing.model.errors import LawBroken

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

DENSE_PAIRS_MAX = 4_000_000
UNREACHED = np.iinfo(np.int64).max


def condense(nodes: int, tail: IntArray, head: IntArray, cost: IntArray) -> tuple[IntArray, ...]:
    """Parallel arcs merged to the cheapest: (tail, head, cost) sorted by (head, tail)."""
    pair = head * nodes + tail
    if nodes * nodes <= DENSE_PAIRS_MAX:
        least = np.full(nodes * nodes, UNREACHED, dtype=np.int64)
        np.minimum.at(least, pair, cost)
        pairs = np.flatnonzero(least != UNREACHED)
        return pairs % nodes, pairs // nodes, least[pairs]
    order = np.argsort(pair, kind="stable")
    starts = np.flatnonzero(np.diff(pair[order], prepend=-1))
    pairs = pair[order][starts]
    return pairs % nodes, pairs // nodes, np.minimum.reduceat(cost[order], starts) if len(pairs) else cost


def distances(nodes: int, tail: IntArray, head: IntArray, cost: IntArray) -> IntArray:
    """Bellman-Ford from a virtual source joined to every node at length 0.

    Raises LawBroken if there is a cycle of negative length: the flow was not optimal.
    """
    reached = np.zeros(nodes, dtype=np.int64)
    tail, head, cost = condense(nodes, tail, head, cost)
    starts = np.flatnonzero(np.diff(head, prepend=-1))
    heads = head[starts]
    for _ in range(nodes + 1):
        if not len(starts):
            return reached
        shorter = np.minimum(reached[heads], np.minimum.reduceat(reached[tail] + cost, starts))
        if np.array_equal(shorter, reached[heads]):
            return reached
        reached[heads] = shorter
    raise LawBroken("a residual cycle of negative length: the flow is not optimal")


def components(nodes: int, tail: IntArray, head: IntArray) -> IntArray:
    """Label of the strongly connected component of each node; labels mean nothing but equality."""
    label = np.arange(nodes, dtype=np.int64)
    core = _arcs_that_may_close(tail, head, nodes)
    if not len(core):
        return label
    import networkx as nx

    graph = nx.DiGraph(zip(tail[core].tolist(), head[core].tolist(), strict=True))
    for component in nx.strongly_connected_components(graph):
        label[list(component)] = min(component)
    return label


def _arcs_that_may_close(tail: IntArray, head: IntArray, nodes: int) -> IntArray:
    """Arcs left when those that start where none ends, or end where none starts, are peeled off."""
    arcs = np.arange(len(tail))
    while len(arcs):
        entered, left = np.zeros((2, nodes), dtype=np.bool_)
        entered[head[arcs]] = True
        left[tail[arcs]] = True
        kept = arcs[entered[tail[arcs]] & left[head[arcs]]]
        if len(kept) == len(arcs):
            break
        arcs = kept
    return arcs


def holds_trees(nodes: int, arc: IntArray, tail: IntArray, head: IntArray) -> bool:
    """Whether each strongly connected component of n nodes holds exactly n - 1 distinct arcs.

    ``arc`` names the arc of the network that a residual arc belongs to: its two directions count once.
    """
    label = components(nodes, tail, head)
    inside = label[tail] == label[head]
    if not inside.any():
        return True
    _, index = np.unique(arc[inside], return_index=True)
    held = np.bincount(label[tail[inside][index]], minlength=nodes)
    size = np.bincount(label, minlength=nodes)
    return bool((held[size > 0] == size[size > 0] - 1).all())
