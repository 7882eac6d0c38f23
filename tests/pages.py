"""Pages of documentation for tests: a page comes in, its runnable blocks go out, and each is run as a reader would.

An ``sh`` or ``python`` block runs when the line above its fence is ``<!-- runnable -->``. When the block after it
stands under ``<!-- prints -->``, that is what it prints, to the letter. The blocks of a page run in order in one
folder, with ``clearing`` and ``python3`` those of this interpreter.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SECONDS_MAX = 60
_RUNNABLE = re.compile(
    r"^<!-- runnable -->\n```(sh|python)\n(.*?)^```$(?:\n<!-- prints -->\n```\w+\n(.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


class Block(NamedTuple):
    """A runnable block and what it prints, None where the page does not say."""

    language: str
    source: str
    printed: str | None


def blocks(page: str) -> list[Block]:
    """The runnable blocks of a page; every mark must belong to one."""
    found = [Block(match[1], match[2], match[3]) for match in _RUNNABLE.finditer(page)]
    assert len(found) == page.count("<!-- runnable -->")
    assert sum(block.printed is not None for block in found) == page.count("<!-- prints -->")
    return found


def readers_environment(folder: Path) -> dict[str, str]:
    """What a reader has: the console command and the interpreter, by their names."""
    commands = folder / "bin"
    commands.mkdir()
    for name, arguments in (("clearing", "-m clearing "), ("python", ""), ("python3", "")):
        shim = commands / name
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n')
        shim.chmod(0o755)
    return {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def run_block(block: Block, folder: Path, environment: Mapping[str, str]) -> None:
    """Run one block; it must end well and print what the page says."""
    command = ["sh", "-e", "-c"] if block.language == "sh" else [sys.executable, "-c"]
    ran = subprocess.run(
        [*command, block.source],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert ran.returncode == 0, f"{block.source}\n{ran.stdout}\n{ran.stderr}"
    if block.printed is not None:
        assert ran.stdout == block.printed, block.source


def broken_links(page: str, folder: Path) -> list[str]:
    """Links to files that are not there."""
    return [link for link in _LINK.findall(page) if not (folder / link).exists()]
