"""A book folder and the names of a book's files in; CSV and TOML files of any other name out, as faults.

A table under a misspelt name would be left out in silence. Files of other kinds, and hidden ones, are nobody's table.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from clearing.doors.fault_list import FaultList
from clearing.doors.fault_text import safe_text
from clearing.model.errors import InputFault
from clearing.model.faults import FaultReason

KINDS = (".csv", ".toml")


def stray_files(folder: Path, names: Sequence[str], *, rulebook: Path | None = None) -> list[FaultList]:
    """A list of one fault for each stray file, by name; ``rulebook`` is none, wherever it is."""
    try:
        found = sorted(path.name for path in folder.iterdir() if _may_be_a_table(path))
    except OSError as error:
        raise InputFault(f"cannot list {folder}: {error.strerror or error}") from error
    named = rulebook is not None and rulebook.resolve().parent == folder.resolve()
    known = {*names, rulebook.name} if rulebook is not None and named else {*names}
    return [_refused(name, names) for name in found if name not in known]


def _may_be_a_table(path: Path) -> bool:
    return path.suffix.lower() in KINDS and not path.name.startswith(".") and not path.is_dir()


def _refused(name: str, names: Sequence[str]) -> FaultList:
    faults = FaultList(safe_text(name))
    close = get_close_matches(name.lower(), names, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    faults.note(FaultReason.UNKNOWN, found="an unknown file", allowed=f"the files {', '.join(names)}{meant}")
    return faults
