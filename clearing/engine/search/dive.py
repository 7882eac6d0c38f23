"""Dive: a relaxation in fractions -> whole rings near it, by taking what is whole as given and pricing the rest anew.

Rings that the relaxation takes whole are kept; what is left of every bound is a smaller relaxation, with rings of its
own, whose optimum takes more of them whole. Where nothing is whole the largest fraction is.

Example: four offers in two rings of two at one half each, and in one ring of four at one half: the first ring taken
whole leaves the second as the only one, and whole.
"""

from __future__ import annotations

from collections.abc import Mapping

from clearing.engine.search.component import Component
from clearing.engine.search.polish import Flows
from clearing.engine.search.program import Relaxed
from clearing.engine.search.programs import Programs
from clearing.engine.search.relaxation import Relaxation
from clearing.engine.search.witness import row_flows

EXACT = 10**6
"""What a relaxation is worth is known to this many parts."""
TRIES = 6
"""Fractions that are tried, where nothing is whole, before one is taken that makes the rest worse."""


def dive(component: Component, relaxation: Relaxation, relaxed: Relaxed, programs: Programs) -> Relaxed | None:
    """A whole proposal, None where the solver fails or rings are not all there is."""
    if not component.pieces or component.walks.free.any():
        return None
    given: Flows = {}
    rest: Relaxed | None = relaxed
    while rest is not None and rest.rings:
        whole = {ring: _pieces(component, flow) for ring, flow in rest.rings.items() if _pieces(component, flow)}
        tries = [whole] if whole else _tries(component, given, rest.rings)
        worth, found = _worth(relaxation, rest.rings), None
        for each in tries:
            after = relaxation.optimum(programs, row_flows(component, _sum(given, each)))
            if after is None:
                return None
            kept = _worth(relaxation, after.rings) + _worth(relaxation, each) <= worth + abs(worth) // EXACT
            if found is None or kept:
                found = each, after
            if kept:
                break
        if found is None:
            break
        given, rest = _sum(given, found[0]), found[1]
    return None if rest is None else Relaxed({}, {}, given, relaxed.duals, relaxed.is_complete)


def _pieces(component: Component, flow: int) -> int:
    """Whole pieces of a flow, up to what a solver's tolerance leaves out."""
    return (flow + component.pieces // 1_000) // component.pieces * component.pieces


def _tries(component: Component, given: Flows, rings: Mapping[tuple[int, ...], int]) -> list[Flows]:
    """One piece of each of the fullest rings for which there is room."""
    used, found = row_flows(component, given), list[Flows]()
    for ring in sorted(rings, key=lambda each: (-rings[each], each)):
        alone = {ring: component.pieces}
        flows = used + row_flows(component, alone)
        if all(int(flows[rows].sum()) <= component.capacity[name] for name, rows in component.group_rows.items()):
            found.append(alone)
        if len(found) == TRIES:
            break
    return found


def _sum(ones: Flows, others: Flows) -> Flows:
    return {ring: ones.get(ring, 0) + others.get(ring, 0) for ring in ones | others}


def _worth(relaxation: Relaxation, rings: Mapping[tuple[int, ...], int]) -> int:
    """What rings cost at the scale of the stage."""
    cost = relaxation.program.cost
    return sum(sum(int(cost[row]) for row in ring) * flow for ring, flow in rings.items())
