"""Labels of a ring's members come in, points, arcs and placed texts of its drawing go out.

The ring is an ellipse that begins at the top and runs clockwise. Members and what they deliver are written outside,
left or right of it, and pushed apart where they would touch. All coordinates are for people to look at: rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin, sqrt
from textwrap import wrap

WIDTH = 400
LABELLED_MAX = 12
LINE_HEIGHT = 14
_DESK_CHARACTERS = 15
_DELIVERY_CHARACTERS = 18
_LINES_MAX = 2
_RADIUS_X = 62
_RADIUS_BARE_MIN, _RADIUS_BARE_MAX = 120, 184
_BARE_MARGIN = 14
_NODE_RADIUS = 10
_DOT_RADIUS = 3
_SPACING = 36
"""What a numbered member takes of the ring, with the arrow to the next."""
_EDGE_GAP = 3
_HEAD_LENGTH = 8
_LABEL_GAP = 4
_MARGIN = 52


@dataclass(frozen=True, slots=True)
class Point:
    """A member of the ring: its number, empty where there is no room for it, and where it stands."""

    number: str
    x: str
    y: str
    radius: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A delivery: the path of its line and the corners of its head."""

    path: str
    head: str


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of text beside the ring; ``kind`` is desk or delivery."""

    kind: str
    anchor: str
    x: str
    lines: Sequence[tuple[str, str]]
    """Each with its y."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that a ring's SVG needs."""

    width: int
    height: int
    middle: str
    points: Sequence[Point]
    arrows: Sequence[Arrow]
    labels: Sequence[Label]


@dataclass(slots=True)
class _Placed:
    """A label on its way to its place."""

    kind: str
    lines: Sequence[str]
    side: int
    y: float

    @property
    def height(self) -> int:
        return LINE_HEIGHT * len(self.lines)


@dataclass(frozen=True, slots=True)
class _Ellipse:
    x: float
    y: float
    rx: float
    ry: float

    def at(self, turn: float) -> tuple[float, float]:
        """The point after so many whole turns from the top, clockwise."""
        return self.x + self.rx * sin(2 * pi * turn), self.y - self.ry * cos(2 * pi * turn)

    def along(self, turn: float) -> tuple[float, float]:
        """The direction of travel there; its length is the distance covered per whole turn."""
        return 2 * pi * self.rx * cos(2 * pi * turn), 2 * pi * self.ry * sin(2 * pi * turn)

    def half_width(self, y: float) -> float:
        """How far the ring reaches to the side at this height."""
        return self.rx * sqrt(max(0.0, 1 - ((y - self.y) / self.ry) ** 2))


def draw(desks: Sequence[str], deliveries: Sequence[tuple[str, str]]) -> Drawing:
    """The drawing of a ring in which ``desks[i]`` delivers ``deliveries[i]``, quantity and asset, to the next."""
    labelled = len(desks) <= LABELLED_MAX
    beside = [
        lines
        for desk, (quantity, asset) in zip(desks, deliveries, strict=True)
        for lines in (_broken(desk, _DESK_CHARACTERS), [quantity, *_broken(asset, _DELIVERY_CHARACTERS)])
    ]
    bare = min(_RADIUS_BARE_MAX, max(_RADIUS_BARE_MIN, len(desks) * _SPACING / (2 * pi)))
    height = _height(beside) if labelled else 2 * (round(bare) + _BARE_MARGIN)
    margin, rx = (_MARGIN, _RADIUS_X) if labelled else (_BARE_MARGIN, bare)
    ellipse = _Ellipse(WIDTH / 2, height / 2, rx, height / 2 - margin)
    radius = _NODE_RADIUS if labelled or len(desks) * _SPACING <= 2 * pi * _RADIUS_BARE_MAX else _DOT_RADIUS
    turns = [i / len(desks) for i in range(len(desks))]
    arrows = [_arrow(ellipse, a, b, radius) for a, b in zip(turns, [*turns[1:], 1.0], strict=True)]
    points = [_point(ellipse, i, turn, radius) for i, turn in enumerate(turns)]
    labels = _labels(ellipse, height, beside) if labelled else []
    return Drawing(WIDTH, height, _rounded(height / 2), points, arrows, labels)


def _broken(text: str, characters: int) -> list[str]:
    """A text in short lines; what does not fit leaves an ellipsis."""
    return wrap(text, characters, max_lines=_LINES_MAX, placeholder="\u2026", break_on_hyphens=False) or [""]


def _height(beside: Sequence[Sequence[str]]) -> int:
    """Room for the texts of the fuller side."""
    lines = [len(each) for each in beside]
    half = len(lines) // 2
    fuller = max(sum(lines[: half + 1]), sum(lines[half:]) + lines[0])
    return max(300, fuller * (LINE_HEIGHT + 3) + _MARGIN)


def _point(ellipse: _Ellipse, member: int, turn: float, radius: int) -> Point:
    x, y = ellipse.at(turn)
    return Point(str(member + 1) if radius == _NODE_RADIUS else "", _rounded(x), _rounded(y), str(radius))


def _arrow(ellipse: _Ellipse, begin: float, end: float, radius: int) -> Arrow:
    """The arc from one member to the next, short of both, with its head."""
    begin, tip = _shortened(ellipse, begin, radius), _shortened(ellipse, end, -radius)
    foot = max((begin + tip) / 2, tip - _HEAD_LENGTH / hypot(*ellipse.along(tip)))
    (x0, y0), (x1, y1), (x2, y2) = ellipse.at(begin), ellipse.at(foot), ellipse.at(tip)
    dx, dy = ellipse.along(foot)
    length = hypot(dx, dy)
    nx, ny = -dy / length * 4.5, dx / length * 4.5
    large = 1 if foot - begin > 0.5 else 0
    path = (
        f"M{_rounded(x0)} {_rounded(y0)}A{_rounded(ellipse.rx)} {_rounded(ellipse.ry)} 0 {large} 1 "
        f"{_rounded(x1)} {_rounded(y1)}"
    )
    corners = ((x2, y2), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny))
    return Arrow(path, " ".join(f"{_rounded(x)},{_rounded(y)}" for x, y in corners))


def _shortened(ellipse: _Ellipse, turn: float, radius: int) -> float:
    """So much further on, or back where negative, that a gap is left to the member."""
    gap = _EDGE_GAP if radius > 0 else -_EDGE_GAP
    return turn + (radius + gap) / hypot(*ellipse.along(turn))


def _labels(ellipse: _Ellipse, height: int, beside: Sequence[Sequence[str]]) -> Sequence[Label]:
    """``beside`` goes round the ring: a desk, what it delivers, the next desk."""
    placed = [
        _beside(ellipse, "delivery" if i % 2 else "desk", lines, i / len(beside)) for i, lines in enumerate(beside)
    ]
    for side in (-1, 1):
        _push_apart([label for label in placed if label.side in (side, 0)], height)
    return [_label(ellipse, each) for each in placed]


def _beside(ellipse: _Ellipse, kind: str, lines: Sequence[str], turn: float) -> _Placed:
    _x, y = ellipse.at(turn)
    side = 0 if turn in (0, 0.5) else 1 if turn < 0.5 else -1
    if side == 0:
        above = turn == 0
        return _Placed(kind, lines, side, y - _reach(kind) - LINE_HEIGHT * len(lines) if above else y + _reach(kind))
    return _Placed(kind, lines, side, y - LINE_HEIGHT * len(lines) / 2)


def _reach(kind: str) -> int:
    """How far a text stays from the line: further beside a member's number."""
    return 16 if kind == "desk" else 9


def _push_apart(labels: list[_Placed], height: int) -> None:
    """Downwards first, then back up from the lower edge; what stands above or below the ring stays."""
    labels.sort(key=lambda label: label.y)
    floor = 0.0
    for label in labels:
        if label.side:
            label.y = max(label.y, floor)
        floor = label.y + label.height + _LABEL_GAP
    ceiling = float(height)
    for label in reversed(labels):
        if label.side:
            label.y = min(label.y, ceiling - label.height - _LABEL_GAP)
        ceiling = label.y


def _label(ellipse: _Ellipse, placed: _Placed) -> Label:
    anchor = {0: "middle", 1: "start", -1: "end"}[placed.side]
    lines = [(line, _rounded(placed.y + LINE_HEIGHT * (i + 0.8))) for i, line in enumerate(placed.lines)]
    # The widest the ring is anywhere beside the text, so that no line of it crosses the arrows.
    middle = min(max(ellipse.y, placed.y), placed.y + placed.height)
    outside = ellipse.half_width(middle) + _reach(placed.kind)
    return Label(placed.kind, anchor, _rounded(ellipse.x + placed.side * outside), lines)


def _rounded(number: float) -> str:
    return f"{number:.1f}"
