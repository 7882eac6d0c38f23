"""Sizes come in; figures of this engine and of the other solvers go out, every one a process of its own.

Runs are interleaved: each round measures every book once and in it everything side by side, so that a
machine that is busy for a while is busy for all of them.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.whole_run import WholeRun, run_whole

PYTHON = (sys.executable, "-m")
ASSETS = 50
DESKS_MAX = 2_000
OFFERS_PER_DESK_MIN = 10
COUNTS = ("refused", "filled_offers", "partly_filled_offers", "rings", "legs")
CONTENDER_NEEDS = {"raw": "ortools", "networkx": "networkx", "lp": "pulp"}


@dataclass(frozen=True, slots=True)
class Trial:
    """One book to measure, and how often."""

    offers: int
    tick: str
    runs: int
    seed: int

    @property
    def desks(self) -> int:
        return max(2, min(DESKS_MAX, self.offers // OFFERS_PER_DESK_MIN))


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to how many offers each contender is asked at all, and for how many seconds."""

    networkx: int
    lp: int
    patience: float

    def absent(self, contender: str, offers: int) -> str | None:
        """Why a contender does not take part; None when it does."""
        if find_spec(CONTENDER_NEEDS[contender]) is None:
            return "not installed"
        most = {"networkx": self.networkx, "lp": self.lp}.get(contender, offers)
        return None if offers <= most else f"not asked above {most:,}"


@dataclass(slots=True)
class Taken:
    """All that was measured of one book: a figure for each run, what each solver found, who took no part."""

    trial: Trial
    desks: int
    figures: list[dict[str, float]] = field(default_factory=list)
    surplus: dict[str, list[str]] = field(default_factory=dict)
    digests: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def medians(self) -> dict[str, float]:
        """The median of every figure that every run has."""
        names = [name for name in self.figures[0] if all(name in run for run in self.figures)]
        return {name: median(run[name] for run in self.figures) for name in names}

    def record(self) -> dict[str, Any]:
        """As it goes to figures.json."""
        return {**asdict(self), "median": self.medians()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Taken:
        """What ``record`` wrote."""
        columns = {name: value for name, value in record.items() if name not in ("trial", "median")}
        return cls(trial=Trial(**record["trial"]), **columns)


def measure(trials: Sequence[Trial], limits: Limits, say: Callable[[str], None]) -> list[Taken]:
    """Measure every book in rounds; ``say`` is told what begins. Books and bundles leave nothing behind."""
    everything = [Taken(trial, trial.desks) for trial in trials]
    place = Path(tempfile.mkdtemp(prefix="clearing-benchmark-"))
    try:
        for taken in everything:
            say(f"book of {taken.trial.offers:,} offers, tick {taken.trial.tick}")
            _prepare(_folder(place, taken.trial), taken.trial)
        for turn in range(max(trial.runs for trial in trials)):
            for taken in everything:
                if turn < taken.trial.runs:
                    say(f"run {turn + 1}: {taken.trial.offers:,} offers, tick {taken.trial.tick}")
                    _take(taken, _folder(place, taken.trial), limits)
    finally:
        shutil.rmtree(place)
    return everything


def _folder(place: Path, trial: Trial) -> Path:
    return place / f"{trial.offers}-{trial.tick}"


def _prepare(folder: Path, trial: Trial) -> None:
    folder.mkdir()
    sizes = ["--offers", trial.offers, "--assets", ASSETS, "--desks", trial.desks]
    chance = ["--tick", trial.tick, "--seed", trial.seed]
    _run(folder, "benchmarks.book_generator", *sizes, *chance, folder / "book")
    _run(folder, "benchmarks.arcs", folder / "book", folder / "arcs.npz")


def _take(taken: Taken, folder: Path, limits: Limits) -> None:
    """One run: the engine's commands, with the others between them."""
    book, bundle, figures = folder / "book", folder / "bundle", dict[str, float]()
    cleared = _run(folder, "clearing", "clear", book, "--out", bundle, "--json")
    summary: Mapping[str, Any] = json.loads(cleared.printed)
    taken.digests.append(summary["digest"])
    taken.surplus.setdefault("clearing", []).append(summary["surplus_micro_ppm"])
    taken.counts = {name: summary[name] for name in COUNTS}
    figures |= {f"stage {stage}": seconds for stage, seconds in summary["seconds"].items()}
    figures["solve and certify"] = summary["seconds"]["solve"] + summary["seconds"]["certify"]
    figures |= _whole("clear", cleared)
    figures["stage none"] = cleared.seconds - sum(summary["seconds"].values())
    figures |= _contend("raw", taken, folder, limits)
    figures |= json.loads(_run(folder, "benchmarks.floor", book, bundle).printed)
    figures |= _whole("verify", _run(folder, "clearing", "verify", bundle))
    figures |= _contend("networkx", taken, folder, limits)
    figures |= _whole("replay", _run(folder, "clearing", "replay", bundle))
    figures |= _contend("lp", taken, folder, limits)
    taken.figures.append(figures)
    shutil.rmtree(bundle)


def _contend(contender: str, taken: Taken, folder: Path, limits: Limits) -> dict[str, float]:
    """The figures of another solver; none when it takes no part, which is then recorded."""
    absent = taken.absent.get(contender) or limits.absent(contender, taken.trial.offers)
    if absent is None:
        command = [*PYTHON, "benchmarks.contenders", contender, str(folder / "arcs.npz")]
        run = run_whole(command, folder, patience=limits.patience)
        if run is not None:
            solved = json.loads(run.printed)
            taken.surplus.setdefault(contender, []).append(solved["surplus"])
            return {f"{contender} {name}": solved[name] for name in ("build", "solve")} | _whole(contender, run)
        absent = f"more than {limits.patience:,.0f} s"
    taken.absent[contender] = absent
    return {}


def _run(folder: Path, module: str, *arguments: object) -> WholeRun:
    run = run_whole([*PYTHON, module, *map(str, arguments)], folder)
    assert run is not None
    return run


def _whole(name: str, run: WholeRun) -> dict[str, float]:
    return {f"{name} whole": run.seconds, f"{name} CPU": run.cpu, f"{name} MiB": run.mib}
