"""Fixings of a small index, and records of them in folders: made by the fixing itself, or changed and sealed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from clearing.doors.index.quote_files import read_quotes
from clearing.doors.index.versions import read_versions
from clearing.index_service import Sealed, fix_days, sealed

FIXTURES = Path(__file__).parents[3] / "fixtures" / "index"
METHODOLOGY = FIXTURES / "methodology-1.toml"
QUOTES = FIXTURES / "quotes-2025-q2.csv"
FIRST, LAST = "2025-06-05", "2025-06-13"
"""Seven working days, in the last five of which the real falls to a half."""


@cache
def week() -> tuple[Sealed, ...]:
    """The fixings of these days, each after the one before."""
    return tuple(fix_days(read_quotes([QUOTES]), read_versions(METHODOLOGY), first=FIRST, last=LAST))


def day(name: str) -> Sealed:
    """One of them."""
    return next(each for each in week() if each.fixing.day == name)


def changed(record: Sealed, **members: Any) -> Sealed:
    """The same record with other members, its digest as it should be: none that follows from its quotes."""
    return sealed(replace(record.fixing, **members))


def written(folder: Path, records: Iterable[Sealed]) -> Path:
    """The records as files of the folder."""
    folder.mkdir(exist_ok=True)
    for each in records:
        name = f"{each.fixing.day}-{each.fixing.revision}.json"
        (folder / name).write_text(each.text + "\n", encoding="utf-8")
    return folder
