"""A book folder in; the same book written otherwise out, and the digests sealed of it here and elsewhere."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

from clearing.doors.book_folder import read_book
from tests.doors.console import Console

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 4242": {"PYTHONHASHSEED": "4242"},
    "one thread": {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "seven threads, Tokyo, C locale": {"OMP_NUM_THREADS": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
}
NUMBERS = (
    "balance", "credit_limit", "balance_cap", "increment", "value", "quantity", "deliver_quantity", "amount",
    "min_fill", "lot", "receive_max",
)  # fmt: skip
STATUS_CLEARED = (0, 5)
"""5: cleared and sealed without proof of optimality."""


def pythons() -> list[str]:
    """Interpreters with the engine's dependencies besides this one: those that CLEARING_PYTHONS lists."""
    return os.environ.get("CLEARING_PYTHONS", "").split()


def assert_one_digest(console: Console, folder: Path, scratch: Path) -> None:
    """However its rows, columns, numbers and line ends are written, a book has one digest."""
    expected = digest_of(console, folder, scratch / "as-written")
    for seed in range(3):
        written = respelled(folder, scratch / f"book-{seed}", seed=seed)
        assert read_book(written)[0].offers.id == read_book(folder)[0].offers.id
        assert digest_of(console, written, scratch / f"out-{seed}") == expected


def digest_of(console: Console, folder: Path, out: Path) -> str:
    """The digest that ``clearing clear`` seals in this process."""
    ended = console("clear", folder, "--out", out, "--json")
    assert ended.status in STATUS_CLEARED, ended.err
    return str(json.loads(ended.out)["digest"])


def digest_elsewhere(python: str, folder: Path, out: Path, environment: dict[str, str]) -> str:
    """The digest that another interpreter or another environment seals."""
    run = subprocess.run(
        [python, "-m", "clearing", "clear", folder, "--out", out, "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in STATUS_CLEARED, run.stderr
    return str(json.loads(run.stdout)["digest"])


def respelled(folder: Path, target: Path, *, seed: int) -> Path:
    """Rows and columns shuffled, numbers with other zeros, CRLF, a byte-order mark."""
    draw = random.Random(seed)
    target.mkdir()
    for path in sorted(folder.glob("*.csv")):
        header, *rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        columns = draw.sample(range(len(header)), len(header))
        draw.shuffle(rows)
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\r\n" if seed % 2 else "\n")
        writer.writerow([header[c] for c in columns])
        for row in rows:
            writer.writerow([_spelled(header[c], row[c], draw) for c in columns])
        mark = b"\xef\xbb\xbf" if seed % 2 == 0 else b""
        (target / path.name).write_bytes(mark + lines.getvalue().encode())
    for other in (*folder.glob("*.toml"), *folder.glob("*.json")):
        shutil.copy(other, target)
    return target


def _spelled(column: str, cell: str, draw: random.Random) -> str:
    """Every number of a cell with other zeros at its end."""
    if column not in NUMBERS:
        return cell
    return "|".join(_number(each, draw) if each else each for each in cell.split("|"))


def _number(text: str, draw: random.Random) -> str:
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0") + "0" * draw.randint(0, 2)
    return f"{whole}.{decimals[:9]}" if decimals else whole
