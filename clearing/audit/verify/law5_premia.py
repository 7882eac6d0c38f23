"""Law 5, premia: which of all valid potentials are published, and how far each could lie from where it is.

On the residual graph of the first stage at the final flow, obligations apart. μ is valid if μ(head) ≤ μ(tail) + c on
every residual arc; d(x, y) is the shortest length. Given the nodes fixed so far, x may lie from
L = max(μ_u − d(x, u)) to U = min(μ_u + d(u, x)).

(a) Unfixed nodes with both ends finite take ⌊(L+U)/2⌋, all at once; again while there are any.
(b) Else the next component, strongly connected: hub's first, then by value cleared, then by least node. From its
    reference r, m(x) = ⌊(d(r,x) − d(x,r))/2⌋, shifted so that the lower median weighted by value is 0 (the hub, where
    it is in the component), then by the least amount that puts every node in [L, U].

Example: one offer b -> a of limit 10, partly filled, and one a -> b of limit −30, partly filled, in a ring with two
more of no limit: d(a,b) = −10, d(b,a) = 10, so m(a) = 10 relative to b, whatever is chosen as the reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clearing.audit.verify.graph import HUB, OBLIGATION, Graph
from clearing.audit.verify.lines import canonical
from clearing.audit.verify.residual import Arrows, components, condense_linear, spread

POOL = "pool:"


@dataclass(slots=True)
class _Component:
    """A strongly connected part of the residual graph."""

    nodes: list[int]
    weight: int
    reference: int


@dataclass(slots=True)
class _Market:
    """The residual graph at reduced costs, which are not negative, and what is fixed so far."""

    potential: list[int]
    out: Arrows
    back: Arrows
    component: list[int]
    above: dict[int, int] = field(default_factory=dict)
    """U − potential of the nodes that a fixed node reaches."""
    below: dict[int, int] = field(default_factory=dict)
    """potential − L of the nodes that reach a fixed node."""
    fixed: dict[int, int] = field(default_factory=dict)


def par_lines(graph: Graph) -> Iterator[str]:
    """The lines where surplus is not the first objective: every pool at 0, a component of its own."""
    traded = [0] * len(graph.node)
    for head, flow in zip(graph.head, graph.flow, strict=True):
        traded[head] += flow
    for node, name in enumerate(graph.node):
        if name.startswith(POOL):
            line = {
                "asset_id": name.removeprefix(POOL),
                "component": name,
                "premium_ppm": "0",
                "traded_micro": str(traded[node]),
            }
            yield canonical(line) + "\n"


def premium_lines(graph: Graph, potentials: list[int]) -> Iterator[str]:
    """The lines of outcome/premia, one for each pool."""
    weights = _weights(graph)
    market = _market(graph, potentials)
    parts = _ordered_components(graph, market, weights)
    for part in parts:
        if part.nodes[0] not in market.fixed:
            _fix_between(market, _fix(market, _centred(graph, market, part, weights)))
    return _lines(graph, market, parts, weights)


def _weights(graph: Graph) -> list[int]:
    weights = [0] * len(graph.node)
    for head, flow in zip(graph.head, graph.flow, strict=True):
        weights[head] += flow
    return [each if graph.node[node].startswith(POOL) else 0 for node, each in enumerate(weights)]


def _market(graph: Graph, potentials: list[int]) -> _Market:
    nodes = len(graph.node)
    rows = (
        (arc, cost, flow, 0, most)
        for arc, (cost, flow, most, kind) in enumerate(
            zip(graph.limit, graph.flow, graph.capacity, graph.kind, strict=True)
        )
        if kind != OBLIGATION
    )
    out: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    back: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    edges = []
    for key, (cost, _) in condense_linear(graph.tail, graph.head, nodes, rows).items():
        tail, head = divmod(key, nodes)
        reduced = cost + potentials[tail] - potentials[head]
        out[tail].append((head, reduced))
        back[head].append((tail, reduced))
        edges.append((tail, head))
    return _Market(potentials, out, back, components(nodes, edges))


def _ordered_components(graph: Graph, market: _Market, weights: list[int]) -> list[_Component]:
    """In the order in which (b) takes them; claims are no part of the market."""
    members: dict[int, list[int]] = {}
    for node, name in enumerate(graph.node):
        if not name.startswith("claim:"):
            members.setdefault(market.component[node], []).append(node)
    hub = graph.number.get(HUB, -1)
    parts = []
    for nodes in members.values():
        reference = hub if hub in nodes else min(nodes, key=lambda node: (-weights[node], node))
        parts.append(_Component(nodes, sum(weights[node] for node in nodes), reference))
    return sorted(parts, key=lambda part: (part.reference != hub, -part.weight, part.nodes[0]))


def _centred(graph: Graph, market: _Market, part: _Component, weights: list[int]) -> dict[int, int]:
    """Rule (b) for one component."""
    onward, homeward = _distances(market, part)
    middle = {node: (onward[node] - homeward[node]) // 2 for node in part.nodes}
    if graph.node[part.reference] == HUB:
        shift = -middle[part.reference]
    else:
        shift = -_lower_median(middle, weights, part.weight)
    potential = market.potential
    lows = [potential[x] - market.below[x] - middle[x] for x in part.nodes if x in market.below]
    highs = [potential[x] + market.above[x] - middle[x] for x in part.nodes if x in market.above]
    if lows:
        shift = max(shift, max(lows))
    if highs:
        shift = min(shift, min(highs))
    return {node: each + shift for node, each in middle.items()}


def _distances(market: _Market, part: _Component) -> tuple[dict[int, int], dict[int, int]]:
    """d(r, x) and d(x, r) of the nodes of a component; shortest paths between them never leave it."""
    inside = set(part.nodes)
    return _from_and_to(market, part.reference, _Within(market.out, inside), _Within(market.back, inside))


def _from_and_to(market: _Market, r: int, out: Arrows, back: Arrows) -> tuple[dict[int, int], dict[int, int]]:
    """d(r, x) and d(x, r) wherever they are finite."""
    potential = market.potential
    onward: dict[int, int] = {}
    homeward: dict[int, int] = {}
    spread(out, onward, [(0, r)])
    spread(back, homeward, [(0, r)])
    return (
        {x: length - potential[r] + potential[x] for x, length in onward.items()},
        {x: length - potential[x] + potential[r] for x, length in homeward.items()},
    )


class _Within:
    """Arrows that stay inside a set of nodes."""

    def __init__(self, arrows: Arrows, inside: set[int]) -> None:
        self.arrows, self.inside = arrows, inside

    def __getitem__(self, node: int) -> list[tuple[int, int]]:
        return [arrow for arrow in self.arrows[node] if arrow[0] in self.inside]


def _lower_median(middle: dict[int, int], weights: list[int], total: int) -> int:
    cumulated = 0
    for node, each in sorted(middle.items(), key=lambda item: item[1]):
        cumulated += weights[node]
        if cumulated * 2 >= total:
            return each
    return 0


def _fix(market: _Market, chosen: dict[int, int]) -> list[int]:
    """Fix nodes and let their bounds reach others; the nodes whose bounds were open before."""
    market.fixed.update(chosen)
    potential = market.potential
    up = spread(market.out, market.above, [(mu - potential[x], x) for x, mu in chosen.items()])
    down = spread(market.back, market.below, [(potential[x] - mu, x) for x, mu in chosen.items()])
    return up + down


def _fix_between(market: _Market, reached: list[int]) -> None:
    """Rule (a), again and again, on the nodes whose bounds have just become finite."""
    above, below, potential = market.above, market.below, market.potential
    while both := [x for x in reached if x in above and x in below and x not in market.fixed]:
        reached = _fix(market, {x: (2 * potential[x] - below[x] + above[x]) // 2 for x in both})


def _lines(graph: Graph, market: _Market, parts: list[_Component], weights: list[int]) -> Iterator[str]:
    own: dict[int, _Component] = {}
    for part in parts:
        own.update(dict.fromkeys(part.nodes, part))
    cleared = next((part for part in parts if part.weight), None)
    far = _from_and_to(market, cleared.reference, market.out, market.back) if cleared else ({}, {})
    near: dict[int, tuple[dict[int, int], dict[int, int]]] = {}
    for node, name in enumerate(graph.node):
        if not name.startswith(POOL):
            continue
        part = own[node]
        line = {
            "asset_id": name.removeprefix(POOL),
            "component": graph.node[part.nodes[0]],
            "premium_ppm": str(market.fixed[node]),
            "traded_micro": str(weights[node]),
        }
        if cleared is not None:
            r = part.reference if part.weight else cleared.reference
            if part.weight and r not in near:
                near[r] = _distances(market, part)
            onward, homeward = near[r] if part.weight else far
            line["reference"] = graph.node[r]
            if node in onward:
                line["highest_ppm"] = str(market.fixed[r] + onward[node])
            if node in homeward:
                line["lowest_ppm"] = str(market.fixed[r] - homeward[node])
        yield canonical(line) + "\n"
