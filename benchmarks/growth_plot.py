"""Figures of several books come in; an SVG of seconds over offers, both logarithmic, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Taken

LINES = (
    ("verify whole", "verify", "#1b6ca8", "-"),
    ("replay whole", "replay", "#c4622d", "-"),
    ("clear whole", "clear", "#137a4b", "-"),
    ("solve and certify", "solve and certify", "#7a3fa0", "-"),
    ("networkx solve", "networkx, solve", "#6b6b6b", ":"),
    ("lp solve", "PuLP + HiGHS, solve", "#6b6b6b", "--"),
    ("raw solve", "raw OR-tools, solve", "#6b6b6b", "-."),
    ("floor", "floor", "#111111", (0, (1, 1))),
)
"""Figure, label, colour, dashes: what this engine does is drawn in colours, everything else in greys."""
COARSE = "1bp"
STYLE = {"svg.hashsalt": "growth", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
HOLLOW = {"linestyle": "none", "marker": "o", "markersize": 8, "fillstyle": "none"}


def draw_growth(books: Sequence[Taken], path: Path) -> bool:
    """Write the plot; False when matplotlib is not installed. The same figures give the same bytes."""
    try:
        import matplotlib as mpl
    except ModuleNotFoundError:
        return False
    mpl.use("svg")
    from matplotlib import pyplot

    with mpl.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(8, 5.2), layout="constrained")
        for name, label, colour, dashes in LINES:
            _draw_line(axes, books, name, label, colour=colour, dashes=dashes)
        # Nothing is drawn here: it tells what a hollow mark is.
        axes.plot([], [], label="limits in 0.01 bp", color="#444444", **HOLLOW)
        axes.set(xscale="log", yscale="log", xlabel="offers")
        axes.xaxis.set_major_formatter(lambda offers, _place: f"{offers:,.0f}")
        axes.yaxis.set_major_formatter(lambda seconds, _place: _duration(seconds))
        axes.set_title("Time by number of offers", loc="left")
        axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.7)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
        pyplot.close(figure)
    return True


def _draw_line(axes: Any, books: Sequence[Taken], name: str, label: str, *, colour: str, dashes: Any) -> None:
    """A line through the books of one tick; a hollow mark for a book of another."""
    line = {"linestyle": dashes, "marker": "o", "markersize": 4, "label": label}
    for coarse, look in ((True, line), (False, HOLLOW)):
        of_tick = [book for book in books if (book.trial.tick == COARSE) is coarse]
        points = sorted((book.trial.offers, book.medians()[name]) for book in of_tick if name in book.medians())
        if points:
            axes.plot(*zip(*points, strict=True), color=colour, **look)


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
