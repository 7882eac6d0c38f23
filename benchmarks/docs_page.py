"""A measured table comes in; docs/benchmark.md, between its two markers, and docs/growth.svg are written anew."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.growth_plot import draw_growth
from benchmarks.measure import Taken
from benchmarks.whole_run import ROOT

FIGURES_BEGIN = "<!-- figures -->"
FIGURES_END = "<!-- end of figures -->"
PAGE = ROOT / "docs" / "benchmark.md"
PLOT = ROOT / "docs" / "growth.svg"


def rewrite_docs(books: Sequence[Taken], table: str) -> None:
    """Put the figures in their place on the page, and draw the plot beside it if matplotlib is installed."""
    PAGE.write_text(with_figures(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")
    draw_growth(books, PLOT)


def with_figures(page: str, table: str) -> str:
    """The page with ``table`` between its markers. Raises SystemExit when it does not have one of each in order."""
    before, begin, rest = page.partition(FIGURES_BEGIN)
    _old, end, after = rest.partition(FIGURES_END)
    if not (begin and end):
        raise SystemExit(f"{PAGE.name} has no place for figures between {FIGURES_BEGIN} and {FIGURES_END}")
    return f"{before}{begin}\n\n{table.strip()}\n\n{end}{after}"
