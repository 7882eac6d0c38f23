"""What the benchmarks' commands share: numbers as options, where figures come from and go to, a line for who waits."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path


def at_least(least: int) -> Callable[[str], int]:
    """A type of argparse: whole numbers from ``least`` on."""

    def number(text: str) -> int:
        found = int(text)
        if found < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}")
        return found

    return number


positive = at_least(1)


def add_places(parser: argparse.ArgumentParser, name: str, *, begin: str) -> None:
    """The options --out, --from and --docs of figures of a name; ``begin`` is their mark on the page."""
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=f"writes {name}.md and {name}.json there")
    stored = f"{name.upper()}.json"
    parser.add_argument("--from", dest="stored", type=Path, metavar=stored, help="measures nothing anew")
    parser.add_argument("--docs", action="store_true", help=f"rewrites docs/benchmark.md from {begin} on")


def say(what: str) -> None:
    """A line for who waits."""
    print(what, file=sys.stderr, flush=True)


def write_figures(out: Path, name: str, table: str, figures: object) -> None:
    """Write NAME.md and NAME.json into a folder, which is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.md").write_text(table, encoding="utf-8")
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (out / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
