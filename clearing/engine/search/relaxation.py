"""Relaxation: a component, a stage and branches -> the linear program's proposal over rings, and its duals.

Rings are priced and never enumerated: a round asks for the closed walks that the duals make cheapest, until there is
none below zero.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.admissible import is_admissible
from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.precise import as_fractions
from clearing.engine.search.program import Duals, Program, Relaxed, Stage
from clearing.engine.search.programs import Column, End, Programs
from clearing.engine.search.reading import carried, duals_of, read

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

ROUNDS_MAX = 400
"""What is found by then is the answer."""
COLUMNS_A_ROUND = 500
ARCS_ALWAYS_THERE = 5_000
"""So few arcs are columns from the beginning; of more, a later relaxation begins with those that an earlier wanted."""


def relax(
    component: Component, stage: Stage, bounds: Bounds, programs: Programs, rounds: int = ROUNDS_MAX
) -> Relaxed | None:
    """The relaxation's optimum with rings priced in as they are needed; None where the solver fails."""
    return Relaxation(component, stage, bounds, rounds=rounds).optimum(programs)


class Relaxation:
    """One relaxation, which may be solved again around flows that are taken as given."""

    def __init__(
        self,
        component: Component,
        stage: Stage,
        bounds: Bounds,
        pressable: Collection[str] = (),
        rounds: int = ROUNDS_MAX,
    ) -> None:
        """``pressable``: as in Program; ``rounds`` of pricing: the optimum then is one of what is there."""
        self.component, self._rounds = component, rounds
        self.program = Program(component, stage, bounds, pressable)
        self._bounds: Bounds = {}

    def optimum(self, programs: Programs, given: IntArray | None = None) -> Relaxed | None:
        """The optimum of what comes on top of the flows given; None where the solver fails."""
        program, closed = self.program, np.zeros(len(self.component.rows), dtype=np.bool_)
        constraints = program.constraints
        if given is not None:
            constraints, closed = program.left(given), self._closed(given)
        full = closed.tolist()
        open_rings = [ring for ring in self.component.rings if not any(full[row] for row in ring)]
        programs.load(constraints, program.begin(open_rings))
        relaxed = self._priced_out(programs, closed)
        if relaxed is not None and int(self.component.walks.free.sum()) > ARCS_ALWAYS_THERE:
            self.component.arcs = program.wanted_arcs(relaxed)
        return relaxed

    def under(self, programs: Programs, bounds: Bounds) -> Relaxed | None:
        """The optimum under branches, from where the last one was found; None where the solver fails."""
        self.stand(programs, bounds)
        return self._priced_out(programs, np.zeros(len(self.component.rows), dtype=np.bool_))

    def precisely(self, programs: Programs, bounds: Bounds) -> Relaxed | None:
        """The same with duals as fractions; None where the solver fails."""
        relaxed = self.under(programs, bounds)
        said = None if relaxed is None else programs.precise_duals()
        if relaxed is None or said is None or len(said) != len(self.program.constraints):
            return None
        unit, duals = as_fractions(said, self.program.dearest)
        return replace(relaxed, duals=replace(duals_of(self.program, duals), unit=unit))

    def fractions(self, programs: Programs, bounds: Bounds) -> Mapping[int, Fraction] | None:
        """What the optimum under branches has each row carry, in fractions of a µ; None where the solver fails."""
        relaxed = self.under(programs, bounds)
        said = None if relaxed is None else programs.precise_columns()
        return None if said is None else carried(self.program, said)

    def stand(self, programs: Programs, bounds: Bounds) -> None:
        """Give the program that the solver holds the ends of these branches."""
        program = self.program
        if not programs.holds(program.constraints):
            programs.load(program.constraints, program.begin(list(self.component.rings)))
            self._bounds = {}
        ends = [
            end
            for name in sorted(bounds.keys() | self._bounds.keys())
            if bounds.get(name) != self._bounds.get(name)
            for end in self.ends(name, bounds.get(name, (0, self.component.most(name))))
        ]
        self._bounds = dict(bounds)
        if ends:
            programs.bound(ends)

    def ends(self, name: str, ends: tuple[int, int]) -> list[End]:
        """A branch as the ends of its constraint, and of what says that an offer delivers."""
        must = self.program.must_at.get(name)
        opened = [] if must is None else [(must, 1 if ends[0] else None, None)]
        return [(self.program.group_at[name], ends[0] or None, ends[1]), *opened]

    def _priced_out(self, programs: Programs, closed: BoolArray) -> Relaxed | None:
        """Solve and price until nothing gains, or the rounds are over."""
        program, left = self.program, self._rounds
        while True:
            answer = programs.solve()
            if answer is None or len(answer.duals) != len(program.constraints):
                return None
            added = self._added(duals_of(program, answer.duals), closed) if left else []
            if not added:
                return read(program, answer)
            programs.extend(added)
            left -= 1

    def _added(self, duals: Duals, closed: BoolArray) -> list[Column]:
        """What gains and is not there yet."""
        program = self.program
        return [*program.more_arcs(duals), *program.rings(self._priced(*program.prices(duals), closed))]

    def _closed(self, given: IntArray) -> BoolArray:
        """Rows of groups that have no room for another piece."""
        closed = np.zeros(len(given), dtype=np.bool_)
        for name, rows in self.component.group_rows.items():
            if int(given[rows].sum()) + max(1, self.component.pieces) > self.component.capacity[name]:
                closed[rows] = True
        return closed

    def _priced(self, prices: IntArray, slack: int, closed: BoolArray) -> list[tuple[int, ...]]:
        """New admissible rings that gain, as many as a round takes, the best of each start first; remembered."""
        component = self.component
        found: dict[tuple[int, ...], tuple[int, int]] = {}
        for walk in component.walks.cheapest(prices, -slack, closed):
            if walk.rows not in component.rings and is_admissible(component.rows, walk.rows):
                found[walk.rows] = walk.rank, walk.cost
            if len(found) == COLUMNS_A_ROUND:
                break
        chosen = sorted(found, key=lambda ring: (found[ring], ring))
        component.rings.update(dict.fromkeys(chosen))
        return chosen
