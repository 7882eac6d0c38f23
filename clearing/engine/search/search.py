"""Search: a component -> the best rings that can be found, stage by stage, each with a proven bound.

Every stage starts from its relaxation. If that is in whole pieces it is the optimum. If not, an integer program
proposes, and branches on what is broken raise the bound, best bound first, until it meets the proposal or the
work limit ends it. Whatever the solver does, the result is feasible and the bound is proven; at worst nothing trades.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.component import Bounds, Component, component_of
from clearing.engine.search.dive import dive
from clearing.engine.search.exact import plus, times
from clearing.engine.search.integers import propose
from clearing.engine.search.objectives import Objective, limit_costs, objectives_of, whole_costs
from clearing.engine.search.polish import Flows, polish
from clearing.engine.search.program import Duals, Relaxed, Stage
from clearing.engine.search.programs import DUAL_SCALE, Programs
from clearing.engine.search.proof import Proven, prove
from clearing.engine.search.relaxation import Relaxation, relax
from clearing.engine.search.rows import Rows
from clearing.engine.search.tiers import INTEGER
from clearing.engine.search.witness import decisions, limits_total, row_flows, value_of
from clearing.model.errors import LawBroken
from clearing.model.proof import Branch, ComponentProof, Proof, ProvenStage

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

PENALTIES = (1, 16, 256, 4_096)
LOTTERY_ROWS_MAX = 20_000
"""In larger components the lottery, which proves nothing about the others, draws none of their ties."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: rings with flows, the proof of each stage, whether the work limit ended it."""

    component: Component
    rings: Flows
    proof: ComponentProof
    limit_reached: bool


@dataclass(slots=True)
class _Node:
    """A part of the tree: the bounds of its branches, its own proof, and its parts once it has been split."""

    bounds: Bounds
    proven: Proven
    relaxed: Relaxed | None
    split: tuple[str, int, int] | None = None
    parts: list[_Node] = field(default_factory=list)


@dataclass(slots=True)
class _Work:
    """Relaxations that may still be solved."""

    left: int
    limit_reached: bool = False


def search(rows: Rows, salt: bytes, programs: Programs) -> Searched:
    """Clear one component. Raises LawBroken only where a proof contradicts a witness."""
    component = component_of(rows, limit_costs(rows))
    work = _Work(rows.book.rulebook.work_limit)
    objectives = objectives_of(rows, salt)
    pay_own_way = rows.book.rulebook.objectives[0] != "surplus"
    rings: Flows = {}
    before: list[tuple[Objective, int]] = []
    stages = []
    for objective in objectives:
        stage = Stage(objective, tuple(before), pay_own_way)
        rings, proven = _stage(component, stage, rings, programs, work)
        stages.append(proven)
        before.append((objective, proven.value))
    proof = ComponentProof(rows.tier.component, rows.tier.tier, len(rows.tier.offers), stages)
    return Searched(component, rings, proof, work.limit_reached)


def _stage(
    component: Component, stage: Stage, incumbent: Flows, programs: Programs, work: _Work
) -> tuple[Flows, ProvenStage]:
    best, value = incumbent, value_of(component, stage.objective, incumbent)
    root = _Node({}, *_relaxed(component, stage, {}, programs))
    work.left -= 1
    candidate = _candidate(component, stage, root, programs)
    wanted = component.rows.tier.tier == INTEGER and stage.objective.name != "lottery"
    best, value = _better(component, stage, best, candidate)
    for propose_one in (_dived, _proposed) if wanted and candidate is None else ():
        if root.relaxed is not None and root.proven.bound < value:
            best, value = _better(component, stage, best, propose_one(component, stage, root.relaxed, programs))
    leaves = [root]
    while leaves and stage.objective.name != "lottery":
        node = min(leaves, key=lambda leaf: leaf.proven.bound)
        if node.proven.bound >= value:
            break
        leaves.remove(node)
        node.split = _broken(component, node)
        if node.split is None:
            continue
        if work.left < 2:
            work.limit_reached, node.split = True, None
            break
        for bounds in _branches(component, node):
            part = _Node(bounds, *_relaxed(component, stage, bounds, programs))
            work.left -= 1
            node.parts.append(part)
            leaves.append(part)
            best, value = _better(component, stage, best, _candidate(component, stage, part, programs))
    bound = _bound(root)
    if bound > value:
        raise LawBroken(f"a bound of {bound} contradicts a witness of {value} for {stage.objective.name}")
    return best, ProvenStage(stage.objective.name, value, bound, _proof(root))


def _relaxed(
    component: Component, stage: Stage, bounds: Bounds, programs: Programs
) -> tuple[Proven, Relaxed | None]:
    coarse = any(objective.scale > 1 for objective in (stage.objective, *(each for each, _ in stage.before)))
    if stage.before and not coarse and stage.objective.name != "lottery":
        return _penalised(component, stage, bounds, programs)
    if stage.objective.name == "lottery" and len(component.rows) > LOTTERY_ROWS_MAX:
        return prove(component, stage, bounds, _no_duals(component, stage)), None
    relaxed = relax(component, stage, bounds, programs)
    return prove(component, stage, bounds, _no_duals(component, stage) if relaxed is None else relaxed.duals), relaxed


def _penalised(
    component: Component, stage: Stage, bounds: Bounds, programs: Programs
) -> tuple[Proven, Relaxed | None]:
    """The stages before as a penalty in place of constraints that no solver's tolerance could meet.

    Any multiplier that is large enough proves as much as the least, and with a whole one the rents stay whole.
    """
    earlier = [objective.numerator for objective, _ in stage.before] + [component.limits] * stage.pay_own_way
    best: tuple[Proven, Relaxed | None] = prove(component, stage, bounds, _no_duals(component, stage)), None
    for penalty in PENALTIES:
        summed = stage.objective.numerator
        for costs in earlier:
            summed = plus(summed, times(costs, penalty))
        alone = Stage(whole_costs(stage.objective.name, summed), (), False)
        found = relax(component, alone, bounds, programs)
        if found is None:
            break
        duals = Duals(found.duals.groups, found.duals.nodes, [penalty * DUAL_SCALE] * len(earlier), {})
        proven = prove(component, stage, bounds, duals)
        if best[1] is None or proven.bound > best[0].bound:
            best = proven, Relaxed(found.arcs, found.passes, found.rings, duals, found.is_complete)
        elif best[1] is not None:
            break
    return best


def _no_duals(component: Component, stage: Stage) -> Duals:
    return Duals(dict.fromkeys(component.capacity, 0), [0] * len(component.rows.nodes), _zeros(stage), {})


def _zeros(stage: Stage) -> Sequence[int]:
    return [0] * (len(stage.before) + stage.pay_own_way)


def _candidate(component: Component, stage: Stage, node: _Node, programs: Programs) -> Flows | None:
    """A node's relaxation as a witness, where it breaks nothing."""
    if node.relaxed is None or not node.relaxed.is_complete or _broken(component, node) is not None:
        return None
    decided = decisions(component, _flows(component, node.relaxed))
    return polish(component, stage, node.relaxed, decided, programs)


def _dived(component: Component, stage: Stage, relaxed: Relaxed, programs: Programs) -> Flows | None:
    """Whole rings, the relaxation's own as far as they are whole."""
    whole = dive(component, Relaxation(component, stage, {}), relaxed, programs)
    return None if whole is None else polish(component, stage, whole, {}, programs)


def _proposed(component: Component, stage: Stage, _relaxed: Relaxed, programs: Programs) -> Flows | None:
    """The integer program's proposal: its decisions are kept, all the rest is solved again."""
    proposal = propose(component, stage, {}, programs)
    if proposal is None:
        return None
    decided = decisions(component, _flows(component, proposal))
    if not component.pieces:
        again = relax(component, stage, decided, programs)
        if again is None or not again.is_complete:
            return None
        proposal = again
    return polish(component, stage, proposal, decided, programs)


def _better(component: Component, stage: Stage, best: Flows, found: Flows | None) -> tuple[Flows, int]:
    """The better witness of the two, by this stage; one that changes a stage before is none."""
    value = value_of(component, stage.objective, best)
    if found is None:
        return best, value
    kept = all(value_of(component, objective, found) == held for objective, held in stage.before)
    if not kept or (stage.pay_own_way and limits_total(component, found) > 0):
        return best, value
    again = value_of(component, stage.objective, found)
    return (found, again) if again < value else (best, value)


def _flows(component: Component, relaxed: Relaxed) -> IntArray:
    flows = row_flows(component, relaxed.rings)
    for row, amount in relaxed.arcs.items():
        flows[row] += amount
    return flows


def _broken(component: Component, node: _Node) -> tuple[str, int, int] | None:
    """The group whose step a relaxation breaks most, with the admissible values around it."""
    if node.relaxed is None:
        return None
    flows = _flows(component, node.relaxed)
    slack = max(1, component.unit // 10_000)
    worst: tuple[int, str, int, int] | None = None
    for name, value, low, high in _stepped(component, flows):
        gap = min(value - low, high - value)
        if gap > slack and (worst is None or gap > worst[0]):
            worst = gap, name, low, high
    return None if worst is None else worst[1:]


def _stepped(component: Component, flows: IntArray) -> Sequence[tuple[str, int, int, int]]:
    """(group, flow, admissible at or below, admissible above) where the flow is not admissible."""
    rows, ids, found = component.rows, component.rows.book.offers.id, []
    for offer, value in rows.delivered(flows).items():
        if component.stepped[offer] and value:
            step, least = rows.asks.step_micro(offer), rows.asks.least_micro(offer)
            if value < least:
                found.append((f"offer:{ids[offer]}", value, 0, least))
            elif value % step:
                found.append((f"offer:{ids[offer]}", value, value // step * step, value // step * step + step))
    plain, taken = rows.plain, rows.taken(flows)
    for at in np.flatnonzero(taken % rows.piece[plain]).tolist():
        piece, value = int(rows.piece[plain[at]]), int(taken[at])
        low = value // piece * piece
        found.append((f"take:{rows.name(int(plain[at]))}", value, low, low + piece))
    return found


def _branches(component: Component, node: _Node) -> Sequence[Bounds]:
    assert node.split is not None
    name, at, above = node.split
    low, high = node.bounds.get(name, (0, component.most(name)))
    return [{**node.bounds, name: (low, min(at, high))}, {**node.bounds, name: (max(low, above), max(high, above))}]


def _bound(node: _Node) -> int:
    """The least bound of the leaves; a split never proves less than what was split."""
    return min(map(_bound, node.parts)) if node.parts else node.proven.bound


def _proof(node: _Node) -> Proof:
    if not node.parts or node.split is None:
        return node.proven.leaf
    name, at, above = node.split
    return Branch(name, at, above, _proof(node.parts[0]), _proof(node.parts[1]))
