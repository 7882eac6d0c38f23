"""Standard output: full, left by its reader, closed, a terminal; what commands print comes to the same in each."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.console import DEMO_BOOK, Console, changed, console_of, demo_book_in


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


FULL = Path("/dev/full")


def printing_to(stdout: int, *arguments: str | Path, unbuffered: str = "") -> tuple[int, str]:
    """Status and errors of the command in a process of its own, its standard output this one."""
    command = [sys.executable, "-m", "clearing", *map(str, arguments)]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    ran = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment)
    return ran.returncode, ran.stderr


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", DEMO_BOOK], ["check", DEMO_BOOK, "--json"]])
def test_a_full_standard_output_is_told_in_words(arguments: list[str | Path], unbuffered: str) -> None:
    with FULL.open("wb") as full:
        status, errors = printing_to(full.fileno(), *arguments, unbuffered=unbuffered)
    says = "clearing: standard output: No space left on device; what was to be printed is not all there\n"
    assert (status, errors) == (1, says)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_what_is_written_is_whole_where_standard_output_is_full(tmp_path: Path, console: Console) -> None:
    with FULL.open("wb") as full:
        status, _errors = printing_to(full.fileno(), "clear", DEMO_BOOK, "--out", tmp_path / "bundle")
    assert status == 1
    assert [each.name for each in tmp_path.iterdir()] == ["bundle"]
    assert console("verify", tmp_path / "bundle").status == 0


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["--help"], ["check", DEMO_BOOK]])
def test_a_reader_who_leaves_is_told_nothing(arguments: list[str | Path], unbuffered: str) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    status, errors = printing_to(writes, *arguments, unbuffered=unbuffered)
    os.close(writes)
    assert (status, errors) == (1, "")


NAMED_BACKWARDS = "A \u202egnilles\u202c desk\u200b"


def test_a_name_does_not_steer_a_terminal_and_is_whole_in_a_pipe(tmp_path: Path, console: Console) -> None:
    book = demo_book_in(tmp_path)
    changed(book / "participants.csv", "Amberfield Grain", NAMED_BACKWARDS)
    bundle = tmp_path / "bundle"
    assert console("clear", book, "--out", bundle).status == 0
    for as_json in ([], ["--json"]):
        shown = on_a_terminal("statement", bundle, "AMBERFIELD", *as_json)
        assert r"A \u202egnilles\u202c desk\u200b" in shown
        assert NAMED_BACKWARDS not in shown
    assert NAMED_BACKWARDS in console("statement", bundle, "AMBERFIELD", "--json").out


def test_a_path_does_not_steer_a_terminal(console: Console, tmp_path: Path) -> None:
    assert r"/no\u001b[31m\u202ewhere" in console("verify", tmp_path / "no\x1b[31m\u202ewhere").err


def on_a_terminal(*arguments: str | Path) -> str:
    """What a terminal gets of a command."""
    shown, terminal = pty.openpty()
    with subprocess.Popen([sys.executable, "-m", "clearing", *map(str, arguments)], stdout=terminal) as ran:
        os.close(terminal)
        pieces = []
        with contextlib.suppress(OSError):  # so a terminal says that nobody is left to write more
            while piece := os.read(shown, 2**16):
                pieces.append(piece)
    os.close(shown)
    assert ran.returncode == 0
    return b"".join(pieces).decode()


def test_a_standard_output_that_is_closed_is_no_fault() -> None:
    command = [sys.executable, "-m", "clearing", "check", str(DEMO_BOOK)]
    ran = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
