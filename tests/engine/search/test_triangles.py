"""Short rings by tables: against every ring of small random graphs."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearing.engine.search import triangles as triangles_room
from clearing.engine.search.steps import FAR, Costs, Ends
from clearing.engine.search.triangles import KEPT, pairs, triangles

NODES_MAX = 7

Steps = dict[tuple[int, int], int]


ABSENT = 3


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Steps]:
    nodes = draw(st.integers(3, NODES_MAX))
    joins = [(tail, head) for tail in range(nodes) for head in range(nodes) if tail != head]
    drawn = draw(st.lists(st.integers(-1, ABSENT), min_size=len(joins), max_size=len(joins)))
    return nodes, {join: cost for join, cost in zip(joins, drawn, strict=True) if cost != ABSENT}


def costs_of(nodes: int, steps: Steps) -> Costs:
    key = np.array(sorted(tail * nodes + head for tail, head in steps), dtype=np.int64)
    cost = np.array([steps[divmod(each, nodes)] for each in key.tolist()], dtype=np.int64)
    return Costs(Ends(nodes, key), np.arange(len(key)), cost)


def every_ring(nodes: int, steps: Steps, length: int) -> dict[tuple[int, ...], int]:
    """Every ring of some nodes, from the least on."""
    found = {}
    for some in combinations(range(nodes), length):
        for rest in permutations(some[1:]):
            ring = some[0], *rest
            total = sum(steps.get(join, FAR) for join in zip(ring, [*ring[1:], ring[0]], strict=True))
            if total < FAR // 2:
                found[ring] = total
    return found


class Ring(NamedTuple):
    nodes: tuple[int, ...]
    cost: int
    rank: int


def found_by(length: int, costs: Costs, below: int) -> list[Ring]:
    some = [pairs(costs, below)] if length == 2 else triangles(costs, below)
    columns = ((map(tuple, found.nodes.tolist()), found.cost.tolist(), found.rank.tolist()) for found in some)
    return [Ring(*ring) for each in columns for ring in zip(*each, strict=True)]


@pytest.mark.parametrize("length", [2, 3])
@pytest.mark.parametrize("ways", [1, 2 * NODES_MAX**2, triangles_room.WAYS_MAX])
@settings(max_examples=200)
@given(graph=graphs(), below=st.integers(-2, 0))
def test_rings_found_exist_at_their_cost_and_the_cheapest_is_among_them(
    length: int, ways: int, graph: tuple[int, Steps], below: int
) -> None:
    nodes, steps = graph
    rings = {ring: cost for ring, cost in every_ring(nodes, steps, length).items() if cost < below}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(triangles_room, "WAYS_MAX", ways)
        found = found_by(length, costs_of(nodes, steps), below)
    assert all(rings[ring.nodes] == ring.cost for ring in found)
    assert min((ring.cost for ring in found), default=None) == min(rings.values(), default=None)


def test_few_rings_are_kept_for_each_middle_the_cheapest_first() -> None:
    hub_and_rim = {(0, rim): -rim for rim in range(1, NODES_MAX)} | {(rim, 0): 0 for rim in range(1, NODES_MAX)}
    found = found_by(2, costs_of(NODES_MAX, hub_and_rim), 0)
    assert [ring.nodes for ring in found] == [(0, NODES_MAX - 1 - rank) for rank in range(KEPT)]
    assert [ring.rank for ring in found] == list(range(KEPT))
