"""Obligations of other systems: names and amounts as the file has them, and what is set off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import Console
from tests.doors.imports.small_imports import FIXTURES, Imported, assert_refused, cleared, imported

HEADER = "id,debtor,creditor,amount\n"
INVOICES = (FIXTURES / "invoices.csv").read_text(encoding="utf-8")


def obligations(console: Console, folder: Path, text: str | bytes) -> Imported:
    return imported(console, folder, "obligations", text)


def test_obligations_are_set_off_against_each_other(console: Console, tmp_path: Path) -> None:
    found = obligations(console, tmp_path, INVOICES)
    assert found.ended.status == 0, found.ended.err
    assert [row["amount"] for row in found.rows("obligations")] == ["120.50", "80", "100", "35"]
    assert not (found.book / "rulebook.toml").exists()
    told = cleared(console, found.book)
    assert (told["obligations"], told["obligations_cleared_micro"]) == (4, "240000000")
    assert (told["optimal"], told["unique"]) == (True, True)


def test_names_that_are_no_ids_are_kept_beside_them(console: Console, tmp_path: Path) -> None:
    found = obligations(console, tmp_path, INVOICES)
    first = found.rows("obligations")[0]
    names = {row["participant_id"]: row["name"] for row in found.rows("participants")}
    assert first["obligation_id"].startswith("2024_001:")
    assert first["reference"] == "2024/001"
    assert names[first["debtor_id"]] == "Mill & Sons"
    assert names["farm"] == ""


def test_a_name_written_like_the_id_of_another_is_told(console: Console, tmp_path: Path) -> None:
    found = obligations(console, tmp_path, f"{HEADER}1,x+,b,5\n")
    taken = found.rows("obligations")[0]["debtor_id"]
    (tmp_path / "again").mkdir()
    again = obligations(console, tmp_path / "again", f"{HEADER}1,x+,b,5\n2,{taken},b,5\n")
    assert (again.ended.status, again.ended.out) == (3, "")
    assert f"two participants would have the id {taken}; rename one of them" in again.ended.err
    assert not again.book.exists()


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "1e400", "0x10", "1_000", " 12 ", "١٢٣", "+5", "-0", "0", "-1", "", "0.0000001", "1" * 60],
)
def test_an_amount_is_a_plain_positive_number(console: Console, tmp_path: Path, amount: str) -> None:
    found = obligations(console, tmp_path, f"{HEADER}1,a,b,{amount}\n")
    assert_refused(found, ":2 amount", "allowed: ")


@pytest.mark.parametrize(
    ("row", "column", "phrase"),
    [
        ("1,a,a,5", "creditor", "another than the debtor"),
        (",a,b,5", "id", "a name of 1 to 64"),
        ("1,,b,5", "debtor", "a name of 1 to 64"),
        ("1,а,b,5", "debtor", "printable ASCII"),
        ("1, a,b,5", "debtor", "no space at either end"),
        ("1,a,b\u202e,5", "creditor", "printable ASCII"),
        ("0,a,b,5", "id", "each id once"),
    ],
)
def test_a_malformed_row_is_told_with_its_column(
    console: Console, tmp_path: Path, row: str, column: str, phrase: str
) -> None:
    found = obligations(console, tmp_path, f"{HEADER}0,a,b,1\n{row}\n")
    assert_refused(found, f":3 {column}", phrase)


@pytest.mark.parametrize(
    "text",
    ["", "id;debtor;creditor;amount\n", "id,debtor,creditor\n", f"{HEADER}1,a,b\n", f'{HEADER}1,"a,b,5\n',
     f"{HEADER}1,a,b\x00,5\n", "id,debtor,creditor,amount,amount\n"],
)  # fmt: skip
def test_what_is_no_such_table_is_refused(console: Console, tmp_path: Path, text: str) -> None:
    found = obligations(console, tmp_path, text)
    assert (found.ended.status, found.ended.out) == (3, "")
    assert "list.txt" in found.ended.err
    assert "allowed: " in found.ended.err
    assert not found.book.exists()


def test_no_obligations_clear_nothing(console: Console, tmp_path: Path) -> None:
    found = obligations(console, tmp_path, f"\ufeff{HEADER}")
    assert found.ended.status == 0, found.ended.err
    assert cleared(console, found.book)["obligations"] == 0
