"""A year in the life of a house: every day desks submit a file of offers, a fixing comes and one batch runs.

    python -m benchmarks.house.year --days 250 --offers 1000 --desks 50 --seed 1 URL FOLDER

The commands are the real ones, in one process whose clock tells the day; prints a JSON line a day. An offer is good for
five days. Values walk at random, by half a percent a day.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.book_generator import Sizes, write_book
from benchmarks.working_days import working_days
from clearing import wiring
from clearing.doors.command_line import main as clearing
from clearing.keeping.ports import Surroundings

FIRST = date(2026, 1, 5)
GOOD_FOR_DAYS = 5
DAILY_MOVE = 0.005


@dataclass(frozen=True)
class Year:
    """How long it is, and how much comes in a day."""

    days: int
    offers: int
    desks: int
    assets: int = 50


def live(url: str, folder: Path, year: Year, *, seed: int) -> Iterator[dict[str, float]]:
    """Live through it; what each day took, in seconds, and what there is in its evening."""
    clock = Clock()
    chance = random.Random(seed)
    wiring.WORLD = Surroundings(clock=clock, secret=lambda: chance.randbytes(32))
    book, place = folder / "book", ["--database", url]
    write_book(book, Sizes(year.offers * year.days, year.assets, year.desks), seed=seed)
    clock.set(FIRST, "08:00:00")
    for name in ("init", "participants", "assets"):
        command("house", name, *([] if name == "init" else [str(book / f"{name}.csv")]), *place)
    rows, head = split(book / "offers.csv")
    values = dict(zip(*columns(book / "fixing.csv"), strict=True))
    for number, day in enumerate(working_days(FIRST, year.days)):
        morning = rows[number * year.offers : (number + 1) * year.offers]
        until = f"{day + timedelta(days=GOOD_FOR_DAYS)}T17:00:00Z"
        offers = write(folder / "offers.csv", [f"{head},expires_at", *(f"{row},{until}" for row in morning)])
        values = {name: value * (1 + chance.uniform(-DAILY_MOVE, DAILY_MOVE)) for name, value in values.items()}
        fixed = (f"{name},{max(value, 0.02):.3f}" for name, value in values.items())
        fixing = write(folder / "fixing.csv", ["asset_id,value", *fixed])
        clock.set(day, "09:00:00")
        submit, _said = command("house", "submit", str(offers), *place)
        clock.set(day, "17:00:00")
        bundles = ["--bundles", str(folder / "sessions")]
        run, said = command("house", "run", "--fixing", str(fixing), *place, *bundles, "--json")
        yield {"day": number + 1, "submit": submit, "run": run, **evening(said, folder)}


class Clock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self._now = ""

    def set(self, day: date, hour: str) -> None:
        """A moment in UTC."""
        self._now = f"{day}T{hour}Z"

    def __call__(self) -> str:
        """The moment."""
        return self._now


def command(*arguments: str) -> tuple[float, str]:
    """Seconds and output of ``clearing`` with these arguments. Raises RuntimeError unless it ends well."""
    printed, complained = io.StringIO(), io.StringIO()
    sys.argv = ["clearing", *arguments]
    begun = time.perf_counter()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complained):
        try:
            clearing()
        except SystemExit as ended:
            if ended.code:
                raise RuntimeError(f"{arguments}: {ended.code}: {complained.getvalue()}") from ended
    return time.perf_counter() - begun, printed.getvalue()


def evening(said: str, folder: Path) -> dict[str, float]:
    """What the day's session held."""
    (session,) = json.loads(said)["cleared"]
    bundle = folder / "sessions" / session["session"]
    counts = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))["counts"]
    kept = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
    return {"offers": counts["offers"], "filled": counts["filled_offers"], "bundle_bytes": kept}


def split(file: Path) -> tuple[list[str], str]:
    """The rows of a file, and its head."""
    head, *rows = file.read_text(encoding="ascii").splitlines()
    return rows, head


def columns(file: Path) -> tuple[list[str], list[float]]:
    """Names and values of a fixing."""
    cells = [row.split(",") for row in split(file)[0]]
    return [name for name, _value in cells], [float(value) for _name, value in cells]


def write(file: Path, rows: Sequence[str]) -> Path:
    """A file of these rows."""
    file.write_text("\n".join([*rows, ""]), encoding="ascii")
    return file


def main() -> None:
    """Live through what the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.house.year")
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=250)
    parser.add_argument("--offers", type=int, default=1_000)
    parser.add_argument("--desks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for day in live(asked.url, asked.folder, Year(asked.days, asked.offers, asked.desks), seed=asked.seed):
        print(json.dumps(day), flush=True)


if __name__ == "__main__":
    main()
