"""Rounds over tiny pools with stubs for both sides: what is asked of whom, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.pools.kep_home import KepHome, kep_home
from benchmarks.pools.measure import Sides, Taken, measure
from benchmarks.pools.tables import complaints, report
from benchmarks.pools.trials import SHARED, Rules, Trial, generated, real
from tests.benchmarks.pools.stubs import CLEARED, SOLVED, sides

TINY = Trial("6 pairs + 1", pairs=6, altruists=1, max_ring=3, max_chain=3, runs=2)
ABOVE = Trial("7 pairs", pairs=7, max_ring=3, runs=2)
BEYOND = Trial("9 pairs", pairs=9, max_ring=3, runs=1)


def _measured(trials: list[Trial], both: Sides) -> list[Taken]:
    said: list[str] = []
    taken = measure(trials, both, said.append)
    assert said == [f"run {turn}: {each.name}" for turn in (1, 2) for each in trials if turn <= each.runs]
    return taken


def test_every_run_has_every_command_and_all_agree(tmp_path: Path) -> None:
    (taken,) = _measured([TINY], sides(tmp_path))
    assert complaints(taken) == []
    assert [found.swaps for runs in taken.found.values() for found in runs] == [3] * 4
    for command in ("import", "clear", "verify", "replay", "kep_solver"):
        assert all(run[f"{command} {part}"] > 0 for run in taken.figures for part in ("whole", "MiB"))
    assert taken.medians()["solve and certify"] == 0.75
    assert taken.medians()["kep_solver solve"] == 30.0


def test_a_large_pool_is_asked_of_kep_solver_once_and_a_larger_one_never(tmp_path: Path) -> None:
    above, beyond = _measured([ABOVE, BEYOND], sides(tmp_path))
    assert [len(runs) for runs in above.found.values()] == [2, 1]
    assert "kep_solver" not in beyond.found
    assert "not asked above 8 pairs" in report([beyond], {})


def test_solvers_that_disagree_are_loud(tmp_path: Path) -> None:
    (taken,) = _measured([TINY], sides(tmp_path, solved={**SOLVED, "transplants": 4}))
    assert complaints(taken) == [("DISAGREEMENT", "kep_solver finds 4, clearing finds 3")]
    assert report([taken], {}).startswith("- **DISAGREEMENT** at 6 pairs + 1: kep_solver finds 4, clearing finds 3\n")


def test_a_session_without_proof_is_no_failure_and_says_so(tmp_path: Path) -> None:
    unproven = {**CLEARED, "optimal": False, "gap": "2"}
    (taken,) = _measured([TINY], sides(tmp_path, cleared=unproven, solved={**SOLVED, "transplants": 4}))
    assert complaints(taken) == []
    assert "| 6 pairs + 1 | " in report([taken], {})
    assert "| 3 | no, gap 2 | 4 |" in report([taken], {})


def test_a_command_that_fails_is_told_once_and_kep_solver_goes_on(tmp_path: Path) -> None:
    (taken,) = _measured([TINY], sides(tmp_path, cleared={**CLEARED, "fails": "verify"}))
    assert complaints(taken) == [("FAILED", "clearing verify, status 1: this is what went wrong")]
    assert len(taken.found["kep_solver"]) == 2


def test_a_kep_solver_that_comes_to_no_end_takes_no_further_part(tmp_path: Path) -> None:
    for status, said in ((9, "more than 12,000 MiB"), (1, "failed: ")):
        (taken,) = _measured([TINY], sides(tmp_path, solved=status))
        assert complaints(taken) == []
        assert taken.kep_absent.startswith(said)
        assert taken.kep_absent in report([taken], {})


def test_without_a_folder_kep_solver_is_not_asked() -> None:
    assert kep_home(None) == KepHome(None, "not asked")
    assert Sides(None, "not asked").absent(TINY) == "not asked"


def test_generated_pools_come_without_and_with_altruists() -> None:
    trials = generated([128, 64, 64], Rules(max_ring=3, max_chain=4, seed=1, runs=2))
    assert [(trial.pairs, trial.altruists, trial.max_chain) for trial in trials] == [
        (64, 0, 0),
        (64, 3, 4),
        (128, 0, 0),
        (128, 6, 4),
    ]


def test_real_pools_take_part_only_where_they_are() -> None:
    names = [trial.name for trial in real(1)]
    there = [path.stem for path in sorted(SHARED.glob("*/*")) if path.stem in ("00036-00000160", "00036-00000170")]
    assert [name for name in names if name.startswith("00036")] == there
