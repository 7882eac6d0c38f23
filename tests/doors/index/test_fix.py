"""The commands that make a fixing and check it, through the console command."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.doors.console import Console, console_of
from tests.doors.index.records import FIRST, FIXTURES, LAST, METHODOLOGY, QUOTES, day, week, written


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def test_a_day_is_fixed_into_one_record_that_verifies(run: Console, tmp_path: Path) -> None:
    out = tmp_path / "day.json"
    ended = run("index", "fix", METHODOLOGY, QUOTES, "--day", FIRST, "--out", out)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"COMMON-15, fixing of {FIRST}: ")
    assert out.read_text(encoding="utf-8") == week()[0].text + "\n"
    assert f"digest     {week()[0].digest}\n" in ended.out
    checked = run("index", "verify", out)
    assert (checked.status, checked.err) == (0, "")


def test_many_days_are_fixed_each_after_the_one_before(run: Console, tmp_path: Path) -> None:
    out = tmp_path / "days"
    ended = run("index", "fix", METHODOLOGY, QUOTES, "--from", FIRST, "--to", LAST, "--out", out, "--json")
    assert (ended.status, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert [each["digest"] for each in told["fixings"]] == [each.digest for each in week()]
    assert sorted(path.name for path in out.iterdir()) == [f"{each.fixing.day}.json" for each in week()]
    for before, after in zip(week(), week()[1:], strict=False):
        assert after.fixing.previous is not None
        assert after.fixing.previous.digest == before.digest
    assert run("index", "verify", out).out == "7 records: every figure follows from its own quotes, to the last digit\n"


def test_days_without_quotes_are_named(run: Console, tmp_path: Path) -> None:
    asked = ("index", "fix", METHODOLOGY, QUOTES, "--from", "2025-05-30", "--to", "2025-06-30")
    whole_told = json.loads(run(*asked, "--out", tmp_path / "one", "--json").out)
    told, fixed = whole_told["not_fixed"], {each["day"] for each in whole_told["fixings"]}
    days = [
        (date.fromisoformat(gap["from"]) + timedelta(days=step)).isoformat()
        for gap in told
        for step in range((date.fromisoformat(gap["to"]) - date.fromisoformat(gap["from"])).days + 1)
    ]
    whole = {(date(2025, 5, 30) + timedelta(days=step)).isoformat() for step in range(32)}
    assert days == sorted(whole - fixed)
    said = run(*asked, "--out", tmp_path / "other").out
    shown = [gap["from"] if gap["from"] == gap["to"] else f"{gap['from']} to {gap['to']}" for gap in told]
    assert f"not fixed  {len(days)} days without quotes: {', '.join(shown)}\n" in said
    day_by_day = run("index", "fix", METHODOLOGY, QUOTES, "--from", FIRST, "--to", FIRST, "--out", tmp_path / "third")
    assert "not fixed" not in day_by_day.out


def test_a_record_is_held_against_the_fixing_before_and_a_digest(run: Console, tmp_path: Path) -> None:
    before, own, other = (
        written(tmp_path / name, [day(name)]) / f"{name}-1.json" for name in ("2025-06-09", "2025-06-10", "2025-06-06")
    )
    digest = day("2025-06-10").digest
    ended = run("index", "verify", own, "--previous", before, "--digest", digest.upper())
    assert (ended.status, ended.err) == (0, "")
    assert "was not given" not in ended.out
    wrong = run("index", "verify", own, "--previous", other)
    assert wrong.status == 4
    assert "previous" in wrong.out
    assert run("index", "verify", own, "--digest", "0" * 64).status == 4
    for options in (("--digest", "0" * 63), ("--digest", "x" * 64)):
        ended = run("index", "verify", own, *options)
        assert (ended.status, ended.out, ended.err) == (2, "", "clearing: a trusted digest is 64 hex digits\n")
    for options in (("--digest", digest), ("--previous", str(before))):
        ended = run("index", "verify", own, before, *options)
        assert (ended.status, ended.out) == (2, "")
        assert "--previous and --digest are of one record; 2 are named" in ended.err
    assert run("index", "verify", own, "--previous", tmp_path / "gone").status == 3


def test_a_day_of_a_folder_of_quotes_is_the_same_as_among_its_own(run: Console, tmp_path: Path) -> None:
    before = written(tmp_path / "before", [day("2025-06-10")]) / "2025-06-10-1.json"
    out = tmp_path / "day.json"
    asked = ("index", "fix", METHODOLOGY, FIXTURES, "--day", "2025-06-11", "--previous", before, "--out", out, "--json")
    told = json.loads(run(*asked).out)
    assert (told["digest"], told["status"]) == (day("2025-06-11").digest, "SHOCK")


def test_a_restatement_is_the_next_revision_and_names_the_one_before(run: Console, tmp_path: Path) -> None:
    first = written(tmp_path / "first", [day("2025-06-10")]) / "2025-06-10-1.json"
    out, quotes = tmp_path / "again.json", tmp_path / "quotes.csv"
    rows = QUOTES.read_text(encoding="utf-8").splitlines()
    quotes.write_text("\n".join(row for row in rows if "BOREAL,WHEAT" not in row) + "\n", encoding="utf-8")
    asked = ("index", "fix", METHODOLOGY, quotes, "--day", "2025-06-10", "--out", out)
    ended = run(*asked, "--restates", first, "--reason", "BOREAL withdrew its quotes of wheat")
    assert (ended.status, ended.err) == (0, "")
    record = json.loads(out.read_text(encoding="utf-8"))
    reason = "BOREAL withdrew its quotes of wheat"
    assert (record["revision"], record["restatement"]) == (2, {"restates": day("2025-06-10").digest, "reason": reason})
    assert record["previous"]["digest"] == day("2025-06-09").digest
    assert run("index", "verify", out, first).status == 0


def test_a_record_of_another_day_is_not_restated(run: Console, tmp_path: Path) -> None:
    first = written(tmp_path / "first", [day("2025-06-10")]) / "2025-06-10-1.json"
    asked = ("index", "fix", METHODOLOGY, QUOTES, "--day", "2025-06-11", "--out", tmp_path / "out.json")
    ended = run(*asked, "--restates", first, "--reason", "oops")
    assert (ended.status, ended.out) == (2, "")
    assert "--restates names a record of 2025-06-10, --day is 2025-06-11" in ended.err
    assert not (tmp_path / "out.json").exists()


def test_a_changed_figure_is_named(run: Console, tmp_path: Path) -> None:
    file = written(tmp_path / "days", [day("2025-06-06")]) / "2025-06-06-1.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    record["values"][0]["value_micro"] = str(int(record["values"][0]["value_micro"]) + 1)
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
    ended = run("index", "verify", file)
    assert ended.status == 4
    assert "values[1].value_micro" in ended.out


def test_an_existing_path_is_left_alone(run: Console, tmp_path: Path) -> None:
    out = tmp_path / "day.json"
    out.write_text("mine", encoding="utf-8")
    for days in (("--day", FIRST), ("--from", FIRST, "--to", LAST)):
        ended = run("index", "fix", METHODOLOGY, QUOTES, *days, "--out", out)
        assert (ended.status, ended.out) == (2, "")
        assert "it is left alone" in ended.err
    assert out.read_text(encoding="utf-8") == "mine"


def test_the_faults_of_methodology_and_quotes_are_told_at_once(run: Console, tmp_path: Path) -> None:
    terms, quotes = tmp_path / "m.toml", tmp_path / "q.csv"
    terms.write_text(METHODOLOGY.read_text(encoding="utf-8").replace('currency = "0.1"', 'currency = "0.3"', 1))
    quotes.write_text("source,base,quote,value,kind,time\nA,EUR,USD,1,guess,2025-06-06T14:00:00Z\n", encoding="utf-8")
    ended = run("index", "fix", terms, quotes, "--day", FIRST, "--out", tmp_path / "out.json")
    assert (ended.status, ended.out) == (3, "")
    assert "caps.currency" in ended.err
    assert "guess" in ended.err
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name what to fix"),
        (("--day", FIRST, "--from", FIRST, "--to", LAST), "name what to fix"),
        (("--from", FIRST), "name what to fix"),
        (("--day", "2025-02-30"), "--day takes a day of the calendar"),
        (("--from", LAST, "--to", FIRST), f"--from {LAST} is after --to {FIRST}"),
        (("--day", FIRST, "--reason", "because"), "--restates and --reason go together"),
        (("--day", FIRST, "--previous", "absent.json"), "no such file"),
    ],
)
def test_arguments_that_do_not_say_what_to_fix_are_refused(
    run: Console, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    ended = run("index", "fix", METHODOLOGY, QUOTES, *words, "--out", tmp_path / "out.json")
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(("name", "said"), [("2024-09-13", "the first is effective on 2024-09-16")])
def test_a_day_before_the_first_version_is_not_fixed(run: Console, tmp_path: Path, name: str, said: str) -> None:
    ended = run("index", "fix", METHODOLOGY, QUOTES, "--day", name, "--out", tmp_path / "out.json")
    assert (ended.status, ended.out) == (3, "")
    assert said in ended.err


def test_versions_of_a_folder_must_follow_each_other(run: Console, tmp_path: Path) -> None:
    folder, text = tmp_path / "versions", METHODOLOGY.read_text(encoding="utf-8")
    folder.mkdir()
    (folder / "1.toml").write_text(text, encoding="utf-8")
    second = text.replace("version = 1", f'version = 2\nprevious = "{"0" * 64}"', 1)
    (folder / "2.toml").write_text(second.replace("effective = 2024-09-16", "effective = 2025-01-02", 1))
    ended = run("index", "fix", folder, QUOTES, "--day", FIRST, "--out", tmp_path / "out.json")
    assert (ended.status, ended.out) == (3, "")
    assert "the digest of version 1" in ended.err
