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
from clearing.engine.sums import sums_by
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
    """(network, low, high, balance); arcs: legs, source -> stock -> giver or source -> giver, receiver -> sink.

    A giver or receiver of a single leg is bounded as its leg is, so it needs no node: the leg starts at the
    stock or source, or ends at the sink.
    """
    giver, receiver = _several(legs.giver), _several(legs.receiver)
    givers, receivers = int(giver.max(initial=NONE)) + 1, int(receiver.max(initial=NONE)) + 1
    drawn = np.flatnonzero(legs.stock != NONE)
    stocks, stock_number = np.unique(legs.stock[drawn], return_inverse=True)
    source = givers + receivers + len(stocks)
    supplier = np.full(len(giver), source)
    supplier[drawn] = givers + receivers + stock_number
    at_giver, at_receiver = np.flatnonzero(giver != NONE), np.flatnonzero(receiver != NONE)
    supplier_of = np.full(givers, source)
    supplier_of[giver[at_giver]] = supplier[at_giver]
    leg_tail, leg_head = supplier.copy(), np.full(len(giver), source + 1)
    leg_tail[at_giver], leg_head[at_receiver] = giver[at_giver], givers + receiver[at_receiver]
    exact = np.concatenate(
        [
            legs.flow_micro,
            sums_by(stock_number, legs.flow_micro[drawn], len(stocks)),
            sums_by(giver[at_giver], legs.flow_micro[at_giver], givers),
            sums_by(receiver[at_receiver], legs.flow_micro[at_receiver], receivers),
        ]
    )
    tail = [leg_tail, np.full(len(stocks), source), supplier_of, givers + np.arange(receivers)]
    stock_nodes = givers + receivers + np.arange(len(stocks))
    head = [leg_head, stock_nodes, np.arange(givers), np.full(receivers, source + 1)]
    network = Network(source + 2, np.concatenate(tail), np.concatenate(head))
    balance = np.zeros(network.nodes, dtype=np.int64)
    total = -(-int(legs.flow_micro.sum()) // value)
    balance[source], balance[source + 1] = total, -total
    return network, exact // value, -(-exact // value), balance


def _several(names: IntArray) -> IntArray:
    """Names that occur more than once, numbered from 0; NONE for the others."""
    count = np.bincount(names)
    number = np.cumsum(count > 1) - 1
    numbered: IntArray = np.where(count[names] > 1, number[names], NONE)
    return numbered
