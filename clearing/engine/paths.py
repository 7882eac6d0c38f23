"""Residual paths: netting graph, flow and the potentials of stage 1 -> shortest distances between nodes.

Dijkstra's algorithm on reduced costs, which the potentials make non-negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from clearing.engine.faces import Face, Network, flat, residual
from clearing.engine.netting_graph import OBLIGATION, NettingGraph
from clearing.engine.residual import condense

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

Distances: TypeAlias = dict[int, int]
Neighbours: TypeAlias = Sequence[Sequence[tuple[int, int]]]


class ResidualPaths:
    """The residual graph of stage 1 (obligations apart) with parallel arcs merged to the cheapest."""

    def __init__(self, graph: NettingGraph, flow: IntArray, potential: IntArray) -> None:
        goods = np.flatnonzero(graph.kind != OBLIGATION)
        network = Network(len(graph.nodes), graph.tail[goods], graph.head[goods])
        low, free = np.zeros(len(goods), dtype=np.int64), np.ones(len(goods), dtype=np.bool_)
        face = Face(low, graph.capacity[goods], free)
        _, tail, head, cost = residual(network, face, flat(graph.cost[goods]), flow[goods])
        self.tail, self.head, length = condense(network.nodes, tail, head, cost)
        self.potential: list[int] = potential.tolist()
        reduced = length + potential[self.tail] - potential[self.head]
        self.onward: list[list[tuple[int, int]]] = [[] for _ in graph.nodes]
        self.back: list[list[tuple[int, int]]] = [[] for _ in graph.nodes]
        for u, v, c in zip(self.tail.tolist(), self.head.tolist(), reduced.tolist(), strict=True):
            self.onward[u].append((v, c))
            self.back[v].append((u, c))

    def from_node(self, node: int, within: Iterable[int] | None = None) -> Mapping[int, int]:
        """d(node, x) for every x that it reaches."""
        start = self.potential[node]
        found: Distances = {}
        extend(found, self.onward, [(0, node)], within)
        return {x: length + self.potential[x] - start for x, length in found.items()}

    def to_node(self, node: int, within: Iterable[int] | None = None) -> Mapping[int, int]:
        """d(x, node) for every x that reaches it."""
        end = self.potential[node]
        found: Distances = {}
        extend(found, self.back, [(0, node)], within)
        return {x: length + end - self.potential[x] for x, length in found.items()}


def extend(
    best: Distances, neighbours: Neighbours, heap: list[tuple[int, int]], within: Iterable[int] | None = None
) -> set[int]:
    """Lower ``best`` by the new sources in ``heap``; returns the nodes that were not reached before."""
    allowed = None if within is None else set(within)
    reached = set()
    heapify(heap)
    while heap:
        length, node = heappop(heap)
        if node not in best:
            reached.add(node)
        elif best[node] <= length:
            continue
        best[node] = length
        for other, cost in neighbours[node]:
            if (allowed is None or other in allowed) and best.get(other, length + cost + 1) > length + cost:
                heappush(heap, (length + cost, other))
    return reached
