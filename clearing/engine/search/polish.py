"""Polish: a solver's nearly right flows -> rings with exact µ, by a small integer program over what is left to correct.

Flows that should be whole pieces are taken to the nearest piece. Others may be off by rounding: each may still move by
a few µ so that nodes balance, bounds hold and decided deliveries are exact. Nothing is believed: what comes out is
checked like any other witness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.exact import largest
from clearing.engine.search.program import Relaxed, Stage
from clearing.engine.search.programs import Column, Constraint, Programs
from clearing.engine.search.witness import canonical, into_rings, is_feasible, limits_total, value_of

MOVE_MAX = 64
"""µ by which a flow may be corrected."""
NODES_MAX = 200

Flows = dict[tuple[int, ...], int]


def polish(
    component: Component, stage: Stage, relaxed: Relaxed, bounds: Bounds, programs: Programs
) -> Flows | None:
    """Feasible rings near a proposal that change no stage before and pay their own way where they must, or None."""
    if component.pieces:
        return _feasible(component, stage, _snapped(component, relaxed))
    columns = _load(component, stage, relaxed, bounds, programs)
    for ask in (programs.solve, lambda: programs.solve_whole(NODES_MAX)):
        # A vertex of a network is whole already; rings may need the integer program.
        answer = ask()
        if answer is not None and len(answer.columns) == columns:
            rings = _feasible(component, stage, _moved(relaxed, answer.columns))
            if rings is not None:
                return rings
    return None


Parts = tuple[Mapping[int, int], Mapping[tuple[int, int], int], Mapping[tuple[int, ...], int]]
"""Flows of arcs, passes and rings."""


def _snapped(component: Component, relaxed: Relaxed) -> Parts:
    unit = component.pieces

    def nearest(amount: int) -> int:
        return (amount + unit // 2) // unit * unit

    arcs = {row: nearest(v) for row, v in relaxed.arcs.items() if nearest(v)}
    passes = {join: nearest(v) for join, v in relaxed.passes.items() if nearest(v)}
    return arcs, passes, {ring: nearest(v) for ring, v in relaxed.rings.items() if nearest(v)}


def _feasible(component: Component, stage: Stage, parts: Parts) -> Flows | None:
    rings = _whole(component, parts)
    if rings is None or not is_feasible(component, rings):
        return None
    if stage.pay_own_way and limits_total(component, rings) > 0:
        return None
    kept = all(value_of(component, objective, rings) == held for objective, held in stage.before)
    return rings if kept else None


def _whole(component: Component, parts: Parts) -> Flows | None:
    arcs, passes, priced = parts
    rings = into_rings(component, arcs, passes)
    if rings is None:
        return None
    for ring, amount in priced.items():
        key = canonical(component, ring)
        rings[key] = rings.get(key, 0) + amount
    return rings


def _moved(relaxed: Relaxed, moves: Sequence[int]) -> Parts:
    """A proposal's flows, corrected."""
    first, second = len(relaxed.arcs), len(relaxed.arcs) + len(relaxed.passes)
    return (
        {row: v + d for (row, v), d in zip(relaxed.arcs.items(), moves[:first], strict=True) if v + d},
        {join: v + d for (join, v), d in zip(relaxed.passes.items(), moves[first:second], strict=True) if v + d},
        {ring: v + d for (ring, v), d in zip(relaxed.rings.items(), moves[second:], strict=True) if v + d},
    )


def _load(component: Component, stage: Stage, relaxed: Relaxed, bounds: Bounds, programs: Programs) -> int:
    """Hand the program of the corrections to the solver; how many there are: arcs, passes, rings in order."""
    rows = component.rows
    arcs, joins, priced = list(relaxed.arcs.items()), list(relaxed.passes.items()), list(relaxed.rings.items())
    flows = [0] * len(rows)
    for row, amount in [*arcs, *((row, amount) for ring, amount in priced for row in ring)]:
        flows[row] += amount
    constraints, by_row = _constraints(component, stage, bounds, flows)
    node_at: dict[int, int] = {}
    balance = [0] * len(rows.nodes)
    ends = [(int(rows.tail[row]), int(rows.head[row])) for row, _ in arcs] + [join for join, _ in joins]
    for (tail, head), (_, amount) in zip(ends, [*arcs, *joins], strict=True):
        balance[tail] -= amount
        balance[head] += amount
    for node in sorted({node for end in ends for node in end}):
        node_at[node] = len(constraints)
        constraints.append(Constraint(-balance[node], -balance[node], 1))
    cost = stage.objective.scaled(stage.objective.scale).tolist()
    columns = []
    for (row, amount), (tail, head) in zip(arcs, ends, strict=False):
        columns.append(_column(cost[row], amount, [*by_row[row], (node_at[head], 1), (node_at[tail], -1)]))
    for (_, amount), (tail, head) in zip(joins, ends[len(arcs) :], strict=True):
        columns.append(_column(0, amount, [(node_at[head], 1), (node_at[tail], -1)]))
    for ring, amount in priced:
        columns.append(_column(sum(cost[row] for row in ring), amount, _summed(by_row, ring)))
    programs.load(constraints, columns)
    return len(columns)


def _constraints(
    component: Component, stage: Stage, bounds: Bounds, flows: Sequence[int]
) -> tuple[list[Constraint], list[list[tuple[int, int]]]]:
    """What may still move, in µ: groups, decided bounds, and the stages before."""
    constraints: list[Constraint] = []
    by_row: list[list[tuple[int, int]]] = [[] for _ in flows]

    def add(low: int | None, high: int | None, entries: Sequence[tuple[int, int]], unit: int) -> None:
        for row, value in entries:
            by_row[row].append((len(constraints), value))
        constraints.append(Constraint(low, high, unit))

    for name in sorted(component.group_rows.keys() | bounds.keys()):
        held = component.rows_of(name)
        carried = sum(flows[row] for row in held)
        if not carried and name not in component.group_rows:
            continue
        low, high = bounds.get(name, (None, component.capacity.get(name, 0)))
        near = low is not None and low - carried > -MOVE_MAX * len(held)
        if near or high - carried < MOVE_MAX * max(1, len(held)):
            add(low - carried if low is not None and near else None, high - carried, [(int(r), 1) for r in held], 1)
    for offer, least in _serving(component, stage, flows).items():
        held = component.rows.delivering[offer]
        carried = sum(flows[row] for row in held)
        add(least - carried, None, [(int(r), 1) for r in held], 1)
    before = [(objective.scaled(objective.scale), value * objective.scale) for objective, value in stage.before]
    if stage.pay_own_way:
        before.append((component.limits, 0))
    for costs, value in before:
        cost = costs.tolist()
        left = value - sum(c * flow for c, flow in zip(cost, flows, strict=True) if flow)
        if any(cost):
            add(None, left, [(row, c) for row, c in enumerate(cost) if c], largest(costs))
    return constraints, by_row


def _serving(component: Component, stage: Stage, flows: Sequence[int]) -> Mapping[int, int]:
    """Of each participant whom a proposal serves, an offer that does most and what it needs to deliver."""
    found = {}
    for offers in stage.served.values():
        carried = {o: sum(flows[row] for row in component.rows.delivering[o]) for o in offers}
        most = max(offers, key=lambda o: (carried[o] - offers[o], o))
        if carried[most] > 0 and carried[most] >= offers[most] - MOVE_MAX:
            found[most] = offers[most]
    return found


def _column(cost: int, amount: int, entries: Sequence[tuple[int, int]]) -> Column:
    return Column(cost, -min(amount, MOVE_MAX), MOVE_MAX, 1, True, sorted(entries))


def _summed(by_row: Sequence[Sequence[tuple[int, int]]], ring: Sequence[int]) -> Sequence[tuple[int, int]]:
    entries: dict[int, int] = {}
    for row in ring:
        for at, value in by_row[row]:
            entries[at] = entries.get(at, 0) + value
    return sorted(entries.items())
