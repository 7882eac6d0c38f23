"""Dive: a relaxation in fractions -> whole rings near it, by taking what is whole as given and pricing the rest anew.

Rings that the relaxation takes whole are kept; what is left of every bound is a smaller relaxation, with rings of its
own, whose optimum takes more of them whole. Where nothing is whole the largest fraction is.

Example: four offers in two rings of two at one half each, and in one ring of four at one half: the first ring taken
whole leaves the second as the only one, and whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Depth:
    """What is taken as given, the relaxation of the rest, and the steps from here that are not tried yet."""

    given: Flows
    rest: Relaxed
    steps: Iterator[Flows]


@dataclass(frozen=True, slots=True)
class Dive:
    """Goes deeper in a component of whole rings, by relaxations of what is left."""

    component: Component
    relaxation: Relaxation
    programs: Programs

    def depth(self, given: Flows, rest: Relaxed) -> Depth:
        """What is whole in the rest is the only step from there, else a piece of one of the fullest rings."""
        pieces = {ring: _pieces(self.component, flow) for ring, flow in rest.rings.items()}
        whole = {ring: amount for ring, amount in pieces.items() if amount}
        return Depth(given, rest, iter([whole] if whole else _tries(self.component, given, rest.rings)))

    def after(self, at: Depth, step: Flows) -> Depth | None:
        """One step deeper; None where the solver fails."""
        given = {ring: at.given.get(ring, 0) + step.get(ring, 0) for ring in at.given | step}
        rest = self.relaxation.optimum(self.programs, row_flows(self.component, given))
        return None if rest is None else self.depth(given, rest)

    def worth(self, rings: Mapping[tuple[int, ...], int]) -> int:
        """What rings cost at the scale of the stage."""
        cost = self.relaxation.program.cost
        return sum(sum(int(cost[row]) for row in ring) * flow for ring, flow in rings.items())


def dive(component: Component, relaxation: Relaxation, relaxed: Relaxed, programs: Programs) -> Relaxed | None:
    """A whole proposal for a component of whole rings; None where the solver fails."""
    own = Dive(component, relaxation, programs)
    at = own.depth({}, relaxed)
    while at.rest.rings:
        worth, best = own.worth(at.rest.rings), None
        for step in at.steps:
            found = own.after(at, step)
            if found is None:
                return None
            kept = own.worth(found.rest.rings) + own.worth(step) <= worth + abs(worth) // EXACT
            best = found if kept or best is None else best
            if kept:
                break
        if best is None:
            break
        at = best
    return Relaxed({}, {}, at.given, relaxed.duals, relaxed.is_complete)


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
