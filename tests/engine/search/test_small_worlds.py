"""Small worlds of rulebook 2 against brute force: every ring by every whole flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from clearing.engine.admission import admit
from clearing.engine.search.asks import Asks
from clearing.engine.search.rows import build_rows
from clearing.engine.search.search import Searched, search
from clearing.engine.search.tiers import CIRCULATION, find_tiers
from clearing.engine.search.witness import is_feasible
from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS
from clearing.solvers.apart import SolverApart
from tests.books import book, offer

PIECE = 1_000
SALT = b"\x07" * 32
RULEBOOK = replace(DEFAULTS[2], self_crossing="allow", residual_tolerance_micro=0, work_limit=200)
Ring = tuple[tuple[int, int], ...]
"""(offer, alternative) of each member."""


@pytest.fixture(scope="module")
def solver() -> Iterator[SolverApart]:
    with SolverApart() as own:
        yield own


def random_world(seed: int) -> Book:
    """Up to five offers in whole pieces of one worth, with every condition, K = 2, 3, 4 or none."""
    draw = Random(seed)
    assets = [f"A{i}" for i in range(draw.randint(2, 3))]
    desks = [f"D{i}" for i in range(draw.randint(2, 4))]
    rows = []
    for number in range(draw.randint(2, 5)):
        given, *taken = draw.sample(assets, draw.randint(2, len(assets)))
        quantity = draw.randint(1, 2)
        conditions: dict[str, Any] = {}
        kind = draw.random()
        if kind < 0.2:
            conditions["all_or_none"] = True
        elif kind < 0.35:
            conditions["min_fill"] = quantity
        elif kind < 0.5 and quantity == 2:
            conditions["lot"] = 2
        if draw.random() < 0.2:
            conditions["max_ring"] = draw.randint(2, 3)
        desk = draw.choice(desks)
        others = [name for name in desks if name != desk]
        if draw.random() < 0.2:
            conditions["deny"] = (draw.choice(others),)
        elif draw.random() < 0.1:
            conditions["allow"] = (draw.choice(others),)
        row = offer(
            f"O{number}", desk, given, quantity, *((a, draw.randint(-9, 4) * 10_000) for a in taken),
            conditions=conditions,
        )  # fmt: skip
        rows.append(row)
    longest = draw.choice((None, 2, 3, 4))
    objectives = draw.choice((("surplus", "lottery"), ("surplus", "items", "lottery"), ("items", "surplus", "lottery")))
    screening = "ring" if longest is not None and draw.random() < 0.5 else "neighbours"
    rulebook = replace(RULEBOOK, max_ring=longest, objectives=objectives, screening=screening)
    return book(values=dict.fromkeys(assets, PIECE), offers=rows, rulebook=rulebook)


@pytest.mark.parametrize("seed", range(150))
def test_no_whole_clearing_is_better_than_a_proven_one(seed: int, solver: SolverApart) -> None:
    world = random_world(seed)
    for found in searched(world, solver):
        component = found.component
        assert is_feasible(component, found.rings)
        best = brute_force(world, [int(o) for o in component.rows.tier.offers])
        for place, stage in enumerate(found.proof.stages[:-1]):
            assert stage.bound <= stage.value
            if place == 0:
                assert stage.bound <= best[0], "a bound is below every clearing"
            if all(before.bound == before.value for before in found.proof.stages[: place + 1]):
                values = [each.value for each in found.proof.stages[: place + 1]]
                assert values <= best[: place + 1], "nothing that is proven is beaten"


def test_most_small_worlds_are_proven(solver: SolverApart) -> None:
    proven = [
        all(stage.bound == stage.value for stage in found.proof.stages[:-1])
        for seed in range(60)
        for found in searched(random_world(seed), solver)
    ]
    assert sum(proven) >= 0.9 * len(proven)
    assert len(proven) >= 30


def searched(world: Book, solver: SolverApart) -> Sequence[Searched]:
    admission = admit(world)
    tiers = [tier for tier in find_tiers(world, admission) if tier.tier != CIRCULATION]
    return [search(build_rows(world, admission, tier), SALT, solver) for tier in tiers]


def brute_force(world: Book, offers: Sequence[int]) -> list[int]:
    """The best list of stage values (lottery apart) over all whole flows on all rings."""
    asks = Asks(world)
    rings = list(all_rings(world, asks, offers))
    most = [min(2, *(world.offers.quantity[o] for o, _ in ring)) for ring in rings]
    best = [0] * (len(world.rulebook.objectives) - 1)
    if not 0 < len(rings) <= 12:
        rings, most = rings[:12], most[:12]
    for flows in product(*(range(int(top) + 1) for top in most)):
        value = value_of(world, asks, offers, dict(zip(rings, flows, strict=True)))
        if value is not None and value < best:
            best = value
    return best


def all_rings(world: Book, asks: Asks, offers: Sequence[int]) -> Iterator[Ring]:
    """Every closed sequence of different (offer, alternative), from its least member, that the rules allow."""
    rows = [
        (o, place)
        for o in offers
        for place in range(int(world.offers.alt_start[o + 1] - world.offers.alt_start[o]))
    ]

    def takes(row: tuple[int, int]) -> int:
        return int(world.offers.alt_asset[int(world.offers.alt_start[row[0]]) + row[1]])

    def onward(path: list[tuple[int, int]]) -> Iterator[Ring]:
        giver = path[-1]
        for row in rows:
            if takes(row) != int(world.offers.deliver[giver[0]]) or asks.conflict(giver[0], row[0]):
                continue
            if row == path[0] and len(path) >= 2 and allowed(world, asks, path):
                yield tuple(path)
            elif row > path[0] and row not in path:
                yield from onward([*path, row])

    for row in rows:
        yield from onward([row])


def allowed(world: Book, asks: Asks, path: Sequence[tuple[int, int]]) -> bool:
    limits = [asks.conditions(o).max_ring or 99 for o, _ in path]
    if len(path) > min(*limits, world.rulebook.max_ring or 99):
        return False
    pairs = [(one, other) for one, _ in path for other, _ in path]
    return world.rulebook.screening != "ring" or not any(asks.deny(one, other) for one, other in pairs)


def value_of(world: Book, asks: Asks, offers: Sequence[int], flows: Mapping[Ring, int]) -> list[int] | None:
    delivered = dict.fromkeys(offers, 0)
    surplus = items = 0
    for ring, flow in flows.items():
        for o, place in ring:
            delivered[o] += flow
            line = int(world.offers.alt_start[o]) + place
            surplus += flow * PIECE * int(world.offers.alt_limit_ppm[line])
            givers = {
                int(world.offers.participant[g])
                for g in offers
                if world.offers.deliver[g] == world.offers.alt_asset[line]
            }
            items -= flow * bool(givers - {int(world.offers.participant[o])})
    for o, quantity in delivered.items():
        asked, whole = asks.conditions(o), int(world.offers.quantity[o])
        if quantity > whole or (quantity and asked.all_or_none and quantity < whole):
            return None
        if quantity and (quantity < (asked.min_fill or 0) or quantity % (asked.lot or 1)):
            return None
    if world.rulebook.objectives[0] != "surplus" and surplus > 0:
        return None
    table = {"surplus": surplus, "items": items}
    return [table[name] for name in world.rulebook.objectives[:-1]]
