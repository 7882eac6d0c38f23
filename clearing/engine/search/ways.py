"""Ways: an offer of a searched component -> the shortest ring and the shortest chain through it, whatever is allowed.

Example: P gives A for B, Q gives B for A: the ring P, Q has the length 2. A gift of B to P, which gives A to nobody who
takes it, makes a chain: two rows, P's the last, of the length 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clearing.engine.search.rows import PLAIN, UNLIMITED, Rows
from clearing.model.book import ANY, NONE


@dataclass(frozen=True, slots=True)
class Way:
    """Rings or chains through an offer: the length of the shortest, None where there is none, and the limit on them."""

    shortest: int | None
    limit: int

    @property
    def is_open(self) -> bool:
        """Whether one exists that is not too long for the offer and the rulebook."""
        return self.shortest is not None and self.shortest <= self.limit

    @property
    def is_bounded(self) -> bool:
        """Whether longer ones would be something else."""
        return self.shortest is not None and self.limit != UNLIMITED


@dataclass(frozen=True, slots=True)
class Ways:
    """How an offer can come into a ring, and into a chain of gifts."""

    ring: Way
    chain: Way


Place = tuple[int, bool]
"""A node, and whether the way to it passed ``any``."""


def ways_through(rows: Rows, offer: int) -> Ways:
    """Rings by residual are left out: they are a few µ."""
    own = np.flatnonzero((rows.offer == offer) & (rows.kind == PLAIN))
    found: dict[bool, list[int]] = {False: [], True: []}
    steps = _Steps(rows, offer)
    for row in own.tolist():
        gives = int(rows.asset[row]) == ANY
        reached = steps.from_row(int(rows.head[row]), gives=gives)
        for chain in found:
            if (at := reached.get((int(rows.tail[row]), chain))) is not None:
                found[chain].append(at + (not chain))
    return Ways(
        ring=Way(min(found[False], default=None), int(rows.ring_limit[own].max())),
        chain=Way(min(found[True], default=None), int(rows.chain_limit[own].max())),
    )


class _Steps:
    """What leads on from each node: the rows of others, and joins without a length."""

    def __init__(self, rows: Rows, offer: int) -> None:
        self._any = rows.any
        self._onward: dict[int, set[int]] = {}
        self._joins: dict[int, list[int]] = {}
        for row in rows.plain[rows.offer[rows.plain] != offer].tolist():
            self._onward.setdefault(int(rows.tail[row]), set()).add(int(rows.head[row]))
        for source, target in rows.passes:
            self._joins.setdefault(source, []).append(target)
        self._returns = frozenset(rows.returns) if rows.any != NONE else frozenset[int]()

    def from_row(self, start: int, *, gives: bool) -> Mapping[Place, int]:
        """By place the least number of rows on a way from where a row delivers; a gift returns not by itself."""
        steps: dict[Place, int] = {}
        here, length = {(start, False)}, 0
        while here:
            self._join(here, steps, length, returning=not (gives and length == 0))
            reached = [place for place, at in steps.items() if at == length]
            here = set(self._after(reached)) - steps.keys()
            length += 1
        return steps

    def _join(self, here: set[Place], steps: dict[Place, int], length: int, *, returning: bool) -> None:
        waiting: list[Place] = list(here)
        while waiting:
            node, passed = waiting.pop()
            if (node, passed) not in steps:
                steps[node, passed] = length
                waiting += [(target, passed) for target in self._joins.get(node, ())]
                if node in self._returns and returning and not passed:
                    waiting.append((self._any, True))

    def _after(self, reached: Sequence[Place]) -> Iterator[Place]:
        for node, passed in reached:
            for head in self._onward.get(node, ()):
                yield head, passed
