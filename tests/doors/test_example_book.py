"""``clearing init`` writes a book that reads, clears to something worth a look, and explains itself."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from shlex import split

import pytest

from clearing.doors.book_folder import FORMS, read_book
from clearing.doors.example_book import README
from clearing.model.rulebook import Rulebook
from tests.doors.console import Console, console_of


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def test_the_printed_commands_run(console: Console, tmp_path: Path) -> None:
    ended = console("init", tmp_path / "my book")
    assert ended.status == 0
    commands = [split(line) for line in ended.out.splitlines() if line.startswith("  clearing ")]
    assert [command[1] for command in commands] == ["check", "clear", "explain"]
    answers = [console(*command[1:]) for command in commands]
    assert [answer.status for answer in answers] == [0, 0, 0]
    assert "no faults: 6 participants, 6 assets, 1 stock, 12 offers, 3 obligations" in answers[0].out
    assert "1 refusal: 1 unsupported" in answers[0].out
    assert "was not filled" in answers[2].out


def test_the_book_shows_every_part_of_the_model(console: Console, tmp_path: Path) -> None:
    console("init", tmp_path / "book")
    console("clear", tmp_path / "book", "--out", tmp_path / "session")
    rings = [json.loads(line) for line in (tmp_path / "session/outcome/rings.jsonl").read_text().splitlines()]
    kinds = {node.partition(":")[0] for ring in rings for node in ring["nodes"]}
    assert kinds == {"claim", "hub", "in", "offer", "out", "pool", "stock"}
    counts = json.loads((tmp_path / "session/manifest.json").read_bytes())["counts"]
    assert min(counts["filled_offers"], counts["partly_filled_offers"], counts["refused"]) > 0
    assert counts["filled_offers"] + counts["partly_filled_offers"] + counts["refused"] < counts["offers"]
    assert counts["participants_served"] == 6
    premia = [json.loads(line) for line in (tmp_path / "session/outcome/premia.jsonl").read_text().splitlines()]
    assert any(premium["premium_ppm"] != "0" for premium in premia)


def test_the_readme_explains_every_file_and_column(console: Console, tmp_path: Path) -> None:
    console("init", tmp_path / "book")
    text = (tmp_path / "book" / README).read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 80
    assert "they need version = 2 in rulebook.toml" in text
    sections = dict(zip(_files(), text.split("\n\n")[-len(_files()) :], strict=True))
    for form in FORMS:
        section = sections[form.file]
        assert section.startswith(form.file)
        words = section.split()
        for column in form.columns:
            assert (f"{column}*" if column in form.required else column) in words, (form.file, column)
        assert {f"{column}*" for column in form.columns} & set(words) == {f"{column}*" for column in form.required}
    assert "rulebook.toml" in text


def _files() -> list[str]:
    return [form.file for form in FORMS] + ["rulebook.toml"]


def test_every_file_that_the_readme_names_is_there_and_no_other(console: Console, tmp_path: Path) -> None:
    console("init", tmp_path / "book")
    assert sorted(path.name for path in (tmp_path / "book").iterdir()) == sorted([*_files(), README])


def test_the_rulebook_states_every_default(console: Console, tmp_path: Path) -> None:
    console("init", tmp_path / "book")
    stated = tomllib.loads((tmp_path / "book/rulebook.toml").read_text(encoding="utf-8"))
    assert len(stated) == 9
    rulebook = read_book(tmp_path / "book")[0].rulebook
    assert replace(rulebook, cut_off=None) == Rulebook()
    assert rulebook.cut_off is not None


def test_an_existing_target_is_left_alone(console: Console, tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    ended = console("init", tmp_path / "book")
    assert (ended.status, ended.out) == (2, "")
    assert "left alone" in ended.err
    assert list((tmp_path / "book").iterdir()) == []
