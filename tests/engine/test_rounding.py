"""Rounding takes floors and ceilings, the greatest total, and of those the least lottery cost."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from clearing.engine.flow_solver import solve_with_networkx, solve_with_ortools
from clearing.engine.legs import premium_micro
from clearing.engine.rounding import PoolLegs, round_pool

VALUE = 10


def _random_legs(draw: random.Random) -> PoolLegs:
    pairs = draw.sample(list(product(range(4), range(4))), draw.randint(1, 9))
    stock = [draw.choice((-1, 0, 0, 1)) for _ in range(4)]
    return PoolLegs(
        np.array([draw.choice((5, draw.randint(1, 35))) for _ in pairs], dtype=np.int64),
        np.array([giver for giver, _ in pairs], dtype=np.int64),
        np.array([stock[giver] for giver, _ in pairs], dtype=np.int64),
        np.array([receiver for _, receiver in pairs], dtype=np.int64),
    )


@pytest.mark.parametrize("solver", [solve_with_ortools, solve_with_networkx])
def test_rounding_is_the_least_of_all_roundings_by_brute_force(solver) -> None:  # type: ignore[no-untyped-def]
    for seed in range(200):
        draw = random.Random(seed)
        legs = _random_legs(draw)
        cost = np.array([draw.randrange(2**32) for _ in legs.giver], dtype=np.int64)
        found = round_pool(legs, VALUE, lambda _, rows, cost=cost: cost[rows], solver)
        assert found.tolist() == _brute_force(legs, cost), seed


def test_bounds_alone_decide_the_worked_example() -> None:
    legs = PoolLegs(*(np.array(c, dtype=np.int64) for c in ([14, 4, 6], [0, 0, 1], [-1] * 3, [0, 1, 1])))
    found = round_pool(legs, VALUE, lambda _, rows: np.arange(len(rows)), solve_with_ortools)
    assert found.tolist() == [2, 0, 1]


def test_ties_of_one_lottery_stage_are_broken_by_the_next() -> None:
    legs = PoolLegs(*(np.array(c, dtype=np.int64) for c in ([5, 5], [0, 1], [-1, -1], [0, 1])))

    def costs(stage: int, rows):  # type: ignore[no-untyped-def]
        return np.zeros(len(rows), dtype=np.int64) if stage < 3 else np.array([7, 3], dtype=np.int64)[rows]

    assert round_pool(legs, VALUE, costs, solve_with_ortools).tolist() == [0, 1]


def test_whole_increments_stay_as_they_are() -> None:
    legs = PoolLegs(*(np.array(c, dtype=np.int64) for c in ([20, 30], [0, 1], [-1, -1], [0, 1])))
    assert round_pool(legs, VALUE, None, None).tolist() == [2, 3]  # type: ignore[arg-type]


def test_premia_are_rounded_half_to_even() -> None:
    value = np.array([500_000, 1_500_000, 2_500_000, 500_000, 3, 10**17], dtype=np.int64)
    ppm = np.array([1, 1, 1, -1, 0, 10**8], dtype=np.int64)
    assert premium_micro(value, ppm).tolist() == [0, 2, 2, 0, 0, 10**19]


def _brute_force(legs: PoolLegs, cost) -> list[int]:  # type: ignore[no-untyped-def]
    flows = legs.flow_micro.tolist()
    choices = [sorted({flow // VALUE, -(-flow // VALUE)}) for flow in flows]
    families = [legs.giver.tolist(), legs.receiver.tolist(), [0] * len(flows)]
    stock = [s if s >= 0 else None for s in legs.stock.tolist()]
    total = -(-sum(flows) // VALUE)

    def fits(quantity: tuple[int, ...]) -> bool:
        for family in (*families, stock):
            for name in {f for f in family if f is not None}:
                rows = [i for i, f in enumerate(family) if f == name]
                exact, taken = sum(flows[i] for i in rows), sum(quantity[i] for i in rows)
                if not exact // VALUE <= taken <= -(-exact // VALUE):
                    return False
        return sum(quantity) == total

    fitting = [quantity for quantity in product(*choices) if fits(quantity)]
    return list(min(fitting, key=lambda q: sum(int(c) * n for c, n in zip(cost, q, strict=True))))
