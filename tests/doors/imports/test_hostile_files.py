"""Files that nobody should send: each is refused in plain words, nothing is written and nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import Console
from tests.doors.imports.small_imports import FIXTURES, assert_refused, imported

KINDS = {"wants": "wants.txt", "kidney": "pool.wmd", "obligations": "invoices.csv"}


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        (b"(Jos\xe9) A : B\n", "UTF-8"),
        ("(ann) A : B\n".encode("utf-16"), "UTF-8"),
        (b"A : B\x00\n", "control characters"),
        (b"A : B\x1b[31m\n", "control characters"),
        ("A : \u0410\n".encode(), "\\u0410"),
        ("A : \uff21\n".encode(), "\\uff21"),
        ("A : B\u202eC\n".encode(), "\\u202e"),
        ("A : B\u200dC\n".encode(), "\\u200d"),
        ("(\u0430nn) A : B\n".encode(), "\\u0430nn"),
        (b"A : " + b"B" * 1_000_000 + b"\n", "a line of at most"),
        (b"A : " + b"B" * 65 + b"\n", "1 to 64 printable ASCII"),
        (b"", "no line that offers an item"),
        (b"# only a comment\n", "no line that offers an item"),
    ],
)
def test_a_hostile_want_list_is_refused_in_plain_words(
    console: Console, tmp_path: Path, text: bytes, phrase: str
) -> None:
    found = imported(console, tmp_path, "wants", text)
    assert (found.ended.status, found.ended.out) == (3, "")
    assert phrase in found.ended.err
    assert found.ended.err.replace("\n", "").isprintable()
    assert found.ended.err.isascii()
    assert not found.book.exists()


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"1,2,1.0\n", b"\x00"])
def test_what_is_no_pool_is_refused(console: Console, tmp_path: Path, text: bytes) -> None:
    found = imported(console, tmp_path, "kidney", text)
    assert (found.ended.status, found.ended.out) == (3, "")
    assert "list.txt" in found.ended.err
    assert not found.book.exists()


def test_a_fault_of_a_line_never_hides_the_next(console: Console, tmp_path: Path) -> None:
    found = imported(console, tmp_path, "wants", b"A : B\x00\n" + b"B" * 1_000_000 + b"\nA B : C\n")
    assert_refused(found, ":1", "list.txt:2: ", "list.txt:3: ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_exists_is_left_alone(console: Console, tmp_path: Path, kind: str) -> None:
    book = tmp_path / "book"
    book.write_text("kept")
    ended = console("import", kind, FIXTURES / KINDS[kind], "--out", book)
    assert (ended.status, ended.out) == (2, "")
    assert "exists and is a file" in ended.err
    assert book.read_text() == "kept"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_there_is_told(console: Console, tmp_path: Path, kind: str) -> None:
    ended = console("import", kind, tmp_path / "nowhere.txt", "--out", tmp_path / "book")
    assert ended.status == 3
    assert "nowhere.txt" in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_import_says_what_it_read_and_what_to_do_next(console: Console, tmp_path: Path, kind: str) -> None:
    book = tmp_path / "my book"
    ended = console("import", kind, FIXTURES / KINDS[kind], "--out", book)
    assert ended.status == 0
    first, second, *_, last = ended.out.splitlines()
    assert first.startswith("read ")
    assert second.startswith(f"wrote {book}: a book of ")
    assert last == f"  clearing clear '{book}' --out '{book}-session'"
