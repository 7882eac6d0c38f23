"""TOML that is none: the line, what is wrong there and what is allowed, in words of TOML and none of Python."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path

import pytest

from clearing.doors.fault_list import FaultList
from clearing.doors.rulebook_file import read_rulebook
from clearing.doors.toml_text import read_toml, toml_value
from clearing.model.faults import Fault, FaultReason
from tests.doors.console import DEMO_BOOK, Console, console_of

TEXTS = [
    ("a = 1\nb\n", 2, "a key without = after it at column 2", "key = value"),
    ("a = 1\na = 2\n", 2, "a key or table that stands there already at column 6", "each key and table once"),
    ("[a]\nb = 1\n[a]\n", 3, "a key or table that stands there already at column 3", "each key and table once"),
    ("a = {b = 1}\n[a.c]\n", 2, "a key or table that stands there already at column 5", "each key and table once"),
    ("a = {b = 1, b = 2}\n", 1, "a key or table that stands there already at column 18", "each key and table once"),
    ("a = x\n", 1, "what is no value at column 5", "values such as"),
    ("a = None\n", 1, "what is no value at column 5", "values such as"),
    ("a = 2026-02-30\n", 1, "a day or time that no calendar or clock has at column 5", "days as 2026-01-31"),
    ('a = "x\nb = 1\n', 1, "a text that does not end at column 7", "texts between quotes"),
    ('a = "x', 1, "a text that does not end at the end of the file", "texts between quotes"),
    ('a = "\\q"\n', 1, "a backslash that begins no escape at column 8", "in \"texts\""),
    ('a = "\\ud800"\n', 1, "a backslash that begins no escape at column 12", "in \"texts\""),
    ("a = [1", 1, "a list that does not end at the end of the file", "lists as"),
    ("a = {b = 1", 1, "a table in a line that does not end at the end of the file", "tables as"),
    ("a = 1 b = 2\n", 1, "more after a value at column 7", "one key = value a line"),
    ("= 1\n", 1, "what is neither key nor table at column 1", "key = value, [table] or # remark"),
    ("[a\n", 1, "the name of a table that does not end at column 3", "[table] or [[table]]"),
    ("a = 1 # \x01\n", 1, "a control character at column 9", "text without control characters"),
]


def read(text: str) -> tuple[object, list[Fault]]:
    faults = FaultList("rulebook.toml")
    return read_toml(text.encode(), faults), faults.listed()


@pytest.mark.parametrize(("text", "row", "found", "allowed"), TEXTS)
def test_what_is_no_toml_is_told_with_its_line_in_words_of_toml(
    text: str, row: int, found: str, allowed: str
) -> None:
    stated, (fault,) = read(text)
    assert stated is None
    assert (fault.file, fault.row, fault.reason, fault.found) == ("rulebook.toml", row, FaultReason.MALFORMED, found)
    assert fault.allowed.startswith(f"TOML 1.0: {allowed}")


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        (f"a = 1\n{'a.' * 20_000}a = 1\n", 2, "a key of more than 8 parts"),
        ("[" + "'a' . \"b\\\"\"." * 3_000 + "a]\n", 1, "a key of more than 8 parts"),
        (f"a = {{{'b.' * 9}b = 1}}\n", 1, "a key of more than 8 parts"),
        (f"a = {'9' * 5_000}\n", 1, "a number of more than 400 digits"),
        (f"a = {'[' * 20_000}\n", None, "lists or tables too deep in each other"),
        (f"a = {'{b=' * 20_000}\n", None, "lists or tables too deep in each other"),
    ],
)
def test_what_would_take_long_or_exhaust_the_reader_is_refused_at_once(text: str, row: int | None, found: str) -> None:
    began = time.perf_counter()
    stated, (fault,) = read(text)
    assert time.perf_counter() - began < 1
    assert stated is None
    assert (fault.reason, fault.row, fault.found) == (FaultReason.MALFORMED, row, found)


@pytest.mark.parametrize("piece", ["a", "a.", "'a'", '"a".', '"', "'", '\\"', "9", "9_", "a .", "a\n.", "x.1,", "["])
def test_no_text_of_a_rulebook_s_size_takes_long(piece: str) -> None:
    text = piece * (2**16 // len(piece))
    began = time.perf_counter()
    read(text)
    read(f"a = [{text}")
    assert time.perf_counter() - began < 2


def test_what_is_stated_is_read_whatever_ends_its_lines_with_up_to_eight_parts() -> None:
    assert read("a.b.c.d.e.f.g.h = 1\n")[1] == []
    assert read("\ufeffa = 1\r\nb = '1.2.3'\r\n") == ({"a": 1, "b": "1.2.3"}, [])


def test_values_are_told_as_toml_writes_them(tmp_path: Path) -> None:
    assert toml_value({"a": [True, "b", 1.5], "c": date(2026, 1, 31)}) == "{a = [true, 'b', 1.5], c = 2026-01-31}"
    assert toml_value(datetime(2026, 1, 31, 16)) == "2026-01-31T16:00:00"
    path, faults = tmp_path / "rulebook.toml", FaultList("rulebook.toml")
    path.write_text("version = true\nnetting_form = 2026-01-31\n")
    read_rulebook(path, faults)
    assert [(each.column, each.found) for each in faults.listed()] == [
        ("version", "true"), ("netting_form", "2026-01-31"),
    ]  # fmt: skip


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def test_a_rulebook_that_is_no_toml_is_told_with_file_and_line(console: Console, tmp_path: Path) -> None:
    rulebook = tmp_path / "own.toml"
    rulebook.write_text("version = 1\nversion = 2\n")
    ended = console("check", DEMO_BOOK, "--rulebook", rulebook)
    assert ended.status == 3
    says = "own.toml:2: found a key or table that stands there already at column 12; allowed: TOML 1.0: each key and"
    assert ended.err.startswith(says)
