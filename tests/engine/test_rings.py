"""Rings add up to the flow, in the order that the rule fixes."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np

from clearing.engine.rings import Ring, extract
from clearing.service import outcome_of
from tests.books import book, offer, random_book
from tests.sessions import SALT

COPPER, STEEL, WHEAT = range(3)


def test_two_cycles_come_first_then_the_ring_from_the_smallest_node() -> None:
    flow = {(COPPER, STEEL): 40, (STEEL, WHEAT): 30, (WHEAT, COPPER): 30, (STEEL, COPPER): 10}
    assert extract(flow) == [Ring((COPPER, STEEL), 10), Ring((COPPER, STEEL, WHEAT), 30)]


def test_extraction_takes_the_same_cycles_as_walking_anew_each_time() -> None:
    for seed in range(300):
        flow = _random_circulation(seed)
        assert extract(flow) == _naive(flow), seed


def test_overlay_cuts_a_ring_where_its_members_change() -> None:
    rows = [
        offer("A", "X", "steel", 25, ("copper", 0)),
        offer("B", "X", "steel", 15, ("copper", -100)),
        offer("C", "Y", "wheat", 30, ("steel", 0)),
        offer("D", "Z", "copper", 30, ("wheat", 0)),
        offer("E", "Z", "copper", 10, ("steel", 0)),
    ]
    world = book(values=dict.fromkeys(("copper", "steel", "wheat"), 1_000), offers=rows)
    rings = outcome_of(world, SALT).rings
    assert rings.nodes == [("pool:copper", "pool:steel"), ("pool:copper", "pool:steel", "pool:wheat")]
    members = ["".join(world.offers.id[m] for m in part) for part in np.split(rings.member, rings.member_start[1:-1])]
    assert list(zip(members, rings.segment_flow_micro.tolist(), strict=True)) == [
        ("AE", 10_000),
        ("ACD", 15_000),
        ("BCD", 15_000),
    ]


def test_segments_add_up_to_rings_and_members_to_their_fills() -> None:
    for seed in range(60):
        world = random_book(seed)
        outcome = outcome_of(world, SALT)
        rings, fills = outcome.rings, outcome.fills
        offered: Counter[int] = Counter()
        discharged: Counter[int] = Counter()
        for ring, flow in enumerate(rings.flow_micro.tolist()):
            segments = range(rings.segment_start[ring], rings.segment_start[ring + 1])
            assert sum(int(rings.segment_flow_micro[s]) for s in segments) == flow
            for s in segments:
                for member in rings.member[rings.member_start[s] : rings.member_start[s + 1]].tolist():
                    counted = discharged if rings.of_obligations[ring] else offered
                    counted[member] += int(rings.segment_flow_micro[s])
        assert offered == _non_zero(fills.offer_flow_micro), seed
        assert discharged == _non_zero(fills.obligation_flow_micro), seed


def _non_zero(flows: np.ndarray) -> Counter[int]:  # type: ignore[type-arg]
    return Counter({i: flow for i, flow in enumerate(flows.tolist()) if flow})


def _random_circulation(seed: int) -> dict[tuple[int, int], int]:
    draw, flow = random.Random(seed), Counter[tuple[int, int]]()
    for _ in range(draw.randint(1, 12)):
        cycle = draw.sample(range(8), draw.randint(2, 6))
        amount = draw.randint(1, 9)
        for u, v in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            flow[u, v] += amount
    return dict(flow)


def _naive(flow: dict[tuple[int, int], int]) -> list[Ring]:
    left, rings = dict(flow), []
    for u, v in sorted(left):
        amount = min(left[u, v], left.get((v, u), 0)) if u < v else 0
        if amount:
            left[u, v] -= amount
            left[v, u] -= amount
            rings.append(Ring((u, v), amount))
    while any(left.values()):
        path = [min(u for (u, _), amount in left.items() if amount)]
        while path.count(path[-1]) == 1:
            path.append(min(v for (u, v), amount in left.items() if u == path[-1] and amount))
        cycle = path[path.index(path[-1]) : -1]
        arcs = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        amount = min(left[arc] for arc in arcs)
        for arc in arcs:
            left[arc] -= amount
        least = cycle.index(min(cycle))
        rings.append(Ring(tuple(cycle[least:] + cycle[:least]), amount))
    return rings
