"""What every run found of one pool comes in; sentences of disagreement go out, none when all agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.pools.trials import Trial


@dataclass(frozen=True, slots=True)
class Found:
    """One run of one solver: swaps, the longest ring or chain in swaps, and whether more are proven impossible."""

    swaps: int
    longest: int
    proven: bool = True
    digest: str = ""


def disagreements(trial: Trial, found: Mapping[str, Sequence[Found]]) -> list[str]:
    """The engine repeats itself, nobody breaks the bounds, and what is proven is found by all.

    What is not proven may be less than others find, never more.
    """
    ours, others = found.get("clearing", ()), found.get("kep_solver", ())
    said = _repeats(ours)
    for solver, runs in found.items():
        said += [f"{solver} has a ring or chain of {run.longest}" for run in runs if _too_long(run, trial)]
    most = {f"kep_solver finds {run.swaps}": run.swaps for run in others}
    if trial.known is not None:
        most[f"{trial.known} are known"] = trial.known
    for run in ours:
        said += [f"{what}, clearing finds {run.swaps}" for what, swaps in most.items() if _apart(run, swaps)]
    if trial.known is not None:
        said += [f"kep_solver finds {run.swaps}, {trial.known} are known" for run in others if run.swaps != trial.known]
    return list(dict.fromkeys(said))


def _repeats(runs: Sequence[Found]) -> list[str]:
    digests = {run.digest for run in runs}
    return [f"clearing seals {len(digests)} digests in {len(runs)} runs"] if len(digests) > 1 else []


def _too_long(run: Found, trial: Trial) -> bool:
    most = max(trial.max_ring, trial.max_chain)
    return bool(most) and run.longest > most


def _apart(run: Found, swaps: int) -> bool:
    return run.swaps != swaps if run.proven else run.swaps > swaps
