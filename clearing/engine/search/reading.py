"""Reading: what a solver answers to a program -> duals by name, a proposal by row and ring.

Example: where the second of three columns is the arc of row 7 and says 40 µ, the proposal has row 7 carry 40.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from clearing.engine.search.exact import LIMIT
from clearing.engine.search.objectives import FINE_SCALE
from clearing.engine.search.program import Duals, Program, Relaxed
from clearing.engine.search.programs import Answer
from clearing.model.book import NONE


def duals_of(program: Program, said: Sequence[int]) -> Duals:
    """Duals by name, of the sign that the proof wants."""
    served = {
        desk: -said[at] * FINE_SCALE // program.constraints[at].times for desk, at in program.served_at.items()
    }
    return Duals(
        {name: -said[at] for name, at in program.group_at.items()},
        [said[program.node_at[node]] for node in range(len(program.component.rows.nodes))] if program.node_at else (),
        [0 if at == NONE else -said[at] for at in program.before_at],
        served,
        opened={offer: -said[at] for offer, at in program.open_at.items()},
    )


def read(program: Program, answer: Answer) -> Relaxed | None:
    """The proposal by row and ring; None where it is nonsense."""
    if len(answer.columns) != program.first_added + len(program.added):
        return None
    in_arcs = answer.columns[program.first_arc : program.arc_end]
    arcs = dict(zip(program.arc_rows, in_arcs, strict=False))
    passes = dict(zip(program.passes, in_arcs[len(program.arc_rows) :], strict=True))
    rings: dict[tuple[int, ...], int] = {}
    for each, flow in zip(program.added, answer.columns[program.first_added :], strict=True):
        if isinstance(each, int):
            arcs[each] = flow
        else:
            rings[each] = flow
    amounts = [*arcs.values(), *passes.values(), *(flow * len(ring) for ring, flow in rings.items())]
    if sum(map(abs, amounts)) >= LIMIT:
        return None
    duals = duals_of(program, answer.duals) if len(answer.duals) == len(program.constraints) else Duals({}, (), (), {})
    missed = answer.columns[program.first_missing : program.first_added]
    return Relaxed(
        {row: v for row, v in arcs.items() if v > 0},
        {join: v for join, v in passes.items() if v > 0},
        {ring: v for ring, v in rings.items() if v > 0},
        duals,
        all(v <= program.unit // 1_000 for v in missed),
    )


def carried(program: Program, columns: Sequence[Fraction]) -> Mapping[int, Fraction] | None:
    """What each row carries by these columns, which are those of the last answer; None where they are not."""
    if len(columns) != program.first_added + len(program.added):
        return None
    found = dict(zip(program.arc_rows, columns[program.first_arc : program.arc_end], strict=False))
    for each, flow in zip(program.added, columns[program.first_added :], strict=True):
        for row in (each,) if isinstance(each, int) else each:
            found[row] = found.get(row, Fraction(0)) + flow
    return found
