"""Witness: rings with flows -> what each row, group and offer carries, and whether every condition is kept; exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.admissible import is_admissible
from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.objectives import Objective

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

Rings = Mapping[tuple[int, ...], int]


def row_flows(component: Component, rings: Rings) -> IntArray:
    """Flow of each row."""
    flows = [0] * len(component.rows)
    for ring, amount in rings.items():
        for row in ring:
            flows[row] += amount
    return np.array(flows, dtype=np.int64)


def is_feasible(component: Component, rings: Rings) -> bool:
    """Whether the rings keep every bound, step and rule of the rulebook."""
    rows, flows = component.rows, row_flows(component, rings)
    if any(amount <= 0 or not is_admissible(rows, ring) for ring, amount in rings.items()):
        return False
    if any(int(flows[group.rows].sum()) > group.capacity for group in rows.groups):
        return False
    delivered = rows.delivered(flows)
    if any(not admits(component, offer, amount) for offer, amount in delivered.items()):
        return False
    taken = rows.taken(flows)
    if (taken % rows.piece[rows.plain]).any():
        return False
    takers = np.unique(rows.offer[rows.plain][taken > 0]).tolist()
    return all(delivered[offer] for offer in takers)


def admits(component: Component, offer: int, delivered: int) -> bool:
    """Whether the offer may deliver this much, its capacity apart."""
    asks = component.rows.asks
    return delivered == 0 or (delivered >= asks.least_micro(offer) and delivered % asks.step_micro(offer) == 0)


def value_of(component: Component, objective: Objective, rings: Rings) -> int:
    """The value of a stage as minimised, in its unit; pieces are whole in a feasible witness."""
    flows = row_flows(component, rings)
    if objective.served:
        delivered = component.rows.delivered(flows)
        return -sum(any(delivered[o] >= e for o, e in offers.items()) for offers in objective.served.values())
    if objective.counted:
        delivered = component.rows.delivered(flows)
        return sum(delivered[offer] > 0 for offer in objective.counted)
    return objective.total(flows)


def limits_total(component: Component, rings: Rings) -> int:
    """Σ ρ·T."""
    flows = row_flows(component, rings)
    some = np.flatnonzero(flows)
    return sum(
        rho * flow for rho, flow in zip(component.limits[some].tolist(), flows[some].tolist(), strict=True)
    )


def decisions(component: Component, flows: IntArray) -> Bounds:
    """Bounds that a proposal's flows come near to: each stepped delivery and each whole take at its nearest.

    None where all is in pieces, which whole flows decide by themselves.
    """
    if component.pieces:
        return {}
    rows, ids = component.rows, component.rows.book.offers.id
    found: dict[str, tuple[int, int]] = {}
    for offer, delivered in rows.delivered(flows).items():
        if not component.stepped[offer]:
            continue
        name = ids[offer]
        found[f"offer:{name}"] = _nearest(component, offer, delivered)
        closed = found[f"offer:{name}"] == (0, 0)
        for group in (f"rest:{name}", f"{name}|rest"):
            if group in component.capacity:
                found[group] = 0, 0 if closed else component.capacity[group]
    plain, taken = rows.plain, rows.taken(flows)
    for at in np.flatnonzero(rows.piece[plain] > 1).tolist():
        row, piece = int(plain[at]), int(rows.piece[plain[at]])
        whole = (int(taken[at]) + piece // 2) // piece * piece
        found[f"take:{rows.name(row)}"] = whole, whole
    return found


def _nearest(component: Component, offer: int, delivered: int) -> tuple[int, int]:
    asks = component.rows.asks
    capacity, step, least = asks.capacity_micro(offer), asks.step_micro(offer), asks.least_micro(offer)
    if 2 * delivered < least:
        return 0, 0
    if step == 1:
        return least, capacity
    whole = min(max((delivered + step // 2) // step * step, least), capacity // step * step)
    return whole, whole


def into_rings(
    component: Component, arcs: Mapping[int, int], passes: Mapping[tuple[int, int], int]
) -> dict[tuple[int, ...], int] | None:
    """Balanced flows along arcs as rings; None where they do not balance."""
    rows, left = component.rows, {}
    onward: dict[int, list[tuple[int, int, int]]] = {}
    for row, amount in sorted(arcs.items()):
        step = row, int(rows.tail[row]), int(rows.head[row])
        left[step] = amount
        onward.setdefault(step[1], []).append(step)
    for number, ((source, target), amount) in enumerate(sorted(passes.items())):
        step = -1 - number, source, target
        left[step] = amount
        onward.setdefault(source, []).append(step)
    for steps in onward.values():
        steps.reverse()
    rings: dict[tuple[int, ...], int] = {}
    for start in sorted(onward):
        path: list[tuple[int, int, int]] = []
        place = {start: 0}
        while onward.get(start):
            here = path[-1][2] if path else start
            if not onward.get(here):
                return None
            step = onward[here][-1]
            path.append(step)
            if step[2] not in place:
                place[step[2]] = len(path)
                continue
            cycle = path[place[step[2]] :]
            amount = min(left[each] for each in cycle)
            for each in cycle:
                left[each] -= amount
                if not left[each]:
                    onward[each[1]].remove(each)
                if each[2] != step[2]:
                    del place[each[2]]
            del path[len(path) - len(cycle) :]
            ring = canonical(component, [row for row, _, _ in cycle if row >= 0])
            if len(ring) == 1:  # a gift that returns to itself is nothing
                continue
            rings[ring] = rings.get(ring, 0) + amount
    return rings


def canonical(component: Component, ring: Sequence[int]) -> tuple[int, ...]:
    """The rotation of a ring that starts at its smallest (node, member)."""
    rows = component.rows
    keyed = [(rows.station(row), rows.book.offers.id[int(rows.offer[row])], row) for row in ring]
    turns = [keyed[i:] + keyed[:i] for i in range(len(keyed))]
    return tuple(row for _, _, row in min(turns))
