"""Faults of lists and of repeated ids: each counted once, each saying where to look."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.model.faults import FaultReason
from tests.doors.book_writing import with_cell, write_book
from tests.doors.test_book_folder_faults import only_fault, report_of

R = FaultReason


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("0", R.IMPOSSIBLE),
        ("x", R.MALFORMED),
        ("0.001", R.MISMATCH),
        ("0.1", R.MISMATCH),
        ("9" * 18, R.TOO_LARGE),
        ("100|x", R.MALFORMED),
    ],
)
def test_a_bad_maximum_for_several_alternatives_is_one_fault(tmp_path: Path, cell: str, reason: FaultReason) -> None:
    fault = only_fault(write_book(tmp_path, offers=with_cell("offers.csv", 2, "receive_max", cell)))
    assert (fault.reason, fault.row, fault.column) == (reason, 2, "receive_max")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("receive_assets", "COPPER|"), ("receive_assets", "|HOURS"), ("allow", "DESK-A||DESK-B"), ("deny", "|DESK-A")],
)
def test_an_empty_item_of_a_list_is_found_in_its_cell(tmp_path: Path, column: str, cell: str) -> None:
    fault = only_fault(write_book(tmp_path, offers=with_cell("offers.csv", 3, column, cell)))
    assert (fault.reason, fault.row, fault.column) == (R.MISSING, 3, column)
    assert fault.found == f"an empty item in '{cell}'"


def test_an_empty_limit_is_found_in_its_cell_and_a_blank_cell_is_blank(tmp_path: Path) -> None:
    fault = only_fault(write_book(tmp_path / "limit", offers=with_cell("offers.csv", 2, "limit_bps", "1|")))
    assert (fault.reason, fault.column, fault.found) == (R.MISSING, "limit_bps", "an empty item in '1|'")
    fault = only_fault(write_book(tmp_path / "blank", offers=with_cell("offers.csv", 3, "receive_assets", "")))
    assert (fault.reason, fault.found) == (R.MISSING, "")


@pytest.mark.parametrize(("ids", "places"), [("ABBB", [(4, 3), (5, 3)]), ("CACBA", [(4, 2), (6, 3)])])
def test_a_repeated_id_says_where_it_stood_first(tmp_path: Path, ids: str, places: list[tuple[int, int]]) -> None:
    rows = "".join(f"{each},DESK-A,COPPER,1,WHEAT\n" for each in ids)
    header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets\n"
    report = report_of(write_book(tmp_path, offers=header + rows))
    assert [(f.row, f.allowed) for f in report.listed] == [
        (row, f"each id once; first in row {first}") for row, first in places
    ]


def test_each_bad_maximum_of_a_list_is_a_fault(tmp_path: Path) -> None:
    report = report_of(write_book(tmp_path, offers=with_cell("offers.csv", 2, "receive_max", "0|x")))
    assert report.counts == {R.IMPOSSIBLE: 1, R.MALFORMED: 1}
