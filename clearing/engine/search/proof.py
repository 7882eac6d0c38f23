"""Proof: duals of a relaxation -> a leaf in integers, and the bound that it proves, computed exactly.

A bound needs no trust in the duals: whatever they are, they are rounded to integers, repaired until no ring and no arc
gains, and what they then prove is added up. Bad duals make a weak bound, never a wrong one.

Example (S = 1): a ring of two offers of capacity 10 that gains 5 a µ. Rents 5 and 0 make the ring cost 0, so that
nothing beats -(5·10 + 0·10) = -50.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.by_offer import gained, goes_by_offer, is_shared
from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.exact import LIMIT, array_of, largest, plus, times, wide
from clearing.engine.search.program import Duals, Stage, passes_of
from clearing.engine.search.programs import DUAL_SCALE
from clearing.engine.search.rows import REST_OUT
from clearing.model.proof import Leaf

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

DENOMINATORS = (1, 2, 6, 12, 60, 2_520)
COARSE = 10**6
REPAIRS_MAX = 8
NUMBER_LIMIT = 2**128
"""No leaf has a number of this size: one that is larger proves nothing."""
NEAR = 200
"""How far, in 1/DUAL_SCALE, a dual may be from a fraction to be taken for it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A leaf and the bound it proves, in the stage's unit."""

    leaf: Leaf
    bound: int


def prove(component: Component, stage: Stage, bounds: Bounds, duals: Duals) -> Proven:
    """The best of a few ways to round the duals; whatever they are, there is a proof of some bound."""
    finer, opened = _finer(component, stage, duals), open_offers(component, stage, bounds)
    if goes_by_offer(component):
        nothing = Duals({}, [0] * len(component.rows.nodes), [0] * len(duals.before), {})
        leaves = [_by_offer(component, stage, bounds, nothing)]
        leaves += [_by_offer(component, stage, bounds, duals, times) for times in finer]
        leaves += [replace(leaf, opened=opened) for leaf in leaves] if opened else []
    else:
        denominator = _denominator(stage, duals)
        ways = ((), opened) if opened else ((),)
        rounded = [
            _rounded(component, stage, bounds, duals, denominator * times, each) for times in finer for each in ways
        ]
        leaves = [_plain(component, stage), *(leaf for leaf in rounded if leaf is not None)]
    proven = [Proven(leaf, leaf_bound(component, stage, bounds, leaf)) for leaf in leaves if is_short(leaf)]
    return max(proven, key=lambda each: each.bound)


def is_short(leaf: Leaf) -> bool:
    """Whether its numbers are of a size that may be written."""
    amounts = (leaf.served, leaf.rents, leaf.potentials)
    numbers = (leaf.scale, *leaf.multipliers, *(number for each in amounts for number in each.values()))
    return max(map(abs, numbers)) < NUMBER_LIMIT


def _plain(component: Component, stage: Stage) -> Leaf:
    """Rents so high that no row costs less than nothing: a proof that needs no duals."""
    rows, scale = component.rows, stage.objective.scale
    empty = Leaf(scale, [0] * (len(stage.before) + stage.pay_own_way), {}, {}, {})
    cost, rents = row_prices(component, stage, empty), dict[str, int]()
    tolerance = rows.book.rulebook.residual_tolerance_micro
    for offer, held in rows.delivering.items():
        name = rows.book.offers.id[offer]
        leaving = component.group_rows.get(f"rest:{name}")
        rest = 0 if leaving is None else max(0, -int(cost[leaving].min()))
        back = -(-rest * tolerance // rows.asks.least_micro(offer)) if rest else 0
        rent = max(0, -int(cost[held].min())) + back
        rents |= {f"rest:{name}": rest} if rest > 0 else {}
        rents |= {f"offer:{name}": rent} if rent > 0 else {}
    return Leaf(scale, empty.multipliers, {}, dict(sorted(rents.items())), {})


def leaf_bound(component: Component, stage: Stage, bounds: Bounds, leaf: Leaf) -> int:
    """What a leaf proves: the ceiling of B/S."""
    total = -gained(component, bounds, margins(component, stage, leaf)) if leaf.by_offer else 0
    for name, rent in leaf.rents.items():
        if name not in component.shares:
            low, high = _range(component, bounds, name)
            total -= max(rent * low, rent * high)
    values = [value for _, value in stage.before] + [0] * stage.pay_own_way
    total -= sum(own * value for own, value in zip(leaf.multipliers, values, strict=True))
    total += stage.delivery_worth(leaf.scale, leaf.multipliers) * len(leaf.opened)
    served, worth = stage.serving(leaf.scale, leaf.multipliers)
    total -= sum(worth - leaf.served.get(_desk(component, desk), 0) for desk in served)
    return -(-total // leaf.scale)


def open_offers(component: Component, stage: Stage, bounds: Bounds) -> tuple[str, ...]:
    """Offers that count where they deliver, and that must below these branches."""
    names = [component.rows.book.offers.id[offer] for offer in stage.counted]
    return tuple(sorted(name for name in names if bounds.get(f"offer:{name}", (0, 0))[0] > 0))


def row_prices(component: Component, stage: Stage, leaf: Leaf) -> IntArray:
    """a(row) of a leaf."""
    rows = component.rows
    parts = [each.scaled(weight) for each, weight in stage.weighted(leaf.scale, leaf.multipliers) if weight]
    if stage.pay_own_way and leaf.multipliers[-1]:
        parts.append(times(component.limits, leaf.multipliers[-1]))
    charges: list[tuple[IntArray | Sequence[int], int]] = []
    for desk, offers in stage.serving(leaf.scale, leaf.multipliers)[0].items():
        weight = leaf.served.get(_desk(component, desk), 0)
        charges += [(rows.delivering[offer], -weight // least) for offer, least in offers.items()]
    counted, worth = stage.counted, stage.delivery_worth(leaf.scale, leaf.multipliers)
    for offer in map(component.offer_at.__getitem__, leaf.opened):
        charges.append((rows.delivering[offer], -(worth // counted[offer])))
    for name, rent in leaf.rents.items():
        charges.append((component.rows_of(name), rent))
        if name in component.shares:
            offer, tolerance = component.shares[name]
            charges.append((rows.delivering[offer], -rent * tolerance // rows.asks.least_micro(offer)))
    most = sum(map(largest, parts)) + len(charges) * max((abs(charge) for _, charge in charges), default=0)
    price = sum(parts[1:], parts[0].copy()) if most < LIMIT else sum(map(wide, parts[1:]), wide(parts[0]))
    for held, charge in charges:
        price[held] += charge
    return price


def margins(component: Component, stage: Stage, leaf: Leaf) -> IntArray:
    """What a µ of each row gains at a leaf's potentials."""
    nodes = [leaf.potentials.get(name, 0) for name in component.rows.nodes[: component.rows.named]]
    rise = rises(component, np.arange(len(component.rows)), nodes)
    return wide(rise) - wide(row_prices(component, stage, leaf))


def _denominator(stage: Stage, duals: Duals) -> int:
    """The first that makes every dual nearly whole, else a coarse one for rounding up; that of precise duals."""
    if duals.unit != DUAL_SCALE:
        return duals.unit
    if stage.objective.scale > 1:
        return 1
    every = [*duals.groups.values(), *duals.nodes, *duals.before]
    whole = (d for d in DENOMINATORS if all((v * d + NEAR) % DUAL_SCALE <= 2 * NEAR for v in every))
    return next(whole, COARSE)


def _finer(component: Component, stage: Stage, duals: Duals) -> Sequence[int]:
    """By how much finer than its duals a leaf is written: where a stage before counts, besides 1 so much that what the
    parts of its multiplier lose by rounding is less than one in all.
    """
    if not any(own for own, (before, _) in zip(duals.before, stage.before, strict=False) if before.counts):
        return (1,)
    most = sum(map(component.rows.asks.capacity_micro, component.rows.delivering))
    return sorted({1, max(1, 10 ** len(str(most)) // stage.objective.scale)})


def _by_offer(component: Component, stage: Stage, bounds: Bounds, duals: Duals, times: int = 1) -> Leaf:
    """Potentials as they are nearest; what offers gain at them is added up later."""
    shared = {name: value for name, value in duals.groups.items() if value and is_shared(component, name)}
    denominator = _denominator(stage, replace(duals, groups=shared)) * times
    rents = {name: _nearest(value, denominator, duals.unit) for name, value in shared.items()}
    nodes = _potentials(component, duals, denominator)
    scale, multipliers = stage.objective.scale * denominator, _multipliers(stage, duals, denominator)
    return Leaf(
        scale,
        multipliers,
        _weights(component, duals, stage.serving(scale, multipliers)[1], denominator),
        {
            name: rent
            for name, rent in sorted(rents.items())
            if rent and (rent > 0 or bounds.get(name, (0, 0))[0]) and (name in bounds or name in component.capacity)
        },
        {component.rows.nodes[node]: value for node, value in enumerate(nodes) if value},
        by_offer=True,
    )


def _potentials(component: Component, duals: Duals, denominator: int) -> list[int]:
    """Of the named nodes, so that they do not rise on a pass."""
    named = component.rows.named
    nodes = [_nearest(value, denominator, duals.unit) for value in duals.nodes[:named]]
    for source, target in component.rows.passes if nodes else ():
        if source < named:
            nodes[target] = min(nodes[target], nodes[source])
    return nodes


def _nearest(value: int, denominator: int, unit: int) -> int:
    return (value * denominator + unit // 2) // unit


def _weights(component: Component, duals: Duals, worth: int, denominator: int) -> dict[str, int]:
    """Weights of those who could be served, none above what one is worth, zero ones left out."""
    nearest = {desk: _nearest(value, denominator, duals.unit) for desk, value in duals.served.items()}
    weights = {_desk(component, desk): min(worth, weight) for desk, weight in nearest.items()}
    return {desk: weight for desk, weight in weights.items() if weight > 0}


def _rounded(
    component: Component, stage: Stage, bounds: Bounds, duals: Duals, denominator: int, opened: tuple[str, ...]
) -> Leaf | None:
    exact = denominator != COARSE
    scale = stage.objective.scale * denominator
    rents = {
        name: _nearest(value, denominator, duals.unit) if exact else -(-value * denominator // duals.unit)
        for name, value in duals.groups.items()
    }
    for name, rent in rents.items():
        if rent < 0 and bounds.get(name, (0, 0))[0] == 0:
            rents[name] = 0
    multipliers = _multipliers(stage, duals, denominator)
    served = _weights(component, duals, stage.serving(scale, multipliers)[1], denominator)
    nodes = _potentials(component, duals, denominator)
    leaf = Leaf(scale, multipliers, served, rents, {}, opened=opened)
    if not _repair(component, stage, leaf, rents, nodes):
        return None
    names = component.rows.nodes
    return Leaf(
        scale,
        multipliers,
        served,
        {name: rent for name, rent in sorted(rents.items()) if rent},
        {names[node]: value for node, value in enumerate(nodes) if value},
        opened=opened,
    )


def _multipliers(stage: Stage, duals: Duals, denominator: int) -> list[int]:
    """λ: the constraint of a stage before is written in that stage's scale, one that counts by what it counts."""
    scales = [1 if before.counts else before.scale for before, _ in stage.before] + [1] * stage.pay_own_way
    found = zip(duals.before, scales, strict=True)
    return [max(0, _nearest(value * own, denominator, duals.unit)) for value, own in found]


def _repair(
    component: Component, stage: Stage, leaf: Leaf, rents: dict[str, int], nodes: Sequence[int]
) -> bool:
    """Raise rents until no arc and no bounded ring gains; whether that did."""
    rows, walks = component.rows, component.walks
    free = np.flatnonzero(walks.free)
    rise = rises(component, free, nodes)
    for _ in range(REPAIRS_MAX):
        price = row_prices(component, stage, leaf)
        missing = rise - price[free]
        for at in np.flatnonzero(missing > 0).tolist():
            _raise(component, rents, int(free[at]), int(missing[at]))
        if (missing > 0).any():
            continue
        if largest(price) >= walks.price_limit:
            return False
        short = -walks.least(price.astype(np.int64))
        if short <= 0:
            return True
        for row in np.flatnonzero(rows.kind == REST_OUT).tolist():
            _raise(component, rents, row, short)
        for offer in rows.delivering:
            name = f"offer:{rows.book.offers.id[offer]}"
            rents[name] = rents.get(name, 0) + short
    return False


def rises(component: Component, some: IntArray, nodes: Sequence[int]) -> IntArray:
    """By row the potential of where it delivers less that of where it takes; ``nodes``: those of the named ones.

    Where a chain may return, the potential of ``any`` counts if it is higher.
    """
    rows = component.rows
    taking = list(nodes) or [0] * rows.named
    giving = dict(enumerate(taking))
    for source, target in passes_of(component):
        giving[source] = max(giving.get(source, taking[target]), taking[target])
    level = array_of([giving[node] for node in range(len(rows.nodes))])
    head, tail = level[rows.head[some]], array_of(taking)[rows.tail[some]]
    return plus(head, -tail)


def _raise(component: Component, rents: dict[str, int], row: int, missing: int) -> None:
    """Charge a row more: its offer's group, or the residual's."""
    rows, offer = component.rows, int(component.rows.offer[row])
    leaves = rows.kind[row] == REST_OUT
    own, rest = (f"{group}:{rows.book.offers.id[offer]}" for group in ("offer", "rest"))
    name = rest if leaves else own
    rents[name] = rents.get(name, 0) + missing
    if leaves:  # what is charged for residual comes off the price of delivering
        tolerance = rows.book.rulebook.residual_tolerance_micro
        rents[own] = rents.get(own, 0) - (-missing * tolerance // rows.asks.least_micro(offer))


def _range(component: Component, bounds: Bounds, name: str) -> tuple[int, int]:
    return bounds[name] if name in bounds else (0, component.capacity[name])


def _desk(component: Component, desk: int) -> str:
    return component.rows.book.participants.id[desk]

