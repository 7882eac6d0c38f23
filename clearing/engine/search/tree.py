"""Tree: a relaxation that breaks steps -> two parts that do not break one of them, each with a bound of its own.

The step to branch on is the one that raises both parts' bounds most, found by trying: a few iterations on each side
tell, and what was found is remembered by µ for the next time.

Example: an offer delivers 0 or 100 µ and the relaxation takes 60: in one part it delivers nothing, in the other 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.program import BEFORE, Duals, Relaxed, Stage
from clearing.engine.search.programs import Programs
from clearing.engine.search.proof import Proven, leaf_bound, prove
from clearing.engine.search.relaxation import Relaxation
from clearing.engine.search.witness import row_flows
from clearing.model.proof import Branch, Proof

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

TRIED_MAX = 8
"""Steps tried at one node."""
TRIED_ENOUGH = 3
"""So many tries tell what a step gains."""
ITERATIONS_MAX = 200
DEPTH_MAX = 200
"""No node further down is split: proofs are read by recursion, and what so many branches leave, more will not close."""
RATE = 2**32
MICRO_FAR = Fraction(1, 100)
"""Of a µ: what is nearer to a whole one may be so by the solver's tolerance."""


class Broken(NamedTuple):
    """A group whose flow is between two admissible values."""

    group: str
    flow: int
    at: int
    above: int


@dataclass(slots=True)
class Node:
    """A part of the tree: the bounds of its branches, its own proof, and its parts once it has been split."""

    bounds: Bounds
    proven: Proven
    relaxed: Relaxed | None
    depth: int = 0
    split: Broken | None = None
    is_precise: bool = False
    """Whether its proof is from precise duals."""
    parts: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Put:
    """A stage, and the stage in its place that is put to the solver."""

    stage: Stage
    asked: Stage
    multipliers: Sequence[int | None] = ()
    """By stage before that of one which is left out, None of one which is not; the rest is not left out."""

    def node(self, component: Component, bounds: Bounds, relaxed: Relaxed | None, depth: int = 0) -> Node:
        """A node with what its duals prove."""
        duals = self._nothing(component)
        if relaxed is not None:
            found = relaxed.duals
            named = component.capacity.keys() | bounds.keys()
            known = {name: value for name, value in found.groups.items() if name in named}
            asked = iter(found.before)
            before = [next(asked) if times is None else times * found.unit for times in self.multipliers]
            before += asked
            duals = replace(found, groups=known, before=before)
        return Node(bounds, prove(component, self.stage, bounds, duals), relaxed, depth)

    def _nothing(self, component: Component) -> Duals:
        before = [0] * (len(self.stage.before) + self.stage.pay_own_way)
        return Duals(dict.fromkeys(component.capacity, 0), [0] * len(component.rows.nodes), before, {})


class Tree:
    """Splits nodes of one stage; it loads its program when it is first needed."""

    def __init__(self, component: Component, put: Put, programs: Programs) -> None:
        self.component, self.put, self.programs = component, put, programs
        self._relaxation: Relaxation | None = None
        self._takes: dict[str, tuple[int, int]] = {}
        """Alternatives that have been branched on or tried: they have constraints of their own."""
        self._gains: dict[tuple[str, bool], tuple[int, int]] = {}
        """By group and side: gain a µ in 1/RATE, summed, and how often it was tried."""
        self._by_micro = False
        """Whether every offer may be bounded from below."""

    def is_broken(self, node: Node) -> bool:
        """Whether a node can be split."""
        return bool(self._broken(node))

    def _broken(self, node: Node) -> Sequence[Broken]:
        """Steps that are broken and not decided yet; those that hardly are only where there are no others."""
        if node.relaxed is None:
            return ()
        component, relaxed = self.component, node.relaxed
        flows = flows_of(component, relaxed)
        return (
            _undecided(node.bounds, broken(component, relaxed))
            or _undecided(node.bounds, _stepped(component, flows))
            or _undecided(node.bounds, self._partly(flows))
        )

    def _counted(self) -> Mapping[int, int]:
        """Offers that the stage counts where they deliver, with their capacities."""
        return self.put.asked.objective.counted

    def _partly(self, flows: IntArray) -> Sequence[Broken]:
        """Offers that deliver a part, which counts less than 1 as long as they need not deliver at all."""
        rows, counted = self.component.rows, self._counted()
        return [
            Broken(f"offer:{rows.book.offers.id[offer]}", amount, 0, rows.asks.least_micro(offer))
            for offer, amount in (rows.delivered(flows).items() if counted else ())
            if offer in counted and 0 < amount < counted[offer]
        ]

    def prove_precisely(self, node: Node) -> None:
        """A better proof of the same relaxation, where its duals are fractions that the usual ones do not name."""
        node.is_precise = True
        relaxed = self._program(node.bounds).precisely(self.programs, node.bounds)
        if relaxed is not None:
            again = self.put.node(self.component, node.bounds, relaxed, node.depth).proven
            node.proven = max(node.proven, again, key=lambda proven: proven.bound)

    def split(self, node: Node) -> None:
        """Split it where both parts gain most."""
        self._split(node, self._best(node))

    def split_micro(self, node: Node) -> bool:
        """Split a node that breaks no step at a µ, where an offer delivers a fraction of one more; whether any does.

        Amounts are whole µ, so nothing is admitted in between.
        """
        if not self._by_micro:
            self._by_micro, self._relaxation = True, None
        carried = self._program(node.bounds).fractions(self.programs, node.bounds)
        found = [] if carried is None else self._fractions(node, carried)
        if found:
            self._split(node, max(found)[1])
        return bool(found)

    def _fractions(self, node: Node, carried: Mapping[int, Fraction]) -> list[tuple[Fraction, Broken]]:
        """Deliveries in fractions, and how far each is from a whole µ."""
        rows, found = self.component.rows, []
        for offer, held in rows.delivering.items():
            amount = sum((carried.get(row, Fraction(0)) for row in held.tolist()), Fraction(0))
            at = floor(amount)
            far = min(amount - at, at + 1 - amount)
            each = Broken(f"offer:{rows.book.offers.id[offer]}", at, at, at + 1)
            is_there = 0 <= at < rows.asks.capacity_micro(offer) and rows.asks.step_micro(offer) == 1
            if far > MICRO_FAR and is_there and _undecided(node.bounds, [each]):
                found.append((far, each))
        return found

    def _split(self, node: Node, split: Broken) -> None:
        node.split = split
        for bounds in _branches(self.component, node.bounds, node.split):
            relaxed = self._program(bounds).under(self.programs, bounds) or self._missed(bounds)
            part = self.put.node(self.component, bounds, relaxed, node.depth + 1)
            inherited = Proven(node.proven.leaf, leaf_bound(self.component, self.put.stage, bounds, node.proven.leaf))
            part.proven = max(part.proven, inherited, key=lambda proven: proven.bound)
            node.parts.append(part)

    def _program(self, groups: Iterable[str]) -> Relaxation:
        """The program in which these groups, too, can be branched on."""
        new = {name for name in groups if name.startswith("take:")} - self._takes.keys()
        if self._relaxation is None or new:
            self._takes |= {name: (0, self.component.most(name)) for name in sorted(new)}
            self._relaxation = Relaxation(self.component, self.put.asked, self._takes, self._pressable())
        return self._relaxation

    def _missed(self, bounds: Bounds) -> Relaxed | None:
        """What comes nearest to the stages before in a part that none of their outcomes meets: it proves so."""
        pressable = {*self._pressable(), BEFORE}
        return Relaxation(self.component, self.put.asked, self._takes, pressable).under(self.programs, bounds)

    def _pressable(self) -> set[str]:
        component, ids = self.component, self.component.rows.book.offers.id
        counted = self._counted()
        some = (o for o in component.rows.delivering if self._by_micro or component.stepped[o] or o in counted)
        return {*self._takes, *(f"offer:{ids[o]}" for o in some)}

    def _best(self, node: Node) -> Broken:
        found = sorted(self._broken(node), key=lambda each: (-self._score(each), each))
        unknown = [each for each in found if self._tries(each) < TRIED_ENOUGH][:TRIED_MAX]
        tried = self._try(node, unknown) if len(found) > 1 else {}
        return max(found, key=lambda each: tried.get(each, self._score(each)))

    def _try(self, node: Node, some: Sequence[Broken]) -> dict[Broken, int]:
        """The score of each by a few iterations on either side."""
        relaxation = self._program([*node.bounds, *(each.group for each in some)])
        trials = [
            relaxation.ends(each.group, bounds[each.group])
            for each in some
            for bounds in _branches(self.component, node.bounds, each)
        ]
        relaxation.stand(self.programs, node.bounds)
        costs = self.programs.probe(trials, ITERATIONS_MAX) if trials else None
        if costs is None:
            return {}
        scores = {}
        for place, each in enumerate(some):
            gains = [max(0, cost - costs[0]) for cost in costs[2 * place + 1 : 2 * place + 3]]
            for upward, gain in enumerate(gains):
                total, times = self._gains.get((each.group, bool(upward)), (0, 0))
                rate = gain * RATE // _distance(each, upward=bool(upward))
                self._gains[each.group, bool(upward)] = total + rate, times + 1
            scores[each] = max(1, gains[0]) * max(1, gains[1])
        return scores

    def _score(self, each: Broken) -> int:
        """The product of what both sides should gain; by distance alone where nothing is known."""
        score = 1
        for upward in (False, True):
            total, times = self._gains.get((each.group, upward), (RATE, 1))
            score *= max(1, total // times * _distance(each, upward=upward) // RATE)
        return score

    def _tries(self, each: Broken) -> int:
        return self._gains.get((each.group, False), (0, 0))[1]


def broken(component: Component, relaxed: Relaxed) -> Sequence[Broken]:
    """Steps that a relaxation breaks by more than a solver's tolerance."""
    slack = max(1, component.unit // 10_000)
    found = _stepped(component, flows_of(component, relaxed))
    return [each for each in found if min(each.flow - each.at, each.above - each.flow) > slack]


def flows_of(component: Component, relaxed: Relaxed) -> IntArray:
    """By row what arcs and rings of a relaxation carry."""
    flows = row_flows(component, relaxed.rings)
    for row, amount in relaxed.arcs.items():
        flows[row] += amount
    return flows


def bound_of(node: Node) -> int:
    """The least bound of the leaves; a split never proves less than what was split."""
    return min(map(bound_of, node.parts)) if node.parts else node.proven.bound


def proof_of(node: Node) -> Proof:
    """The tree as a record."""
    if not node.parts or node.split is None:
        return node.proven.leaf
    return Branch(node.split.group, node.split.at, node.split.above, *map(proof_of, node.parts))


def _stepped(component: Component, flows: IntArray) -> Sequence[Broken]:
    """Where a flow is not admissible."""
    rows, ids, found = component.rows, component.rows.book.offers.id, []
    for offer, value in rows.delivered(flows).items():
        if component.stepped[offer] and value:
            step, least = rows.asks.step_micro(offer), rows.asks.least_micro(offer)
            whole = value // step * step
            if value < least:
                found.append(Broken(f"offer:{ids[offer]}", value, 0, least))
            elif value % step and whole + step <= rows.asks.capacity_micro(offer):
                found.append(Broken(f"offer:{ids[offer]}", value, whole, whole + step))
    plain, taken = rows.plain, rows.taken(flows)
    for at in np.flatnonzero(taken % rows.piece[plain]).tolist():
        piece, value = int(rows.piece[plain[at]]), int(taken[at])
        low = value // piece * piece
        found.append(Broken(f"take:{rows.name(int(plain[at]))}", value, low, low + piece))
    return found


def _undecided(bounds: Bounds, found: Sequence[Broken]) -> Sequence[Broken]:
    """Those of which both parts have room."""
    ends = [bounds.get(each.group, (each.at, each.above)) for each in found]
    return [each for each, (low, high) in zip(found, ends, strict=True) if low <= each.at and each.above <= high]


def _branches(component: Component, bounds: Bounds, each: Broken) -> Sequence[Bounds]:
    low, high = bounds.get(each.group, (0, component.most(each.group)))
    above = max(low, each.above)
    return [{**bounds, each.group: (low, min(each.at, high))}, {**bounds, each.group: (above, max(high, above))}]


def _distance(each: Broken, *, upward: bool) -> int:
    """How far a part is from the relaxation; what delivers its least is at the upper one already."""
    return max(1, each.above - each.flow if upward else each.flow - each.at)
