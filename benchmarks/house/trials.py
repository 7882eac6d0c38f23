"""A kind of database comes in; what a year of sessions and what a day of a million offers take in it go out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.book_generator import Sizes, write_book
from benchmarks.console import say
from benchmarks.house.databases import new_database, size_of
from benchmarks.whole_run import ROOT, WholeRun, run_whole

CLEARING = (sys.executable, "-m", "clearing")
REGISTERS = ("participants", "assets", "fixing")
DESK = "D00000"


def year_of(kind: str, sizes: Sequence[int], *, seed: int) -> dict[str, Any]:
    """Days, and what looking back takes at the end; ``sizes`` are days, offers a day and desks."""
    days, offers, desks = map(str, sizes)
    with tempfile.TemporaryDirectory() as scratch, new_database(kind, Path(scratch)) as url:
        place = Path(scratch)
        asked = ["--days", days, "--offers", offers, "--desks", desks, "--seed", str(seed), url, scratch]
        words = [sys.executable, "-m", "benchmarks.house.year", *asked]
        lived = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        told = [json.loads(line) for line in lived.stdout.splitlines()]
        database = ["--database", url]
        bundles = ["--bundles", str(place / "sessions")]
        looks = {
            "`house check`": ["house", "check", *database],
            "`house replay --all`": ["house", "replay", "--all", *database, *bundles],
            "`house statement` of a desk": ["house", "statement", DESK, *database],
            "`house proof` of an offer": ["house", "proof", "O00000000", *database],
            "`house export-beancount`": ["house", "export-beancount", str(place / "ledger.beancount"), *database],
        }
        back = {name: _whole(words, place) for name, words in looks.items()}
        replayed = back["`house replay --all`"].printed.splitlines()
        return {
            "days": told,
            "database_bytes": size_of(url, place),
            "seconds": {name: ended.seconds for name, ended in back.items()},
            "mib": {name: ended.mib for name, ended in back.items()},
            "identical": sum(line.endswith("identical") for line in replayed),
            "verified": _verified(place / "sessions"),
        }


def day_of(kind: str | None, offers: int, *, seed: int) -> dict[str, float]:
    """A file of offers through a house, or where ``kind`` is None straight through ``clear``."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        book = place / "book"
        write_book(book, Sizes(offers, 50, max(10, min(2_000, offers // 10))), seed=seed)
        if kind is None:
            ended = _whole(["clear", str(book), "--out", str(place / "out")], place)
            return {"seconds": ended.seconds, "mib": ended.mib}
        with new_database(kind, place) as url:
            _whole(["house", "init", "--database", url], place)
            for name in REGISTERS:
                _whole(["house", name, str(book / f"{name}.csv"), "--database", url], place)
            submitted = _whole(["house", "submit", str(book / "offers.csv"), "--database", url], place)
            bundles = ["--bundles", str(place / "sessions")]
            ran = _whole(["house", "run", "--database", url, *bundles], place)
            return {
                "submit": submitted.seconds,
                "run": ran.seconds,
                "seconds": submitted.seconds + ran.seconds,
                "mib": max(submitted.mib, ran.mib),
                "database_bytes": size_of(url, place),
            }


def _verified(bundles: Path) -> int:
    """How many bundles ``verify`` finds without a fault."""
    folders = sorted(path for path in bundles.iterdir() if path.is_dir())
    for folder in folders:
        _whole(["verify", str(folder)], bundles.parent)
    return len(folders)


def _whole(words: Sequence[str], place: Path) -> WholeRun:
    say(" ".join(words[:2]))
    ended = run_whole([*CLEARING, *words], place)
    assert ended is not None
    os.sync()
    return ended
