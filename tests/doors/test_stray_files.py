"""A CSV or TOML file that is none of a book's stops the book; other files are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.doors import book_folder
from clearing.doors.book_folder import FORMS, RULEBOOK, read_book
from clearing.doors.fault_text import fault_lines
from clearing.model.errors import BookFault
from clearing.model.faults import FaultReason, FaultReport
from tests.doors.book_writing import write_book

NAMES = [*(form.file for form in FORMS), RULEBOOK]


def report_of(folder: Path) -> FaultReport:
    with pytest.raises(BookFault) as caught:
        read_book(folder)
    return caught.value.report


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("stock.csv", "stocks.csv"),
        ("Offers.csv", "offers.csv"),
        ("OBLIGATIONS.CSV", "obligations.csv"),
        ("rulebok.toml", "rulebook.toml"),
        ("offers (1).csv", "offers.csv"),
        ("zzz.csv", None),
        ("settings.toml", None),
    ],
)
def test_a_table_under_another_name_is_a_fault_that_names_it(tmp_path: Path, name: str, meant: str | None) -> None:
    folder = write_book(tmp_path)
    (folder / name).write_text("asset_id,value\n", encoding="utf-8")
    [fault] = report_of(folder).listed
    assert (fault.reason, fault.file, fault.row, fault.column) == (FaultReason.UNKNOWN, name, None, None)
    assert ", ".join(NAMES) in fault.allowed
    assert fault.allowed.partition("; did you mean ")[2] == (f"{meant}?" if meant else "")


def test_a_stray_file_is_told_before_what_it_is_the_cause_of(tmp_path: Path) -> None:
    folder = write_book(tmp_path)
    (folder / "stocks.csv").rename(folder / "stock.csv")
    assert [(fault.file, fault.column) for fault in report_of(folder).listed] == [
        ("stock.csv", None),
        ("offers.csv", "stock_id"),
    ]


def test_a_stray_file_of_a_large_book_is_told_before_rows_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_folder, "QUICK_BYTES_MAX", 0)
    monkeypatch.setattr(book_folder, "_book", lambda *_: pytest.fail("rows were read"))
    folder = write_book(tmp_path)
    (folder / "stock.csv").touch()
    assert [fault.file for fault in report_of(folder).listed] == ["stock.csv"]


def test_the_name_of_a_stray_file_reaches_no_terminal_raw(tmp_path: Path) -> None:
    folder = write_book(tmp_path)
    (folder / "a\x1b[2J.csv").touch()
    assert fault_lines(report_of(folder))[0].startswith("a\\x1b[2J.csv: found an unknown file; allowed: the files ")


def test_other_kinds_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    folder = write_book(tmp_path, rulebook="version = 1\n")
    for name in ("README.txt", "notes.md", "session.json", ".offers.csv", "._stocks.csv", "offers.csv.bak"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "old.csv").mkdir()
    assert len(read_book(folder)[0].offers.id) == 3


def test_the_rulebook_that_is_named_may_lie_in_the_folder(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book")
    for place in (folder, tmp_path):
        (place / "strict.toml").write_text('netting_form = "net"\n', encoding="utf-8")
    assert read_book(folder, rulebook=folder / "strict.toml")[0].rulebook.netting_form == "net"
    with pytest.raises(BookFault):
        read_book(folder, rulebook=tmp_path / "strict.toml")
