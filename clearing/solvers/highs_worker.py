"""Programs as JSON lines on standard input, proposals as JSON lines on standard output: HiGHS, and PuLP for integers.

Runs in a process of its own (``python -m clearing.solvers.highs_worker``). Amounts come as integers in micro units
and are divided by the unit of their column or constraint; answers go back as integers.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import accumulate, chain, repeat
from typing import Any

from clearing.engine.search.programs import DUAL_SCALE

INFINITY = float("inf")
COST_SIZE = 1_000.0
"""The largest cost that HiGHS sees: its tolerances are absolute."""
MIP_GAP = 1e-9
DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
"""How HiGHS numbers its strategies."""
PRIMAL_FROM = 4_000
"""Columns. To smaller programs columns are added as soon by the dual simplex, whose prices need fewer rounds."""
OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


class Columns:
    """What HiGHS is told of columns, a list a member; those of entries run over all columns."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.unit: list[int] = []
        self.whole: list[bool] = []
        self.starts = [0]
        self.rows: list[int] = []
        self.values: list[float] = []

    def entries(self, at: int) -> tuple[list[int], list[float]]:
        """Constraints and coefficients of one column."""
        own = slice(self.starts[at], self.starts[at + 1])
        return self.rows[own], self.values[own]


class Worker:
    """One program at a time."""

    def __init__(self) -> None:
        self.constraints: list[tuple[float, float, float]] = []
        self.times: list[int] = []
        self.columns = Columns()
        self.cost_unit = 1.0
        self.highs: Any = None
        self.strategy = DUAL_SIMPLEX

    def answer(self, do: str, arguments: list[Any]) -> Any:
        """What a request asks for."""
        asked: dict[str, Callable[..., Any]] = {
            "load": self.load,
            "extend": self.extend,
            "bound": self.bound,
            "probe": self.probe,
            "solve": self.solve,
            "precise_duals": self.precise_duals,
            "precise_columns": self.precise_columns,
            "solve_whole": self.solve_whole,
        }
        return asked[do](*arguments)

    def load(self, constraints: list[Any], columns: dict[str, list[Any]]) -> None:
        """A new program."""
        self.constraints = [(_end(low, unit, -INFINITY), _end(high, unit, INFINITY), float(unit))
                            for low, high, unit, _ in constraints]  # fmt: skip
        self.times = [times for _, _, _, times in constraints]
        self.columns, self.highs, self.strategy = Columns(), None, DUAL_SIMPLEX
        self.extend(columns)

    def extend(self, added: dict[str, list[Any]]) -> None:
        """More columns; also to the model that is being solved."""
        columns, units = self.columns, added["unit"]
        first = len(columns.cost)
        if not first:
            largest = max((abs(cost) * unit for cost, unit in zip(added["cost"], units, strict=True)), default=0)
            self.cost_unit = largest / COST_SIZE or 1.0
        columns.cost += [cost * unit / self.cost_unit for cost, unit in zip(added["cost"], units, strict=True)]
        columns.low += [low / unit for low, unit in zip(added["low"], units, strict=True)]
        columns.high += [
            INFINITY if high is None else high / unit for high, unit in zip(added["high"], units, strict=True)
        ]
        columns.unit += units
        columns.whole += added["whole"]
        columns.starts += accumulate(added["lengths"], initial=columns.starts.pop())
        own = chain.from_iterable(repeat(unit, count) for unit, count in zip(units, added["lengths"], strict=True))
        columns.rows += added["rows"]
        columns.values += [
            value * unit / self.constraints[row][2]
            for value, row, unit in zip(added["values"], added["rows"], own, strict=True)
        ]
        if self.highs is not None:
            self.strategy = PRIMAL_SIMPLEX if first >= PRIMAL_FROM else DUAL_SIMPLEX
            entries = columns.starts[first]
            self.highs.addCols(
                len(columns.cost) - first,
                columns.cost[first:],
                columns.low[first:],
                columns.high[first:],
                len(columns.rows) - entries,
                [start - entries for start in columns.starts[first:-1]],
                columns.rows[entries:],
                columns.values[entries:],
            )

    def solve(self) -> dict[str, Any] | None:
        """The linear program, from the last basis: it stays a solution with more columns, and a bound otherwise."""
        if not self.columns.cost:
            return {"columns": [], "duals": [0] * len(self.constraints)}
        import highspy

        if self.highs is None:
            self.highs = self._model(highspy)
        self.highs.setOptionValue("simplex_strategy", self.strategy)
        self.highs.run()
        self.strategy = DUAL_SIMPLEX
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.highs.getSolution()
        duals = list(map(round, self._duals(solution.row_dual, DUAL_SCALE)))
        return {"columns": self._values(solution.col_value), "duals": duals}

    def precise_duals(self) -> list[float]:
        """The duals of the linear program as it was solved last."""
        if self.highs is None:
            return [0.0] * len(self.constraints)
        return list(self._duals(self.highs.getSolution().row_dual, 1))

    def precise_columns(self) -> list[float]:
        """The columns of the linear program as it was solved last."""
        if self.highs is None:
            return []
        values = self.highs.getSolution().col_value
        return [value * unit for value, unit in zip(values, self.columns.unit, strict=True)]

    def _duals(self, said: Iterable[float], scale: int) -> Iterator[float]:
        """What HiGHS says, for ``scale`` units of cost and one µ."""
        for dual, (_, _, unit), times in zip(said, self.constraints, self.times, strict=True):
            yield dual * self.cost_unit * scale / unit * times

    def bound(self, ends: list[Any]) -> None:
        """Other ends for some constraints; also in the model that is being solved."""
        for at, low, high in ends:
            unit = self.constraints[at][2]
            self.constraints[at] = _end(low, unit, -INFINITY), _end(high, unit, INFINITY), unit
            if self.highs is not None:
                self.highs.changeRowBounds(at, *self.constraints[at][:2])

    def probe(self, trials: list[Any], iterations_max: int) -> list[int] | None:
        """Cost as it is, and under each trial from the same basis; the program stays as it is."""
        if self.solve() is None or self.highs is None:
            return None
        costs, basis = [self.highs.getObjectiveValue()], self.highs.getBasis()
        unlimited = self.highs.getOptionValue("simplex_iteration_limit")[1]
        for ends in trials:
            before = [(at, *self.constraints[at]) for at, _, _ in ends]
            self.bound(ends)
            self.highs.setOptionValue("simplex_iteration_limit", iterations_max)
            self.highs.run()
            costs.append(self.highs.getObjectiveValue())
            self.highs.setOptionValue("simplex_iteration_limit", unlimited)
            for at, low, high, unit in before:
                self.constraints[at] = low, high, unit
                self.highs.changeRowBounds(at, low, high)
            self.highs.setBasis(basis)
        return [round(cost * self.cost_unit) for cost in costs]

    def _values(self, values: Any) -> list[int]:
        return [round(value * unit) for value, unit in zip(values, self.columns.unit, strict=True)]

    def _model(self, highspy: Any) -> Any:
        highs = highspy.Highs()
        for option, setting in OPTIONS.items():
            highs.setOptionValue(option, setting)
        lp = highspy.HighsLp()
        columns = self.columns
        lp.num_col_, lp.num_row_ = len(columns.cost), len(self.constraints)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = columns.cost, columns.low, columns.high
        lp.row_lower_ = [low for low, _, _ in self.constraints]
        lp.row_upper_ = [high for _, high, _ in self.constraints]
        matrix = lp.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_, matrix.index_, matrix.value_ = columns.starts, columns.rows, columns.values
        highs.passModel(lp)
        return highs

    def solve_whole(self, nodes_max: int) -> dict[str, Any] | None:
        """The integer program, by PuLP with HiGHS."""
        import pulp

        problem = pulp.LpProblem("component", pulp.LpMinimize)
        terms: list[list[tuple[Any, float]]] = [[] for _ in self.constraints]
        variables, cost = [], []
        columns = self.columns
        for at, (low, high, whole) in enumerate(zip(columns.low, columns.high, columns.whole, strict=True)):
            kind = "Integer" if whole else "Continuous"
            variable = pulp.LpVariable(f"x{at}", low, None if high == INFINITY else high, kind)
            variables.append(variable)
            cost.append((variable, columns.cost[at]))
            for row, value in zip(*columns.entries(at), strict=True):
                terms[row].append((variable, value))
        problem += pulp.LpAffineExpression(cost)
        for (low, high, _), some in zip(self.constraints, terms, strict=True):
            if not some:
                continue
            total = pulp.LpAffineExpression(some)
            if low == high:
                problem += total == low
                continue
            if low > -INFINITY:
                problem += total >= low
            if high < INFINITY:
                problem += total <= high
        with suppress(KeyError):  # PuLP has no word for the end of a limit; the values are there all the same
            limits = {"gapRel": MIP_GAP, "mip_max_nodes": nodes_max}
            problem.solve(pulp.HiGHS(msg=False, threads=1, random_seed=0, **limits))
        values = [variable.value() for variable in variables]
        if any(value is None or value != value for value in values):
            return None
        return {"columns": self._values(values), "duals": []}


def _end(bound: int | None, unit: int, infinite: float) -> float:
    return infinite if bound is None else bound / unit


def _watch(parent: int) -> None:
    """End with the process that asks, also in the midst of a program that takes long."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main() -> None:
    """Answer requests until standard input ends."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    import highspy  # noqa: F401  before the first request, while that is still being put together

    worker, answers = Worker(), sys.stdout
    sys.stdout = sys.stderr  # what a solver prints is not an answer
    for line in sys.stdin:
        request = json.loads(line)
        answer = worker.answer(request["do"], request["with"])
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
