"""Draw: a lottery among what the stages before leave open, as far as a component's size allows.

Its optimum proves nothing about the other stages, and in large pools it is seldom whole. So there it is enough to
price rings by what they drew once, and to take whole ones out of them: who wins is drawn, though not from every ring.

Example: a pool of 256 pairs has 17,819 rows and some 30,000 rings that an optimum may hold. The first relaxation of
its lottery begins with the thousand that the stage before found; 500 more that drew well are added, and then it is
taken to whole rings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.component import Component
from clearing.engine.search.dive import Dive
from clearing.engine.search.polish import Flows
from clearing.engine.search.program import BEFORE, Relaxed, Stage
from clearing.engine.search.programs import Programs
from clearing.engine.search.relaxation import ROUNDS_MAX, Relaxation, relax
from clearing.engine.search.tree import Node, Put
from clearing.engine.search.witness import row_flows

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

LOTTERY = "lottery"
PRICED_OUT_MAX = 5_000
"""Rows of whole rings, up to which the lottery is priced until nothing gains."""
ROWS_MAX, WHOLE_ROWS_MAX = 20_000, 100_000
"""In components with more rows it draws nothing; the second for whole rings."""
RELAXATIONS_MAX = 100
"""Solved to take one to whole rings."""


def rounds_of(component: Component) -> int | None:
    """Rounds of pricing in a lottery; None where it draws nothing."""
    rows = len(component.rows)
    if not component.is_whole_rings:
        return ROUNDS_MAX if rows <= ROWS_MAX else None
    if rows <= PRICED_OUT_MAX:
        return ROUNDS_MAX
    return 1 if rows <= WHOLE_ROWS_MAX else None


def drawn(component: Component, rings: Flows) -> IntArray | None:
    """The rows whose costs count: those that carry something where the others would draw for nothing; None for all."""
    return np.flatnonzero(row_flows(component, rings)) if rounds_of(component) is None else None


def root(component: Component, put: Put, programs: Programs) -> Node:
    """The relaxation of a lottery; where not all of it is priced its duals would prove as good as nothing."""
    rounds = rounds_of(component)
    relaxed = None if rounds is None else relax(component, put.asked, {}, programs, rounds)
    if rounds == ROUNDS_MAX:
        return put.node(component, {}, relaxed)
    return replace(put.node(component, {}, None), relaxed=relaxed)


def whole(component: Component, stage: Stage, relaxed: Relaxed, programs: Programs) -> Relaxed | None:
    """Whole rings near a lottery's relaxation that keep the stages before, whatever they cost; None where the solver
    fails, or none are found among so many relaxations.
    """
    relaxation = Relaxation(component, stage.uncounted(), {}, {BEFORE}, rounds_of(component) or 0)
    dive = Dive(component, relaxation, programs)
    path, left = [dive.depth({}, relaxed)], RELAXATIONS_MAX
    while path and path[-1].rest.rings:
        step = next(path[-1].steps, None)
        if step is None:
            path.pop()
            continue
        found = dive.after(path[-1], step) if left else None
        if found is None:
            return None
        left -= 1
        if found.rest.is_complete:
            path.append(found)
    return Relaxed({}, {}, path[-1].given, relaxed.duals, True) if path else None
