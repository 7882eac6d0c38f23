"""Proof: duals of a relaxation -> a leaf in integers, and the bound that it proves, computed exactly.

A bound needs no trust in the duals: whatever they are, they are rounded to integers, repaired until no ring and no arc
gains, and what they then prove is added up. Bad duals make a weak bound, never a wrong one.

Example (S = 1): a ring of two offers of capacity 10 that gains 5 a µ. Rents 5 and 0 make the ring cost 0, so that
nothing beats -(5·10 + 0·10) = -50.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.objectives import Objective
from clearing.engine.search.programs import DUAL_SCALE
from clearing.engine.search.relaxation import Bounds, Component, Duals, Stage, passes_of
from clearing.engine.search.rows import REST_OUT
from clearing.model.proof import Leaf

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

DENOMINATORS = (1, 2, 6, 12, 60, 2_520)
COARSE = 10**6
NEAR = 200
"""How far, in 1/DUAL_SCALE, a dual may be from a fraction to be taken for it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A leaf and the bound it proves, in the stage's unit."""

    leaf: Leaf
    bound: int


def prove(component: Component, stage: Stage, bounds: Bounds, duals: Duals) -> Proven:
    """The best of a few ways to round the duals."""
    ways = [_rounded(component, stage, bounds, duals, times) for times in _times(stage, duals)]
    return max(ways, key=lambda proven: proven.bound)


def leaf_bound(component: Component, stage: Stage, bounds: Bounds, leaf: Leaf) -> int:
    """What a leaf proves: the ceiling of B/S."""
    total = 0
    for name, rent in leaf.rents.items():
        if name not in component.shares:
            low, high = _range(component, bounds, name)
            total -= max(rent * low, rent * high)
    values = [value for _, value in stage.before] + [0] * stage.pay_own_way
    total -= sum(times * value for times, value in zip(leaf.multipliers, values, strict=True))
    total -= sum(leaf.scale - leaf.served.get(_desk(component, desk), 0) for desk in stage.objective.served)
    return -(-total // leaf.scale)


def row_prices(component: Component, stage: Stage, leaf: Leaf) -> IntArray:
    """a(row) of a leaf."""
    rows, objective = component.rows, stage.objective
    price = np.array(objective.scaled(leaf.scale), dtype=np.int64)
    for (before, _), times in zip(stage.before, leaf.multipliers, strict=False):
        if times:
            price += np.array(before.scaled(times), dtype=np.int64)
    if stage.pay_own_way:
        price += np.array(component.limits, dtype=np.int64) * leaf.multipliers[-1]
    for desk, offers in objective.served.items():
        weight = leaf.served.get(_desk(component, desk), 0)
        for offer, least in offers.items():
            for row in rows.delivering[offer]:
                price[row] += -weight // least
    for name, rent in leaf.rents.items():
        for row in rows_of(component, name):
            price[row] += rent
        if name in component.shares:
            offer, tolerance = component.shares[name]
            for row in rows.delivering[offer]:
                price[row] += -rent * tolerance // rows.asks.least_micro(offer)
    return price


def rows_of(component: Component, name: str) -> list[int]:
    """The rows of a group, also of one that a branch made."""
    return component.group_rows[name] if name in component.group_rows else component.branch_rows(name)


def _times(stage: Stage, duals: Duals) -> list[int]:
    """Denominators to try: the first that makes every dual nearly whole, else a coarse one rounded up."""
    every = [*duals.groups.values(), *duals.nodes, *duals.before]
    if stage.objective.scale > 1:
        return [1]
    for times in DENOMINATORS:
        if all((v * times + NEAR) % DUAL_SCALE <= 2 * NEAR for v in every):
            return [times]
    return [COARSE]


def _rounded(component: Component, stage: Stage, bounds: Bounds, duals: Duals, times: int) -> Proven:
    exact = times != COARSE
    scale = stage.objective.scale * times

    def whole(value: int) -> int:
        return (value * times + DUAL_SCALE // 2) // DUAL_SCALE if exact else -(-value * times // DUAL_SCALE)

    rents = {name: whole(value) for name, value in duals.groups.items()}
    for name, rent in rents.items():
        if rent < 0 and bounds.get(name, (0, 0))[0] == 0:
            rents[name] = 0
    multipliers = [
        _multiplier(value, times, before) for value, before in zip(duals.before, _before(stage), strict=True)
    ]
    served = {_desk(component, d): min(scale, max(0, v * times)) for d, v in duals.served.items()}
    nodes = [(value * times + DUAL_SCALE // 2) // DUAL_SCALE for value in duals.nodes]
    leaf = Leaf(scale, multipliers, served, rents, {})
    potentials = _repair(component, stage, leaf, rents, nodes)
    names = component.rows.nodes
    leaf = Leaf(
        scale,
        multipliers,
        {desk: weight for desk, weight in served.items() if weight},
        {name: rent for name, rent in sorted(rents.items()) if rent},
        {names[node]: value for node, value in enumerate(potentials) if value},
    )
    return Proven(leaf, leaf_bound(component, stage, bounds, leaf))


def _before(stage: Stage) -> list[Objective | None]:
    return [objective for objective, _ in stage.before] + [None] * stage.pay_own_way


def _multiplier(value: int, times: int, before: Objective | None) -> int:
    """λ: the constraint of a stage before is written in that stage's scale."""
    own = before.scale if before is not None else 1
    return max(0, (value * times * own + DUAL_SCALE // 2) // DUAL_SCALE)


def _repair(component: Component, stage: Stage, leaf: Leaf, rents: dict[str, int], nodes: list[int]) -> list[int]:
    """Raise rents until no arc and no bounded ring gains; returns the potentials."""
    rows, walks = component.rows, component.walks
    free = np.flatnonzero(walks.free)
    if len(free):
        for _ in range(2):  # open -> pool -> any
            for source, target in passes_of(component):
                nodes[target] = min(nodes[target], nodes[source])
        potential = np.array(nodes, dtype=np.int64)
        for _ in range(2):  # what is charged for residual comes off the price of delivering
            price = row_prices(component, stage, leaf)
            short = -(price[free] + potential[rows.tail[free]] - potential[rows.head[free]])
            for row, missing in zip(free.tolist(), short.tolist(), strict=True):
                if missing > 0:
                    _raise(component, rents, row, missing)
    for _ in range(4):
        missing = -walks.least(row_prices(component, stage, leaf))
        if missing <= 0:
            return nodes
        for group in rows.groups:
            if group.name.startswith("offer:"):
                rents[group.name] = rents.get(group.name, 0) + missing
        for row, each in enumerate(rows.row):
            if each.kind == REST_OUT:
                _raise(component, rents, row, missing)
    return nodes


def _raise(component: Component, rents: dict[str, int], row: int, missing: int) -> None:
    """Charge a row more: its offer's group, or the residual's."""
    held = [component.rows.groups[group].name for group in component.rows.of_row[row]]
    wanted = "rest:" if component.rows.row[row].kind == REST_OUT else "offer:"
    name = next(name for name in held if name.startswith(wanted))
    rents[name] = rents.get(name, 0) + missing


def _range(component: Component, bounds: Bounds, name: str) -> tuple[int, int]:
    return bounds[name] if name in bounds else (0, component.capacity[name])


def _desk(component: Component, desk: int) -> str:
    return component.rows.book.participants.id[desk]

