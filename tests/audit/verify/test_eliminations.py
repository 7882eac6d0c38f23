"""Cycles in a rounding: elimination finds the least as trying all cycles does, and so does the choice of own ones."""

from __future__ import annotations

import random
from itertools import permutations

import networkx as nx

from clearing.audit.verify.law6_rounding import _eliminate
from clearing.audit.verify.residual import components


def least_cycle(arcs: dict[tuple[int, int], int], order: list[int]) -> int | None:
    out: dict[int, dict[int, int]] = {node: {} for node in order}
    into: dict[int, dict[int, int]] = {node: {} for node in order}
    for (tail, head), cost in arcs.items():
        out[tail][head] = into[head][tail] = cost
    found = [closed for node in order if (closed := _eliminate(out, into, node)) is not None]
    return min(found, default=None)


def least_simple_cycle(arcs: dict[tuple[int, int], int], nodes: int) -> int | None:
    costs = []
    for size in range(2, nodes + 1):
        for cycle in permutations(range(nodes), size):
            hops = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
            if all(hop in arcs for hop in hops):
                costs.append(sum(arcs[hop] for hop in hops))
    return min(costs, default=None)


def test_elimination_tells_whether_the_least_cycle_is_below_at_or_above_zero() -> None:
    signs = set()
    for seed in range(400):
        draw = random.Random(seed)
        nodes = draw.randint(2, 5)
        pairs = [(t, h) for t in range(nodes) for h in range(nodes) if t != h and draw.random() < 0.5]
        arcs = {pair: draw.randint(-3, 9) for pair in pairs}
        wanted = least_simple_cycle(arcs, nodes)
        order = draw.sample(range(nodes), nodes)
        got = least_cycle(arcs, order)
        if wanted is None or wanted >= 0:
            assert got == wanted, seed
        else:
            assert got is not None
            assert got < 0, seed
        signs.add(None if wanted is None else (wanted > 0) - (wanted < 0))
    assert signs == {None, -1, 0, 1}


def test_components_are_the_strongly_connected_ones() -> None:
    for seed in range(200):
        draw = random.Random(seed)
        nodes = draw.randint(1, 12)
        edges = [(draw.randrange(nodes), draw.randrange(nodes)) for _ in range(draw.randint(0, 20))]
        graph = nx.MultiDiGraph(edges)
        graph.add_nodes_from(range(nodes))
        wanted = {frozenset(part) for part in nx.strongly_connected_components(graph)}
        number = components(nodes, edges)
        parts: dict[int, set[int]] = {}
        for node, part in enumerate(number):
            parts.setdefault(part, set()).add(node)
        assert {frozenset(part) for part in parts.values()} == wanted
