"""Sizes come in; a Markdown table on standard output and, with --out, table.md, figures.json and growth.svg go out.

    python -m benchmarks --sizes 1000 10000 100000 1000000 --runs 3 --out FOLDER
    python -m benchmarks pools --kep-solver CACHE --out FOLDER
    python -m benchmarks index --out FOLDER
    python -m benchmarks house --out FOLDER

The exit status is 1 when solvers disagree about the surplus or a command fails, never because of a time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from benchmarks.agreement import disagreements
from benchmarks.console import positive, say
from benchmarks.docs_page import FIGURES_BEGIN, rewrite_docs
from benchmarks.growth_plot import draw_growth
from benchmarks.house.command import measure_house
from benchmarks.index.command import measure_index
from benchmarks.machine import machine
from benchmarks.measure import Limits, Taken, Trial, measure
from benchmarks.pools.command import measure_pools
from benchmarks.tables import report

SIZES = (1_000, 10_000, 100_000, 1_000_000)
LARGE = 300_000
TICKS = ("1bp", "0.01bp")

Figures: TypeAlias = tuple[Mapping[str, str], list[Taken]]
"""The machine, and what was taken of every book."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the arguments name; the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["pools"]:
        return measure_pools(words[1:])
    if words[:1] == ["index"]:
        return measure_index(words[1:])
    if words[:1] == ["house"]:
        return measure_house(words[1:])
    asked = _arguments(words)
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
    facts, books = _stored(asked.stored) if asked.stored is not None else _measured(asked)
    table = report(books, facts)
    print(table, end="")
    if asked.out is not None:
        _write_out(asked.out, books, table, facts)
    if asked.docs:
        rewrite_docs(books, table)
    return 1 if any(disagreements(book.surplus, book.digests) for book in books) else 0


def _measured(asked: argparse.Namespace) -> Figures:
    facts = machine()
    return facts, measure(_trials(asked), Limits(asked.networkx_max, asked.lp_max, asked.patience), say)


def _stored(path: Path) -> Figures:
    figures = json.loads(path.read_text(encoding="utf-8"))
    return figures["machine"], [Taken.from_record(record) for record in figures["books"]]


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure clearing beside other solvers.",
        epilog="With --help after it: python -m benchmarks pools, index, house.",
    )
    parser.add_argument("--sizes", type=positive, nargs="+", default=SIZES, metavar="OFFERS")
    parser.add_argument("--runs", type=positive, default=3, help="runs of each book (3)")
    parser.add_argument("--large-runs", type=positive, default=2, help=f"at most so many from {LARGE:,} offers on (2)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated books (1)")
    parser.add_argument("--networkx-max", type=int, default=10_000, metavar="OFFERS", help="largest for networkx")
    parser.add_argument("--lp-max", type=int, default=100_000, metavar="OFFERS", help="largest for PuLP + HiGHS")
    parser.add_argument("--patience", type=float, default=300, metavar="SECONDS", help="of one run of another solver")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="writes table.md, figures.json and growth.svg there")
    parser.add_argument("--from", dest="stored", type=Path, metavar="FIGURES.json", help="measures nothing anew")
    parser.add_argument("--docs", action="store_true", help=f"rewrites docs/benchmark.md from {FIGURES_BEGIN} on")
    return parser.parse_args(arguments)


def _trials(asked: argparse.Namespace) -> list[Trial]:
    """Every size at the coarse tick, the largest at both."""
    sizes = sorted(set(asked.sizes))
    books = [(size, TICKS[0]) for size in sizes] + [(sizes[-1], TICKS[1])]
    return [
        Trial(size, tick, min(asked.runs, asked.large_runs) if size >= LARGE else asked.runs, asked.seed)
        for size, tick in books
    ]


def _write_out(out: Path, books: Sequence[Taken], table: str, facts: Mapping[str, str]) -> None:
    (out / "table.md").write_text(table, encoding="utf-8")
    figures = {"machine": facts, "books": [book.record() for book in books]}
    (out / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if not draw_growth(books, out / "growth.svg"):
        say("no growth.svg: matplotlib is not installed")


if __name__ == "__main__":
    sys.exit(main())
