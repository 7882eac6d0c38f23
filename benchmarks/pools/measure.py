"""Pools and want lists come in; figures of this engine's commands and of kep_solver go out, each a process of its own.

Runs are interleaved: each round measures every pool once and in it everything side by side, so that a machine that is
busy for a while is busy for all of them.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.pools.found import Found
from benchmarks.pools.trials import Trial
from benchmarks.whole_run import CommandFailed, WholeRun, run_whole

PYTHON = (sys.executable, "-m")
DRIVER = Path(__file__).with_name("kep_driver.py")
UNPROVEN = 5
"""The engine's status when its work limit ended a search; the session is sealed all the same."""
OUT_OF_MEMORY = 9
"""The driver's status."""
COMPLAINT_MAX = 300


@dataclass(frozen=True, slots=True)
class Sides:
    """The commands that are compared, and up to where kep_solver is asked."""

    kep_python: Path | None
    kep_absent: str
    kep_max: int = 512
    kep_once_above: int = 256
    kep_memory_mib: int = 12_000
    patience: float = 600
    clearing: tuple[str, ...] = (*PYTHON, "clearing")
    kep_driver: Path = DRIVER

    def absent(self, trial: Trial) -> str | None:
        """Why kep_solver does not take part; None when it does."""
        if trial.kind != "kidney":
            return "–"
        if self.kep_python is None:
            return self.kep_absent
        return None if trial.pairs <= self.kep_max else f"not asked above {self.kep_max:,} pairs"


@dataclass(slots=True)
class Taken:
    """What was measured of one pool: a figure for each run, what was found, what failed, who took no part."""

    trial: Trial
    figures: list[dict[str, float]] = field(default_factory=list)
    found: dict[str, list[Found]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    kep_absent: str = ""

    def medians(self) -> dict[str, float]:
        """The median of every figure over the runs that have it."""
        names = dict.fromkeys(name for run in self.figures for name in run)
        return {name: median(run[name] for run in self.figures if name in run) for name in names}

    def record(self) -> dict[str, Any]:
        """As it goes to pools.json."""
        return {**asdict(self), "median": self.medians()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Taken:
        """What ``record`` wrote."""
        columns = {name: value for name, value in record.items() if name not in ("trial", "found", "median")}
        found = {solver: [Found(**run) for run in runs] for solver, runs in record["found"].items()}
        return cls(trial=Trial(**record["trial"]), found=found, **columns)


def measure(trials: Sequence[Trial], sides: Sides, say: Callable[[str], None]) -> list[Taken]:
    """Measure every pool in rounds; ``say`` is told what begins. Nothing is left behind."""
    everything = [Taken(trial, kep_absent=sides.absent(trial) or "") for trial in trials]
    place = Path(tempfile.mkdtemp(prefix="clearing-pools-"))
    try:
        for number, taken in enumerate(everything):
            _prepare(place / str(number), taken)
        for turn in range(max((trial.runs for trial in trials), default=0)):
            for number, taken in enumerate(everything):
                if turn < taken.trial.runs:
                    say(f"run {turn + 1}: {taken.trial.name}")
                    taken.figures.append(_round(taken, place / str(number), sides, turn))
    finally:
        shutil.rmtree(place)
    return everything


def _prepare(folder: Path, taken: Taken) -> None:
    """The pool's file, and for kep_solver the same pool as it reads it."""
    folder.mkdir()
    trial, source = taken.trial, folder / taken.trial.file_name
    if trial.generated:
        sizes = ["--pairs", trial.pairs, "--altruists", trial.altruists, "--seed", trial.seed]
        _run(folder, *PYTHON, "benchmarks.pools.pool_generator", *sizes, source)
    else:
        shutil.copyfile(trial.path, source)
    if trial.kind == "kidney":
        told = _run(folder, *PYTHON, "benchmarks.pools.pool", source, folder / "pool.json").printed
        taken.sizes = json.loads(told)


def _round(taken: Taken, folder: Path, sides: Sides, turn: int) -> dict[str, float]:
    """The engine's commands, then kep_solver. What fails is told and ends the engine's part in the pool."""
    figures: dict[str, float] = {}
    book, bundle = folder / "book", folder / "bundle"
    if not taken.failed:
        try:
            figures |= _cleared(taken, folder, sides)
            figures |= _whole("verify", _ours(folder, sides, "verify", bundle))
            figures["end to end"] = figures["import and clear"] + figures["verify whole"]
            figures |= _whole("replay", _ours(folder, sides, "replay", bundle))
        except _Failed as failure:
            taken.failed.append(str(failure))
        for written in (book, bundle):
            shutil.rmtree(written, ignore_errors=True)
    if not taken.kep_absent and not (turn and taken.trial.pairs > sides.kep_once_above):
        figures |= _kep(taken, folder, sides)
    return figures


def _cleared(taken: Taken, folder: Path, sides: Sides) -> dict[str, float]:
    """Import and clear."""
    trial, book, bundle = taken.trial, folder / "book", folder / "bundle"
    bounds = [f"--max-ring={trial.max_ring}"] if trial.max_ring else []
    bounds += [f"--max-chain={trial.max_chain}"] if trial.max_chain else []
    imported = _ours(folder, sides, "import", trial.kind, folder / trial.file_name, "--out", book, *bounds)
    cleared = _ours(folder, sides, "clear", book, "--out", bundle, "--json")
    summary: Mapping[str, Any] = json.loads(cleared.printed)
    found = Found(summary["legs"], summary["longest_ring"], summary["gap"] == "0", summary["digest"])
    taken.found.setdefault("clearing", []).append(found)
    taken.told = {name: summary[name] for name in ("offers", "rings", "participants_served", "optimal", "gap")}
    stages = summary["seconds"]
    return (
        {f"stage {stage}": seconds for stage, seconds in stages.items()}
        | _whole("import", imported)
        | _whole("clear", cleared)
        | {"solve and certify": stages["solve"] + stages["certify"]}
        | {"import and clear": imported.seconds + cleared.seconds}
    )


def _kep(taken: Taken, folder: Path, sides: Sides) -> dict[str, float]:
    """The figures of kep_solver; none when it does not come to an end, which is then recorded."""
    trial = taken.trial
    bounds = ["--max-ring", trial.max_ring, "--max-chain", trial.max_chain, "--memory-mib", sides.kep_memory_mib]
    command = [str(part) for part in (sides.kep_python, sides.kep_driver, folder / "pool.json", *bounds)]
    try:
        run = run_whole(command, folder, patience=sides.patience, allowed=(0, OUT_OF_MEMORY))
    except CommandFailed as failure:
        taken.kep_absent = f"failed: {str(failure).splitlines()[-1]}"
        return {}
    if run is None or run.status == OUT_OF_MEMORY:
        enough = f"{sides.patience:,.0f} s" if run is None else f"{sides.kep_memory_mib:,} MiB"
        taken.kep_absent = f"more than {enough}"
        return {}
    told = json.loads(run.printed)
    taken.found.setdefault("kep_solver", []).append(Found(told["transplants"], told["longest"]))
    return {f"kep_solver {part}": told[part] for part in ("import", "read", "solve")} | _whole("kep_solver", run)


def _ours(folder: Path, sides: Sides, *arguments: object) -> WholeRun:
    command = [*sides.clearing, *map(str, arguments)]
    try:
        run = run_whole(command, folder, patience=sides.patience, allowed=(0, UNPROVEN))
    except CommandFailed as failure:
        status, _colon, _command = str(failure).partition(":")
        said = " ".join(" ".join(str(failure).splitlines()[1:]).replace(str(folder), "").split())
        raise _Failed(f"clearing {arguments[0]}, {status}: {said[:COMPLAINT_MAX]}") from None
    if run is None:
        raise _Failed(f"clearing {arguments[0]}: more than {sides.patience:,.0f} s")
    return run


class _Failed(Exception):
    """A command of the engine came to no good end."""


def _run(folder: Path, *command: object) -> WholeRun:
    run = run_whole([str(part) for part in command], folder)
    assert run is not None
    return run


def _whole(name: str, run: WholeRun) -> dict[str, float]:
    return {f"{name} whole": run.seconds, f"{name} CPU": run.cpu, f"{name} MiB": run.mib}
