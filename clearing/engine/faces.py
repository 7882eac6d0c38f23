"""Faces of optima: one linear cost after the other, each minimised where all before stay at their best.

A face keeps bounds per arc and which arcs are still free. Minimising a cost on it gives a flow; the
potentials of that flow fix every arc whose reduced cost is not zero, and what is left is the next face.
A cost may rise along an arc (Steps): then it is split in segments that fill in order.

Example: arcs 1 and 2 both run A -> B with cost 5, arc 3 runs B -> A with cost -5. Any flow round them costs
0, so all three stay free, and a later cost decides between arcs 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.flow_solver import FlowSolver
from clearing.engine.residual import distances, holds_trees
from clearing.model.errors import LawBroken

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes 0..nodes-1 and the arcs between them."""

    nodes: int
    tail: IntArray
    head: IntArray


@dataclass(frozen=True, slots=True)
class Face:
    """Bounds of each arc; one that is not free stays where it is."""

    low: IntArray
    high: IntArray
    free: BoolArray


@dataclass(frozen=True, slots=True)
class Steps:
    """A cost per arc; an arc that is stepped costs k = 0, 1, … on segment k of its range instead.

    Segment k of ``segments`` is ``[high * k // segments, high * (k + 1) // segments]``.
    """

    cost: IntArray
    stepped: BoolArray
    segments: int

    def starts(self, high: IntArray) -> Iterator[IntArray]:
        """Where segments 1, 2, … of arcs with these upper bounds start, without passing 62 bits."""
        whole, rest = np.divmod(high, self.segments)
        return (whole * k + rest * k // self.segments for k in range(1, self.segments))

    def start(self, high: IntArray, k: IntArray) -> IntArray:
        """Where segment k starts, one k per arc."""
        whole, rest = np.divmod(high, self.segments)
        start: IntArray = whole * k + rest * k // self.segments
        return start


def flat(cost: IntArray) -> Steps:
    """The same cost along the whole of each arc."""
    return Steps(cost, np.zeros(len(cost), dtype=np.bool_), 1)


def balance_of(network: Network, flow: IntArray) -> IntArray:
    """What each node sends more than it takes."""
    balance = np.zeros(network.nodes, dtype=np.int64)
    np.add.at(balance, network.tail, flow)
    np.subtract.at(balance, network.head, flow)
    return balance


def minimise(
    network: Network, face: Face, steps: Steps, flow: IntArray, balance: IntArray, solver: FlowSolver
) -> IntArray:
    """The flow of least cost on the face with this balance at each node; other arcs as in ``flow``."""
    arc, capacity, cost = _segments(face, steps)
    if not len(arc):
        return flow
    proposal = np.where(face.free, face.low, flow)
    open_balance = balance - balance_of(network, proposal)
    tail, head = network.tail[arc], network.head[arc]
    used = np.zeros(network.nodes, dtype=np.bool_)
    used[tail] = used[head] = True
    if open_balance[~used].any():
        raise LawBroken("a node without free arcs is out of balance")
    number = np.cumsum(used) - 1
    found = solver(number[tail], number[head], capacity, cost, open_balance[used])
    np.add.at(proposal, arc, found)
    _check(network, face, proposal, balance)
    return proposal


def potentials(network: Network, face: Face, steps: Steps, flow: IntArray) -> IntArray:
    """Distances from a virtual source on the residual arcs: valid duals, or LawBroken if not optimal."""
    _, tail, head, cost = residual(network, face, steps, flow)
    return distances(network.nodes, tail, head, cost)


def next_face(network: Network, face: Face, steps: Steps, potential: IntArray) -> Face:
    """The optima of this stage: arcs of non-zero reduced cost fixed, a stepped arc kept to its segment."""
    rise = potential[network.head] - potential[network.tail]
    free = face.free & np.where(steps.stepped, True, steps.cost == rise)
    low, high = face.low.copy(), face.high.copy()
    split = np.flatnonzero(face.free & steps.stepped)
    if not len(split):
        return Face(low, high, free)
    inside = (rise[split] >= 0) & (rise[split] < steps.segments)
    k = np.where(inside, rise[split], 0)
    start, end = steps.start(high[split], k), steps.start(high[split], k + 1)
    free[split] = inside & (end > start)
    low[split[inside]], high[split[inside]] = start[inside], end[inside]
    return Face(low, high, free)


def is_unique(network: Network, face: Face, steps: Steps, flow: IntArray, potential: IntArray) -> bool:
    """Whether no other flow is as good in this stage: its tight residual arcs close no ring."""
    arc, tail, head, cost = residual(network, face, steps, flow)
    tight = cost + potential[tail] - potential[head] == 0
    return holds_trees(network.nodes, arc[tight], tail[tight], head[tight])


def residual(network: Network, face: Face, steps: Steps, flow: IntArray) -> tuple[IntArray, ...]:
    """Residual arcs of the free arcs as (arc, tail, head, cost)."""
    forward = np.flatnonzero(face.free & (flow < face.high))
    backward = np.flatnonzero(face.free & (flow > face.low))
    arc = np.concatenate([forward, backward])
    tail = np.concatenate([network.tail[forward], network.head[backward]])
    head = np.concatenate([network.head[forward], network.tail[backward]])
    ahead, behind = _cost_at(face, steps, flow, forward), _cost_at(face, steps, flow - 1, backward)
    return arc, tail, head, np.concatenate([ahead, -behind])


def _cost_at(face: Face, steps: Steps, position: IntArray, arcs: IntArray) -> IntArray:
    cost = steps.cost[arcs]
    if not steps.stepped.any():
        return cost
    split = np.flatnonzero(steps.stepped[arcs])
    reached = position[arcs[split]]
    # The segment that holds the unit after a position is the last one that starts there or before.
    cost[split] = sum(reached >= start for start in steps.starts(face.high[arcs[split]]))
    return cost


def _segments(face: Face, steps: Steps) -> tuple[IntArray, IntArray, IntArray]:
    """(arc, capacity, cost) of the free arcs, stepped ones once per segment that is not empty."""
    plain = np.flatnonzero(face.free & ~steps.stepped & (face.high > face.low))
    if not steps.stepped.any():
        return plain, (face.high - face.low)[plain], steps.cost[plain]
    split = np.repeat(np.flatnonzero(face.free & steps.stepped), steps.segments)
    k = np.tile(np.arange(steps.segments), len(split) // steps.segments)
    size = steps.start(face.high[split], k + 1) - steps.start(face.high[split], k)
    arc = np.concatenate([plain, split[size > 0]])
    capacity = np.concatenate([(face.high - face.low)[plain], size[size > 0]])
    return arc, capacity, np.concatenate([steps.cost[plain], k[size > 0]])


def _check(network: Network, face: Face, flow: IntArray, balance: IntArray) -> None:
    within = (flow >= face.low) & (flow <= face.high) | ~face.free
    if not within.all() or (balance_of(network, flow) != balance).any():
        raise LawBroken("the flow solver's answer breaks a bound or a balance")
