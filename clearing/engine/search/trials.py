"""Trials: an offer of a searched component -> changes that were tried, and what each would have brought it.

Where trade goes in whole pieces or bounded rings no price says what would be enough. So the question is put to the
search itself: the component is cleared again with one thing changed, and only what came out is told. A change that
brings nothing is not told.

Example: P delivers 50 t all or none, and Q takes 44. Without the condition P would deliver 44 t; with a minimum of 44 t
it does so too, and that is the nearest that is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clearing.engine.admission import admit
from clearing.engine.flow_solver import FlowSolver
from clearing.engine.netting_graph import build_graph
from clearing.engine.optimum import optimise
from clearing.engine.search.changed import (
    with_conditions,
    with_longest_ring,
    with_lower_limits,
    without_others_lists,
)
from clearing.engine.search.programs import Programs
from clearing.engine.search.rows import PLAIN, UNLIMITED, Rows, build_rows
from clearing.engine.search.search import search
from clearing.engine.search.tiers import CIRCULATION, circulating, find_tiers
from clearing.engine.shares import share
from clearing.model.book import NONE, Book
from clearing.model.explanation import Asked, Trial

ROWS_MAX = 20_000
"""In larger components nothing is tried but whether a ring exists."""
LIMITS_TRIED = 8
FIRST_STEP_PPM = 10_000


@dataclass(frozen=True, slots=True)
class _Got:
    """What the offer delivers after a change, and whether that clearing is proven the best."""

    flow: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Bench:
    """Where trials are made: the book as it was cleared, the offer, what it delivered, and the solvers."""

    book: Book
    offer: int
    flow: int
    salt: bytes
    programs: Programs
    flow_solver: FlowSolver

    def clear(self, changed: Book) -> _Got:
        """The component of the offer cleared again."""
        admission = admit(changed)
        if not admission.admitted[self.offer]:
            return _Got(0, True)
        tier = next(tier for tier in find_tiers(changed, admission) if self.offer in tier.offers)
        if tier.tier == CIRCULATION:
            graph = build_graph(changed, circulating(changed, admission))
            flow = optimise(changed, graph, self.salt, self.flow_solver).flow
            return _Got(int(share(changed, graph, flow, self.salt).offer[self.offer]), True)
        found = search(build_rows(changed, admission, tier), self.salt, self.programs)
        flows = np.zeros(len(found.component.rows), dtype=np.int64)
        for ring, amount in found.rings.items():
            np.add.at(flows, list(ring), amount)
        stages = [stage for stage in found.proof.stages if stage.objective != "lottery"]
        proven = all(stage.value == stage.bound for stage in stages)
        return _Got(int(flows[found.component.rows.delivering[self.offer]].sum()), proven)

    def trial(self, asked: Asked, changed: Book, value: int | None = None, named: Sequence[str] = ()) -> Trial | None:
        """What a change brings, None if no more than before."""
        got = self.clear(changed)
        return Trial(asked, value, tuple(named), got.flow, got.proven) if got.flow > self.flow else None


def try_changes(bench: Bench) -> Sequence[Trial]:
    """The changes that bring the offer more, in the order of denials, ring lengths, conditions, limits."""
    admission = admit(bench.book)
    tier = next(tier for tier in find_tiers(bench.book, admission) if bench.offer in tier.offers)
    rows = build_rows(bench.book, admission, tier)
    found: list[Trial] = []
    if len(rows) <= ROWS_MAX:
        found += filter(None, (*_lists(bench), _longer(bench, rows), *_conditions(bench)))
        if not found:
            found += filter(None, [_limit(bench)])
    return found


def shortest_ring(rows: Rows, offer: int) -> int | None:
    """Length of the shortest ring through an offer if no length were asked; None where there is none.

    Rings by residual are left out: they are a few µ.
    """
    plain = rows.plain[(rows.offer[rows.plain] != offer)]
    onward: dict[int, set[int]] = {}
    for row in plain.tolist():
        onward.setdefault(int(rows.tail[row]), set()).add(int(rows.head[row]))
    joins: dict[int, list[int]] = {}
    for source, target in [*rows.passes, *((node, rows.any) for node in rows.returns if rows.any != NONE)]:
        joins.setdefault(source, []).append(target)
    lengths = []
    for row in np.flatnonzero((rows.offer == offer) & (rows.kind == PLAIN)).tolist():
        steps = _distances(int(rows.head[row]), onward, joins)
        if int(rows.tail[row]) in steps:
            lengths.append(steps[int(rows.tail[row])] + 1)
    return min(lengths, default=None)


def _distances(start: int, onward: Mapping[int, set[int]], joins: Mapping[int, Sequence[int]]) -> Mapping[int, int]:
    """By node the least number of rows on a way to it."""
    steps: dict[int, int] = {}
    here, length = {start}, 0
    while here:
        waiting = list(here)
        while waiting:
            node = waiting.pop()
            if node not in steps:
                steps[node] = length
                waiting += joins.get(node, ())
        reached = {node for node, at in steps.items() if at == length}
        here = {head for node in reached for head in onward.get(node, ())} - steps.keys()
        length += 1
    return steps


def _lists(bench: Bench) -> Iterator[Trial | None]:
    asked = bench.book.offers.conditions.get(bench.offer)
    if asked is not None and (asked.allow or asked.deny):
        yield bench.trial(Asked.OWN_LISTS, with_conditions(bench.book, bench.offer, allow=(), deny=()))
    changed, named = without_others_lists(bench.book, bench.offer)
    if named:
        yield bench.trial(Asked.OTHERS_LISTS, changed, named=named)


def _longer(bench: Bench, rows: Rows) -> Trial | None:
    """The least length at which a ring exists; without any limit where that is not enough."""
    own = np.flatnonzero((rows.offer == bench.offer) & (rows.kind == PLAIN))
    limit = int(np.minimum(rows.ring_limit[own], rows.chain_limit[own]).max())
    if limit == UNLIMITED:
        return None
    lengths = sorted({max(limit + 1, shortest_ring(rows, bench.offer) or 0), limit + 1, 2 * limit})
    for length in (each for each in lengths if each <= len(bench.book.offers.id)):
        found = bench.trial(Asked.LONGEST_RING, with_longest_ring(bench.book, bench.offer, length), length)
        if found is not None:
            return found
    return None


def _conditions(bench: Bench) -> Iterator[Trial | None]:
    """Each condition lifted; where that helps, the minimum or lot that is nearest to what was asked."""
    book, offer = bench.book, bench.offer
    asked = book.offers.conditions.get(offer)
    value = book.increment_value_micro(int(book.offers.deliver[offer]))
    if asked is None:
        return
    if asked.all_or_none or asked.min_fill:
        lifted = bench.trial(Asked.MINIMUM, with_conditions(book, offer, all_or_none=False, min_fill=None), 0)
        least = 0 if lifted is None else lifted.flow_micro // value
        nearest = None
        if least:
            nearest = bench.trial(Asked.MINIMUM, with_conditions(book, offer, all_or_none=False, min_fill=least), least)
        yield lifted if nearest is None else nearest
    if asked.lot is not None:
        lots = (each for each in range(asked.lot - 1, 0, -1) if asked.lot % each == 0)
        yield next(
            filter(None, (bench.trial(Asked.LOT, with_conditions(book, offer, lot=lot), lot) for lot in lots)), None
        )


def _limit(bench: Bench) -> Trial | None:
    """The highest limit among those tried that brings more; all alternatives concede the same."""
    found = bench.trial(Asked.LIMIT, with_lower_limits(bench.book, bench.offer, step_ppm=1), 1)
    if found is not None:
        return found
    too_little, step, tried = 1, FIRST_STEP_PPM, 0
    while found is None and tried < LIMITS_TRIED // 2:
        found = bench.trial(Asked.LIMIT, with_lower_limits(bench.book, bench.offer, step_ppm=step), step)
        too_little, step, tried = (too_little, step, tried + 1) if found else (step, step * 4, tried + 1)
    while found is not None and tried < LIMITS_TRIED:
        middle, tried = (too_little + (found.value or 0)) // 2, tried + 1
        better = bench.trial(Asked.LIMIT, with_lower_limits(bench.book, bench.offer, step_ppm=middle), middle)
        found, too_little = (found, middle) if better is None else (better, too_little)
    return found
