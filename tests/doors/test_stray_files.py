"""A file that looks like a misspelt table of a book, which is absent, stops the book; others are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.doors import book_folder
from clearing.doors.book_folder import read_book
from clearing.doors.fault_text import fault_lines
from clearing.model.errors import BookFault
from clearing.model.faults import FaultReason, FaultReport
from tests.doors.book_writing import write_book

OFFERS = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets\nO-2,DESK-B,WHEAT,60,COPPER\n"


def report_of(folder: Path) -> FaultReport:
    with pytest.raises(BookFault) as caught:
        read_book(folder)
    return caught.value.report


@pytest.mark.parametrize(
    ("name", "meant"),
    [("stock.csv", "stocks.csv"), ("OBLIGATIONS.CSV", "obligations.csv"), ("rulebok.toml", "rulebook.toml")],
)
def test_a_misspelt_table_that_is_absent_is_a_fault_that_names_it(tmp_path: Path, name: str, meant: str) -> None:
    folder = write_book(tmp_path, stocks=None, obligations=None, offers=OFFERS)
    (folder / name).write_text("asset_id,value\n", encoding="utf-8")
    [fault] = report_of(folder).listed
    assert (fault.reason, fault.file, fault.row, fault.column) == (FaultReason.UNKNOWN, name, None, None)
    assert fault.allowed == f"{meant}, if that is what is meant"


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
    folder = write_book(tmp_path, stocks=None)
    (folder / "stock.csv").touch()
    assert [fault.file for fault in report_of(folder).listed] == ["stock.csv"]


def test_the_name_of_a_stray_file_reaches_no_terminal_raw(tmp_path: Path) -> None:
    folder = write_book(tmp_path, stocks=None)
    (folder / "stocks\x1b.csv").touch()
    assert fault_lines(report_of(folder))[0].startswith("stocks\\x1b.csv: found an unknown file; allowed: stocks.csv")


def test_every_other_file_is_left_alone(tmp_path: Path) -> None:
    folder = write_book(tmp_path, rulebook="version = 1\n")
    others = ("README.txt", "notes.md", ".offers.csv", "offers.csv.bak", "offers (1).csv", "more.csv", "settings.toml")
    for name in others:
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "old.csv").mkdir()
    assert len(read_book(folder)[0].offers.id) == 3


def test_another_word_is_no_misspelt_table(tmp_path: Path) -> None:
    folder = write_book(tmp_path, stocks=None, obligations=None, offers=OFFERS)
    for name in ("quotes.csv", "allocations.csv", "notebook.toml"):
        (folder / name).touch()
    assert read_book(folder)[0].stocks.id == []


def test_the_rulebook_that_is_named_may_lie_in_the_folder_under_any_name(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book")
    (folder / "rulebook2.toml").write_text('netting_form = "net"\n', encoding="utf-8")
    assert read_book(folder, rulebook=folder / "rulebook2.toml")[0].rulebook.netting_form == "net"
    with pytest.raises(BookFault):
        read_book(folder)
