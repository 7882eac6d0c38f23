"""Program: a component, a stage and branches -> columns and constraints, and what rows cost at their duals.

Rows whose rings no length bounds flow along arcs; every other ring is a column, added as it is priced. So are arcs
that the relaxation before did not want, where there are many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.exact import array_of, largest, plus, products, sums, times, weighted_sums, wide
from clearing.engine.search.objectives import FINE_SCALE, Objective
from clearing.engine.search.programs import DUAL_SCALE, Column, Constraint
from clearing.engine.search.rows import Group
from clearing.model.book import NONE

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

SHARE_SCALE = 10**9
PRICE_SLACK = 10**8
"""Rings that gain less than the largest cost divided by this are left unpriced: no solver's duals are finer."""
SHORT_BITS = 48
"""Of prices that are too long; rings have at most a thousand members."""
BEFORE = "before"
"""Among what may be missed: the stages before."""
PENALTY = 100
"""Missing a branch's lower bound costs this many times the largest cost a µ."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An objective with the values of those before it, which may not get worse."""

    objective: Objective
    before: Sequence[tuple[Objective, int]]
    pay_own_way: bool
    """Whether Σ ρ·T ≤ 0 is a constraint."""

    def uncounted(self) -> Stage:
        """The same without the stages before that count."""
        return replace(self, before=tuple(each for each in self.before if not each[0].counts))

    @property
    def served(self) -> Mapping[int, Mapping[int, int]]:
        """Who could be served, by whose offers, where participants are counted by the stage or one before."""
        return next((each.served for each in self._objectives if each.served), {})

    @property
    def counted(self) -> Mapping[int, int]:
        """Offers that count where they deliver, by the stage or one before, with their capacities."""
        return next((each.counted for each in self._objectives if each.counted), {})

    def serving(self, scale: int, multipliers: Sequence[int]) -> tuple[Mapping[int, Mapping[int, int]], int]:
        """Who could be served, by whose offers, and what one of them is worth: the scale, or a multiplier."""
        counting = self.weighted(scale, multipliers)
        return next(((each.served, worth) for each, worth in counting if each.served), ({}, 0))

    def delivery_worth(self, scale: int, multipliers: Sequence[int]) -> int:
        """What one of those that count where they deliver is worth: the scale, or a multiplier."""
        return next((worth for each, worth in self.weighted(scale, multipliers) if each.counted), 0)

    def weighted(self, scale: int, multipliers: Sequence[int]) -> Iterable[tuple[Objective, int]]:
        """The objective at a scale, and those before with their multipliers."""
        return zip(self._objectives, (scale, *multipliers), strict=False)

    @property
    def _objectives(self) -> Sequence[Objective]:
        return [self.objective, *(objective for objective, _ in self.before)]


@dataclass(frozen=True, slots=True)
class Duals:
    """Multipliers of a relaxation in 1/unit of the stage's scale."""

    groups: Mapping[str, int]
    nodes: Sequence[int]
    before: Sequence[int]
    served: Mapping[int, int]
    unit: int = DUAL_SCALE
    opened: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A proposal: flow per row from arcs, per pass, per ring, and the duals."""

    arcs: Mapping[int, int]
    passes: Mapping[tuple[int, int], int]
    rings: Mapping[tuple[int, ...], int]
    duals: Duals
    is_complete: bool
    """Whether every branch is obeyed."""


class Program:
    """The columns and constraints of one relaxation, and where each thing stands in them."""

    def __init__(
        self, component: Component, stage: Stage, bounds: Bounds, pressable: Collection[str] = ()
    ) -> None:
        """``pressable``: groups that will be bounded from below later; BEFORE where the stages before may be missed."""
        self.component, self.stage, self.unit = component, stage, component.unit
        rows = component.rows
        self.cost = stage.objective.scaled(stage.objective.scale)
        self.dearest = largest(self.cost)
        """The largest cost a µ, also where columns of their own carry the costs."""
        self._slack = max(1, self.dearest) * DUAL_SCALE // PRICE_SLACK
        self.constraints: list[Constraint] = []
        self.group_at: dict[str, int] = {}
        self._blocks: list[tuple[IntArray, int, IntArray]] = []
        """Entries: rows, their constraint, their coefficients."""
        self.first_arcs = component.walks.free if bounds or pressable else self.beginning()
        for group in rows.groups:
            low, high = bounds.get(group.name, (None, group.capacity))
            if group.of_offer != NONE and group.name not in bounds:
                self._share(group)
            else:
                self._bound(group.name, low, high)
        for name in sorted(bounds):
            if name.startswith("take:"):
                self._bound(name, *bounds[name])
        self.node_at = self._nodes()
        self.open_at, self.must_at = self._add_opened() if pressable else ({}, {})
        self.before_at = [self.no_worse(objective, value) for objective, value in stage.before]
        if stage.pay_own_way:
            self.before_at.append(self._at_most(component.limits, 0))
        self.served_at = self._add_served()
        self.columns: list[Column] = []
        self.decide()
        self._seal()
        self.first_arc = len(self.columns)
        self.arc_rows = np.flatnonzero(self.first_arcs).tolist()
        self.columns += self.arcs(self.arc_rows)
        self.passes = passes_of(component) if self.node_at else []
        for source, target in self.passes:
            entries = [(self.node_at[target], 1), (self.node_at[source], -1)]
            self.columns.append(Column(0, 0, None, self.unit, False, entries))
        self.arc_end = len(self.columns)
        served = [*self._served(), *self._openings()]
        missing = self._missing(pressable)
        self.first_missing = len(self.columns) + len(served)
        self.columns += [*served, *missing]
        self.first_added = len(self.columns)
        self._begin()

    def decide(self) -> None:
        """Where an integer program adds its decisions."""

    def beginning(self) -> BoolArray:
        """The rows whose arcs are there from the beginning, where no branch may forbid what they carry."""
        return self.component.arcs

    def begin(self, rings: Iterable[tuple[int, ...]]) -> list[Column]:
        """All columns of a program that begins with these rings."""
        self._begin()
        return [*self.columns, *self.rings(rings)]

    def more_arcs(self, duals: Duals) -> list[Column]:
        """Columns of arcs that are not there yet and gain."""
        some = np.flatnonzero(self._left_out)
        if not len(some):
            return []
        chosen = some[self._reduced_costs(duals, some) < -self._slack]
        self._left_out[chosen] = False
        self.added += chosen.tolist()
        return self.arcs(chosen.tolist())

    def _begin(self) -> None:
        self.added: list[tuple[int, ...] | int] = []
        """Rings and rows of arcs, as they came."""
        self._left_out = self.component.walks.free & ~self.first_arcs
        self._known: set[tuple[int, tuple[tuple[int, int], ...]]] = set()

    def rings(self, some: Iterable[tuple[int, ...]]) -> list[Column]:
        """The columns of rings, one µ round each; a ring that does as another does is left out."""
        columns, whole = [], self.component.pieces > 0
        for ring in some:
            entries: dict[int, int] = {}
            for row in ring:
                for place in range(self._start[row], self._start[row + 1]):
                    at = self._at[place]
                    entries[at] = entries.get(at, 0) + self._value[place]
            cost = sum(map(self._cost.__getitem__, ring))
            known = cost, tuple(sorted(entries.items()))
            if known not in self._known:
                self._known.add(known)
                self.added.append(ring)
                columns.append(Column(cost, 0, None, self.unit, whole, known[1]))
        return columns

    def entries(self, row: int) -> Iterable[tuple[int, int]]:
        """(constraint, coefficient) of a row's flow."""
        first, end = self._start[row], self._start[row + 1]
        return zip(self._at[first:end], self._value[first:end], strict=True)

    def left(self, flows: IntArray) -> list[Constraint]:
        """The constraints on what comes on top of flows that are there already."""
        used = [0] * len(self.constraints)
        for row in np.flatnonzero(flows).tolist():
            for at, value in self.entries(row):
                used[at] += value * int(flows[row])
        return [
            Constraint(
                None if each.low is None else each.low - gone,
                None if each.high is None else each.high - gone,
                each.unit,
                each.times,
            )
            for each, gone in zip(self.constraints, used, strict=True)
        ]

    def prices(self, duals: Duals) -> tuple[IntArray, int]:
        """a(row) in 1/DUAL_SCALE: cost and what its row's constraints charge; and how little is taken for nothing.

        Where sums might pass 60 bits the last bits of all are left off: a price proposes a ring, and proves nothing.
        """
        price = self._prices(duals)
        most = largest(price)
        if most < self.component.walks.price_limit:
            return price.astype(np.int64), self._slack
        short = (wide(price) >> most.bit_length() - SHORT_BITS).astype(np.int64)
        return short, largest(short) // PRICE_SLACK

    def wanted_arcs(self, relaxed: Relaxed) -> BoolArray:
        """Free rows whose arcs carry something, or cost next to nothing at the duals."""
        wanted = self.component.walks.free.copy()
        free = np.flatnonzero(wanted)
        wanted[free] = self._reduced_costs(relaxed.duals, free) <= self._slack
        wanted[list(relaxed.arcs)] = True
        return wanted

    def _reduced_costs(self, duals: Duals, some: IntArray) -> IntArray:
        """By row what its arc costs at the potentials, in 1/DUAL_SCALE."""
        rows, potential = self.component.rows, array_of(list(duals.nodes))
        rise = plus(potential[rows.head[some]], -potential[rows.tail[some]])
        return plus(self._prices(duals)[some], -rise)

    def _prices(self, duals: Duals) -> IntArray:
        charge = [0] * len(self.constraints)
        for name, at in self.group_at.items():
            charge[at] = duals.groups[name]
        for at, value in zip(self.before_at, duals.before, strict=True):
            if at != NONE:
                charge[at] = value
        for offer, at in self.open_at.items():
            charge[at] = duals.opened[offer]
        for desk, at in self.served_at.items():
            charge[at] = duals.served[desk] * self.constraints[at].times // FINE_SCALE
        if self._is_plain:
            charged = weighted_sums(self._values, charge, self._ats, self._starts)
        else:
            charged = sums(products(self._values, array_of(charge)[self._ats]) // self._times, self._starts)
        return plus(times(self.cost, DUAL_SCALE), charged)

    def put(self, at: int, rows: IntArray | Sequence[int], value: int | IntArray) -> None:
        """Entries of one constraint."""
        held = np.asarray(rows, dtype=np.int64)
        self._blocks.append((held, at, np.full(len(held), value) if isinstance(value, int) else value))

    def add(self, low: int | None, high: int | None, unit: int, times: int = 1) -> int:
        """One more constraint."""
        self.constraints.append(Constraint(low, high, unit, times))
        return len(self.constraints) - 1

    def _add_opened(self) -> tuple[dict[int, int], dict[str, int]]:
        """D(o)/C(o) <= z(o), and that z(o) is 1 below a branch, for each offer that counts where it delivers."""
        counted, opened, must = self.stage.objective.counted, dict[int, int](), dict[str, int]()
        for offer, capacity in counted.items():
            opened[offer] = self.add(None, 0, FINE_SCALE)
            self.put(opened[offer], self.component.rows.delivering[offer], FINE_SCALE // capacity)
            must[f"offer:{self.component.rows.book.offers.id[offer]}"] = self.add(None, None, 1)
        if counted:
            self.cost = np.zeros(len(self.cost), dtype=np.int64)
        return opened, must

    def _openings(self) -> list[Column]:
        """z(o), from 0 to 1: what the stage counts."""
        pairs = zip(self.open_at.values(), self.must_at.values(), strict=True)
        return [Column(FINE_SCALE, 0, 1, 1, True, [(at, -FINE_SCALE), (must, 1)]) for at, must in pairs]

    def _add_served(self) -> dict[int, int]:
        """y(p) <= Σ D(o)/e(o), times FINE_SCALE: the constraint of each participant who is counted, now or before."""
        found = {}
        times = 1 if self.stage.objective.served else FINE_SCALE
        for desk, offers in self.stage.served.items():
            at = found[desk] = self.add(None, 0, FINE_SCALE, times)
            self.serve(at, offers, times)
        return found

    def serve(self, at: int, offers: Mapping[int, int], times: int) -> None:
        """What the constraint of a participant charges for deliveries, each by what it needs to be counted."""
        for offer, least in offers.items():
            part = -(FINE_SCALE // least) if times == 1 else -FINE_SCALE // least
            self.put(at, self.component.rows.delivering[offer], part)

    def _served(self) -> list[Column]:
        """y(p), from 0 to 1: what the stage counts, or what keeps the value of one before that did."""
        cost = -FINE_SCALE if self.stage.objective.served else 0
        places = zip(self.stage.before, self.before_at, strict=False)
        before = [(at, -FINE_SCALE) for (objective, _), at in places if objective.served]
        return [Column(cost, 0, 1, 1, True, [(at, FINE_SCALE), *before]) for at in self.served_at.values()]

    def _seal(self) -> None:
        """Entries by row."""
        nothing = np.zeros(0, dtype=np.int64)
        held = np.concatenate([nothing, *(rows for rows, _, _ in self._blocks)])
        at = np.repeat(np.array([a for _, a, _ in self._blocks], dtype=np.int64), [len(r) for r, _, _ in self._blocks])
        value = np.concatenate([nothing, *(values for _, _, values in self._blocks)])
        order = np.argsort(held, kind="stable")
        self._ats, self._values = at[order], value[order]
        self._starts = np.searchsorted(held[order], np.arange(len(self.component.rows) + 1))
        self._times = array_of([each.times for each in self.constraints])[self._ats]
        self._is_plain = bool((self._times == 1).all())
        self._cost = self.cost.tolist()
        self._start, self._at, self._value = self._starts.tolist(), self._ats.tolist(), self._values.tolist()

    def _missing(self, pressable: Collection[str]) -> Sequence[Column]:
        """What a branch's lower bound, or a stage before, may be missed by, at a penalty: so there is an optimum."""
        worth = [FINE_SCALE // least for offers in self.stage.objective.served.values() for least in offers.values()]
        penalty = PENALTY * max([1, self.dearest, *worth])
        groups = self.group_at.items()
        pressed = [(at, 1) for name, at in groups if self.constraints[at].low is not None or name in pressable]
        if BEFORE in pressable:
            pressed += [(at, -self.constraints[at].unit // self.unit) for at in self.before_at if at != NONE]
        return [Column(penalty, 0, None, self.unit, False, [entry]) for entry in pressed]

    def _bound(self, name: str, low: int | None, high: int) -> None:
        at = self.group_at[name] = self.add(low or None, high, self.unit)
        self.put(at, self.component.rows_of(name), 1)

    def _share(self, group: Group) -> None:
        """Residual in proportion to what is delivered: Σ f <= tolerance·D/least."""
        rows = self.component.rows
        least = rows.asks.least_micro(group.of_offer)
        at = self.group_at[group.name] = self.add(None, 0, self.unit * SHARE_SCALE, SHARE_SCALE)
        entries = dict.fromkeys(group.rows.tolist(), SHARE_SCALE)
        for row in rows.delivering[group.of_offer].tolist():
            entries[row] = entries.get(row, 0) + (-group.capacity * SHARE_SCALE) // least
        self.put(at, list(entries), array_of(list(entries.values())))

    def _nodes(self) -> dict[int, int]:
        """Balances of the nodes that arcs touch."""
        if not self.component.walks.free.any():
            return {}
        return {node: self.add(0, 0, self.unit) for node in range(len(self.component.rows.nodes))}

    def no_worse(self, objective: Objective, value: int) -> int:
        """Σ c·f <= value, where participants are counted by the columns of those served."""
        if objective.served:
            return self.add(None, value * FINE_SCALE, FINE_SCALE, FINE_SCALE)
        times = FINE_SCALE if objective.counted else 1
        return self._at_most(objective.scaled(objective.scale), value * objective.scale, times)

    def _at_most(self, cost: IntArray, value: int, times: int = 1) -> int:
        at = self.add(None, value, (largest(cost) or 1) * self.unit, times)
        some = np.flatnonzero(cost)
        self.put(at, some, cost[some])
        return at

    def arcs(self, chosen: Sequence[int]) -> list[Column]:
        """The columns of arcs."""
        rows, whole = self.component.rows, self.component.pieces > 0
        tails, heads, costs = (of[chosen].tolist() for of in (rows.tail, rows.head, self.cost))
        return [
            Column(cost, 0, None, self.unit, whole, [*self.entries(row), (node_in, 1), (node_out, -1)])
            for row, cost, node_in, node_out in zip(
                chosen, costs, map(self.node_at.__getitem__, heads), map(self.node_at.__getitem__, tails), strict=True
            )
        ]


def passes_of(component: Component) -> Sequence[tuple[int, int]]:
    """Passes that arcs may use, those into ``any`` last."""
    rows = component.rows
    returns = []
    if rows.any != NONE and component.walks.free[component.walks.gift].any():
        returns = [(node, rows.any) for node in rows.returns]
    return [*rows.passes, *returns]
