"""Conditions of offers.csv that nothing can meet, and gifts that ask for more: what is found, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.doors.book_folder import read_book
from clearing.model.faults import FaultReason as R
from tests.doors.book_writing import GOOD, write_book
from tests.doors.test_book_folder_faults import only_fault


def test_all_or_none_needs_a_lot_that_divides(tmp_path: Path) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER,,,,,,", "WHEAT,60,COPPER,,,,,true,0.07")
    fault = only_fault(write_book(tmp_path, offers=offers))
    assert (fault.reason, fault.row, fault.column, fault.found) == (R.IMPOSSIBLE, 3, "lot", "0.07")
    assert "divides deliver_quantity" in fault.allowed


@pytest.mark.parametrize(
    ("cells", "column", "found", "allowed"),
    [
        (",,,,60,,0.07,,,,,", "lot", "0.07", "a lot with a multiple from min_fill to deliver_quantity"),
        (",,,,31,,30.01,,,,,", "lot", "30.01", "a lot with a multiple from min_fill to deliver_quantity"),
        (",,,,,true,60.01,,,,,", "lot", "60.01", "at most deliver_quantity"),
        (",,,,,,,,DESK-A|DESK-C,DESK-C,,", "deny", "DESK-C", "participants that allow does not name"),
    ],
)
def test_what_no_fill_and_no_participant_meets_is_a_fault(
    tmp_path: Path, cells: str, column: str, found: str, allowed: str
) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER" + "," * 11, "WHEAT,60,COPPER" + cells)
    fault = only_fault(write_book(tmp_path, offers=offers))
    assert (fault.reason, fault.file, fault.row, fault.column) == (R.IMPOSSIBLE, "offers.csv", 3, column)
    assert (fault.found, fault.allowed) == (found, allowed)


@pytest.mark.parametrize(
    ("cells", "column", "found"),
    [
        (",,,,,,,,DESK-A|DESK-C|DESK-A,,,", "allow", "DESK-A|DESK-C|DESK-A"),
        (",,,,,,,,,DESK-C|DESK-C,,", "deny", "DESK-C|DESK-C"),
    ],
)
def test_a_participant_that_is_listed_twice_is_a_fault(tmp_path: Path, cells: str, column: str, found: str) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER" + "," * 11, "WHEAT,60,COPPER" + cells)
    fault = only_fault(write_book(tmp_path, offers=offers))
    assert (fault.reason, fault.row, fault.column, fault.found) == (R.DUPLICATE, 3, column, found)
    assert fault.allowed == "each participant once"


@pytest.mark.parametrize(
    ("cells", "column", "found", "allowed"),
    [
        (",5,", "limit_bps", "5", "0 or blank where receive_assets is *"),
        (",-0.01,", "limit_bps", "-0.01", "0 or blank where receive_assets is *"),
        (",,7", "receive_max", "7", "blank where receive_assets is *"),
    ],
)
def test_what_takes_anything_has_neither_limit_nor_maximum(
    tmp_path: Path, cells: str, column: str, found: str, allowed: str
) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER,,", f"WHEAT,60,*{cells}")
    fault = only_fault(write_book(tmp_path, offers=offers))
    assert (fault.reason, fault.row, fault.column, fault.found) == (R.IMPOSSIBLE, 3, column, found)
    assert fault.allowed == allowed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1", R.IMPOSSIBLE),
        ("0", R.IMPOSSIBLE),
        ("1001", R.IMPOSSIBLE),
        ("2.0", R.MALFORMED),
        ("2.5", R.MALFORMED),
        ("-3", R.MALFORMED),
        ("x", R.MALFORMED),
    ],
)
def test_a_longest_ring_that_is_none_is_told_what_one_is(tmp_path: Path, text: str, reason: R) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER" + "," * 7, "WHEAT,60,COPPER" + "," * 7 + text)
    fault = only_fault(write_book(tmp_path, offers=offers))
    assert (fault.reason, fault.row, fault.column, fault.found) == (reason, 3, "max_ring", text)
    assert fault.allowed == "the length of the longest ring: a whole number from 2 to 1,000"


@pytest.mark.parametrize("text", ["2", "1000"])
def test_a_longest_ring_may_be_what_the_rulebook_may_ask(tmp_path: Path, text: str) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER" + "," * 7, "WHEAT,60,COPPER" + "," * 7 + text)
    made, _terms = read_book(write_book(tmp_path, offers=offers))
    assert [asked.max_ring for asked in made.offers.conditions.values()] == [int(text)]


@pytest.mark.parametrize("cell", ["|", "||", "DESK-C|", "|DESK-C", "DESK-C||DESK-C"])
@pytest.mark.parametrize(("column", "commas"), [("allow", 8), ("deny", 9)])
def test_empty_items_of_a_cell_are_one_fault(tmp_path: Path, column: str, commas: int, cell: str) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER" + "," * commas, "WHEAT,60,COPPER" + "," * commas + cell)
    fault = only_fault(write_book(tmp_path, offers=offers))
    assert (fault.reason, fault.row, fault.column) == (R.MISSING, 3, column)
    assert (fault.found, fault.allowed) == (f"an empty item in '{cell}'", "an id of participants.csv")
