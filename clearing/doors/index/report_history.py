"""``clearing index report``: a folder of fixing records comes in, one HTML page about them goes out."""

from __future__ import annotations

from pathlib import Path

from clearing.doors.index.history import read_history
from clearing.doors.index.report.page import render
from clearing.doors.words import count
from clearing.model.errors import OperatingFault

PAGE = "report.html"


def report_history(folder: Path, out: Path | None) -> int:
    """Write the page in place of the one there; the exit status."""
    history = read_history(folder)
    page = folder / PAGE if out is None else out
    try:
        page.write_text(render(history), encoding="utf-8", errors="replace")
    except OSError as error:
        raise OperatingFault(f"cannot write {page}: {error.strerror or error}") from error
    print(f"{page}: {count(len(history.days), 'fixing')}, the last of {history.last.day}, {history.last.status}")
    return 0
