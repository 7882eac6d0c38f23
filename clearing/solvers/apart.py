"""A solver in a process of its own: programs in, proposals out, None whenever it crashes, hangs or talks nonsense.

The session goes on without it: what it would have proposed is then not found, and the result says so.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from types import TracebackType
from typing import Any

from clearing.engine.search.programs import Answer, Column, Constraint, End
from clearing.model.rulebook import Rulebook

SECONDS_MAX = 900
"""A solver that has not answered by then hangs; work as such is limited by counts."""
MEMORY_MAX = 6 * 2**30
WORKER = (sys.executable, "-m", "clearing.solvers.highs_worker")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""No solver here uses more, and threads that wait for work take time to start."""


class SolverApart:
    """Implements ``engine.search.programs.Programs``; starts its process when it is first needed, if not before."""

    def __init__(
        self, command: Sequence[str] = WORKER, *, seconds_max: float = SECONDS_MAX, memory_max: int = MEMORY_MAX
    ) -> None:
        self.command, self.seconds_max, self.memory_max = command, seconds_max, memory_max
        self.failures: list[str] = []
        """What went wrong, one line for each time."""
        self._running: subprocess.Popen[bytes] | None = None
        self._lost = False
        self._held: Sequence[Constraint] | None = None
        self._unheard: list[str] = []
        """What it was told and has not been asked about since; it answers each with a line."""
        self._heard = bytearray()
        """What it has answered since, as far as it is unread."""
        self._columns = 0

    def __enter__(self) -> SolverApart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process ahead of the first program, which is put together while the process gets ready."""
        with suppress(OSError):  # told when it is asked for something
            self._running = self._running or self._started()

    def start_for(self, rules: Rulebook) -> None:
        """Start while a book under these rules is still being read, where they may ask for a search."""
        if rules.version > 1:
            self.start()

    def load(self, constraints: Sequence[Constraint], columns: Sequence[Column]) -> None:
        """Begin a program; after a failure in a new process."""
        self._lost, self._held, self._columns = False, constraints, len(columns)
        rows = [(row.low, row.high, row.unit, row.times) for row in constraints]
        self._tell("load", rows, _plain(columns))

    def extend(self, columns: Sequence[Column]) -> None:
        """Add columns."""
        self._columns += len(columns)
        self._tell("extend", _plain(columns))

    def bound(self, ends: Sequence[End]) -> None:
        """Give constraints other ends."""
        self._tell("bound", ends)

    def holds(self, constraints: Sequence[Constraint]) -> bool:
        """Whether this is the program loaded last, in a process that has not failed since."""
        return self._held is constraints and not self._lost

    def probe(self, trials: Sequence[Sequence[End]], iterations_max: int) -> Sequence[int] | None:
        """Costs of the program as it is and under each trial, as proposals."""
        costs = _integers(self._ask("probe", trials, iterations_max))
        return costs if costs is not None and len(costs) == len(trials) + 1 else None

    def solve(self) -> Answer | None:
        """The linear program's optimum, as a proposal; of no columns without waiting for the process."""
        if not self._columns and self._held is not None and not self._lost:
            return Answer([], [0] * len(self._held))
        return _answer(self._ask("solve"), self)

    def precise_duals(self) -> Sequence[Fraction] | None:
        """The duals of the last optimum, as exact as the solver's numbers are."""
        return _fractions(self._ask("precise_duals"))

    def precise_columns(self) -> Sequence[Fraction] | None:
        """The columns of the last optimum, as exact as the solver's numbers are."""
        return _fractions(self._ask("precise_columns"))

    def solve_whole(self, nodes_max: int) -> Answer | None:
        """The integer program's best answer after so many nodes, as a proposal."""
        return _answer(self._ask("solve_whole", nodes_max), self)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._running is not None:
            self._running.kill()
            self._running.communicate()
            self._running = None
        self._unheard.clear()
        self._heard.clear()

    def _tell(self, what: str, *arguments: Any) -> None:
        """Send a request, and go on while the process works on it."""
        if self._lost:
            return
        line = json.dumps({"do": what, "with": arguments}).encode() + b"\n"
        self._unheard.append(what)
        try:
            running = self._running = self._running or self._started()
            assert running.stdin is not None
            with suppress(BrokenPipeError):  # that it has ended is told when it is asked
                running.stdin.write(line)
                running.stdin.flush()
        except OSError as error:
            self._fail(error)

    def _ask(self, what: str, *arguments: Any) -> Any:
        """Send a request and hear the answers up to it."""
        self._tell(what, *arguments)
        said = None
        try:
            while self._unheard and self._running is not None:
                said = json.loads(self._line(self._running))
                self._unheard.pop(0)
        except (OSError, ValueError) as error:
            self._fail(error)
        return None if self._lost else said

    def _fail(self, error: Exception) -> None:
        """The process is given up; what it failed in is the first thing that it left unanswered."""
        self._lost = True
        self.failures.append(f"the solver failed in {self._unheard[0]}: {str(error)[:200] or type(error).__name__}")
        self.close()

    def _line(self, running: subprocess.Popen[bytes]) -> bytes:
        assert running.stdout is not None
        seen = 0
        with selectors.DefaultSelector() as waiting:
            waiting.register(running.stdout, selectors.EVENT_READ)
            while self._heard.find(b"\n", seen) < 0:
                seen = len(self._heard)
                if not waiting.select(self.seconds_max):
                    raise ValueError(f"no answer within {self.seconds_max:g} seconds")
                some = os.read(running.stdout.fileno(), 2**20)
                if not some:
                    raise ValueError(f"it ended without an answer (exit {running.wait()})")
                self._heard += some
        line, _end, rest = self._heard.partition(b"\n")
        self._heard = rest
        return bytes(line)

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | ONE_THREAD,
            preexec_fn=self._bounded if os.name == "posix" else None,
        )

    def _bounded(self) -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (self.memory_max, self.memory_max))


def _plain(columns: Sequence[Column]) -> dict[str, list[Any]]:
    """A list a member, the entries of all columns one after the other: a hundred thousand columns are read at once."""
    return {
        "cost": [column.cost for column in columns],
        "low": [column.low for column in columns],
        "high": [column.high for column in columns],
        "unit": [column.unit for column in columns],
        "whole": [column.whole for column in columns],
        "lengths": [len(column.entries) for column in columns],
        "rows": [row for column in columns for row, _ in column.entries],
        "values": [value for column in columns for _, value in column.entries],
    }


def _answer(said: Any, solver: SolverApart) -> Answer | None:
    """What was said, if it is an answer: integers only."""
    if said is None:
        return None
    columns, duals = (_integers(said.get(name)) if isinstance(said, dict) else None for name in ("columns", "duals"))
    if columns is not None and duals is not None:
        return Answer(columns, duals)
    solver.failures.append("the solver's answer is none")
    return None


def _integers(said: Any) -> list[int] | None:
    return said if isinstance(said, list) and all(type(each) is int for each in said) else None


def _fractions(said: Any) -> Sequence[Fraction] | None:
    if not isinstance(said, list) or not all(type(each) is float and isfinite(each) for each in said):
        return None
    return [Fraction(each) for each in said]
