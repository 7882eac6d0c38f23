"""The commands on one record: its next methodology, and what a shock would do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clearing.doors.index.versions import read_versions
from tests.doors.console import Console, console_of
from tests.doors.index.records import METHODOLOGY, QUOTES, day, week, written


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return written(tmp_path / "records", [week()[0]]) / "2025-06-05-1.json"


def test_the_next_version_is_in_force_from_its_day_and_the_chain_verifies(
    run: Console, tmp_path: Path, record: Path
) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "1.toml").write_bytes(METHODOLOGY.read_bytes())
    out = versions / "2.toml"
    ended = run("index", "rebalance", record, "--effective", "2025-06-06", "--without", "COAL", "--out", out)
    assert (ended.status, ended.err) == (0, "")
    assert "COAL" in ended.out
    assert "ceases" in ended.out
    new = read_versions(out)[0]
    assert (new.version, new.effective, new.reference.day) == (2, "2025-06-06", "2025-06-05")
    days = tmp_path / "days"
    made = run("index", "fix", versions, QUOTES, "--from", "2025-06-05", "--to", "2025-06-09", "--out", days)
    assert (made.status, made.err) == (0, "")
    fixed = json.loads((days / "2025-06-06.json").read_text(encoding="utf-8"))
    assert fixed["methodology"]["version"] == 2
    assert run("index", "verify", days).status == 0


def test_a_rebalance_that_cannot_be_writes_nothing(run: Console, tmp_path: Path, record: Path) -> None:
    out = tmp_path / "2.toml"
    for arguments, status, words in (
        (("--effective", "2025-06-05"), 3, "must take effect after 2025-06-05"),
        (("--effective", "2025-06-06", "--without", "ZINC"), 3, "ZINC is no constituent"),
        (("--effective", "soon"), 2, "YYYY-MM-DD"),
    ):
        ended = run("index", "rebalance", record, *arguments, "--out", out)
        assert ended.status == status
        assert words in ended.err
        assert not out.exists()
    out.write_text("kept")
    assert run("index", "rebalance", record, "--effective", "2025-06-06", "--out", out).status == 2
    assert out.read_text() == "kept"


def test_a_stress_test_tells_each_move_and_the_status(run: Console, record: Path) -> None:
    ended = run("index", "stress", record, "USD=-50%")
    assert (ended.status, ended.err) == (0, "")
    assert "if USD alone went -50" in ended.out
    assert "status     SHOCK" in ended.out
    told = json.loads(run("index", "stress", record, "USD=-50%", "--json").out)
    share = next(each.share for each in day("2025-06-05").fixing.values if each.asset == "USD")
    assert share is not None
    assert abs(float(told["moved"]["WHEAT"]["change"]) - (1 / (1 - float(share) / 2) - 1)) < 1e-12
    assert run("index", "stress", record, "USD").status == 2
    assert run("index", "stress", record, "GOLD=5%").status == 3
    assert run("index", "stress", record, "USD=-100%").status == 3
