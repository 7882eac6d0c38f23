"""A book folder and the names of a book's files in; files that look like a misspelt one that is absent out, as faults.

A table under a misspelt name would be left out in silence. Every other file in the folder is left alone.
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
LIKENESS = 0.8
"""A letter more, less or other is alike; another word of the same length (quotes, stocks) is not."""


def stray_files(folder: Path, names: Sequence[str], *, rulebook: Path | None = None) -> list[FaultList]:
    """A list of one fault for each stray file, by name; ``rulebook``, where it is given, is no stray file."""
    try:
        found = sorted(path.name for path in folder.iterdir() if _may_be_a_table(path))
    except OSError as error:
        raise InputFault(f"cannot list {folder}: {error.strerror or error}") from error
    known = {*names} if rulebook is None else {*names, rulebook.name}
    absent = [name for name in names if name not in found]
    strays = [name for name in found if name not in known]
    meant = [get_close_matches(name.lower(), absent, n=1, cutoff=LIKENESS) for name in strays]
    return [_refused(name, close[0]) for name, close in zip(strays, meant, strict=True) if close]


def _may_be_a_table(path: Path) -> bool:
    return path.suffix.lower() in KINDS and not path.name.startswith(".") and not path.is_dir()


def _refused(name: str, meant: str) -> FaultList:
    faults = FaultList(safe_text(name))
    faults.note(FaultReason.UNKNOWN, found="an unknown file", allowed=f"{meant}, if that is what is meant")
    return faults
