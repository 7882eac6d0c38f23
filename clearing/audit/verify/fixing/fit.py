"""The consensus on each pair in, the values of the assets that the pairs join out: least squares without rounding.

What is left of a pair, times its weight, is a current that no asset keeps: currents run in rings. A tree through the
assets leaves one ring for each pair beside it; the currents of these rings are what is solved for (integers, Bareiss),
and the values follow along the tree. Where there are more such rings than assets, the values are solved for instead.

Example: A = 2 B, B = 3 C, A = 7 C, in logarithms, of equal weight. The ring A B C says 0.6931 + 1.0986 − 1.9459 =
−0.1542; a third of it, −0.0514, is left of each pair, and v falls from A to B by 0.6931 + 0.0514.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

Edge = tuple[str, str]
Row = list[int]


def components(edges: Sequence[Edge]) -> list[list[str]]:
    """The assets that pairs join, each group ascending."""
    groups: dict[str, list[str]] = {}
    for one, other in edges:
        first = groups.setdefault(one, [one])
        second = groups.setdefault(other, [other])
        if first is not second:
            first += second
            for asset in second:
                groups[asset] = first
    return [sorted(group) for group in {id(group): group for group in groups.values()}.values()]


def fit(logs: Mapping[Edge, Fraction], weights: Mapping[Edge, int]) -> dict[str, Fraction]:
    """v of each asset of one component, Σ v = 0."""
    edges = sorted(logs)
    assets = sorted({asset for edge in edges for asset in edge})
    beside = len(edges) - len(assets) + 1
    raw = _by_rings(edges, logs, weights) if beside < len(assets) else _by_assets(assets, edges, logs, weights)
    mean = Fraction(sum(raw.values()), len(raw))
    return {asset: raw[asset] - mean for asset in assets}


def _by_rings(edges: Sequence[Edge], logs: Mapping[Edge, Fraction], weights: Mapping[Edge, int]) -> dict[str, Fraction]:
    order, up = _tree(edges)
    on_tree = {edge for edge, _sign in up.values()}
    rings = [_ring(edge, up) for edge in edges if edge not in on_tree]
    scale = lcm(*weights.values())
    matrix = [
        [
            sum(sign * other[edge] * (scale // weights[edge]) for edge, sign in ring.items() if edge in other)
            for other in rings
        ]
        for ring in rings
    ]
    turned = [sum((sign * logs[edge] for edge, sign in ring.items()), Fraction(0)) for ring in rings]
    currents = solve(matrix, turned)
    left = dict.fromkeys(edges, Fraction(0))
    for ring, current in zip(rings, currents, strict=True):
        for edge, sign in ring.items():
            left[edge] += sign * current * (scale // weights[edge])
    values = {order[0]: Fraction(0)}
    for asset in order[1:]:
        edge, sign = up[asset]
        parent = edge[1] if edge[0] == asset else edge[0]
        values[asset] = values[parent] + sign * (logs[edge] - left[edge])
    return values


def _tree(edges: Sequence[Edge]) -> tuple[list[str], dict[str, tuple[Edge, int]]]:
    """Assets from the root outward, and of each but the root the pair to its parent: 1 where it is the base of it."""
    beside: dict[str, list[Edge]] = {}
    for edge in edges:
        for asset in edge:
            beside.setdefault(asset, []).append(edge)
    order, up = [edges[0][0]], {}
    seen = set(order)
    for asset in order:
        for edge in beside[asset]:
            other = edge[1] if edge[0] == asset else edge[0]
            if other not in seen:
                seen.add(other)
                order.append(other)
                up[other] = (edge, 1 if edge[0] == other else -1)
    return order, up


def _ring(edge: Edge, up: Mapping[str, tuple[Edge, int]]) -> dict[Edge, int]:
    """The pairs of the ring that a pair beside the tree closes: v_base − v_quote of the signed pairs sums to zero."""
    ring = {edge: 1}
    for end, turn in ((edge[0], -1), (edge[1], 1)):
        asset = end
        while asset in up:
            step, sign = up[asset]
            ring[step] = ring.get(step, 0) + turn * sign
            asset = step[1] if step[0] == asset else step[0]
    return {step: sign for step, sign in ring.items() if sign}


def _by_assets(
    assets: Sequence[str], edges: Sequence[Edge], logs: Mapping[Edge, Fraction], weights: Mapping[Edge, int]
) -> dict[str, Fraction]:
    """Every asset but the last, whose value is 0 here: Σ m (v − v_other) = Σ ± m log."""
    place = {asset: row for row, asset in enumerate(assets[:-1])}
    matrix = [[0] * len(place) for _ in place]
    right = [Fraction(0)] * len(place)
    for edge in edges:
        for asset, other, sign in ((*edge, 1), (*edge[::-1], -1)):
            if asset in place:
                matrix[place[asset]][place[asset]] += weights[edge]
                right[place[asset]] += sign * weights[edge] * logs[edge]
                if other in place:
                    matrix[place[asset]][place[other]] -= weights[edge]
    return {**dict(zip(place, solve(matrix, right), strict=True)), assets[-1]: Fraction(0)}


def solve(matrix: list[Row], right: Sequence[Fraction]) -> list[Fraction]:
    """x of a positive definite integer system, by elimination without fractions (Bareiss 1968)."""
    size, scale = len(matrix), lcm(*(each.denominator for each in right))
    rows = [[*line, int(each * scale)] for line, each in zip(matrix, right, strict=True)]
    before = 1
    for step in range(size):
        pivot = rows[step][step]
        for below in rows[step + 1 :]:
            factor = below[step]
            for column in range(step + 1, size + 1):
                below[column] = (below[column] * pivot - factor * rows[step][column]) // before
            below[step] = 0
        before = pivot
    found = [Fraction(0)] * size
    for step in reversed(range(size)):
        known = sum((rows[step][column] * found[column] for column in range(step + 1, size)), Fraction(0))
        found[step] = Fraction(rows[step][size] - known, rows[step][step])
    return [Fraction(each, scale) for each in found]
