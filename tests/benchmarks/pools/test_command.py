"""``python -m benchmarks pools``: its tables, its files, its place in docs/benchmark.md and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.docs_page import FIGURES_BEGIN, FIGURES_END, PAGE, POOLS_BEGIN, POOLS_END, with_figures
from benchmarks.pools.command import SIZES
from benchmarks.pools.found import Found
from benchmarks.pools.measure import Taken, measure
from benchmarks.pools.tables import COMMANDS, MEMORY, STAGES
from benchmarks.pools.targets import judged
from benchmarks.pools.trials import Trial
from tests.benchmarks.pools.stubs import CLEARED, SOLVED, sides

POOLS = [
    Trial("4 pairs", pairs=4, max_ring=3, runs=1),
    Trial("8 pairs", pairs=8, max_ring=3, runs=1),
]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """What one run over two tiny pools stored."""
    pools = measure(POOLS, sides(tmp_path), lambda _said: None)
    path = tmp_path / "stored.json"
    path.write_text(json.dumps({"machine": {"cores": "2"}, "pools": [pool.record() for pool in pools]}))
    return path


def _tables(text: str) -> list[list[list[str]]]:
    parts = [[line for line in part.splitlines() if line.startswith("|")] for part in text.split("\n\n")]
    return [[[cell.strip() for cell in line[1:-1].split("|")] for line in part] for part in parts if part]


def _judged(trial: Trial, figures: dict[str, float], *, proven: bool = True) -> list[tuple[float | None, bool]]:
    taken = Taken(trial, [figures], {"clearing": [Found(3, 3, proven)]})
    return [(each.figure, each.reached) for each in judged([taken])]


def test_the_figures_make_the_same_tables_again(stored: Path, tmp_path: Path) -> None:
    for source, folder in ((stored, tmp_path / "a"), (tmp_path / "a" / "pools.json", tmp_path / "b")):
        assert main(["pools", "--from", str(source), "--out", str(folder)]) == 0
    for name in ("pools.md", "pools.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_tables_hold_every_pool_and_every_figure(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pools", "--from", str(stored)]) == 0
    found, commands, stages, memory, ratios, growth, targets = _tables(capsys.readouterr().out)
    for table in (found, commands, stages, memory, ratios):
        assert [row[0] for row in table[2:]] == ["4 pairs", "8 pairs"]
        assert {len(row) for row in table} == {len(table[0])}
    for table, columns in ((commands, COMMANDS), (stages, STAGES), (memory, MEMORY)):
        assert table[0][1:] == [label for label, _name in columns]
        assert not any("–" in row for row in table[2:])
    assert [row[1] for row in ratios[2:]] == ["40.0", "40.0"]
    assert [row[0] for row in growth[2:]] == ["8 pairs"]
    assert growth[2][2] == "1.0"
    assert targets[2:] == []


def test_a_disagreement_ends_with_1(stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = json.loads(stored.read_text(encoding="utf-8"))
    figures["pools"][1]["found"]["kep_solver"][0]["swaps"] = 4
    (tmp_path / "pools.json").write_text(json.dumps(figures), encoding="utf-8")
    assert main(["pools", "--from", str(tmp_path / "pools.json")]) == 1
    assert capsys.readouterr().out.startswith("- **DISAGREEMENT** at 8 pairs: ")


def test_targets_are_for_certain_pools_and_need_a_proof() -> None:
    small, large = Trial("", pairs=256, max_ring=3), Trial("", pairs=1_024, max_ring=3)
    assert _judged(small, {"kep_solver solve": 20, "solve and certify": 1}) == [(20, True)]
    assert _judged(small, {"kep_solver solve": 19, "solve and certify": 1}) == [(19, False)]
    assert _judged(small, {"solve and certify": 1}) == [(None, False)]
    assert _judged(large, {"solve and certify": 3}) == [(3, True)]
    assert _judged(large, {"solve and certify": 3.1}) == [(3.1, False)]
    assert _judged(large, {"solve and certify": 1}, proven=False) == [(1, False)]
    assert _judged(Trial("", "wants"), {"end to end": 3.5}) == [(3.5, False)]
    assert _judged(Trial("", pairs=512, max_ring=3), {"solve and certify": 1}) == []


def test_the_stubs_agree_with_one_another() -> None:
    assert CLEARED["legs"] == SOLVED["transplants"]


def test_the_tables_have_a_place_of_their_own_on_the_docs_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    filled = with_figures(page, "new", between=(POOLS_BEGIN, POOLS_END))
    assert f"{POOLS_BEGIN}\n\nnew\n\n{POOLS_END}" in filled
    books = filled.partition(FIGURES_BEGIN)[2].partition(FIGURES_END)[0]
    assert books == page.partition(FIGURES_BEGIN)[2].partition(FIGURES_END)[0] != ""


def test_the_docs_page_says_nothing_that_no_run_measured() -> None:
    """Either every default size is in the tables of a run, or there are no tables."""
    told = PAGE.read_text(encoding="utf-8").partition(POOLS_BEGIN)[2].partition(POOLS_END)[0]
    assert "|" not in told or all(f"| {size:,} pairs |" in told for size in SIZES)
