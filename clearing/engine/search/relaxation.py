"""Relaxation: a component, a stage and branches -> the linear program over rings, its proposal and its duals.

Rows whose rings no length bounds flow along arcs; other rings are columns, priced and never enumerated: a round asks
for the closed walks that the duals make cheapest, until there is none below zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.admissible import is_admissible
from clearing.engine.search.objectives import FINE_SCALE, Objective
from clearing.engine.search.programs import DUAL_SCALE, Answer, Column, Constraint, Programs
from clearing.engine.search.rows import Group, Rows
from clearing.engine.search.walks import Walks
from clearing.model.book import NONE

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

ROUNDS_MAX = 400
COLUMNS_A_ROUND = 2_000
PRICE_SLACK = 10**8
"""Rings that gain less than the largest cost divided by this are left unpriced: no solver's duals are finer."""

INDEX_UNIT = 1_000_000
VALUE_LEAST = 1_000
SHARE_SCALE = 10**9
PRICE_LIMIT = 2**58
PENALTY = 100
"""Missing a branch's lower bound costs this many times the largest cost a µ."""

Bounds = Mapping[str, tuple[int, int]]
"""Branches: bounds by group name, ``offer:O`` or ``take:O|i``."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An objective with the values of those before it, which may not get worse."""

    objective: Objective
    before: Sequence[tuple[Objective, int]]
    pay_own_way: bool
    """Whether Σ ρ·T ≤ 0 is a constraint."""


@dataclass(frozen=True, slots=True)
class Duals:
    """Multipliers of a relaxation in 1/DUAL_SCALE of the stage's scale."""

    groups: Mapping[str, int]
    nodes: Sequence[int]
    before: Sequence[int]
    served: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A proposal: flow per row from arcs, per ring, and the duals."""

    arcs: Mapping[int, int]
    passes: Mapping[tuple[int, int], int]
    rings: Mapping[tuple[int, ...], int]
    duals: Duals
    is_complete: bool
    """Whether every branch is obeyed."""


@dataclass(slots=True)
class Component:
    """A component under search: its rows, walks, and every ring that has been priced so far."""

    rows: Rows
    walks: Walks
    unit: int
    pieces: int
    """The one measure of every step and bound, when whole units of it obey every step; else 0."""
    limits: Sequence[int]
    """ρ per row."""
    group_rows: Mapping[str, list[int]]
    capacity: Mapping[str, int]
    offer_at: Mapping[str, int]
    shares: Mapping[str, tuple[int, int]]
    """Groups of residual: their offer and the tolerance."""
    rings: dict[tuple[int, ...], None] = field(default_factory=dict)

    def branch_rows(self, name: str) -> list[int]:
        """The rows of a group that only a branch makes: ``take:O|i``."""
        offer, place = name.removeprefix("take:").rsplit("|", 1)
        return list(self.rows.taking[self.offer_at[offer], int(place)])

    def most(self, name: str) -> int:
        """The bound of a group before any branch."""
        if name in self.capacity:
            return self.capacity[name]
        offer = name.removeprefix("take:").rsplit("|", 1)[0]
        return self.capacity[f"offer:{offer}"] + self.rows.book.rulebook.residual_tolerance_micro

    @property
    def arcs(self) -> Sequence[int]:
        """Rows that flow along arcs."""
        return np.flatnonzero(self.walks.free).tolist()


def component_of(rows: Rows, limits: Sequence[int]) -> Component:
    """A component before anything is known of its rings."""
    common = 0
    for group in rows.groups:
        common = gcd(common, group.capacity)
    steps = {step for offer in rows.delivering for step in _steps(rows, offer)}
    in_pieces = common >= VALUE_LEAST and steps == {common}
    return Component(
        rows=rows,
        walks=Walks(rows),
        unit=common if in_pieces else INDEX_UNIT,
        pieces=common if in_pieces else 0,
        limits=limits,
        group_rows={group.name: list(group.rows) for group in rows.groups},
        capacity={group.name: group.capacity for group in rows.groups},
        shares={group.name: (group.of_offer, group.capacity) for group in rows.groups if group.of_offer != NONE},
        offer_at={rows.book.offers.id[offer]: offer for offer in rows.delivering},
    )


def _steps(rows: Rows, offer: int) -> Sequence[int]:
    """What the offer's deliveries, its least one, and what it takes are multiples of."""
    asks = rows.asks
    taken = [row.asset for row in (rows.row[i] for i in rows.delivering[offer]) if row.asset >= 0]
    takes = [rows.book.increment_value_micro(a) if asks.is_indivisible(a) else 1 for a in taken]
    return [asks.step_micro(offer), asks.least_micro(offer), *takes]


class Program:
    """The columns and constraints of one relaxation, and where each thing stands in them."""

    def __init__(self, component: Component, stage: Stage, bounds: Bounds) -> None:
        self.component, self.stage, self.unit = component, stage, component.unit
        rows = component.rows
        self.cost = stage.objective.scaled(stage.objective.scale)
        self.constraints: list[Constraint] = []
        self.group_at: dict[str, int] = {}
        self.by_row: list[list[tuple[int, int]]] = [[] for _ in rows.row]
        """Entries of each row's flow."""
        for group in rows.groups:
            low, high = bounds.get(group.name, (None, group.capacity))
            if group.of_offer != NONE and group.name not in bounds:
                self._share(group)
            else:
                self._bound(group.name, group.rows, low, high)
        for name in sorted(bounds):
            if name.startswith("take:"):
                self._bound(name, component.branch_rows(name), *bounds[name])
        self.node_at = self._nodes()
        self.before_at = [self._no_worse(objective, value) for objective, value in stage.before]
        if stage.pay_own_way:
            self.before_at.append(self._at_most(component.limits, 0))
        self.served_at = self._served(stage.objective)
        self.columns: list[Column] = []
        self.decide()
        self.first_arc = len(self.columns)
        self.arc_rows = component.arcs if self.node_at else []
        self.columns += [self._arc(row) for row in self.arc_rows]
        self.passes = [] if not self.node_at else passes_of(component)
        for source, target in self.passes:
            entries = [(self.node_at[target], 1), (self.node_at[source], -1)]
            self.columns.append(Column(0, 0, None, self.unit, False, entries))
        self.arc_end = len(self.columns)
        served = [Column(-FINE_SCALE, 0, 1, 1, True, [(at, FINE_SCALE)]) for at in self.served_at.values()]
        self.first_missing = len(self.columns) + len(served)
        self.columns += [*served, *self._missing()]
        self.first_ring = len(self.columns)
        self.ring_list: list[tuple[int, ...]] = []
        for ring in component.rings:
            self.columns.append(self.ring(ring))

    def decide(self) -> None:
        """Where an integer program adds its decisions."""

    def _missing(self) -> Sequence[Column]:
        """What a branch's lower bound may be missed by, at a penalty: so that there is always an optimum."""
        worth = [FINE_SCALE // least for offers in self.stage.objective.served.values() for least in offers.values()]
        penalty = PENALTY * max([1, *(abs(c) for c in self.cost), *worth])
        pressed = [at for at in self.group_at.values() if self.constraints[at].low is not None]
        return [Column(penalty, 0, None, self.unit, False, [(at, 1)]) for at in pressed]

    def _add(self, low: int | None, high: int | None, unit: int, times: int = 1) -> int:
        self.constraints.append(Constraint(low, high, unit, times))
        return len(self.constraints) - 1

    def _bound(self, name: str, rows: Sequence[int], low: int | None, high: int) -> None:
        at = self.group_at[name] = self._add(low or None, high, self.unit)
        for row in rows:
            self.by_row[row].append((at, 1))

    def _share(self, group: Group) -> None:
        """Residual in proportion to what is delivered: Σ f <= tolerance·D/least."""
        rows = self.component.rows
        least = rows.asks.least_micro(group.of_offer)
        at = self.group_at[group.name] = self._add(None, 0, self.unit * SHARE_SCALE, SHARE_SCALE)
        entries = dict.fromkeys(group.rows, SHARE_SCALE)
        for row in rows.delivering[group.of_offer]:
            entries[row] = entries.get(row, 0) + (-group.capacity * SHARE_SCALE) // least
        for row, value in entries.items():
            self.by_row[row].append((at, value))

    def _nodes(self) -> dict[int, int]:
        """Balances of the nodes that arcs touch."""
        if not self.component.walks.free.any():
            return {}
        return {node: self._add(0, 0, self.unit) for node in range(len(self.component.rows.nodes))}

    def _no_worse(self, objective: Objective, value: int) -> int:
        if objective.served or objective.counted:
            return NONE
        return self._at_most(objective.scaled(objective.scale), value * objective.scale)

    def _at_most(self, cost: Sequence[int], value: int) -> int:
        largest = max((abs(c) for c in cost), default=0) or 1
        at = self._add(None, value, largest * self.unit)
        for row, c in enumerate(cost):
            if c:
                self.by_row[row].append((at, c))
        return at

    def _served(self, objective: Objective) -> dict[int, int]:
        """y(p) <= Σ D(o)/e(o), times FINE_SCALE."""
        found = {}
        for desk, offers in objective.served.items():
            at = found[desk] = self._add(None, 0, FINE_SCALE)
            for offer, least in offers.items():
                for row in self.component.rows.delivering[offer]:
                    self.by_row[row].append((at, -(FINE_SCALE // least)))
        return found

    def _arc(self, row: int) -> Column:
        rows = self.component.rows
        tail, head = self.node_at[int(rows.tail[row])], self.node_at[int(rows.head[row])]
        entries = [*self.by_row[row], (head, 1), (tail, -1)]
        return Column(self.cost[row], 0, None, self.unit, self.component.pieces > 0, entries)

    def ring(self, ring: tuple[int, ...]) -> Column:
        """The column of a ring: one µ round it."""
        entries: dict[int, int] = {}
        for row in ring:
            for at, value in self.by_row[row]:
                entries[at] = entries.get(at, 0) + value
        self.ring_list.append(ring)
        cost = sum(self.cost[row] for row in ring)
        return Column(cost, 0, None, self.unit, self.component.pieces > 0, sorted(entries.items()))

    def duals(self, answer: Answer) -> Duals:
        """Duals by name, of the sign that the proof wants."""
        said = answer.duals
        served = {desk: -said[at] * FINE_SCALE // DUAL_SCALE for desk, at in self.served_at.items()}
        return Duals(
            {name: -said[at] for name, at in self.group_at.items()},
            [said[self.node_at[node]] for node in range(len(self.component.rows.nodes))] if self.node_at else (),
            [0 if at == NONE else -said[at] for at in self.before_at],
            served,
        )

    def read(self, answer: Answer) -> Relaxed | None:
        """The proposal by row and ring."""
        if len(answer.columns) != self.first_ring + len(self.ring_list):
            return None
        in_arcs = answer.columns[self.first_arc :]
        arcs = {row: v for row, v in zip(self.arc_rows, in_arcs, strict=False) if v > 0}
        flows = zip(self.ring_list, answer.columns[self.first_ring :], strict=True)
        duals = self.duals(answer) if len(answer.duals) == len(self.constraints) else Duals({}, (), (), {})
        passes = zip(self.passes, in_arcs[len(self.arc_rows) : self.arc_end - self.first_arc], strict=True)
        missed = answer.columns[self.first_missing : self.first_missing + len(self._missing())]
        return Relaxed(
            arcs,
            {join: v for join, v in passes if v > 0},
            {ring: v for ring, v in flows if v > 0},
            duals,
            all(v <= self.unit // 1_000 for v in missed),
        )

    def prices(self, duals: Duals) -> IntArray | None:
        """a(row) in 1/DUAL_SCALE: cost and what its row's constraints charge; None where that passes 58 bits."""
        charge = [0] * len(self.constraints)
        for name, at in self.group_at.items():
            charge[at] = duals.groups[name]
        for at, value in zip(self.before_at, duals.before, strict=True):
            if at != NONE:
                charge[at] = value
        for desk, at in self.served_at.items():
            charge[at] = duals.served[desk] * DUAL_SCALE // FINE_SCALE
        price = [
            cost * DUAL_SCALE + sum(value * charge[at] // self.constraints[at].times for at, value in entries)
            for cost, entries in zip(self.cost, self.by_row, strict=True)
        ]
        return np.array(price, dtype=np.int64) if max(map(abs, price), default=0) < PRICE_LIMIT else None


def passes_of(component: Component) -> Sequence[tuple[int, int]]:
    """Passes that arcs may use, those into ``any`` last."""
    rows = component.rows
    returns = []
    if rows.any != NONE and component.walks.free[component.walks.gift].any():
        returns = [(node, rows.any) for node in rows.returns]
    return [*rows.passes, *returns]


def relax(component: Component, stage: Stage, bounds: Bounds, programs: Programs) -> Relaxed | None:
    """The relaxation's optimum with rings priced in as they are needed; None where the solver fails."""
    program = Program(component, stage, bounds)
    programs.load(program.constraints, program.columns)
    slack = max((abs(c) for c in program.cost), default=1) * DUAL_SCALE // PRICE_SLACK
    for _ in range(ROUNDS_MAX):
        answer = programs.solve()
        if answer is None or len(answer.duals) != len(program.constraints):
            return None
        prices = program.prices(program.duals(answer))
        if prices is None:
            return None
        added = _price(component, prices, -slack)
        if not added:
            return program.read(answer)
        programs.extend([program.ring(ring) for ring in added])
    return None


def _price(component: Component, prices: IntArray, below: int) -> Sequence[tuple[int, ...]]:
    """New admissible rings that cost less than ``below``, the cheapest first; they are remembered."""
    found: dict[tuple[int, ...], int] = {}
    for walk in component.walks.cheapest(prices, below):
        if walk.rows not in component.rings and is_admissible(component.rows, walk.rows):
            found[walk.rows] = walk.cost
    chosen = sorted(found, key=lambda ring: (found[ring], ring))[:COLUMNS_A_ROUND]
    component.rings.update(dict.fromkeys(chosen))
    return chosen
