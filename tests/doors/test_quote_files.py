"""A file of extra offers is read as strictly as a book's offers.csv: file, row, column, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.book_writing import GOOD, write_book
from tests.doors.console import Console, console_of

HEADER = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets"
ROW = "Q-1,DESK-A,WHEAT,1,COPPER"


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def refused(console: Console, tmp_path: Path, text: str | bytes, **changed: str) -> str:
    """What is said of a file of extra offers; nothing is quoted."""
    extra = tmp_path / "extra.csv"
    extra.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    ended = console("quote", write_book(tmp_path / "book", **changed), extra)
    assert (ended.status, ended.out) == (3, "")
    return ended.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{HEADER},offer_id\n{ROW},Q-2\n", "extra.csv:1 offer_id: found the column twice; allowed: each column once"),
        (f"{HEADER},colour\n{ROW},red\n", "extra.csv:1: found unknown column 'colour'; allowed: the columns offer_id,"),
        ("offer_id\nQ-1\n", "extra.csv:1 participant_id: found no such column; allowed: the columns offer_id,"),
        (f"{HEADER}\n{ROW},x\n", "extra.csv:2: found 6 fields; allowed: 5 fields, as in the header"),
        (f"{HEADER}\n\n\n{ROW},x\n", "extra.csv:4: found 6 fields; allowed: 5 fields, as in the header"),
        (f"{HEADER}\n\n\nQ-1,DESK-A,WHEAT,NaN,COPPER\n", "extra.csv:4 deliver_quantity: found NaN; allowed: a number"),
        (f'{HEADER}\n"{ROW}\n', "extra.csv:2: found a quotation mark never closed; allowed: quotation marks around"),
        (f"{HEADER},memo\n{ROW},{'x' * 200_000}\n", "extra.csv:2 memo: found xxx"),
        (f"{HEADER}\n{ROW}\n".replace(",", ";"), "extra.csv:1: found offer_id;participant_id"),
        (f"{HEADER}\n{ROW}\n".replace(",", ";"), "allowed: commas between columns, not ';'"),
        ("", "extra.csv:1: found no header; allowed: the columns offer_id, participant_id,"),
        (f"{HEADER}\n\n", "extra.csv: found no offers; allowed: a header and at least one offer below it"),
        (f"{HEADER}\n{ROW}\n".encode() + b"\xff", "extra.csv:3: found byte 0xff"),
    ],
    ids=[
        "repeated column", "unknown column", "missing column", "width", "width after blank lines",
        "cell after blank lines", "unclosed quote", "long field", "semicolons", "semicolons, allowed", "empty",
        "header only", "encoding",
    ],
)  # fmt: skip
def test_a_fault_of_the_file_is_told_as_one_of_a_book(
    console: Console, tmp_path: Path, text: str | bytes, says: str
) -> None:
    assert says in refused(console, tmp_path, text)


def test_blank_lines_of_the_book_do_not_move_the_rows_of_the_extra_file(console: Console, tmp_path: Path) -> None:
    offers = GOOD["offers.csv"].replace("\n", "\n\n\n", 2)
    told = refused(console, tmp_path, f"{HEADER}\nQ-1,DESK-A,WHEAT,0,COPPER\n", offers=offers)
    assert "extra.csv:2 deliver_quantity: found 0; allowed: more than 0\n" in told


def test_a_row_of_the_book_is_named_as_one_of_the_book(console: Console, tmp_path: Path) -> None:
    offers = GOOD["offers.csv"].replace("\n", "\n\n", 1) + "O-4,DESK-A,SLOT,1,WHEAT,,,,,,,,,,,\n"
    told = refused(console, tmp_path, f"{HEADER}\nQ-1,DESK-B,SLOT,1,COPPER\n", offers=offers)
    assert "extra.csv:2 participant_id: found another participant than row 6 of the book's offers.csv; " in told


def test_an_extra_file_may_have_any_columns_in_any_order(console: Console, tmp_path: Path) -> None:
    extra = tmp_path / "offers.csv"
    extra.write_text(
        "\ufeffmemo,receive_assets,limit_bps,offer_id,deliver_quantity,deliver_asset,participant_id\r\n"
        '"a, ""b""",COPPER,0,Q-1,1,WHEAT,DESK-A\n'
    )
    ended = console("quote", write_book(tmp_path / "book"), extra)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("Q-1 of Alpha ")
