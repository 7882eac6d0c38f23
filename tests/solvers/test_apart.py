"""A solver that crashes, hangs, eats memory or lies does no harm: the result is feasible and says what it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from clearing.engine.admission import admit
from clearing.engine.search.programs import Answer, Column, Constraint
from clearing.engine.search.rows import build_rows
from clearing.engine.search.search import search
from clearing.engine.search.tiers import find_tiers
from clearing.engine.search.witness import is_feasible
from clearing.model.rulebook import DEFAULTS
from clearing.solvers.apart import SolverApart
from tests.books import book, offer

WORLD = book(
    values={"A": 1_000, "B": 1_000},
    offers=[
        offer("O1", "X", "A", 2, ("B", -10_000), conditions={"all_or_none": True}),
        offer("O2", "Y", "B", 2, ("A", -10_000)),
    ],
    rulebook=replace(DEFAULTS[2], residual_tolerance_micro=0),
)
ECHO = """
import json, sys
sizes = [0, 0]
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "load":
        sizes = [len(asked["with"][1]["cost"]), len(asked["with"][0])]
    print({answer} if asked["do"].startswith("solve") else "null", flush=True)
"""
LIES = {
    "crash": "import sys; sys.stdin.readline(); sys.exit(139)",
    "hang": "import time; time.sleep(600)",
    "memory": "x = [bytearray(2**28) for _ in range(64)]",
    "nonsense": "import sys\nfor line in sys.stdin: print('optimal!', flush=True)",
    "not a number": ECHO.replace("{answer}", "json.dumps({'columns': [float('nan')] * sizes[0], 'duals': []})"),
    "none": ECHO.replace("{answer}", "'null'"),
    "too short": ECHO.replace("{answer}", "json.dumps({'columns': [7], 'duals': [1]})"),
    "infeasible": ECHO.replace(
        "{answer}", "json.dumps({'columns': [10**9] * sizes[0], 'duals': [-1] * sizes[1]})"
    ),
    "falsely optimal": ECHO.replace(
        "{answer}", "json.dumps({'columns': [0] * sizes[0], 'duals': [0] * sizes[1]})"
    ),
    "absurd duals": ECHO.replace(
        "{answer}", "json.dumps({'columns': [0] * sizes[0], 'duals': [10**15] * sizes[1]})"
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_whatever_a_solver_does_the_result_is_feasible_and_the_bound_true(lie: str) -> None:
    command = (sys.executable, "-c", LIES[lie])
    admission = admit(WORLD)
    (tier,) = find_tiers(WORLD, admission)
    with SolverApart(command, seconds_max=1.0, memory_max=2**30) as solver:
        found = search(build_rows(WORLD, admission, tier), b"salt", solver)
        assert is_feasible(found.component, found.rings)
        first = found.proof.stages[0]
        assert (first.objective, first.value) == ("surplus", 0), "nothing could be found"
        assert first.bound <= -40_000_000 < first.value, "what trades would gain is not denied"
        if lie in ("crash", "hang", "memory", "nonsense", "not a number"):
            assert solver.failures, "a failure leaves a note"


def test_the_same_component_is_proven_by_an_honest_solver() -> None:
    admission = admit(WORLD)
    (tier,) = find_tiers(WORLD, admission)
    with SolverApart() as solver:
        found = search(build_rows(WORLD, admission, tier), b"salt", solver)
        assert [(stage.value, stage.bound) for stage in found.proof.stages[:1]] == [(-40_000_000, -40_000_000)]
        assert not solver.failures


def test_a_solver_starts_again_after_a_crash() -> None:
    constraint, column = Constraint(None, 10, 1), Column(-1, 0, None, 1, True, [(0, 1)])
    with SolverApart() as solver:
        solver.load([constraint], [column])
        assert solver.solve() is not None
        assert solver._running is not None
        solver._running.kill()
        assert solver.solve() is None
        assert solver.failures
        solver.load([constraint], [column])
        answer = solver.solve()
        assert answer is not None
        assert list(answer.columns) == [10]


@pytest.mark.parametrize(("answers", "failed_in"), [(0, "load"), (1, "extend"), (2, "solve")])
def test_what_a_solver_left_unanswered_first_is_what_it_failed_in(answers: int, failed_in: str) -> None:
    constraint, column = Constraint(None, 10, 1), Column(-1, 0, None, 1, True, [(0, 1)])
    answer = "sys.stdin.readline(); print('null', flush=True); "
    command = f"import sys; {answer * answers}sys.stdin.readline(); sys.exit(3)"
    with SolverApart((sys.executable, "-c", command)) as solver:
        solver.load([constraint], [column])
        solver.extend([column])
        assert solver.solve() is None
        assert solver.failures == [f"the solver failed in {failed_in}: it ended without an answer (exit 3)"]


def test_a_program_without_columns_is_solved_without_waiting() -> None:
    with SolverApart((sys.executable, "-c", LIES["hang"]), seconds_max=0.1) as solver:
        assert solver.solve() is None, "nothing is loaded"
        solver.load([Constraint(None, 10, 1)], [])
        assert solver.solve() == Answer([], [0])


@pytest.mark.parametrize("version", sorted(DEFAULTS))
def test_a_solver_starts_ahead_only_where_rules_may_ask_for_a_search(version: int) -> None:
    with SolverApart() as solver:
        solver.start_for(DEFAULTS[version])
        assert (solver._running is not None) == (version > 1)


def test_a_solver_that_hangs_ends_with_whoever_asked_it() -> None:
    hangs = (
        "import time; from clearing.solvers import highs_worker; "
        "highs_worker.Worker.load = lambda *_: time.sleep(99); highs_worker.main()"
    )
    asks = (
        "import sys; from clearing.solvers.apart import SolverApart; "
        f"solver = SolverApart((sys.executable, '-c', {hangs!r})); solver.start(); "
        "print(solver._running.pid, flush=True); solver.load([], []); solver.solve_whole(1)"
    )
    with subprocess.Popen((sys.executable, "-c", asks), stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        worker = int(asking.stdout.readline())
        time.sleep(2)
        assert is_there(worker)
        asking.kill()
    late = time.monotonic() + 20
    while is_there(worker) and time.monotonic() < late:
        time.sleep(0.1)
    assert not is_there(worker)


def is_there(running: int) -> bool:
    """Whether this one runs; one that has ended may wait for somebody to ask how."""
    try:
        os.kill(running, 0)
        return Path(f"/proc/{running}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # no such file here, or it has just ended
        return not Path("/proc/self").exists()
