"""Rounding: exact deliveries of one asset -> whole increments, floor or ceiling each.

Every leg, giving offer, stock, receiving alternative and the whole pool takes the floor or the ceiling of its
exact sum. Givers and receivers are two nested families over the same legs, so this is a flow from giving to
receiving side with bounds one apart, and whole numbers always exist. The pool takes its ceiling.

Worked example, an increment worth 10 µ. Legs: G1 -> R1 of 14 (1.4 increments), G1 -> R2 of 4 (0.4) and
G2 -> R2 of 6 (0.6). The pool is 24, so 3 increments move. R2 takes exactly 4 + 6 = 1 increment, so R1 takes 2
by the leg G1 -> R1, which makes G1 give at least 2; with a total of 18 it may give no more than 2, and R2's
increment must come from G2. Here the bounds decide alone; where they leave a choice, the lottery does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.faces import Face, Network, flat, is_unique, minimise, next_face, potentials
from clearing.engine.flow_solver import FlowSolver
from clearing.model.book import NONE
from clearing.model.errors import LawBroken

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

LOTTERY_STAGES_MAX = 64


@dataclass(frozen=True, slots=True)
class PoolLegs:
    """The deliveries of one asset: value in µ, and numbers for giver, stock (NONE without) and receiver."""

    flow_micro: IntArray
    giver: IntArray
    stock: IntArray
    receiver: IntArray


def round_pool(
    legs: PoolLegs, value_micro: int, costs: Callable[[int, IntArray], IntArray], solver: FlowSolver
) -> IntArray:
    """Increments per leg; ``costs(stage, rows)`` are the lottery costs of some legs, stage from 1."""
    quantity, rest = np.divmod(legs.flow_micro, value_micro)
    if not rest.any():
        return quantity
    network, low, high, balance = _network(legs, value_micro)
    face = Face(low, high, high > low)
    flow = low
    open_legs = np.flatnonzero(rest)
    for stage in range(1, LOTTERY_STAGES_MAX + 1):
        cost = np.zeros(len(low), dtype=np.int64)
        cost[open_legs] = costs(stage, open_legs)
        flow = minimise(network, face, flat(cost), flow, balance, solver)
        potential = potentials(network, face, flat(cost), flow)
        if is_unique(network, face, flat(cost), flow, potential):
            return flow[: len(quantity)]
        face = next_face(network, face, flat(cost), potential)
    raise LawBroken(f"no unique rounding after {LOTTERY_STAGES_MAX} lottery stages")


def _network(legs: PoolLegs, value: int) -> tuple[Network, IntArray, IntArray, IntArray]:
    """(network, low, high, balance); arcs: legs, source -> stock -> giver or source -> giver, receiver -> sink."""
    givers, first = np.unique(legs.giver, return_index=True)
    stock_of = legs.stock[first]
    stocks, receivers = np.unique(stock_of[stock_of != NONE]), np.unique(legs.receiver)
    giver = np.searchsorted(givers, legs.giver)
    receiver = np.searchsorted(receivers, legs.receiver) + len(givers)
    source = len(givers) + len(receivers) + len(stocks)
    stock_node = len(givers) + len(receivers) + np.arange(len(stocks))
    supplier = np.where(
        stock_of == NONE, source, len(givers) + len(receivers) + np.searchsorted(stocks, stock_of)
    )
    given = _sums(giver, legs.flow_micro, len(givers))
    taken = _sums(receiver - len(givers), legs.flow_micro, len(receivers))
    drawn = _sums(supplier, given, source + 1)[stock_node]
    exact = np.concatenate([legs.flow_micro, drawn, given, taken])
    tail = [giver, np.full(len(stocks), source), supplier, len(givers) + np.arange(len(receivers))]
    head = [receiver, stock_node, np.arange(len(givers)), np.full(len(receivers), source + 1)]
    network = Network(source + 2, np.concatenate(tail), np.concatenate(head))
    balance = np.zeros(network.nodes, dtype=np.int64)
    total = -(-int(legs.flow_micro.sum()) // value)
    balance[source], balance[source + 1] = total, -total
    return network, exact // value, -(-exact // value), balance


def _sums(index: IntArray, amount: IntArray, size: int) -> IntArray:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, index, amount)
    return sums
