"""Programs: what a solver of linear and integer programs is asked, and what it proposes; integers both ways.

A solver is not trusted: its answer is a proposal that is checked exactly before anything is booked. ``unit`` tells it
what one unit of a column or row is worth in its own arithmetic, so that a million µ may be 1 there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

DUAL_SCALE = 10**6
"""Duals come as integers: this many to one unit of cost."""


@dataclass(frozen=True, slots=True)
class Column:
    """A variable with its bounds, cost, and entries by constraint."""

    cost: int
    low: int
    high: int | None
    unit: int
    whole: bool
    """In an integer program: a multiple of its unit."""
    entries: Sequence[tuple[int, int]]
    """(constraint, coefficient)."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """low <= Σ coefficient x column <= high; None where there is no end."""

    low: int | None
    high: int | None
    unit: int
    times: int = 1
    """The constraint is written so many times over, to keep its coefficients whole; its dual is that of one."""


End = tuple[int, int | None, int | None]
"""(constraint, low, high)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A proposal: a value per column, and for a linear program a dual per constraint in 1/DUAL_SCALE."""

    columns: Sequence[int]
    duals: Sequence[int]


class Programs(Protocol):
    """Solves one program at a time; None is any failure: no answer, a crash, a hang, an answer that makes no sense."""

    def load(self, constraints: Sequence[Constraint], columns: Sequence[Column]) -> None:
        """Begin a program."""

    def extend(self, columns: Sequence[Column]) -> None:
        """Add columns to it."""

    def bound(self, ends: Sequence[End]) -> None:
        """Give constraints of it other ends."""

    def holds(self, constraints: Sequence[Constraint]) -> bool:
        """Whether the program loaded last is the one with these very constraints, and nothing failed since."""

    def solve(self) -> Answer | None:
        """The optimum of the linear program."""

    def precise_duals(self) -> Sequence[Fraction] | None:
        """The duals of the linear program that was solved last, for one unit of cost, as the solver's numbers are."""

    def precise_columns(self) -> Sequence[Fraction] | None:
        """What the linear program that was solved last gives each column, as the solver's numbers are."""

    def probe(self, trials: Sequence[Sequence[End]], iterations_max: int) -> Sequence[int] | None:
        """What the linear program costs as it is, and under each trial's ends as far as so few iterations tell."""

    def solve_whole(self, nodes_max: int) -> Answer | None:
        """A good answer of the integer program after at most so many branches."""
