"""A solver that is right and finds other answers: the same programs in another order of columns and constraints.

Another version of a solver, or another machine, does the same: of several optima or several duals it picks its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from clearing.engine.search.programs import Answer, Column, Constraint, End
from clearing.solvers.apart import SolverApart


class ShuffledSolver(SolverApart):
    """``SolverApart`` with every program shuffled on its way in and the answer put back in order on its way out."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._draw = Random(seed)
        self._row_place: list[int] = []
        self._column_place: list[int] = []

    def load(self, constraints: Sequence[Constraint], columns: Sequence[Column]) -> None:
        """Begin a program, in an order of its own."""
        self._row_place = self._draw.sample(range(len(constraints)), len(constraints))
        self._column_place = self._draw.sample(range(len(columns)), len(columns))
        shuffled: list[Constraint | None] = [None] * len(constraints)
        for place, constraint in zip(self._row_place, constraints, strict=True):
            shuffled[place] = constraint
        super().load([each for each in shuffled if each is not None], self._shuffled(columns, self._column_place, 0))
        self._held = constraints

    def extend(self, columns: Sequence[Column]) -> None:
        """Add columns, in an order of their own."""
        before = len(self._column_place)
        self._column_place += [before + place for place in self._draw.sample(range(len(columns)), len(columns))]
        super().extend(self._shuffled(columns, self._column_place[before:], before))

    def bound(self, ends: Sequence[End]) -> None:
        """Give constraints other ends, wherever they stand."""
        super().bound([(self._row_place[at], low, high) for at, low, high in ends])

    def probe(self, trials: Sequence[Sequence[End]], iterations_max: int) -> Sequence[int] | None:
        """Costs under each trial."""
        placed = [[(self._row_place[at], low, high) for at, low, high in ends] for ends in trials]
        return super().probe(placed, iterations_max)

    def solve(self) -> Answer | None:
        """The linear program's optimum that this order leads to."""
        return self._in_order(super().solve())

    def solve_whole(self, nodes_max: int) -> Answer | None:
        """The integer program's answer that this order leads to."""
        return self._in_order(super().solve_whole(nodes_max))

    def _shuffled(self, columns: Sequence[Column], places: Sequence[int], start: int) -> list[Column]:
        by_place = dict(zip(places, columns, strict=True))
        return [
            replace(column, entries=sorted((self._row_place[at], value) for at, value in column.entries))
            for column in (by_place[start + i] for i in range(len(columns)))
        ]

    def _in_order(self, answer: Answer | None) -> Answer | None:
        if answer is None:
            return None
        columns, duals = answer.columns, answer.duals
        return Answer(
            [columns[place] for place in self._column_place],
            [duals[place] for place in self._row_place] if duals else [],
        )
