"""The demo: it tells a newcomer what happened, proves it, and replaces nothing but its own bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clearing.doors import demo
from clearing.model.errors import OperatingFault
from tests.doors.console import Console, changed, console_of


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_demo_tells_proves_and_replays(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = console("demo")
    assert (ended.status, ended.err) == (0, "")
    assert names_in(tmp_path) == ["clearing-demo"]
    digest = json.loads((tmp_path / "clearing-demo/manifest.json").read_bytes())["digest"]
    for said in (
        "12 invented desks in 8 countries post 60 offers on 15 assets",
        "[1/5] THE BOOK",
        "Values: COMMON-15, fixing of 2026-09-15: FINAL.",
        "[2/5] WHAT WAS CLEARED",
        "The 3 largest rings:",
        "35 rings make 83 deliveries; the longest is of length 10.",
        "[3/5] WHAT WAS NOT, AND WHY",
        "[4/5] PROOF",
        "[5/5] REPORT",
        "clearing-demo/report.html",
        "Amberfield Grain in Poland delivers",
        "bps",
        "O-058 of Monsoon Loom Software was refused: could cost 1,617.08 index units",
        "A credit limit higher by 617.076800 index units would admit it.",
        "O-049 of Windrose Storage was not filled.",
        "replay identical",
        f"digest {digest}",
        "clearing explain clearing-demo O-049",
        "clearing statement clearing-demo ",
        "clearing init my-book",
    ):
        assert said in " ".join(ended.out.split())
    assert [f"law {law}  ok" in ended.out for law in range(7)] == [True] * 7


def test_the_demo_book_is_worth_a_look(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    console("demo", "--out", out)
    rings = [json.loads(line) for line in (out / "outcome/rings.jsonl").read_text().splitlines()]
    members = [
        segment["members"] for ring in rings if ring["nodes"][0][:5] != "claim" for segment in ring["segments"]
    ]
    assert {2, 3, 4} <= {len(each) for each in members}
    assert any(ring["nodes"][0].startswith("claim:") for ring in rings)
    assert any("hub" in ring["nodes"] for ring in rings)
    premia = [json.loads(line) for line in (out / "outcome/premia.jsonl").read_text().splitlines()]
    assert len(premia) == 15
    assert sum(each["premium_ppm"] != "0" for each in premia) >= 8
    counts = json.loads((out / "manifest.json").read_bytes())["counts"]
    assert (counts["participants"], counts["assets"], counts["stocks"]) == (12, 15, 5)
    assert (counts["offers"], counts["obligations"], counts["refused"]) == (60, 10, 3)
    assert counts["partly_filled_offers"] >= 5
    assert counts["participants_served"] == 12


def test_the_story_fits_80_columns(console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = console("demo").out.splitlines()
    assert [line for line in lines if len(line) > 80] == []


def test_a_demo_replaces_the_one_before(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    assert console("demo", "--out", out).status == 0
    before = out.stat().st_ino
    assert console("demo", "--out", out).status == 0
    assert out.stat().st_ino != before
    assert names_in(tmp_path) == ["bundle"]


@pytest.mark.parametrize("kind", ["empty", "file", "link", "another session", "something added", "broken"])
def test_what_is_no_demo_bundle_is_left_alone(console: Console, tmp_path: Path, kind: str) -> None:
    out, own = tmp_path / "bundle", tmp_path / "own"
    if kind == "empty":
        out.mkdir()
    elif kind == "file":
        out.write_text("kept")
    else:
        assert console("demo", "--out", out).status == 0
    if kind == "link":
        out.rename(own)
        out.symlink_to(own)
    elif kind == "another session":
        changed(out / "manifest.json", '"session":"clearing-demo"', '"session":"monday"')
    elif kind == "something added":
        (out / "notes.txt").write_text("kept")
    elif kind == "broken":
        (out / "manifest.json").write_text("[")
    before = [(path, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))]
    ended = console("demo", "--out", out)
    assert (ended.status, ended.out) == (2, "")
    assert "left alone" in ended.err
    assert [(path, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))] == before


def test_a_demo_that_fails_leaves_the_one_before(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bundle"
    assert console("demo", "--out", out).status == 0
    before = out.stat().st_ino

    def failing(*_arguments: object) -> None:
        raise OperatingFault("the disk is full")

    monkeypatch.setattr(demo, "clear_into", failing)
    ended = console("demo", "--out", out)
    assert (ended.status, ended.out, ended.err) == (1, "", "clearing: the disk is full\n")
    assert out.stat().st_ino == before
    assert names_in(tmp_path) == ["bundle"]
