"""One book, one digest: whatever the order and spelling of its files, the hash seed, the threads or the Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.console import DEMO_BOOK, Console, console_of
from tests.respelling import (
    ENVIRONMENTS,
    assert_one_digest,
    digest_elsewhere,
    digest_of,
    pythons,
    respelled,
)

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
    assert_one_digest(console, REAL_BOOK, tmp_path)


def test_the_demo_book_has_one_digest_however_it_is_written(console: Console, tmp_path: Path) -> None:
    assert_one_digest(console, DEMO_BOOK, tmp_path)


def test_other_values_make_another_digest(console: Console, tmp_path: Path) -> None:
    written = respelled(DEMO_BOOK, tmp_path / "book", seed=1)
    text = (written / "participants.csv").read_text(encoding="utf-8-sig")
    (written / "participants.csv").write_text(text.replace("Amberfield", "Umberfield"), encoding="utf-8")
    assert digest_of(console, written, tmp_path / "one") != digest_of(console, DEMO_BOOK, tmp_path / "other")


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_environment_does_not_change_the_digest(
    console: Console, tmp_path: Path, environment: dict[str, str]
) -> None:
    expected = digest_of(console, DEMO_BOOK, tmp_path / "here")
    assert digest_elsewhere(sys.executable, DEMO_BOOK, tmp_path / "there", environment) == expected


def test_every_python_present_makes_the_samedigest_of(console: Console, tmp_path: Path) -> None:
    """Interpreters with the engine's dependencies: this one, and those that CLEARING_PYTHONS lists."""
    expected = digest_of(console, DEMO_BOOK, tmp_path / "here")
    for number, python in enumerate([sys.executable, *pythons()]):
        assert digest_elsewhere(python, DEMO_BOOK, tmp_path / str(number), {}) == expected, python


def fixing_elsewhere(python: str, out: Path, environment: dict[str, str]) -> str:
    """The record of a day of the fixture, made by another interpreter or in another environment."""
    fixtures = ROOT / "fixtures" / "index"
    quotes = fixtures / "quotes-2025-q4.csv"
    asked: list[str | Path] = ["index", "fix", fixtures / "methodology-3.toml", quotes]
    asked += ["--day", "2025-10-07", "--out", out]
    run = subprocess.run(
        [python, "-m", "clearing", *asked],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return out.read_text(encoding="utf-8")


def test_a_fixing_is_the_same_in_every_environment_and_on_every_python_present(tmp_path: Path) -> None:
    here = fixing_elsewhere(sys.executable, tmp_path / "here.json", {})
    assert '"status":"FINAL"' in here
    for number, environment in enumerate(ENVIRONMENTS.values()):
        assert fixing_elsewhere(sys.executable, tmp_path / f"{number}.json", environment) == here
    for python in pythons():
        assert fixing_elsewhere(python, tmp_path / f"{len(list(tmp_path.iterdir()))}.json", {}) == here, python
