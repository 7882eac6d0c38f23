"""The page on a history of fixings: whole in one file, true to its records, harmless whatever they say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from clearing.doors.index.history import read_history
from clearing.doors.index.report.charts import blocks, path, scaled
from clearing.doors.index.report.page import render
from clearing.model.fixing import Alarm, AlarmRaised, FixingStatus, Restatement
from tests.doors.console import console_of
from tests.doors.index.records import changed, day, week, written
from tests.doors.report.markup import parsed

HOSTILE = "</script><svg onload=alert(1)>\"'&{{7*7}}"


def the_week(folder: Path) -> Path:
    return written(folder, week())


def test_the_command_writes_one_page_and_tells_the_last_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, folder = console_of(monkeypatch, capsys), the_week(tmp_path / "days")
    ended = run("index", "report", folder)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"{folder / 'report.html'}: 7 fixings, the last of 2025-06-13, FINAL\n"
    first = (folder / "report.html").read_bytes()
    assert run("index", "report", folder, "--out", tmp_path / "page.html").status == 0
    assert (tmp_path / "page.html").read_bytes() == first


def test_the_page_is_well_formed_and_loads_nothing(tmp_path: Path) -> None:
    page = render(read_history(the_week(tmp_path / "days")))
    tree = parsed(page)
    ids = [element.attributes["id"] for element in tree.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert not list(tree.all("script", "img", "link"))
    assert not re.search(r"https?://(?!www\.w3\.org/)|url\((?!#)|@import", page)
    links = [element.attributes["href"] for element in tree.all("a")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_the_page_says_what_the_records_say(tmp_path: Path) -> None:
    text = parsed(render(read_history(the_week(tmp_path / "days")))).text
    shock = next(each.fixing for each in week() if each.fixing.status is FixingStatus.SHOCK)
    moved = next(each.difference for each in shock.leave_one_out if each.asset == "BRL")
    for part in (
        "10 goods in fixed quantities and 5 amounts of money make one index unit. 7 fixings from 2025-06-05",
        f"BRL: one currency alone repriced everything else ({moved * 100:.2f} %, limit 2.00 %)",
        "outlier: too far from the other sources",
        "related asset CNC-H",
        "machining hours",
    ):
        assert part in text, part


def test_a_day_without_values_leaves_a_gap_in_every_line(tmp_path: Path) -> None:
    none = {"values": (), "leave_one_out": (), "stale_share": None, "status": FixingStatus.NO_FIX}
    gap = changed(day("2025-06-10"), **none, alarms=(AlarmRaised(Alarm.NO_VALUE, "OIL"),))
    others = [each for each in week() if each.fixing.day != "2025-06-10"]
    tree = parsed(render(read_history(written(tmp_path / "days", [*others, gap]))))
    lines = [path for path in tree.all("path") if path.attributes["class"].startswith("series")]
    drawn = [path.attributes["d"] for path in lines if path.attributes["d"] != "M0 4H28"]
    assert drawn
    assert {line.count("M") for line in drawn} == {2}
    assert "OIL: no value of a constituent" in tree.text


def test_of_each_day_the_last_revision_is_shown(tmp_path: Path) -> None:
    first = day("2025-06-06")
    again = changed(first, revision=2, restatement=Restatement(first.digest, "a quote was missing"))
    history = read_history(written(tmp_path / "days", [again, first]))
    assert [(each.revision, each.digest) for each in history.days] == [(2, again.digest)]
    assert history.revisions == 1


def test_no_text_of_a_record_becomes_markup(tmp_path: Path) -> None:
    stated = day("2025-06-06").fixing.methodology
    assets = tuple(replace(asset, name=HOSTILE) for asset in stated.assets)
    spoken = changed(day("2025-06-06"), methodology=replace(stated, name=HOSTILE, assets=assets))
    tree = parsed(render(read_history(written(tmp_path / "days", [spoken]))))
    assert not [element for element in tree.all() if any(name.startswith("on") for name in element.attributes)]
    assert not list(tree.all("script"))
    assert HOSTILE in tree.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "2025-07-01.json is no fixing record: "),
        (b"[]", "2025-07-01.json is no fixing record: "),
        (b'{"format": "index-fixing/9"}', "2025-07-01.json is no fixing record: "),
        (b"\xff\xfe", "2025-07-01.json is no fixing record: it is not UTF-8"),
        (b"[" * 100_000, "2025-07-01.json is no fixing record: the record is nested too deep"),
    ],
)
def test_a_file_that_is_no_record_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    said: str,
) -> None:
    run, folder = console_of(monkeypatch, capsys), the_week(tmp_path / "days")
    (folder / "2025-07-01.json").write_bytes(content)
    ended = run("index", "report", folder)
    assert (ended.status, ended.out) == (3, "")
    assert said in ended.err
    assert not (folder / "report.html").exists()


def test_a_record_that_was_changed_is_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, folder = console_of(monkeypatch, capsys), the_week(tmp_path / "days")
    file = folder / "2025-06-06-1.json"
    file.write_text(file.read_text().replace('"revision":1', '"revision":2'))
    ended = run("index", "report", folder)
    assert ended.status == 3
    assert f"digest: \"{day('2025-06-06').digest}\", and what it covers has" in ended.err


def test_records_of_two_indices_make_no_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, folder = console_of(monkeypatch, capsys), tmp_path / "days"
    other = replace(day("2025-06-06").fixing.methodology, index="OTHER")
    written(folder, [day("2025-06-05"), changed(day("2025-06-06"), methodology=other)])
    ended = run("index", "report", folder)
    assert ended.status == 3
    assert "records of 2 indices, COMMON-15, OTHER" in ended.err


@pytest.mark.parametrize("made", [False, True])
def test_without_records_there_is_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], made: bool
) -> None:
    if made:
        (tmp_path / "none").mkdir()
    assert console_of(monkeypatch, capsys)("index", "report", tmp_path / "none").status == 2


def test_a_line_is_broken_where_a_number_is_missing() -> None:
    assert path([0.0, 1.0, None, 1.0, 0.5], 0.0, 1.0, 104) == "M0.0 102.0L250.0 2.0M750.0 2.0L1000.0 52.0"
    assert path([0.0, None, 1.0], 0.0, 1.0, 104) == "M0.0 102.0h2M1000.0 2.0h2"


def test_a_scale_has_room_where_nothing_moves() -> None:
    assert scaled([[2.0, 2.0]]) == (1.98 - 1e-12, 2.02 + 1e-12)
    assert scaled([[None]]) == (0.0, 1.0)
    assert scaled([[1.0, 3.0]], include=[0.0]) == (0.0, 3.0)


def test_stretches_of_a_status_cover_every_day() -> None:
    found = blocks(["final", "shock", "final", "final"], "final")
    assert [(block.tone, block.x, block.width) for block in found] == [
        ("final", "0.0", "250.0"),
        ("final", "500.0", "500.0"),
        ("shock", "250.0", "250.0"),
    ]


