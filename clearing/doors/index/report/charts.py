"""Series of numbers by day in, the drawing of a chart out: paths in a frame of 1,000 by the chart's height.

The frame is stretched to whatever width there is, strokes are not; so all text of a chart stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1_000
TONES = ("one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, what to say of it, its path, the tone that it is drawn in."""

    name: str
    told: str
    path: str
    tone: str


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line with its name: a limit, or where everything began."""

    name: str
    y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the ends of both its scales."""

    id: str
    title: str
    words: str
    height: int
    lines: Sequence[Line]
    low: str
    high: str
    first: str
    last: str
    levels: Sequence[Level] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of days of one status."""

    x: str
    width: str
    tone: str


def scaled(numbers: Sequence[Sequence[float | None]], *, include: Sequence[float] = ()) -> tuple[float, float]:
    """The least and the greatest of all, with room where they are the same."""
    known = [number for series in numbers for number in series if number is not None] + list(include)
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    return (low, high) if high > low else (low - abs(low) * 0.01 - 1e-12, high + abs(high) * 0.01 + 1e-12)


def path(numbers: Sequence[float | None], low: float, high: float, height: int) -> str:
    """A line through the numbers, broken where one is missing; a number alone is a short dash."""
    step = WIDTH / max(1, len(numbers) - 1)
    drawn, down = [], False
    for place, number in enumerate(numbers):
        if number is None:
            down = False
            continue
        x, y = place * step, place_of(number, low, high, height)
        alone = not down and (place + 1 == len(numbers) or numbers[place + 1] is None)
        drawn.append(f"{'L' if down else 'M'}{x:.1f} {y}{'h2' if alone else ''}")
        down = True
    return "".join(drawn)


def place_of(number: float, low: float, high: float, height: int) -> str:
    """How far down the frame a number stands; what lies outside stands at the edge."""
    part = min(1.0, max(0.0, (number - low) / (high - low)))
    return f"{(height - 4) * (1 - part) + 2:.1f}"


def blocks(tones: Sequence[str], plain: str) -> list[Block]:
    """Stretches of equal tones; those that are not ``plain`` come last and are wide enough to be seen."""
    step = WIDTH / max(1, len(tones))
    found, begin = [], 0
    for end in range(1, len(tones) + 1):
        if end == len(tones) or tones[end] != tones[begin]:
            width = max((end - begin) * step, 0 if tones[begin] == plain else 5)
            found.append((tones[begin] != plain, Block(f"{begin * step:.1f}", f"{width:.1f}", tones[begin])))
            begin = end
    return [block for _special, block in sorted(found, key=lambda pair: pair[0])]
