"""The benchmark command at tiny sizes: its tables, its files, its docs page and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.docs_page import FIGURES_BEGIN, FIGURES_END, PAGE, with_figures
from benchmarks.tables import MEMORY, SECONDS
from benchmarks.targets import TARGETS
from benchmarks.whole_run import ROOT

COLUMNS = ["100 offers, 1bp", "300 offers, 1bp", "300 offers, 0.01bp"]
ALWAYS = [
    "**clear**, whole command",
    "**verify**, whole command",
    "**replay**, whole command",
    "**solve and certify**",
    "raw OR-tools, solve",
    "networkx, solve",
    "PuLP + HiGHS, solve",
    "**floor**",
    "peak memory: clear",
    "peak memory: raw OR-tools",
]
"""What every book has, were it only the reason why a solver took no part."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one run at 100 and 300 offers wrote; networkx is asked the smaller book only."""
    folder = tmp_path_factory.mktemp("benchmark")
    command = [sys.executable, "-m", "benchmarks", "--sizes", "300", "100", "--runs", "1", "--networkx-max", "100"]
    ran = subprocess.run([*command, "--out", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == (folder / "table.md").read_text(encoding="utf-8")
    return folder


def _tables(text: str) -> list[list[list[str]]]:
    """The Markdown tables of a text, as rows of cells."""
    parts = [[line for line in part.splitlines() if line.startswith("|")] for part in text.split("\n\n")]
    return [[[cell.strip() for cell in line[1:-1].split("|")] for line in part] for part in parts if part]


def test_the_tables_hold_every_figure_of_every_book(out: Path) -> None:
    taken, targets = _tables((out / "table.md").read_text(encoding="utf-8"))
    assert taken[0] == ["", *COLUMNS]
    assert targets[0] == ["ratio", "to reach", *COLUMNS]
    assert {len(row) for row in taken} == {4}
    assert {len(row) for row in targets} == {5}
    rows = {row[0]: row[1:] for row in taken}
    assert {label for label, _name in (*SECONDS, *MEMORY)} <= set(rows)
    assert all("–" not in rows[label] for label in ALWAYS)
    assert [row[0] for row in targets[2:]] == [target.label for target in TARGETS]


def test_every_solver_that_is_there_finds_the_same_surplus(out: Path) -> None:
    rows = {row[0]: row[1:] for row in _tables((out / "table.md").read_text(encoding="utf-8"))[0]}
    assert rows["raw OR-tools finds"] == ["the same"] * 3
    assert rows["networkx finds"] == ["the same", "not asked above 100", "not asked above 100"]
    lp = "not installed" if find_spec("pulp") is None else "the same to 1e-06"
    assert rows["PuLP + HiGHS finds"] == [lp] * 3
    assert all(int(surplus) > 0 for surplus in rows["surplus optimum, µ·ppm"])


def test_targets_are_judged_at_the_largest_size_only(out: Path) -> None:
    targets = _tables((out / "table.md").read_text(encoding="utf-8"))[1][2:]
    assert all("reached" not in row[2] for row in targets)
    assert all("reached" in cell for row in targets[:5] for cell in row[3:])
    assert all(row[2:] == ["–"] * 3 for row in targets[5:])


def test_the_figures_make_the_same_table_again(out: Path, tmp_path: Path) -> None:
    assert main(["--from", str(out / "figures.json"), "--out", str(tmp_path)]) == 0
    for name in ("table.md", "figures.json", "growth.svg"):
        drawn = name != "growth.svg" or find_spec("matplotlib") is not None
        assert (tmp_path / name).is_file() is (out / name).is_file() is drawn
        assert not drawn or (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_a_disagreement_is_loud_and_ends_with_1(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    ours = figures["books"][1]["surplus"]["clearing"][0]
    figures["books"][1]["surplus"]["raw"] = [str(int(ours) + 1)]
    (tmp_path / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    assert main(["--from", str(tmp_path / "figures.json")]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("- **DISAGREEMENT** at 300 offers, 1bp: raw ")
    assert f"| raw OR-tools finds | the same | **DISAGREES: {int(ours) + 1}** | the same |" in printed


def test_the_table_goes_between_the_markers_and_nothing_else_changes() -> None:
    page = f"before\n{FIGURES_BEGIN}\nold\n{FIGURES_END}\nafter\n"
    new = with_figures(page, "new\n")
    assert new == f"before\n{FIGURES_BEGIN}\n\nnew\n\n{FIGURES_END}\nafter\n"
    assert with_figures(new, "new\n") == new
    for broken in ("before", FIGURES_BEGIN, f"{FIGURES_END}{FIGURES_BEGIN}"):
        with pytest.raises(SystemExit, match="no place for figures"):
            with_figures(broken, "new")


def test_the_docs_page_holds_the_figures_of_a_run() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(FIGURES_BEGIN) == page.count(FIGURES_END) == 1
    taken, targets = _tables(page.partition(FIGURES_BEGIN)[2].partition(FIGURES_END)[0])
    assert {label for label, _name in (*SECONDS, *MEMORY)} <= {row[0] for row in taken}
    assert [row[0] for row in targets[2:]] == [target.label for target in TARGETS]
