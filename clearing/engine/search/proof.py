"""Proof: duals of a relaxation -> a leaf in integers, and the bound that it proves, computed exactly.

A bound needs no trust in the duals: whatever they are, they are rounded to integers, repaired until no ring and no arc
gains, and what they then prove is added up. Bad duals make a weak bound, never a wrong one.

Example (S = 1): a ring of two offers of capacity 10 that gains 5 a µ. Rents 5 and 0 make the ring cost 0, so that
nothing beats -(5·10 + 0·10) = -50.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clearing.engine.search.objectives import Objective
from clearing.engine.search.programs import DUAL_SCALE
from clearing.engine.search.relaxation import PRICE_LIMIT, Bounds, Component, Duals, Stage, passes_of
from clearing.engine.search.rows import REST_OUT
from clearing.model.proof import Leaf

DENOMINATORS = (1, 2, 6, 12, 60, 2_520)
COARSE = 10**6
REPAIRS_MAX = 8
NEAR = 200
"""How far, in 1/DUAL_SCALE, a dual may be from a fraction to be taken for it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A leaf and the bound it proves, in the stage's unit."""

    leaf: Leaf
    bound: int


def prove(component: Component, stage: Stage, bounds: Bounds, duals: Duals) -> Proven:
    """The best of a few ways to round the duals; whatever they are, there is a proof of some bound."""
    leaves = [_plain(component, stage)]
    for times in _times(stage, duals):
        leaf = _rounded(component, stage, bounds, duals, times)
        leaves += [] if leaf is None else [leaf]
    proven = [Proven(leaf, leaf_bound(component, stage, bounds, leaf)) for leaf in leaves]
    return max(proven, key=lambda each: each.bound)


def _plain(component: Component, stage: Stage) -> Leaf:
    """Rents so high that no row costs less than nothing: a proof that needs no duals."""
    rows, scale = component.rows, stage.objective.scale
    empty = Leaf(scale, [0] * (len(stage.before) + stage.pay_own_way), {}, {}, {})
    cost, rents = row_prices(component, stage, empty), dict[str, int]()
    for offer, held in rows.delivering.items():
        name = rows.book.offers.id[offer]
        leaving = component.group_rows.get(f"rest:{name}", [])
        rest = max((-cost[row] for row in leaving), default=0)
        charged = max(0, rest) * rows.book.rulebook.residual_tolerance_micro
        back = -(-charged // rows.asks.least_micro(offer))
        rent = max(0, *(-cost[row] for row in held)) + back
        rents |= {f"rest:{name}": rest} if rest > 0 else {}
        rents |= {f"offer:{name}": rent} if rent > 0 else {}
    return Leaf(scale, empty.multipliers, {}, dict(sorted(rents.items())), {})


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


def row_prices(component: Component, stage: Stage, leaf: Leaf) -> list[int]:
    """a(row) of a leaf."""
    rows, objective = component.rows, stage.objective
    price = objective.scaled(leaf.scale)
    for (before, _), times in zip(stage.before, leaf.multipliers, strict=False):
        if times:
            price = [one + more for one, more in zip(price, before.scaled(times), strict=True)]
    if stage.pay_own_way and leaf.multipliers[-1]:
        price = [one + rho * leaf.multipliers[-1] for one, rho in zip(price, component.limits, strict=True)]
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


def _rounded(
    component: Component, stage: Stage, bounds: Bounds, duals: Duals, times: int
) -> Leaf | None:
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
    if potentials is None:
        return None
    names = component.rows.nodes
    return Leaf(
        scale,
        multipliers,
        {desk: weight for desk, weight in served.items() if weight},
        {name: rent for name, rent in sorted(rents.items()) if rent},
        {names[node]: value for node, value in enumerate(potentials) if value},
    )


def _before(stage: Stage) -> list[Objective | None]:
    return [objective for objective, _ in stage.before] + [None] * stage.pay_own_way


def _multiplier(value: int, times: int, before: Objective | None) -> int:
    """λ: the constraint of a stage before is written in that stage's scale."""
    own = before.scale if before is not None else 1
    return max(0, (value * times * own + DUAL_SCALE // 2) // DUAL_SCALE)


def _repair(
    component: Component, stage: Stage, leaf: Leaf, rents: dict[str, int], nodes: list[int]
) -> list[int] | None:
    """Raise rents until no arc and no bounded ring gains; the potentials, None where that did not do."""
    rows, walks = component.rows, component.walks
    free = np.flatnonzero(walks.free).tolist()
    if free:
        for _ in range(2):  # open -> pool -> any
            for source, target in passes_of(component):
                nodes[target] = min(nodes[target], nodes[source])
    ends = [(row, int(rows.tail[row]), int(rows.head[row])) for row in free]
    for _ in range(REPAIRS_MAX):
        price = row_prices(component, stage, leaf)
        missing = {row: nodes[head] - nodes[tail] - price[row] for row, tail, head in ends}
        missing = {row: short for row, short in missing.items() if short > 0}
        for row, short in missing.items():
            _raise(component, rents, row, short)
        if missing:
            continue
        if max(map(abs, price), default=0) >= PRICE_LIMIT:
            return None
        short = -walks.least(np.array(price, dtype=np.int64))
        if short <= 0:
            return nodes
        for row, each in enumerate(rows.row):
            if each.kind == REST_OUT:
                _raise(component, rents, row, short)
        for offer in rows.delivering:
            name = f"offer:{rows.book.offers.id[offer]}"
            rents[name] = rents.get(name, 0) + short
    return None


def _raise(component: Component, rents: dict[str, int], row: int, missing: int) -> None:
    """Charge a row more: its offer's group, or the residual's."""
    held = [component.rows.groups[group].name for group in component.rows.of_row[row]]
    wanted = "rest:" if component.rows.row[row].kind == REST_OUT else "offer:"
    name = next(name for name in held if name.startswith(wanted))
    rents[name] = rents.get(name, 0) + missing
    if wanted == "rest:":  # what is charged for residual comes off the price of delivering
        tolerance, offer = component.rows.book.rulebook.residual_tolerance_micro, component.rows.row[row].offer
        own = f"offer:{component.rows.book.offers.id[offer]}"
        back = -(-missing * tolerance // component.rows.asks.least_micro(offer))
        rents[own] = rents.get(own, 0) + back


def _range(component: Component, bounds: Bounds, name: str) -> tuple[int, int]:
    return bounds[name] if name in bounds else (0, component.capacity[name])


def _desk(component: Component, desk: int) -> str:
    return component.rows.book.participants.id[desk]

