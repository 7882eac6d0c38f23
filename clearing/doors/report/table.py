"""What the page's tables are made of: columns, rows of cells, and what was left out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``kind`` is name (text with an id), text, number, plot, fate or code."""

    label: str
    kind: str = "text"
    unit: str = ""
    scale: Sequence[str] = ()
    """What stands at the left end, the middle and the right end of a plot."""


@dataclass(frozen=True, slots=True)
class Span:
    """A point and the interval around it, in percent of the plot's width; an end that is not there is open."""

    title: str
    at: str
    low: str
    high: str
    open_low: bool
    open_high: bool
    tone: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that begins at the middle of its plot, in percent of the plot's width."""

    title: str
    start: str
    width: str
    tone: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an offer: a mark (filled, partly, unfilled, refused), its word, the reason."""

    mark: str
    word: str
    reason: str


_STEPS = (10, 15, 20, 25, 30, 40, 50, 60, 80)
_ROUND_STEPS: tuple[int, ...] = tuple(step * 10**power for power in range(40) for step in _STEPS)

Cell: TypeAlias = str | tuple[str, str] | Span | Bar | Fate


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page; the first cell of a row names it."""

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    left_out: str = ""
    """One sentence on what is not shown and where it stands; empty when everything is shown."""
    search: str = ""
    """The label of its search field; without one it has none."""
    choices: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """Marks by which its rows can be chosen, each with its label."""


def percent(part: float) -> str:
    """A fraction of the width as SVG writes it; what would lie outside is put at the edge."""
    return f"{max(0.0, min(1.0, part)) * 100:.1f}%"


def round_reach(reach: int) -> int:
    """The next round number that is no less: the end of a scale."""
    return next(step for step in _ROUND_STEPS if step >= reach)


def largest(worth: IntArray, count: int) -> list[int]:
    """The rows of greatest worth, at most ``count``, in their order; of equal ones the first."""
    if len(worth) <= count:
        return list(range(len(worth)))
    least = np.partition(worth, len(worth) - count)[len(worth) - count]
    above, equal = np.flatnonzero(worth > least), np.flatnonzero(worth == least)
    rows: list[int] = np.sort(np.concatenate([above, equal[: count - len(above)]])).tolist()
    return rows


def left_out(shown: int, total: int, *, what: str, which: str, where: str) -> str:
    """The sentence under a table that does not hold everything; empty when it does."""
    if shown >= total:
        return ""
    return f"Shown are {which}, {shown:,} of {total:,} {what}. All of them stand in {where} of this bundle."
