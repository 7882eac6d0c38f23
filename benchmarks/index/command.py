"""Sizes come in; a table on standard output and, with --out, index.md and index.json go out.

    python -m benchmarks index --out FOLDER

Two years of daily fixings are computed by one command, verified by another and drawn by a third, each a process of its
own. The exit status is 1 when a command fails, never because of a time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.console import add_places, positive, say, write_figures
from benchmarks.docs_page import PARTS, rewrite_part
from benchmarks.index.quote_generator import Sizes, write_quotes
from benchmarks.machine import machine
from benchmarks.tables import machine_line, mib_text, seconds_text
from benchmarks.whole_run import run_whole

TARGET_SECONDS = 60
COMMANDS = ("fix", "verify", "report")

Figures = dict[str, float]


def measure_index(arguments: Sequence[str]) -> int:
    """Measure what the arguments name; the exit status."""
    asked = _arguments(arguments)
    if asked.stored is not None:
        stored = json.loads(asked.stored.read_text(encoding="utf-8"))
    else:
        sizes = Sizes(asked.assets, asked.sources, asked.days)
        runs = [_run(sizes, asked.seed) for _ in range(asked.runs)]
        stored = {"machine": machine(), "sizes": _told(sizes), "runs": runs}
    table = report(stored["machine"], stored["sizes"], stored["runs"])
    print(table, end="")
    if asked.out is not None:
        write_figures(asked.out, "index", table, stored)
    if asked.docs:
        rewrite_part("index", table)
    return 0


def report(facts: Mapping[str, str], sizes: Mapping[str, int], runs: Sequence[Figures]) -> str:
    """The machine, what was fixed, seconds and memory of each command, the target."""
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    days, fix, busy = sizes["fixings"], medians["fix"], medians["fix CPU"]
    reached = "reached" if fix <= TARGET_SECONDS else "**not reached**"
    rows = [
        f"| {', '.join(f'{name} {number:,}' for name, number in sizes.items())} | seconds | a fixing | peak memory |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| `index {name}`, whole command | {seconds_text(medians[name])} | {seconds_text(medians[name] / days)} "
            f"| {mib_text(medians[f'{name} MiB'])} |"
            for name in COMMANDS
        ),
        f"| CPU time of `index fix` | {seconds_text(busy)} | {seconds_text(busy / days)} |  |",
    ]
    target = f"To reach: all fixings within {TARGET_SECONDS} s: {seconds_text(fix)}, {reached}."
    return "\n\n".join([machine_line(facts), "\n".join(rows), f"Median of {len(runs)} runs. {target}"]) + "\n"


def _run(sizes: Sizes, seed: int) -> Figures:
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        days = write_quotes(place / "in", sizes, seed=seed)
        fixed = str(place / "fixed")
        given = [str(place / "in" / "methodology.toml"), str(place / "in" / "quotes")]
        between = ["--from", str(days[0]), "--to", str(days[-1]), "--out", fixed]
        for name, arguments in (("fix", [*given, *between]), ("verify", [fixed]), ("report", [fixed])):
            say(f"index {name}")
            ended = run_whole([sys.executable, "-m", "clearing", "index", name, *arguments], place)
            assert ended is not None
            figures |= {name: ended.seconds, f"{name} CPU": ended.cpu, f"{name} MiB": ended.mib}
    return figures


def _told(sizes: Sizes) -> dict[str, int]:
    quotes = len(sizes.pairs) * sizes.sources
    return {
        "assets": sizes.assets,
        "sources": sizes.sources,
        "pairs": len(sizes.pairs),
        "quotes a day": quotes,
        "fixings": sizes.days,
    }


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks index", description="Measure fixings of the index.")
    parser.add_argument("--assets", type=positive, default=50, help="a tenth of them currencies (50)")
    parser.add_argument("--sources", type=positive, default=5, help="that quote every pair (5)")
    parser.add_argument("--days", type=positive, default=522, help="working days: two years (522)")
    parser.add_argument("--runs", type=positive, default=1, help="runs, the median of which is shown (1)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated quotes (1)")
    add_places(parser, "index", begin=PARTS["index"][0])
    return parser.parse_args(arguments)
