"""A bench: a book changed in one thing -> what one offer delivers when its component is cleared again.

Who draws among equals is a matter of the salt, and the salt of a session follows from its offers: a change moves it. So
what a change brings is tied where an equally good clearing brings less; the bench asks for one.

Example: P1 and P2 each want the one item of Q. If Q's list lets P1 in, P1 gets it or P2 does: a tie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clearing.engine.admission import Admission, admit
from clearing.engine.flow_solver import FlowSolver
from clearing.engine.netting_graph import build_graph
from clearing.engine.optimum import certify, optimise
from clearing.engine.search.changed import with_quantity
from clearing.engine.search.programs import Programs
from clearing.engine.search.rows import Rows, build_rows
from clearing.engine.search.search import search
from clearing.engine.search.tiers import CIRCULATION, circulating, find_tiers
from clearing.engine.search.witness import limits_total, row_flows
from clearing.engine.shares import share
from clearing.model.book import Book
from clearing.model.explanation import Asked, Trial


@dataclass(frozen=True, slots=True)
class Got:
    """What the offer delivers after a change (µ), and how good that clearing is."""

    flow: int
    proven: bool
    values: Mapping[str, int]
    """By objective, the lottery apart."""
    taken: int = 0
    """T of the offer, µ."""
    gain: int | None = None
    """−Σ ρ·T of its component, µ·ppm; None where it became a circulation."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where trials are made: the book as it was cleared, the offer, what it delivered, and the solvers."""

    book: Book
    offer: int
    flow: int
    salt: bytes
    programs: Programs
    flow_solver: FlowSolver

    @property
    def increment_micro(self) -> int:
        """Value of an increment of what the offer delivers: the least that can be traded."""
        return self.book.increment_value_micro(int(self.book.offers.deliver[self.offer]))

    def clear(self, changed: Book, most: int | None = None) -> Got | None:
        """The component of the offer cleared again; ``most``: what it may deliver. None where it is refused."""
        admission = admit(changed)
        if not admission.admitted[self.offer]:
            return None
        tier = next(tier for tier in find_tiers(changed, admission) if self.offer in tier.offers)
        if tier.tier == CIRCULATION:
            return self._circulated(changed, admission, most)
        rows = build_rows(changed, admission, tier)
        return self._searched(rows if most is None else _held(rows, self.offer, most))

    def gains(self, got: Got | None) -> bool:
        """Whether it delivers more than before by what can be traded."""
        return got is not None and got.flow >= self.flow + self.increment_micro

    def is_tied(self, changed: Book, got: Got) -> bool:
        """Whether an equally good clearing brings less; where nothing is proven, a better one may be found too."""
        less = self.clear(changed, got.flow - self.increment_micro)
        return less is not None and tuple(less.values.values()) <= tuple(got.values.values())

    def trial(self, asked: Asked, changed: Book, value: int | None = None, named: Sequence[str] = ()) -> Trial | None:
        """What a change brings, None if no more than before."""
        got = self.clear(changed)
        if got is None or not self.gains(got):
            return None
        return Trial(asked, value, tuple(named), got.flow, got.proven, tied=self.is_tied(changed, got))

    def _searched(self, rows: Rows) -> Got:
        found = search(rows, self.salt, self.programs)
        flows = row_flows(found.component, found.rings)
        stages = [stage for stage in found.proof.stages if stage.objective != "lottery"]
        own = rows.plain[rows.offer[rows.plain] == self.offer].tolist()
        return Got(
            flow=int(flows[rows.delivering[self.offer]].sum()),
            proven=all(stage.value == stage.bound for stage in stages),
            values={stage.objective: stage.value for stage in stages},
            taken=int(sum(flows[row] for taken in own for row in rows.taking(taken))),
            gain=-limits_total(found.component, found.rings),
        )

    def _circulated(self, changed: Book, admission: Admission, most: int | None) -> Got:
        if most is not None and most < self.increment_micro:
            admitted = admission.admitted.copy()
            admitted[self.offer] = False
            admission = replace(admission, admitted=admitted)
        elif most is not None:
            changed = with_quantity(changed, self.offer, most // self.increment_micro)
        graph = build_graph(changed, circulating(changed, admission))
        optimum = optimise(changed, graph, self.salt, self.flow_solver)
        stages = certify(changed, graph, self.salt, optimum)[0].stages
        flow = int(share(changed, graph, optimum.flow, self.salt).offer[self.offer])
        values = {stage.objective: stage.value for stage in stages if stage.objective != "lottery"}
        return Got(flow, True, values, taken=flow)


def _held(rows: Rows, offer: int, most: int) -> Rows:
    """The rows with a lower bound on what one offer delivers; where that is less than it asks for, nothing."""
    name = f"offer:{rows.book.offers.id[offer]}"
    capacity = most if most >= rows.asks.least_micro(offer) else 0
    groups = [replace(group, capacity=capacity) if group.name == name else group for group in rows.groups]
    return replace(rows, groups=groups)
