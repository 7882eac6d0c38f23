"""Search: a component -> the best rings that can be found, stage by stage, each with a proven bound.

Every stage starts from its relaxation. If that is in whole pieces it is the optimum. If not, an integer program
proposes, and branches on what is broken raise the bound, best bound first, until it meets the proposal or the
work limit ends it. Whatever the solver does, the result is feasible and the bound is proven; at worst nothing trades.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clearing.engine.search import draw
from clearing.engine.search.component import Component, component_of
from clearing.engine.search.dive import dive
from clearing.engine.search.draw import LOTTERY
from clearing.engine.search.exact import largest, plus, times
from clearing.engine.search.integers import propose
from clearing.engine.search.near import decided
from clearing.engine.search.objectives import Objective, limit_costs, objective_of, stage_names, whole_costs
from clearing.engine.search.polish import Flows, polish
from clearing.engine.search.program import Stage
from clearing.engine.search.programs import Programs
from clearing.engine.search.relaxation import Relaxation, relax
from clearing.engine.search.rows import Rows
from clearing.engine.search.tiers import INTEGER
from clearing.engine.search.tree import DEPTH_MAX, Node, Put, Tree, bound_of, broken, flows_of, proof_of
from clearing.engine.search.witness import decisions, row_flows, value_of
from clearing.model.errors import LawBroken
from clearing.model.proof import ComponentProof, ProvenStage

MICRO_MAX, MICRO_OFFERS_MAX = 30, 200
"""Times that a stage is split at a µ, where nothing else is broken, and of how many offers at most."""
ROUNDING = 10**6
"""A witness that misses its bound by less than one part of so many may do so by rounding."""
PENALTIES = (1, 16, 256, 4_096)
"""Each times what makes the costs of a stage before as large as those of the stage."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: rings with flows, the proof of each stage, whether the work limit ended it."""

    component: Component
    rings: Flows
    proof: ComponentProof
    limit_reached: bool


@dataclass(slots=True)
class _Work:
    """Relaxations that may still be solved."""

    left: int
    limit_reached: bool = False


def search(rows: Rows, salt: bytes, programs: Programs) -> Searched:
    """Clear one component. Raises LawBroken only where a proof contradicts a witness."""
    component = component_of(rows, limit_costs(rows))
    work = _Work(rows.book.rulebook.work_limit)
    pay_own_way = rows.book.rulebook.objectives[0] != "surplus"
    rings: Flows = {}
    before: list[tuple[Objective, int]] = []
    stages = []
    for name in stage_names(rows):
        drawn = draw.drawn(component, rings) if name == LOTTERY else None
        objective = objective_of(rows, name, salt, drawn)
        stage = Stage(objective, tuple(before), pay_own_way)
        rings, proven = _stage(component, stage, rings, programs, work)
        stages.append(proven)
        before.append((objective, proven.value))
        component.arcs = component.arcs | component.walks.free & (row_flows(component, rings) > 0)
    proof = ComponentProof(rows.tier.component, rows.tier.tier, len(rows.tier.offers), stages)
    return Searched(component, rings, proof, work.limit_reached)


def _stage(
    component: Component, stage: Stage, incumbent: Flows, programs: Programs, work: _Work
) -> tuple[Flows, ProvenStage]:
    best, value = incumbent, value_of(component, stage.objective, incumbent)
    roots = []
    for put, root in _roots(component, stage, programs):
        work.left -= 1
        candidate = _candidate(component, stage, root, programs)
        best, value = _better(component, stage, best, candidate)
        roots.append((put, root))
        if root.proven.bound >= value:
            break
    searched = stage.objective.name != LOTTERY and not work.limit_reached
    wanted = component.rows.tier.tier == INTEGER and not work.limit_reached
    proposals = (_dived, _proposed) if searched else (_dived,)
    for propose_one in proposals if wanted else ():
        missed = value - root.proven.bound
        far = candidate is None or (searched and missed > abs(root.proven.bound) // ROUNDING)
        if root.relaxed is not None and missed > 0 and far:
            best, value = _better(component, stage, best, propose_one(component, stage, root, programs))
    roots.sort(key=lambda each: -each[1].proven.bound)
    limit_reached = False
    for put, root in roots:
        if searched and max(bound_of(each) for _, each in roots) < value:
            best, value, ended = _branched(component, put, root, best, programs, work)
            limit_reached |= ended
    proven = max((root for _, root in roots), key=bound_of)
    bound = bound_of(proven)
    if bound > value:
        raise LawBroken(f"a bound of {bound} contradicts a witness of {value} for {stage.objective.name}")
    work.limit_reached |= limit_reached and bound < value
    return best, ProvenStage(stage.objective.name, value, bound, proof_of(proven))


def _branched(
    component: Component, put: Put, root: Node, best: Flows, programs: Programs, work: _Work
) -> tuple[Flows, int, bool]:
    """The best witness after branches under a root and its value, and whether the work limit ended them."""
    stage, value = put.stage, value_of(component, put.stage.objective, best)
    tree, leaves = Tree(component, put, programs), [root]
    micro = MICRO_MAX if len(component.rows.delivering) <= MICRO_OFFERS_MAX else 0
    while leaves:
        node = min(leaves, key=lambda leaf: leaf.proven.bound)
        if node.proven.bound >= value:
            break
        leaves.remove(node)
        if tree.is_broken(node):
            if work.left < 2 or node.depth == DEPTH_MAX:
                return best, value, True
            tree.split(node)
        elif not node.is_precise:
            tree.prove_precisely(node)
            work.left -= 1
            leaves.append(node)
        elif micro and work.left >= 2 and node.depth < DEPTH_MAX and tree.split_micro(node):
            micro -= 1
        for part in node.parts:
            work.left -= 1
            leaves.append(part)
            best, value = _better(component, stage, best, _candidate(component, stage, part, programs))
    return best, value, False


def _roots(component: Component, stage: Stage, programs: Programs) -> Iterator[tuple[Put, Node]]:
    """How the stage is put to the solver, and its relaxation before any branch.

    First without what stages before count, which binds seldom; then, but for a lottery, with it.
    """
    coarse = any(objective.scale > 1 for objective in (stage.objective, *(each for each, _ in stage.before)))
    if stage.before and not coarse and stage.objective.name != LOTTERY:
        yield _penalised(component, stage, programs)
        return
    put = Put(stage, stage.uncounted(), [0 if objective.counts else None for objective, _ in stage.before])
    if stage.objective.name == LOTTERY:
        yield put, draw.root(component, put, programs)
        return
    yield put, put.node(component, {}, relax(component, put.asked, {}, programs))
    if put.asked.before != stage.before:
        put = Put(stage, stage)
        yield put, put.node(component, {}, relax(component, stage, {}, programs))


def _penalised(component: Component, stage: Stage, programs: Programs) -> tuple[Put, Node]:
    """The stages before as a penalty in place of constraints that no solver's tolerance could meet.

    Nothing that pays its own way is below their values, so that any multiplier that is large enough proves as much as
    the least, and with a whole one the rents stay whole.
    """
    earlier = [objective.numerator for objective, _ in stage.before]
    most = largest(stage.objective.numerator)
    weights = [max(1, -(-most // max(1, largest(costs)))) for costs in earlier]
    plain = Put(stage, stage)
    best = plain, plain.node(component, {}, None)
    for penalty in PENALTIES:
        summed = stage.objective.numerator
        for costs, weight in zip(earlier, weights, strict=True):
            summed = plus(summed, times(costs, penalty * weight))
        alone = Stage(whole_costs(stage.objective.name, summed), (), stage.pay_own_way)
        put = Put(stage, alone, [penalty * weight for weight in weights])
        found = relax(component, alone, {}, programs)
        if found is None:
            break
        node = put.node(component, {}, found)
        if best[1].relaxed is None or node.proven.bound > best[1].proven.bound:
            best = put, node
        else:
            break
    return best


def _candidate(component: Component, stage: Stage, node: Node, programs: Programs) -> Flows | None:
    """A node's relaxation as a witness, where it breaks nothing."""
    if node.relaxed is None or not node.relaxed.is_complete or broken(component, node.relaxed):
        return None
    bounds = decisions(component, flows_of(component, node.relaxed))
    return polish(component, stage, node.relaxed, bounds, programs)


def _dived(component: Component, stage: Stage, root: Node, programs: Programs) -> Flows | None:
    """Whole rings, the relaxation's own as far as they are whole; a lottery's out of those that have been priced."""
    if root.relaxed is None or not component.is_whole_rings:
        return None
    if stage.objective.name == LOTTERY:
        whole = draw.whole(component, stage, root.relaxed, programs)
    else:
        whole = dive(component, Relaxation(component, stage.uncounted(), {}), root.relaxed, programs)
    return None if whole is None else polish(component, stage, whole, {}, programs)


def _proposed(component: Component, stage: Stage, root: Node, programs: Programs) -> Flows | None:
    """The integer program's proposal, and all but its decisions solved again: the better of the two."""
    proposal = propose(component, stage, decided(component, stage, root.proven.leaf), programs)
    if proposal is None:
        return None
    bounds = decisions(component, flows_of(component, proposal))
    found = polish(component, stage, proposal, bounds, programs)
    if component.pieces:
        return found
    again = relax(component, stage.uncounted(), bounds, programs)
    other = polish(component, stage, again, bounds, programs) if again is not None and again.is_complete else None
    return other if found is None else _better(component, stage, found, other)[0]


def _better(component: Component, stage: Stage, best: Flows, found: Flows | None) -> tuple[Flows, int]:
    """The better witness of the two, by this stage."""
    value = value_of(component, stage.objective, best)
    again = value if found is None else value_of(component, stage.objective, found)
    return (found, again) if found is not None and again < value else (best, value)
