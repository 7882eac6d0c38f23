"""Stored arcs come in; seconds of one surplus-minimising solve and the surplus that it found go out, as JSON.

    python -m benchmarks.contenders {raw,networkx,lp} ARCS.npz

One solver in one run of this file: OR-tools and some versions of highspy cannot live side by side. Each is
given the same arcs and solves stage 1 alone: no second objective, no uniqueness, no proof. ``build`` is the time to
hand the arcs over, ``solve`` the time of the solve itself; imports are in neither.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.arcs import Arcs, load_arcs

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Solved:
    """Seconds, and Σ −ρ·f in µ·ppm as the text of an integer (of a float where the solver has floats)."""

    build: float
    solve: float
    surplus: str


def solve_raw(arcs: Arcs) -> Solved:
    """OR-tools SimpleMinCostFlow, integers throughout."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    begun = time.perf_counter()
    solver = SimpleMinCostFlow()
    names = solver.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.capacity, arcs.cost)
    built = time.perf_counter()
    status = solver.solve()
    solved = time.perf_counter()
    if status != solver.OPTIMAL:
        raise SystemExit(f"OR-tools ended with {status}")
    # The solver's own total saturates, so it is added up here, in unbounded integers.
    flow = solver.flows(names).tolist()
    surplus = -sum(cost * units for cost, units in zip(arcs.cost.tolist(), flow, strict=True))
    return Solved(built - begun, solved - built, str(surplus))


def solve_networkx(arcs: Arcs) -> Solved:
    """networkx.network_simplex, in pure Python and its unbounded integers."""
    import networkx as nx

    begun = time.perf_counter()
    graph = nx.MultiDiGraph()
    columns = (arcs.tail.tolist(), arcs.head.tolist(), arcs.capacity.tolist(), arcs.cost.tolist())
    graph.add_edges_from(
        (tail, head, {"capacity": capacity, "weight": cost})
        for tail, head, capacity, cost in zip(*columns, strict=True)
    )
    built = time.perf_counter()
    total, _flow = nx.network_simplex(graph)
    return Solved(built - begun, time.perf_counter() - built, str(-total))


def solve_lp(arcs: Arcs) -> Solved:
    """PuLP with HiGHS as a linear program in floats; flows in index units, which keeps its tolerances sane."""
    import pulp

    begun = time.perf_counter()
    program = pulp.LpProblem("surplus", pulp.LpMinimize)
    capacity, cost = (arcs.capacity / MICRO).tolist(), arcs.cost.tolist()
    flow = [pulp.LpVariable(f"f{arc}", 0, limit) for arc, limit in enumerate(capacity)]
    program += pulp.LpAffineExpression(zip(flow, cost, strict=True))
    at_node: dict[int, list[tuple[pulp.LpVariable, int]]] = {}
    for variable, tail, head in zip(flow, arcs.tail.tolist(), arcs.head.tolist(), strict=True):
        at_node.setdefault(tail, []).append((variable, -1))
        at_node.setdefault(head, []).append((variable, 1))
    for terms in at_node.values():
        program += pulp.LpAffineExpression(terms) == 0
    built = time.perf_counter()
    status = program.solve(pulp.HiGHS(msg=False))
    solved = time.perf_counter()
    if status != pulp.LpStatusOptimal:
        raise SystemExit(f"HiGHS ended with {pulp.LpStatus[status]}")
    return Solved(built - begun, solved - built, repr(-pulp.value(program.objective) * MICRO))


CONTENDERS: dict[str, Callable[[Arcs], Solved]] = {"raw": solve_raw, "networkx": solve_networkx, "lp": solve_lp}


def main() -> None:
    """Solve with the contender that the arguments name."""
    parser = argparse.ArgumentParser(description="Time one solve of stored arcs.")
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("arcs", type=Path)
    asked = parser.parse_args()
    print(json.dumps(asdict(CONTENDERS[asked.contender](load_arcs(asked.arcs)))))


if __name__ == "__main__":
    main()
