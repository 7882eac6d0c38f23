"""Generated books come in; a Markdown table of seconds, peak memory and ratios goes to standard output.

    python benchmarks/million.py --runs 3 BOOK [BOOK ...]

For each book, side by side in one run: a raw OR-tools solve of the arcs that are not put together into
classes, the floor (one csv.reader pass over the input and the bundle's own bytes through SHA-256 to a file),
and clear, verify and replay as whole processes. Medians over the runs. It never fails on a time. The raw solve
takes books whose offers have one alternative and no stock, as benchmarks/book_generator.py writes them.
"""

from __future__ import annotations

import argparse
import csv
import gc
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

CLEARING = (sys.executable, "-m", "clearing")
ROWS = (
    ("raw OR-tools solve", "raw", "s"),
    ("solve and certify", "solve", "s"),
    ("floor", "floor", "s"),
    ("clear, whole process", "clear", "s"),
    ("verify, whole process", "verify", "s"),
    ("replay, whole process", "replay", "s"),
    ("clear, peak memory", "clear MiB", "MiB"),
    ("verify, peak memory", "verify MiB", "MiB"),
    ("replay, peak memory", "replay MiB", "MiB"),
)
RATIOS = (
    ("solve and certify / raw", "solve", "raw"),
    ("clear / floor", "clear", "floor"),
    ("verify / clear", "verify", "clear"),
    ("replay / clear", "replay", "clear"),
)

Figures = Mapping[str, float]


def measure(book: Path, runs: int) -> Figures:
    """The median of every figure of one book, over runs in a folder of their own."""
    taken = []
    for _run in range(runs):
        place = Path(tempfile.mkdtemp(prefix="clearing-benchmark-"))
        try:
            taken.append(_measure_once(book, place))
        finally:
            shutil.rmtree(place)
    return {name: median(figures[name] for figures in taken) for name in taken[0]}


def _measure_once(book: Path, place: Path) -> Figures:
    bundle = place / "bundle"
    output, clear_seconds, clear_mib = _whole_run(
        [*CLEARING, "clear", str(book), "--out", str(bundle), "--json"], place
    )
    stages = json.loads(output)["seconds"]
    _output, verify_seconds, verify_mib = _whole_run([*CLEARING, "verify", str(bundle)], place)
    _output, replay_seconds, replay_mib = _whole_run([*CLEARING, "replay", str(bundle)], place)
    own = [sys.executable, __file__]
    raw, _seconds, _mib = _whole_run([*own, "--raw", str(book)], place)
    floor, _seconds, _mib = _whole_run([*own, "--floor", str(bundle), str(book)], place)
    return {
        **{f"stage {stage}": seconds for stage, seconds in stages.items()},
        "raw": json.loads(raw)["seconds"],
        "solve": stages["solve"] + stages["certify"],
        "floor": json.loads(floor)["seconds"],
        "clear": clear_seconds,
        "verify": verify_seconds,
        "replay": replay_seconds,
        "clear MiB": clear_mib,
        "verify MiB": verify_mib,
        "replay MiB": replay_mib,
    }


def _whole_run(command: Sequence[str], place: Path) -> tuple[str, float, float]:
    """What a command printed, its seconds from start to end, and its peak memory in MiB."""
    printed = place / "printed"
    with printed.open("wb") as file:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=file)
        _pid, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"status {child.returncode}: {' '.join(command)}\n{printed.read_text()}")
    # Linux counts in KiB, macOS in bytes.
    per_mib = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return printed.read_text(), seconds, usage.ru_maxrss / per_mib


def raw_seconds(folder: Path) -> float:
    """One surplus-minimising OR-tools solve with one arc for each admitted offer; building is not counted."""
    import numpy as np
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    from clearing.doors.book_folder import read_book
    from clearing.service import refusals_of

    book, _terms = read_book(folder)
    offers, value = book.offers, book.assets.value_micro
    if len(offers.alt_asset) != len(offers.id) or (offers.stock >= 0).any() or (offers.deliver < 0).any():
        raise SystemExit("the raw solve takes offers with one alternative, without stock or INDEX")
    admitted = np.ones(len(offers.id), dtype=bool)
    admitted[[refusal.offer for refusal in refusals_of(book)]] = False
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        offers.alt_asset[admitted],
        offers.deliver[admitted],
        (offers.quantity * value[offers.deliver])[admitted],
        offers.alt_limit_ppm[admitted],
    )
    begun = time.perf_counter()
    status = solver.solve()
    seconds = time.perf_counter() - begun
    if status != solver.OPTIMAL:
        raise SystemExit(f"the raw solve ended with {status}")
    return seconds


def floor_seconds(folder: Path, bundle: Path) -> float:
    """One csv.reader pass over the input, and the bundle's own bytes through SHA-256 to a file."""
    sealed = b"".join(path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file())
    gc.disable()
    begun = time.perf_counter()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for _row in csv.reader(file):
                pass
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        for at in range(0, len(sealed), 1 << 20):
            piece = sealed[at : at + (1 << 20)]
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - begun


def table(books: Sequence[Path], figures: Sequence[Figures]) -> str:
    """A Markdown table: a column for each book and, with two, the ratio of the last to the first."""
    compare = len(books) > 1
    header = ["", *(book.name for book in books), *(["last / first"] if compare else [])]
    lines = [_row(header), _row(["---", *["---:"] * (len(header) - 1)])]
    stages = [(f"of it {name[6:]}", name, "s") for name in figures[0] if name.startswith("stage ")]
    for label, name, unit in [*ROWS[:4], *stages, *ROWS[4:]]:
        taken = [each[name] for each in figures]
        ratio = [f"{taken[-1] / taken[0]:.2f}" if taken[0] else "-"] if compare else []
        lines.append(_row([label, *(f"{figure:,.{2 if unit == 's' else 0}f} {unit}" for figure in taken), *ratio]))
    for label, above, below in RATIOS:
        ratios = [f"{each[above] / each[below]:.2f}" for each in figures]
        lines.append(_row([f"**{label}**", *ratios, *([""] if compare else [])]))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure the books that the arguments name."""
    parser = argparse.ArgumentParser(description="Time clear, verify and replay beside a raw solve and a floor.")
    parser.add_argument("books", type=Path, nargs="+")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--raw", action="store_true", help="only the raw solve of one book, as JSON")
    parser.add_argument("--floor", type=Path, metavar="BUNDLE", help="only the floor of one book, as JSON")
    asked = parser.parse_args()
    if asked.raw:
        print(json.dumps({"seconds": raw_seconds(asked.books[0])}))
    elif asked.floor is not None:
        print(json.dumps({"seconds": floor_seconds(asked.books[0], asked.floor)}))
    else:
        print(table(asked.books, [measure(book, asked.runs) for book in asked.books]))


if __name__ == "__main__":
    main()
