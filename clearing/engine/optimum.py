"""The optimum: netting graph -> the one circulation that is best in every objective, in order.

The objectives of the rulebook, then lottery stages until no other circulation is as good. Each stage is
solved on the face of optima of the stages before it. ``certify`` then records the potentials of every stage
at the final flow, which prove each optimum to anyone without a solver.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.faces import Face, Network, Steps, flat, is_unique, minimise, next_face, potentials
from clearing.engine.flow_solver import FlowSolver
from clearing.engine.lottery import lottery_costs
from clearing.engine.netting_graph import ACCOUNT, ALTERNATIVE, OBLIGATION, OFFER, STOCK, WHOLE, NettingGraph
from clearing.model.book import NONE, Book
from clearing.model.errors import LawBroken
from clearing.model.outcome import Certificate, Stage

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

LOTTERY_STAGES_MAX = 64


@dataclass(frozen=True, slots=True)
class Optimum:
    """The unique flow per arc and how many lottery stages made it unique."""

    flow: IntArray
    lottery_stages: int


def optimise(
    book: Book, graph: NettingGraph, salt: bytes, solver: FlowSolver, objectives: Sequence[str] = ()
) -> Optimum:
    """Minimise stage after stage, those of the rulebook without ``objectives``, until the circulation is unique.

    Raises LawBroken on a wrong answer.
    """
    objectives = objectives or book.rulebook.objectives
    network, face = _whole(graph)
    flow = np.zeros(len(graph.tail), dtype=np.int64)
    balance = np.zeros(network.nodes, dtype=np.int64)
    first = len(objectives) - 1
    for number in range(first + LOTTERY_STAGES_MAX):
        steps = _steps(book, graph, face, number, salt, objectives)
        flow = minimise(network, face, steps, flow, balance, solver)
        potential = potentials(network, face, steps, flow)
        if number >= first and is_unique(network, face, steps, flow, potential):
            return Optimum(flow, number - first + 1)
        face = next_face(network, face, steps, potential)
    raise LawBroken(f"no unique circulation after {LOTTERY_STAGES_MAX} lottery stages")


def certify(
    book: Book, graph: NettingGraph, salt: bytes, optimum: Optimum, objectives: Sequence[str] = ()
) -> tuple[Certificate, IntArray]:
    """The certificate, and the potentials of stage 1 that the premia are taken from."""
    objectives = objectives or book.rulebook.objectives
    network, face = _whole(graph)
    stages, recorded = [], []
    last = len(objectives) - 2 + optimum.lottery_stages
    for number in range(last + 1):
        steps = _steps(book, graph, face, number, salt, objectives)
        potential = potentials(network, face, steps, optimum.flow)
        name = objectives[min(number, len(objectives) - 1)]
        value = _value(face, steps, optimum.flow, name)
        stages.append(Stage(name, value, dict(zip(graph.nodes, potential.tolist(), strict=True))))
        recorded.append(potential)
        if number < last:
            face = next_face(network, face, steps, potential)
    unique = is_unique(network, face, steps, optimum.flow, potential)
    certificate = Certificate(stages, unique, True, stages[0].value, 0, optimum.lottery_stages)
    return certificate, recorded[0]


def _whole(graph: NettingGraph) -> tuple[Network, Face]:
    """All circulations: every arc free between 0 and its capacity."""
    low, free = np.zeros(len(graph.tail), dtype=np.int64), np.ones(len(graph.tail), dtype=np.bool_)
    return Network(len(graph.nodes), graph.tail, graph.head), Face(low, graph.capacity, free)


def _steps(
    book: Book, graph: NettingGraph, face: Face, number: int, salt: bytes, objectives: Sequence[str]
) -> Steps:
    """The cost of each arc in stage ``number``, counted from 0."""
    lottery = number + 2 - len(objectives)
    if lottery > 0:
        return flat(_lottery(book, graph, face, lottery, salt))
    name = objectives[number]
    if name == "surplus":
        return flat(graph.cost)
    if name == "credit":
        return flat(((graph.kind == ACCOUNT) & (graph.head == graph.hub)).astype(np.int64))
    if name in ("items", "priority"):
        return flat(_piece_costs(book, graph, name))
    delivering = (graph.kind == OFFER) | (graph.kind == WHOLE) | (graph.kind == OBLIGATION)
    zero = np.zeros(len(graph.tail), dtype=np.int64)
    if name == "even":
        return Steps(zero, face.free & delivering, book.rulebook.even_segments)
    return flat(-delivering.astype(np.int64) if name == "value" else zero)


def _piece_costs(book: Book, graph: NettingGraph, name: str) -> IntArray:
    """-1, or the alternative's position, on arcs that take a whole piece which another participant delivers."""
    offers, assets = book.offers, book.assets
    cost = np.zeros(len(graph.tail), dtype=np.int64)
    taking = np.flatnonzero((graph.kind == OFFER) | (graph.kind == ALTERNATIVE))
    start = offers.alt_start[graph.owner[taking]]
    row = np.where(graph.kind[taking] == ALTERNATIVE, graph.alternative[taking], start)
    counted = (assets.value_micro > book.rulebook.residual_tolerance_micro) & np.array(
        [each != "internal" for each in assets.asset_class], dtype=np.bool_
    )
    desk = offers.participant[graph.owner[taking]]
    admitted = np.concatenate([graph.member, graph.owner[graph.kind == WHOLE]])
    least = np.full(len(assets.id) + 2, len(book.participants.id), dtype=np.int64)
    most = np.full(len(assets.id) + 2, NONE, dtype=np.int64)
    np.minimum.at(least, offers.deliver[admitted], offers.participant[admitted])
    np.maximum.at(most, offers.deliver[admitted], offers.participant[admitted])
    asset = offers.alt_asset[row]
    by_another = (most[asset] != NONE) & ((least[asset] != desk) | (most[asset] != desk))
    counts = by_another & np.append(counted, [False, False])[asset]
    cost[taking[counts]] = -1 if name == "items" else (row - start)[counts]
    return cost


def _lottery(book: Book, graph: NettingGraph, face: Face, stage: int, salt: bytes) -> IntArray:
    cost = np.zeros(len(graph.tail), dtype=np.int64)
    drawn = np.flatnonzero(face.free & (graph.kind != WHOLE) & (graph.kind != STOCK) & (graph.kind != ACCOUNT))
    cost[drawn] = lottery_costs(salt, _lottery_texts(book, graph, drawn, stage))
    return cost


def _lottery_texts(book: Book, graph: NettingGraph, arcs: IntArray, stage: int) -> Iterator[str]:
    owner, row = graph.owner[arcs], graph.alternative[arcs]
    kind = graph.kind[arcs]
    position = np.zeros(len(arcs), dtype=np.int64)
    several = kind == ALTERNATIVE
    position[several] = row[several] - book.offers.alt_start[owner[several]]
    for of_kind, i, place in zip(kind.tolist(), owner.tolist(), position.tolist(), strict=True):
        if of_kind == OBLIGATION:
            yield f"{stage}|obligation|{book.obligations.id[i]}|0"
        else:
            yield f"{stage}|offer|{book.offers.id[i]}|{place}"


def _value(face: Face, steps: Steps, flow: IntArray, name: str) -> int:
    """Σ cost x flow, in unbounded integers: over all arcs, for even and lottery over those it can move."""
    if name == "even":
        arcs = np.flatnonzero(steps.stepped)
        return _stepped_value(face.high[arcs], flow[arcs], steps)
    counted = np.flatnonzero((flow != 0) & (steps.cost != 0) & (face.free | (name != "lottery")))
    return _sum_of_products(steps.cost[counted].tolist(), flow[counted].tolist())


def _stepped_value(high: IntArray, flow: IntArray, steps: Steps) -> int:
    # Segments fill in order, so every unit above the start of segment k pays 1 more.
    return sum(sum(np.maximum(0, flow - start).tolist()) for start in steps.starts(high))


def _sum_of_products(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))
