"""The page on a history of fixings: whole in one file, true to its records, harmless whatever they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clearing.doors.index.history import read_history
from clearing.doors.index.report.charts import blocks, path, scaled
from clearing.doors.index.report.page import render
from tests.doors.console import console_of
from tests.doors.index.records import VALUES, methodology, record, written
from tests.doors.report.markup import parsed

HOSTILE = "</script><svg onload=alert(1)>\"'&{{7*7}}"


def three_days(folder: Path) -> Path:
    shock = {"alarm": "shock", "asset": "EUR", "found": "-0.0312", "limit": "0.02"}
    return written(
        folder,
        record("2026-03-02"),
        record("2026-03-03", values=[], status="NO FIX", alarms=[{"alarm": "no_value", "asset": "OIL"}]),
        record("2026-03-04", status="SHOCK", alarms=[shock]),
    )


def test_the_command_writes_one_page_and_tells_the_last_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, folder = console_of(monkeypatch, capsys), three_days(tmp_path / "days")
    ended = run("index", "report", folder)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"{folder / 'report.html'}: 3 fixings, the last of 2026-03-04, SHOCK\n"
    first = (folder / "report.html").read_bytes()
    assert run("index", "report", folder, "--out", tmp_path / "page.html").status == 0
    assert (tmp_path / "page.html").read_bytes() == first


def test_the_page_is_well_formed_and_loads_nothing(tmp_path: Path) -> None:
    page = render(read_history(three_days(tmp_path / "days")))
    tree = parsed(page)
    ids = [element.attributes["id"] for element in tree.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert not list(tree.all("script", "img", "link"))
    assert not re.search(r"https?://(?!www\.w3\.org/)|url\((?!.?data:)|@import", page)
    links = [element.attributes["href"] for element in tree.all("a")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_the_page_says_what_the_records_say(tmp_path: Path) -> None:
    page = render(read_history(three_days(tmp_path / "days")))
    text = parsed(page).text
    for part in (
        "2 goods in fixed quantities and 2 amounts of money make one index unit. 3 fixings from 2026-03-02",
        "EUR: one currency alone repriced everything else (-3.12 %, limit 2.00 %)",
        "OIL: no value of a constituent",
        "14.8",
        "outlier: too far from the other sources",
        "last value",
    ):
        assert part in text, part


def test_of_each_day_the_last_revision_is_shown(tmp_path: Path) -> None:
    first = record("2026-03-02")
    values = [{"asset": name, "value": "1", "share": "0.25"} for name in VALUES]
    again = record("2026-03-02", revision=2, values=values)
    history = read_history(written(tmp_path / "days", again, first))
    assert [(day.revision, day.digest) for day in history.days] == [(2, again["digest"])]
    assert history.revisions == 1


def test_no_text_of_a_record_becomes_markup(tmp_path: Path) -> None:
    assets = [{**asset, "name": HOSTILE, "unit": HOSTILE} for asset in methodology()["assets"]]
    spoken = record("2026-03-02", methodology=methodology(assets=assets, name=HOSTILE, index=HOSTILE))
    tree = parsed(render(read_history(written(tmp_path / "days", spoken))))
    assert not [element for element in tree.all() if any(name.startswith("on") for name in element.attributes)]
    assert not list(tree.all("script"))
    assert HOSTILE in tree.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no fixing record: it is not JSON"),
        (b"[]", "is no fixing record: a member has the wrong type or size"),
        (b'{"format": "index-fixing/9"}', "its format is not index-fixing/1"),
        (b"\xff\xfe", "is no fixing record: it is not UTF-8"),
        (b"[" * 100_000, "is no fixing record: it is nested too deep"),
    ],
)
def test_a_file_that_is_no_record_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    said: str,
) -> None:
    run, folder = console_of(monkeypatch, capsys), three_days(tmp_path / "days")
    (folder / "2026-04-01.json").write_bytes(content)
    ended = run("index", "report", folder)
    assert (ended.status, ended.out) == (3, "")
    assert said in ended.err
    assert not (folder / "report.html").exists()


def test_a_record_that_was_changed_is_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, folder = console_of(monkeypatch, capsys), tmp_path / "days"
    written(folder, {**record("2026-03-02"), "status": "DEGRADED"})
    ended = run("index", "report", folder)
    assert ended.status == 3
    assert "does not have the digest that it states" in ended.err


def test_records_of_two_indices_make_no_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, folder = console_of(monkeypatch, capsys), tmp_path / "days"
    written(folder, record("2026-03-02"), record("2026-03-03", index="OTHER"))
    ended = run("index", "report", folder)
    assert ended.status == 3
    assert "records of 2 indices, MADE-UP, OTHER" in ended.err


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


