"""Minimum-cost flow: a network with integer capacities, costs and balances -> one optimal integer flow.

A solver's answer is an untrusted proposal: whoever asks checks it (see faces). Two engines can be named,
and since the optimum that is finally booked is unique, both lead to the same session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from clearing.model.errors import LawBroken

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

FlowSolver: TypeAlias = "Callable[[IntArray, IntArray, IntArray, IntArray, IntArray], IntArray]"
"""(tail, head, capacity, cost, balance) -> flow; balance[v] is what node v sends more than it takes."""


def solve_with_ortools(
    tail: IntArray, head: IntArray, capacity: IntArray, cost: IntArray, balance: IntArray
) -> IntArray:
    """Cost-scaling push-relabel of OR-tools."""
    from ortools.graph.python import min_cost_flow

    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
    solver.set_nodes_supplies(np.arange(len(balance)), balance)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise LawBroken(f"the flow solver ended with {status} on {len(tail)} arcs")
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def solve_with_networkx(
    tail: IntArray, head: IntArray, capacity: IntArray, cost: IntArray, balance: IntArray
) -> IntArray:
    """Network simplex of networkx: slow, written by others, and so the second opinion."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    graph.add_nodes_from((node, {"demand": -supply}) for node, supply in enumerate(balance.tolist()))
    columns = zip(tail.tolist(), head.tolist(), capacity.tolist(), cost.tolist(), strict=True)
    for arc, (u, v, bound, weight) in enumerate(columns):
        graph.add_edge(u, v, key=arc, capacity=bound, weight=weight)
    _, flows = nx.network_simplex(graph)
    flow = np.zeros(len(tail), dtype=np.int64)
    for heads in flows.values():
        for keys in heads.values():
            for arc, amount in keys.items():
                flow[arc] = amount
    return flow


FLOW_SOLVERS: Mapping[str, FlowSolver] = {"ortools": solve_with_ortools, "networkx": solve_with_networkx}
