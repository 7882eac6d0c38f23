"""Arguments come in, the exit status and both outputs of the console command go out, in this very process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pytest

from clearing.doors.command_line import main

DEMO_BOOK = Path(str(resources.files("clearing"))) / "demo_book"


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str


Console = Callable[..., Ended]


def console_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    """A function that runs ``clearing`` with its arguments."""

    def run(*arguments: str | Path) -> Ended:
        monkeypatch.setattr("sys.argv", ["clearing", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return run


def demo_book_in(folder: Path) -> Path:
    """A copy of the demo book that a test may change."""
    return Path(shutil.copytree(DEMO_BOOK, folder / "book"))


def changed(path: Path, before: str, after: str) -> None:
    """Put ``after`` in the place of the first ``before``, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
