"""The README stays true: its two lines stand as promised, its runnable blocks run, its commands are all there are."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from clearing.doors.command_line import app
from tests.pages import ROOT, blocks, broken_links, readers_environment, run_block

README = (ROOT / "README.md").read_text(encoding="utf-8")
TWO_LINES = (
    'python3 -m venv .venv && .venv/bin/pip install -e ".[dev]" && .venv/bin/clearing demo',
    ".venv/bin/pytest -q",
)
IMAGE_BYTES_MAX = 300_000


def test_the_two_lines_stand_in_the_readme() -> None:
    assert [line for line in README.splitlines() if line in TWO_LINES] == list(TWO_LINES)


def test_every_runnable_block_of_the_readme_runs(tmp_path: Path) -> None:
    environment, folder = readers_environment(tmp_path), tmp_path / "reader"
    folder.mkdir()
    runnable = blocks(README)
    assert [block.language for block in runnable].count("python") == 1
    assert len(runnable) >= 5
    for block in runnable:
        run_block(block, folder, environment)
    ring = (folder / "session" / "outcome" / "rings.jsonl").read_text().splitlines()[0]
    assert '"members":["3","1","2"]' in ring
    assert (folder / "report.html").read_bytes() == (folder / "session" / "report.html").read_bytes()


def test_a_book_of_ones_own_takes_six_lines() -> None:
    first = blocks(README)[0].source.strip().splitlines()
    assert len(first) == 6
    assert first[-1].startswith("clearing clear ")


def test_a_result_from_python_takes_six_lines() -> None:
    program = next(block for block in blocks(README) if block.language == "python").source
    assert len([line for line in program.splitlines() if line]) <= 6


def test_the_readme_tells_every_command_and_no_other() -> None:
    told = re.findall(r"^\| `clearing ([a-z-]+)[ `]", README, re.MULTILINE)
    assert sorted(told) == sorted(typer.main.get_command(app).list_commands(None))


def test_every_file_that_the_readme_links_is_there() -> None:
    assert broken_links(README, ROOT) == []


def test_pictures_are_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 1
    assert (ROOT / pictures[0]).stat().st_size <= IMAGE_BYTES_MAX
