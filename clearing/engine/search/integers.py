"""Integer program: the relaxation's columns and the decisions of stepped offers -> a proposal for them."""

from __future__ import annotations

from collections.abc import Sequence

from clearing.engine.search.objectives import FINE_SCALE, Objective
from clearing.engine.search.programs import Column, Programs
from clearing.engine.search.relaxation import Bounds, Component, Program, Relaxed, Stage
from clearing.engine.search.witness import piece_of

NODES_MAX = 2_000
"""Branches of the solver's own tree; its answer is a proposal, so that this limits work and nothing else."""


def propose(component: Component, stage: Stage, bounds: Bounds, programs: Programs) -> Relaxed | None:
    """A good integer solution over the rings priced so far; None where the solver fails."""
    program = WholeProgram(component, stage, bounds)
    programs.load(program.constraints, program.columns)
    answer = programs.solve_whole(NODES_MAX)
    return None if answer is None else program.read(answer)


class WholeProgram(Program):
    """The program of a relaxation, and what must be decided."""

    def decide(self) -> None:
        """Columns and constraints of every decision; the columns stand before the rings."""
        counted = [self.stage.objective, *(objective for objective, _ in self.stage.before)]
        fixed = {offer for objective in counted for offer in objective.counted}
        self._opened: dict[int, int] = {}
        for offer in self.component.rows.delivering:
            stepped = self.component.rows.asks.is_stepped(offer) and not self.component.pieces
            if stepped or offer in fixed:
                self._open(offer)
            if stepped:
                self._step(offer)
        if not self.component.pieces:
            for held in self.component.rows.taking.values():
                self._pieces(held)
        if self.stage.objective.counted:
            self.cost = [0] * len(self.cost)
        for objective, value in self.stage.before:
            self._keep(objective, value)

    def _open(self, offer: int) -> None:
        """z: 0 when nothing is delivered; least·z <= D <= C·z, and what it leaves as residual <= tolerance·z."""
        rows = self.component.rows
        capacity, least = rows.asks.capacity_micro(offer), rows.asks.least_micro(offer)
        over = self._rows_bounded(None, 0, [(row, 1) for row in rows.delivering[offer]])
        under = self._rows_bounded(0, None, [(row, 1) for row in rows.delivering[offer]])
        entries = [(over, -capacity), (under, -least)]
        leaving = self.component.group_rows.get(f"rest:{rows.book.offers.id[offer]}", [])
        if leaving:
            tolerance = rows.book.rulebook.residual_tolerance_micro
            entries.append((self._rows_bounded(None, 0, [(row, 1) for row in leaving]), -tolerance))
        cost = FINE_SCALE if offer in self.stage.objective.counted else 0
        self._opened[offer] = len(self.columns)
        self.columns.append(Column(cost, 0, 1, 1, True, entries))

    def _step(self, offer: int) -> None:
        rows = self.component.rows
        step, capacity = rows.asks.step_micro(offer), rows.asks.capacity_micro(offer)
        if step == 1 or rows.asks.least_micro(offer) == capacity:
            return
        at = self._rows_bounded(0, 0, [(row, 1) for row in rows.delivering[offer]])
        self.columns.append(Column(0, 0, capacity // step, 1, True, [(at, -step)]))

    def _pieces(self, held: Sequence[int]) -> None:
        piece = piece_of(self.component, held)
        if piece > 1:
            at = self._rows_bounded(0, 0, [(row, 1) for row in held])
            self.columns.append(Column(0, 0, None, 1, True, [(at, -piece)]))

    def _keep(self, objective: Objective, value: int) -> None:
        """Stages before that count, which no cost on rows can keep."""
        if objective.served:
            least = self._add(-value, None, 1)
            for at in self._served(objective).values():
                self.columns.append(Column(0, 0, 1, 1, True, [(at, FINE_SCALE), (least, 1)]))
        if objective.counted:
            most = self._add(None, value, 1)
            for offer in objective.counted:
                at = self._opened[offer]
                column = self.columns[at]
                entries = [*column.entries, (most, 1)]
                self.columns[at] = Column(column.cost, 0, 1, 1, True, entries)

    def _rows_bounded(self, low: int | None, high: int | None, entries: list[tuple[int, int]]) -> int:
        at = self._add(low, high, self.unit)
        for row, value in entries:
            self.by_row[row].append((at, value))
        return at

