"""Faults as lines for people."""

from __future__ import annotations

from clearing.doors.fault_text import fault_lines, safe_text
from clearing.model.faults import Fault, FaultReason, FaultReport


def test_a_line_names_file_row_column_what_was_found_and_what_is_allowed() -> None:
    faults = [
        Fault(FaultReason.MALFORMED, "offers.csv", 12, "deliver_quantity", "NaN", "a number"),
        Fault(FaultReason.MISSING, "fixing.csv", None, None, "", "a file fixing.csv"),
    ]
    report = FaultReport({FaultReason.MALFORMED: 1_001, FaultReason.MISSING: 1}, faults)
    assert fault_lines(report) == [
        "offers.csv:12 deliver_quantity: found NaN; allowed: a number",
        "fixing.csv: allowed: a file fixing.csv",
        "... and 1,000 more",
        "1,002 faults: 1,001 malformed, 1 missing",
    ]


def test_one_fault_is_counted_in_the_singular() -> None:
    fault = Fault(FaultReason.SIZE, "a.csv", 1, None, "x", "y")
    assert fault_lines(FaultReport({FaultReason.SIZE: 1}, [fault]))[-1] == "1 fault: 1 size"


def test_control_characters_and_look_alikes_are_escaped() -> None:
    assert safe_text("a\x1b[31m\x00\n\u202e\u0410\x7f\x9b") == r"a\x1b[31m\x00\n\u202e\u0410\x7f\x9b"


def test_a_long_text_is_cut_and_its_length_told() -> None:
    assert safe_text("x" * 1_000_000) == "x" * 60 + "... (1,000,000 characters)"
    assert len(safe_text("\u202e" * 100)) < 90
