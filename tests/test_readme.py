"""The README stays true: its two lines stand as promised, and its runnable blocks run.

A ``sh`` block runs here when the line above its fence is ``<!-- runnable -->``. The blocks run in order in one
empty folder, as a reader would type them, with the console command of this interpreter as ``clearing``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TWO_LINES = (
    'python3 -m venv .venv && .venv/bin/pip install -e ".[dev]" && .venv/bin/clearing demo',
    ".venv/bin/pytest -q",
)
RUNNABLE = re.compile(r"^<!-- runnable -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS_MAX = 60


@pytest.fixture
def reader(tmp_path: Path) -> dict[str, str]:
    """The environment of a reader: ``clearing`` and ``python`` are those of this interpreter."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, arguments in (("clearing", "-m clearing "), ("python", "")):
        shim = commands / name
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n')
        shim.chmod(0o755)
    return {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def test_the_two_lines_stand_in_the_readme() -> None:
    assert [line for line in README.splitlines() if line in TWO_LINES] == list(TWO_LINES)


def test_every_runnable_command_of_the_readme_runs(tmp_path: Path, reader: dict[str, str]) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    blocks = RUNNABLE.findall(README)
    assert len(blocks) == README.count("<!-- runnable -->") >= 2
    for block in blocks:
        ran = subprocess.run(
            ["sh", "-e", "-c", block],
            cwd=folder,
            env=reader,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        assert ran.returncode == 0, f"{block}\n{ran.stdout}\n{ran.stderr}"
    ring = (folder / "session" / "outcome" / "rings.jsonl").read_text().splitlines()[0]
    assert '"members":["3","1","2"]' in ring


def test_a_book_of_ones_own_takes_six_lines() -> None:
    first = RUNNABLE.findall(README)[0].strip().splitlines()
    assert len(first) == 6
    assert first[-1].startswith("clearing clear ")


def test_every_file_that_the_readme_links_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
