"""Figures of pools come in; what was to be reached, by which pool, and whether it was, goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.pools.measure import Taken


@dataclass(frozen=True, slots=True)
class Target:
    """``figure`` of each pool that ``of`` chooses is to be at least or at most ``bound``."""

    label: str
    bound: float
    unit: str
    at_least: bool
    figure: Callable[[Mapping[str, float]], float | None]
    of: Callable[[Taken], bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """What one pool reached; ``figure`` is None where something was not measured."""

    target: Target
    pool: str
    figure: float | None
    reached: bool


def faster(figures: Mapping[str, float]) -> float | None:
    """kep_solver's solve by this engine's solve and certificate: all between reading and settling."""
    return _ratio(figures.get("kep_solver solve"), figures.get("solve and certify"))


def faster_whole(figures: Mapping[str, float]) -> float | None:
    """The whole of kep_solver's run by the whole commands that import and clear."""
    return _ratio(figures.get("kep_solver whole"), figures.get("import and clear"))


TARGETS = (
    Target("kep_solver, solve / solve and certify", 20, "", True, faster, lambda taken: taken.trial.pairs == 256),
    Target(
        "solve and certify, proven",
        3,
        " s",
        False,
        lambda figures: figures.get("solve and certify"),
        lambda taken: taken.trial.pairs == 1_024 and taken.trial.max_ring == 3,
    ),
    Target(
        "import, clear and verify",
        3,
        " s",
        False,
        lambda figures: figures.get("end to end"),
        lambda taken: taken.trial.kind == "wants",
    ),
)


def judged(pools: Sequence[Taken]) -> list[Judged]:
    """Every target with every pool that it is for."""
    return [_judge(target, taken) for target in TARGETS for taken in pools if target.of(taken)]


def _judge(target: Target, taken: Taken) -> Judged:
    figure = target.figure(taken.medians())
    runs = taken.found.get("clearing", [])
    enough = figure is not None and (figure >= target.bound if target.at_least else figure <= target.bound)
    return Judged(target, taken.trial.name, figure, enough and bool(runs) and all(run.proven for run in runs))


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None
