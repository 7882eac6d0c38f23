"""``clearing report``: the page of a stored session is that of the session as it was cleared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clearing.doors import report_bundle
from tests.doors.console import DEMO_BOOK, Console, console_of
from tests.doors.report.pages import page


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture
def bundle(console: Console, tmp_path: Path) -> Path:
    out = tmp_path / "folder" / "bundle"
    out.parent.mkdir()
    assert console("clear", DEMO_BOOK, "--out", out).status == 0
    return out


def test_clear_writes_the_page_into_the_bundle(bundle: Path, console: Console) -> None:
    assert (bundle / "report.html").read_text(encoding="utf-8") == page("demo")
    assert "report.html" not in json.loads((bundle / "manifest.json").read_bytes())["files"]
    assert console("verify", bundle).status == 0
    assert console("replay", bundle).status == 0


def test_report_writes_the_same_page_again(bundle: Path, console: Console) -> None:
    written = (bundle / "report.html").read_bytes()
    (bundle / "report.html").write_text("scribbled on")
    ended = console("report", bundle)
    assert (ended.status, ended.out, ended.err) == (0, f"{bundle / 'report.html'}\n", "")
    assert (bundle / "report.html").read_bytes() == written
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


def test_report_adds_the_page_where_there_is_none(
    bundle: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bundle / "report.html").unlink()
    monkeypatch.chdir(bundle)
    assert console("report", ".").status == 0
    assert (bundle / "report.html").read_text(encoding="utf-8") == page("demo")
    assert console("verify", ".").status == 0


def test_a_killed_report_leaves_nothing_in_the_bundle(
    bundle: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, seen = sorted(bundle.rglob("*")), []

    def looking(source: Path, target: Path) -> None:
        seen.append(sorted(bundle.rglob("*")))
        source.rename(target)

    monkeypatch.setattr(report_bundle.os, "replace", looking)
    assert console("report", bundle).status == 0
    assert seen == [before]


def test_report_of_what_is_no_bundle_is_a_fault_of_input(console: Console, tmp_path: Path) -> None:
    ended = console("report", tmp_path)
    assert (ended.status, ended.out) == (3, "")
    assert "manifest.json" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_leaves_the_bundle_as_it_was(bundle: Path, console: Console) -> None:
    (bundle / "report.html").unlink()
    (bundle / "report.html").mkdir()
    ended = console("report", bundle)
    assert (ended.status, ended.out) == (1, "")
    assert "cannot write" in ended.err
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]
