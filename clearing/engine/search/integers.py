"""Integer program: the relaxation's columns and the decisions of stepped offers -> a proposal for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.objectives import FINE_SCALE, Objective
from clearing.engine.search.program import Program, Relaxed, Stage
from clearing.engine.search.programs import Column, Constraint, Programs
from clearing.engine.search.reading import read
from clearing.model.book import NONE

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

NODES_MAX, NODES_LEAST, WORK_MAX = 20_000, 2_000, 4_000_000
"""Branches of the solver's own tree, more where a branch has few columns to look at, by their product; its answer is a
proposal, so that this limits work and nothing else."""
NEAR_NODES_MAX = 20
"""Where many offers are decided already those that are open are many too, and a branch takes long."""


def propose(component: Component, stage: Stage, bounds: Bounds, programs: Programs) -> Relaxed | None:
    """A good integer solution over the rings priced so far, within bounds; None where the solver fails."""
    program = WholeProgram(component, stage, bounds)
    columns = bounded(program.constraints, program.begin(component.rings))
    programs.load(program.constraints, columns)
    nodes_max = min(NODES_MAX, max(NODES_LEAST, WORK_MAX // max(1, len(columns))))
    answer = programs.solve_whole(NEAR_NODES_MAX if bounds else nodes_max)
    return None if answer is None else read(program, answer)


def bounded(constraints: Sequence[Constraint], columns: Sequence[Column]) -> Sequence[Column]:
    """Every column with an end, which the constraints imply: HiGHS has been seen to tighten ends for ever without one.

    A constraint without a negative coefficient ends each of its columns alone; passes, which are in none, carry no
    more than all others together.
    """
    alone = [each.low is None and each.high is not None for each in constraints]
    for column in columns:
        for at, value in column.entries:
            alone[at] &= value >= 0
    highs = [[column.high, *_highs(constraints, alone, column)] for column in columns]
    most = [min((high for high in some if high is not None), default=None) for some in highs]
    total = sum(high for high in most if high is not None)
    return [
        replace(column, high=max(column.low, total if high is None else high))
        for column, high in zip(columns, most, strict=True)
    ]


def _highs(constraints: Sequence[Constraint], alone: Sequence[bool], column: Column) -> Iterator[int]:
    for at, value in column.entries:
        high = constraints[at].high
        if alone[at] and value > 0 and high is not None:
            yield high // value


class WholeProgram(Program):
    """The program of a relaxation, and what must be decided."""

    def __init__(self, component: Component, stage: Stage, bounds: Bounds) -> None:
        self._several: list[tuple[int, Mapping[int, int]]] = []
        """Constraints of participants whom any of several offers may serve, and what each needs to deliver."""
        super().__init__(component, stage, bounds)

    def serve(self, at: int, offers: Mapping[int, int], times: int) -> None:
        """As in a relaxation, but for several offers, of which one must deliver enough by itself."""
        if len(offers) == 1 or self.component.pieces:
            super().serve(at, offers, times)
        else:
            self._several.append((at, offers))

    def beginning(self) -> BoolArray:
        """All of them: none is priced later."""
        return self.component.walks.free

    def decide(self) -> None:
        """Columns and constraints of every decision; the columns stand before the rings."""
        counted = [self.stage.objective, *(objective for objective, _ in self.stage.before)]
        fixed = {offer for objective in counted for offer in objective.counted}
        self._opened: dict[int, int] = {}
        for offer in self.component.rows.delivering:
            stepped = self.component.stepped[offer] and not self.component.pieces
            if stepped or offer in fixed:
                self._open(offer)
            if stepped:
                self._step(offer)
        if not self.component.pieces:
            rows = self.component.rows
            for row in rows.plain[rows.piece[rows.plain] > 1].tolist():
                self._pieces(row)
        for at, offers in self._several:
            for offer, least in offers.items():
                enough = self._sum(0, None, self.component.rows.delivering[offer])
                self.columns.append(Column(0, 0, 1, 1, True, [(at, -FINE_SCALE), (enough, -least)]))
        if self.stage.objective.counted:
            self.cost = np.zeros(len(self.cost), dtype=np.int64)
        for objective, value in self.stage.before:
            self._keep(objective, value)

    def _open(self, offer: int) -> None:
        """z: 0 when nothing is delivered; least·z <= D <= C·z, and its residual, either way, <= tolerance·z."""
        rows = self.component.rows
        capacity, least = rows.asks.capacity_micro(offer), rows.asks.least_micro(offer)
        over = self._sum(None, 0, rows.delivering[offer])
        under = self._sum(0, None, rows.delivering[offer])
        entries = [(over, -capacity), (under, -least)]
        own = rows.book.offers.id[offer]
        for residual in (f"rest:{own}", f"{own}|rest"):
            if residual in self.component.group_rows:
                held = self.component.group_rows[residual]
                entries.append((self._sum(None, 0, held), -rows.book.rulebook.residual_tolerance_micro))
        cost = FINE_SCALE if offer in self.stage.objective.counted else 0
        self._opened[offer] = len(self.columns)
        self.columns.append(Column(cost, 0, 1, 1, True, entries))

    def _step(self, offer: int) -> None:
        rows = self.component.rows
        step, capacity = rows.asks.step_micro(offer), rows.asks.capacity_micro(offer)
        if step == 1 or rows.asks.least_micro(offer) == capacity:
            return
        at = self._sum(0, 0, rows.delivering[offer])
        self.columns.append(Column(0, 0, capacity // step, 1, True, [(at, -step)]))

    def _pieces(self, row: int) -> None:
        rows = self.component.rows
        at = self._sum(0, 0, rows.taking(row))
        self.columns.append(Column(0, 0, None, 1, True, [(at, -int(rows.piece[row]))]))

    def no_worse(self, objective: Objective, value: int) -> int:
        """As in a relaxation, but for deliveries, which decisions count."""
        return NONE if objective.counted else super().no_worse(objective, value)

    def _keep(self, objective: Objective, value: int) -> None:
        """Deliveries counted before."""
        if objective.counted:
            most = self.add(None, value, 1)
            for offer in objective.counted:
                at = self._opened[offer]
                column = self.columns[at]
                entries = [*column.entries, (most, 1)]
                self.columns[at] = Column(column.cost, 0, 1, 1, True, entries)

    def _sum(self, low: int | None, high: int | None, rows: IntArray | Sequence[int]) -> int:
        at = self.add(low, high, self.unit)
        self.put(at, rows, 1)
        return at
