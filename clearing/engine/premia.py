"""Premia: potentials of stage 1 -> one uniform clearing premium per asset, with the interval it could lie in.

Worked example. X delivers wheat for copper at limit +2 %, Y copper for wheat at -5 %; X's 100 are used up and
Y could do more. Y's limit then sets the price: wheat - copper = +5 %, exactly, which is more than X's 2 %. The
level is free: the lower value-weighted median is put at 0, and both cleared 100, so copper 0 and wheat +5 %.

On residual arcs any valid potentials obey mu(head) <= mu(tail) + cost. Where they leave room the rule takes
floored midpoints, from the components that cleared most to the rest (docs/rulebook-1.md, Premia).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.netting_graph import OBLIGATION, NettingGraph
from clearing.engine.paths import Distances, ResidualPaths, extend
from clearing.engine.residual import components
from clearing.model.book import NONE
from clearing.model.outcome import Premium

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

@dataclass(frozen=True, slots=True)
class Component:
    """A strongly connected component of the residual graph: nodes ascending, weight, reference node."""

    nodes: Sequence[int]
    weight: int
    reference: int


def set_premia(graph: NettingGraph, flow: IntArray, potential: IntArray) -> Sequence[Premium]:
    """One premium per pool, in order of asset; ``potential`` is the recorded one of stage 1."""
    goods = np.flatnonzero(graph.kind != OBLIGATION)
    weight = np.zeros(len(graph.nodes), dtype=np.int64)
    np.add.at(weight, graph.head[goods], flow[goods])
    pools = {int(node): asset for asset, node in enumerate(graph.pool.tolist()) if node != NONE}
    cleared = [amount if node in pools else 0 for node, amount in enumerate(weight.tolist())]
    hub = None if graph.hub == NONE else graph.hub
    paths = ResidualPaths(graph, flow, potential)
    ordered = _components(paths, cleared, hub)
    premium = _fix_all(paths, ordered, cleared, hub)
    return _published(graph, paths, ordered, pools, premium, cleared)


def no_premia(graph: NettingGraph, flow: IntArray) -> Sequence[Premium]:
    """Where surplus is not the first objective no limit is above 0, and trade is at par: 0 for every pool."""
    lines = []
    for asset, node in enumerate(graph.pool.tolist()):
        if node != NONE:
            traded = sum(flow[graph.head == node].tolist())
            lines.append(Premium(asset, 0, None, None, None, graph.nodes[node], traded))
    return lines


def _components(paths: ResidualPaths, cleared: Sequence[int], hub: int | None) -> Sequence[Component]:
    """All components in the order of the rule: the hub's, then by value cleared, then by least node."""
    label = components(len(cleared), paths.tail, paths.head).tolist()
    members: dict[int, list[int]] = {}
    for node, name in enumerate(label):
        members.setdefault(name, []).append(node)
    found = [
        Component(nodes, sum(cleared[x] for x in nodes), _reference(nodes, cleared, hub))
        for nodes in members.values()
    ]
    return sorted(found, key=lambda c: (c.reference != hub, -c.weight, c.nodes[0]))


def _reference(nodes: Sequence[int], cleared: Sequence[int], hub: int | None) -> int:
    if hub is not None and hub in nodes:
        return hub
    return min(nodes, key=lambda x: (-cleared[x], x))


def _fix_all(
    paths: ResidualPaths, ordered: Sequence[Component], cleared: Sequence[int], hub: int | None
) -> list[int]:
    """mu of every node."""
    fixed: dict[int, int] = {}
    upper: Distances = {}
    lower: Distances = {}  # of -mu, so that both are shortest distances
    for component in ordered:
        if component.nodes[0] in fixed:
            continue
        settled = _fix_component(paths, component, cleared, hub, upper, lower)
        while settled:
            fixed |= settled
            pi = paths.potential
            from_above = extend(upper, paths.onward, [(mu - pi[x], x) for x, mu in settled.items()])
            from_below = extend(lower, paths.back, [(pi[x] - mu, x) for x, mu in settled.items()])
            both = [x for x in from_above | from_below if x in upper and x in lower and x not in fixed]
            settled = {x: (upper[x] + pi[x] + pi[x] - lower[x]) // 2 for x in both}
    return [fixed[x] for x in range(len(cleared))]


def _fix_component(
    paths: ResidualPaths,
    component: Component,
    cleared: Sequence[int],
    hub: int | None,
    upper: Distances,
    lower: Distances,
) -> dict[int, int]:
    """Midpoints relative to the reference, shifted to the median and then into [L, U]."""
    nodes, reference, pi = component.nodes, component.reference, paths.potential
    outward, inward = paths.from_node(reference, nodes), paths.to_node(reference, nodes)
    middle = {x: (outward[x] - inward[x]) // 2 for x in nodes}
    shift = 0 if reference == hub else -_median(middle, cleared)
    # Only one side can be bounded here, or every node would have had both ends.
    highest = min((upper[x] + pi[x] - middle[x] for x in nodes if x in upper), default=shift)
    lowest = max((pi[x] - lower[x] - middle[x] for x in nodes if x in lower), default=shift)
    shift = highest if highest < shift else max(shift, lowest)
    return {x: mu + shift for x, mu in middle.items()}


def _median(middle: Mapping[int, int], cleared: Sequence[int]) -> int:
    """The least mu at which the cumulated weight reaches half of all."""
    total, cumulated = sum(cleared[x] for x in middle), 0
    for mu, node in sorted((mu, node) for node, mu in middle.items()):
        cumulated += cleared[node]
        if 2 * cumulated >= total:
            return mu
    raise AssertionError("a component has nodes")


def _published(
    graph: NettingGraph,
    paths: ResidualPaths,
    ordered: Sequence[Component],
    pools: Mapping[int, int],
    premium: Sequence[int],
    cleared: Sequence[int],
) -> Sequence[Premium]:
    first = next((c for c in ordered if c.weight > 0), None)
    everywhere = None if first is None else (paths.from_node(first.reference), paths.to_node(first.reference))
    lines = []
    for component in ordered:
        held = [x for x in component.nodes if x in pools]
        reference, spans = (None, None) if first is None else (first.reference, everywhere)
        if component.weight > 0 and held:
            r = reference = component.reference
            spans = paths.from_node(r, component.nodes), paths.to_node(r, component.nodes)
        for node in held:
            lowest = highest = None
            if reference is not None and spans is not None:
                outward, inward = spans
                highest = premium[reference] + outward[node] if node in outward else None
                lowest = premium[reference] - inward[node] if node in inward else None
            named = None if reference is None else graph.nodes[reference]
            least = graph.nodes[component.nodes[0]]
            line = Premium(pools[node], premium[node], lowest, highest, named, least, cleared[node])
            lines.append(line)
    return sorted(lines, key=lambda line: line.asset)
