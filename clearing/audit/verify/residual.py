"""Residual graphs: arcs with what one more or one less unit costs in, shortest parallel arcs and their parts out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Protocol

Residual = dict[int, tuple[int, int]]
"""(tail × nodes + head): the least cost of a residual arc between the two and one arc that has it."""


class Arrows(Protocol):
    """Per node its (head, cost)."""

    def __getitem__(self, node: int, /) -> Sequence[tuple[int, int]]: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What an arc may still do: the cost of one unit more and of one unit less, None if it may not."""

    arc: int
    more: int | None
    less: int | None


def condense(tails: Sequence[int], heads: Sequence[int], nodes: int, steps: Iterable[Step]) -> Residual:
    """The cheapest of all parallel residual arcs."""
    residual: Residual = {}
    for step in steps:
        tail, head = tails[step.arc], heads[step.arc]
        for key, cost in ((tail * nodes + head, step.more), (head * nodes + tail, step.less)):
            if cost is not None:
                known = residual.get(key)
                if known is None or cost < known[0]:
                    residual[key] = (cost, step.arc)
    return residual


def condense_linear(
    tails: Sequence[int], heads: Sequence[int], nodes: int,
    rows: Iterable[tuple[int, int, int, int, int]],
) -> Residual:  # fmt: skip
    """The same for (arc, cost, flow, least, most): the bulk path of a stage of linear costs."""
    residual: Residual = {}
    get = residual.get
    for arc, cost, flow, least, most in rows:
        tail, head = tails[arc], heads[arc]
        if flow < most:
            key = tail * nodes + head
            known = get(key)
            if known is None or cost < known[0]:
                residual[key] = (cost, arc)
        if flow > least:
            key = head * nodes + tail
            known = get(key)
            if known is None or -cost < known[0]:
                residual[key] = (-cost, arc)
    return residual


def components(nodes: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """The number of each node's strongly connected component (Tarjan, without recursion)."""
    arrows: list[list[int]] = [[] for _ in range(nodes)]
    for tail, head in edges:
        arrows[tail].append(head)
    component, order, low = [-1] * nodes, [0] * nodes, [0] * nodes
    waiting: list[int] = []
    seen = found = 0
    for root in range(nodes):
        if order[root]:
            continue
        seen += 1
        order[root] = low[root] = seen
        waiting.append(root)
        path: list[tuple[int, Iterator[int]]] = [(root, iter(arrows[root]))]
        while path:
            node, rest = path[-1]
            for head in rest:
                if not order[head]:
                    seen += 1
                    order[head] = low[head] = seen
                    waiting.append(head)
                    path.append((head, iter(arrows[head])))
                    break
                if component[head] < 0:
                    low[node] = min(low[node], order[head])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    while component[node] < 0:
                        component[waiting.pop()] = found
                    found += 1
    return component


def spread(arrows: Arrows, label: dict[int, int], sources: Iterable[tuple[int, int]]) -> list[int]:
    """Lower the labels by what the sources (label, node) reach at non-negative costs; the nodes first reached."""
    heap: list[tuple[int, int]] = []
    reached = []
    for value, node in sources:
        if node not in label or value < label[node]:
            if node not in label:
                reached.append(node)
            label[node] = value
            heap.append((value, node))
    heapify(heap)
    while heap:
        value, node = heappop(heap)
        if value > label[node]:
            continue
        for head, cost in arrows[node]:
            if head not in label:
                reached.append(head)
            elif value + cost >= label[head]:
                continue
            label[head] = value + cost
            heappush(heap, (value + cost, head))
    return reached
