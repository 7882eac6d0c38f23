"""A measured table comes in; docs/benchmark.md, between two markers, and docs/growth.svg are written anew."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.growth_plot import draw_growth
from benchmarks.measure import Taken
from benchmarks.whole_run import ROOT

FIGURES_BEGIN = "<!-- figures -->"
FIGURES_END = "<!-- end of figures -->"
POOLS_BEGIN = "<!-- pools -->"
POOLS_END = "<!-- end of pools -->"
PARTS = {
    "pools": (POOLS_BEGIN, POOLS_END),
    "index": ("<!-- index -->", "<!-- end of index -->"),
    "house": ("<!-- house -->", "<!-- end of house -->"),
}
"""Where the figures of the other commands stand."""
PAGE = ROOT / "docs" / "benchmark.md"
PLOT = ROOT / "docs" / "growth.svg"


def rewrite_docs(books: Sequence[Taken], table: str) -> None:
    """Put the figures in their place on the page, and draw the plot beside it if matplotlib is installed."""
    PAGE.write_text(with_figures(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")
    draw_growth(books, PLOT)


def rewrite_part(name: str, table: str) -> None:
    """Put the figures of a part in their place on the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_figures(page, table, between=PARTS[name]), encoding="utf-8")


def with_figures(page: str, table: str, *, between: tuple[str, str] = (FIGURES_BEGIN, FIGURES_END)) -> str:
    """The page with ``table`` between two markers. Raises SystemExit when it does not have one of each in order."""
    before, begin, rest = page.partition(between[0])
    _old, end, after = rest.partition(between[1])
    if not (begin and end):
        raise SystemExit(f"{PAGE.name} has no place for figures between {between[0]} and {between[1]}")
    return f"{before}{begin}\n\n{table.strip()}\n\n{end}{after}"
