"""One book, one digest: whatever the order and spelling of its files, the hash seed, the threads or the Python."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clearing.doors.book_folder import read_book
from tests.doors.console import DEMO_BOOK, Console, console_of

ROOT = Path(__file__).parent.parent
REAL_BOOK = ROOT.parent / "shared" / "data" / "books" / "batch-auction-2020"
needs_real_book = pytest.mark.skipif(
    not REAL_BOOK.is_dir(), reason="../shared/data/books/batch-auction-2020 is not there"
)


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@needs_real_book
def test_the_batch_auction_of_2020_clears_at_its_known_optimum(console: Console, tmp_path: Path) -> None:
    cleared = json.loads(console("clear", REAL_BOOK, "--out", tmp_path / "out", "--json").out)
    assert cleared["surplus_micro_ppm"] == "3477602834210380"
    assert cleared["value_cleared_micro"] == "99145561890"
    assert (cleared["optimal"], cleared["gap"], cleared["unique"]) == (True, "0", True)
    assert console("verify", tmp_path / "out").status == 0
    assert console("replay", tmp_path / "out").status == 0


@needs_real_book
def test_the_batch_auction_has_one_digest_however_it_is_written(console: Console, tmp_path: Path) -> None:
    _assert_one_digest(console, REAL_BOOK, tmp_path)


def test_the_demo_book_has_one_digest_however_it_is_written(console: Console, tmp_path: Path) -> None:
    _assert_one_digest(console, DEMO_BOOK, tmp_path)


def test_other_values_make_another_digest(console: Console, tmp_path: Path) -> None:
    respelled = _respelled(DEMO_BOOK, tmp_path / "book", seed=1)
    text = (respelled / "participants.csv").read_text(encoding="utf-8-sig")
    (respelled / "participants.csv").write_text(text.replace("Amberfield", "Umberfield"), encoding="utf-8")
    assert _digest(console, respelled, tmp_path / "one") != _digest(console, DEMO_BOOK, tmp_path / "other")


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "0"},
        {"PYTHONHASHSEED": "4242"},
        {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        {"OMP_NUM_THREADS": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    ],
    ids=["hash seed 0", "hash seed 4242", "one thread", "seven threads, Tokyo, C locale"],
)
def test_environment_does_not_change_the_digest(
    console: Console, tmp_path: Path, environment: dict[str, str]
) -> None:
    expected = _digest(console, DEMO_BOOK, tmp_path / "here")
    assert _digest_elsewhere(sys.executable, tmp_path / "there", environment) == expected


def test_every_python_present_makes_the_same_digest(console: Console, tmp_path: Path) -> None:
    """Interpreters with the engine's dependencies: this one, and those that CLEARING_PYTHONS lists."""
    expected = _digest(console, DEMO_BOOK, tmp_path / "here")
    for number, python in enumerate([sys.executable, *os.environ.get("CLEARING_PYTHONS", "").split()]):
        assert _digest_elsewhere(python, tmp_path / str(number), {}) == expected, python


def _digest_elsewhere(python: str, out: Path, environment: dict[str, str]) -> str:
    run = subprocess.run(
        [python, "-m", "clearing", "clear", DEMO_BOOK, "--out", out, "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(run.stdout)["digest"])


def _assert_one_digest(console: Console, folder: Path, scratch: Path) -> None:
    expected = _digest(console, folder, scratch / "as-written")
    for seed in range(3):
        respelled = _respelled(folder, scratch / f"book-{seed}", seed=seed)
        assert read_book(respelled)[0].offers.id == read_book(folder)[0].offers.id
        assert _digest(console, respelled, scratch / f"out-{seed}") == expected


def _digest(console: Console, folder: Path, out: Path) -> str:
    return str(json.loads(console("clear", folder, "--out", out, "--json").out)["digest"])


def _respelled(folder: Path, target: Path, *, seed: int) -> Path:
    """Rows and columns shuffled, numbers with other zeros, CRLF, a byte-order mark."""
    draw = random.Random(seed)
    target.mkdir()
    for path in folder.glob("*.csv"):
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
    for other in folder.glob("*.toml"):
        shutil.copy(other, target)
    return target


NUMBERS = ("balance", "credit_limit", "balance_cap", "increment", "value", "quantity", "deliver_quantity", "amount")


def _spelled(column: str, cell: str, draw: random.Random) -> str:
    if column not in NUMBERS or not cell:
        return cell
    whole, _, decimals = cell.partition(".")
    decimals = decimals.rstrip("0") + "0" * draw.randint(0, 2)
    return f"{whole}.{decimals[:9]}" if decimals else whole
