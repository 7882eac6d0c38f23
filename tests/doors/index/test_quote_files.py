"""Files of quotes: what is malformed is a fault with its row and column, what is well formed and bad is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.doors.index.quote_files import read_quotes
from clearing.model.errors import BookFault, UsageFault
from clearing.model.faults import Fault
from clearing.model.fixing import Quote, QuoteKind

HEADER = "source,base,quote,value,kind,time,approvals"
ROW = "A,WHEAT,USD,231.5,firm,2026-01-31T17:00:00+02:00,"
FIXTURES = Path(__file__).parents[3] / "fixtures" / "index"


def written(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "quotes.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(BookFault) as raised:
        read_quotes([path])
    return list(raised.value.report.listed)


def test_a_quote_is_read_with_its_time_in_utc_and_its_approvals_ascending(tmp_path: Path) -> None:
    path = written(tmp_path, ROW, "B,CAD,USD,6.8,judgement,2026-01-05T09:00:00Z,Z|A")
    assert read_quotes([path]) == [
        Quote("A", "WHEAT", "USD", "231.5", QuoteKind.FIRM, "2026-01-31T15:00:00Z"),
        Quote("B", "CAD", "USD", "6.8", QuoteKind.JUDGEMENT, "2026-01-05T09:00:00Z", ("A", "Z")),
    ]


@pytest.mark.parametrize("value", ["0", "-3", "NaN", "Infinity", "1e5", "1_000", "+5", "n/a", " 12 ", "9" * 40])
def test_a_bad_value_is_kept_for_the_fixing_to_reject(tmp_path: Path, value: str) -> None:
    assert read_quotes([written(tmp_path, ROW.replace("231.5", value))])[0].value == value


@pytest.mark.parametrize(
    ("row", "column", "allowed"),
    [
        (ROW.replace("A,", ",", 1), "source", "an id"),
        (ROW.replace("WHEAT", "../x"), "base", "an id"),
        (ROW.replace("USD", "U" * 65), "quote", "an id"),
        (ROW.replace("231.5", ""), "value", "1 to 40 printable ASCII characters"),
        (ROW.replace("231.5", "9" * 41), "value", "1 to 40 printable ASCII characters"),
        (ROW.replace("231.5", "٢٣"), "value", "1 to 40 printable ASCII characters"),
        (ROW.replace("firm", "Firm"), "kind", "transaction, firm, indicative, judgement"),
        (ROW.replace("firm", ""), "kind", "transaction, firm, indicative, judgement"),
        (ROW.replace("+02:00", ""), "time", "an RFC 3339 time with offset"),
        (ROW.replace("01-31", "02-31"), "time", "an RFC 3339 time with offset"),
        (ROW + "A|A", "approvals", "each once"),
        (ROW + "A||B", "approvals", "blank, or ids separated by |"),
    ],
)
def test_a_malformed_cell_is_a_fault_with_row_and_column(
    tmp_path: Path, row: str, column: str, allowed: str
) -> None:
    (fault,) = faults_of(written(tmp_path, ROW, row))
    assert (fault.file, fault.row, fault.column) == ("quotes.csv", 3, column)
    assert allowed in fault.allowed


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, ROW.replace("firm", "soft"), ROW + "x,y", ROW.replace("231.5", ""))
    (tmp_path / "more.csv").write_text("source,base\nA,B\n", encoding="utf-8")
    faults = faults_of(tmp_path)
    assert [(fault.file, fault.row) for fault in faults[-3:]] == [("quotes.csv", row) for row in (2, 3, 4)]
    assert {fault.column for fault in faults if fault.file == "more.csv"} == {"quote", "value", "kind", "time"}


def test_files_and_folders_are_read_in_any_order_of_columns(tmp_path: Path) -> None:
    path = written(tmp_path, "2026-01-05T09:00:00Z,firm,6.8,USD,CAD,B", header="time,kind,value,quote,base,source")
    assert read_quotes([tmp_path]) == read_quotes([path])
    with pytest.raises(UsageFault, match="no such file"):
        read_quotes([tmp_path / "absent"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageFault, match=r"holds no \.csv file"):
        read_quotes([tmp_path / "empty"])


def test_the_fixture_reads_whole() -> None:
    quotes = read_quotes([FIXTURES])
    assert len(quotes) > 50_000
    assert len({quote.time[:10] for quote in quotes}) > 500
