"""Bad book folders: each answer names file, row, column and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.doors import book_folder, csv_table, file_bytes
from clearing.doors.book_folder import read_book
from clearing.doors.fault_text import fault_lines
from clearing.model.errors import BookFault
from clearing.model.faults import Fault, FaultReason, FaultReport
from tests.doors.book_writing import GOOD, with_cell, write_book

R = FaultReason
NUMBER = "a number such as 12.5"
ID = "letters, digits and . _ : - in ASCII"


def report_of(folder: Path) -> FaultReport:
    with pytest.raises(BookFault) as caught:
        read_book(folder)
    return caught.value.report


def only_fault(folder: Path) -> Fault:
    report = report_of(folder)
    assert sum(report.counts.values()) == 1, fault_lines(report)
    return report.listed[0]


# file, row, column, cell, reason, what the answer says is allowed
CELLS = [
    *(
        ("offers.csv", 2, "deliver_quantity", cell, R.MALFORMED, NUMBER)
        for cell in ("NaN", "Infinity", "-Infinity", "1e400", "1E+999999", "0x10", "1_000", " 12 ", "١٢٣", "+5", "-0")
    ),
    *(
        ("offers.csv", 2, "deliver_quantity", cell, R.MALFORMED, NUMBER)
        for cell in ("-1", "1.", ".5", "01", "1.0000000000", "1" * 19, "1" * 5000, "1.5.1", "12\x00", "１", "1\x0b")
    ),
    ("offers.csv", 2, "deliver_quantity", "", R.MISSING, NUMBER),
    ("offers.csv", 2, "deliver_quantity", "0", R.IMPOSSIBLE, "more than 0"),
    ("offers.csv", 2, "deliver_quantity", "0.000", R.IMPOSSIBLE, "more than 0"),
    ("offers.csv", 2, "deliver_quantity", "1.0005", R.MISMATCH, "a whole number of increments of COPPER, each 0.001"),
    ("offers.csv", 2, "deliver_quantity", "9" * 18, R.TOO_LARGE, "less than 2^62"),
    ("offers.csv", 4, "receive_max", "0.0000001", R.MISMATCH, "increments of INDEX, each 0.000001"),
    ("offers.csv", 2, "receive_max", "100|0.1", R.MISMATCH, "a whole number of increments of HOURS, each 0.25"),
    ("offers.csv", 2, "receive_max", "1|2|3", R.MISMATCH, "one value, or 2: one for each alternative"),
    ("offers.csv", 3, "receive_max", "1|2", R.MISMATCH, "one value"),
    ("offers.csv", 3, "receive_max", "0", R.IMPOSSIBLE, "more than 0"),
    ("offers.csv", 2, "limit_bps", "1|2|3", R.MISMATCH, "one value, or 2: one for each alternative"),
    ("offers.csv", 2, "limit_bps", "1|", R.MISSING, "a limit in bps"),
    ("offers.csv", 2, "limit_bps", "1.005", R.MALFORMED, "at most 2 digits after the point"),
    ("offers.csv", 2, "limit_bps", "+5", R.MALFORMED, "a limit in bps"),
    ("offers.csv", 2, "limit_bps", "-10000.01", R.IMPOSSIBLE, "from -10000 to 1000000"),
    ("offers.csv", 2, "limit_bps", "1000000.01", R.IMPOSSIBLE, "from -10000 to 1000000"),
    ("offers.csv", 2, "limit_bps", "10000000", R.MALFORMED, "from -10000 to 1000000"),
    ("offers.csv", 2, "limit_bps", "12345678", R.MALFORMED, "from -10000 to 1000000"),
    ("offers.csv", 2, "participant_id", "DESK-Z", R.UNKNOWN, "an id of participants.csv"),
    ("offers.csv", 2, "participant_id", "", R.MISSING, "an id of participants.csv"),
    ("offers.csv", 3, "deliver_asset", "TIN", R.UNKNOWN, "an id of assets.csv"),
    ("offers.csv", 3, "receive_assets", "TIN", R.UNKNOWN, "an id of assets.csv"),
    ("offers.csv", 3, "receive_assets", "WHEAT", R.IMPOSSIBLE, "an asset other than deliver_asset"),
    ("offers.csv", 3, "receive_assets", "COPPER|HOURS|COPPER", R.DUPLICATE, "each alternative once"),
    ("offers.csv", 3, "receive_assets", "COPPER|", R.MISSING, "an id of assets.csv"),
    ("offers.csv", 3, "receive_assets", "", R.MISSING, "an id of assets.csv"),
    ("offers.csv", 3, "stock_id", "S-2", R.UNKNOWN, "an id of stocks.csv"),
    ("offers.csv", 3, "offer_id", "O-1", R.DUPLICATE, "each id once"),
    ("offers.csv", 3, "min_fill", "60.01", R.IMPOSSIBLE, "at most deliver_quantity"),
    ("offers.csv", 3, "min_fill", "0", R.IMPOSSIBLE, "more than 0"),
    ("offers.csv", 3, "lot", "0.005", R.MISMATCH, "a whole number of increments of WHEAT, each 0.01"),
    ("offers.csv", 3, "lot", "60.01", R.IMPOSSIBLE, "at most deliver_quantity"),
    ("offers.csv", 3, "lot", "0", R.IMPOSSIBLE, "more than 0"),
    ("offers.csv", 2, "deliver_asset", "*", R.MALFORMED, "an id"),
    ("offers.csv", 2, "receive_assets", "WHEAT|*", R.IMPOSSIBLE, "* as the only alternative"),
    ("offers.csv", 3, "receive_assets", "**", R.MALFORMED, "an id"),
    ("offers.csv", 3, "allow", "*", R.MALFORMED, "an id"),
    ("assets.csv", 5, "asset_id", "*", R.MALFORMED, "an id"),
    ("offers.csv", 3, "all_or_none", "yes", R.MALFORMED, "true or false"),
    ("offers.csv", 3, "all_or_none", "True", R.MALFORMED, "true or false"),
    ("offers.csv", 3, "max_ring", "1", R.IMPOSSIBLE, "from 2 to 1,000"),
    ("offers.csv", 3, "max_ring", "2.5", R.MALFORMED, "a whole number"),
    ("offers.csv", 3, "allow", "DESK-A|DESK-Z", R.UNKNOWN, "an id of participants.csv"),
    ("offers.csv", 3, "deny", "DESK-A|", R.MISSING, "an id of participants.csv"),
    ("offers.csv", 3, "expires_at", "2026-01-31T16:00:00Z", R.MISSING, "a cut_off in rulebook.toml"),
    ("offers.csv", 3, "memo", "a\x00b", R.MALFORMED, "text without control characters"),
    ("offers.csv", 3, "memo", "a\x1b[31mb", R.MALFORMED, "text without control characters"),
    ("offers.csv", 3, "memo", "a\x85b", R.MALFORMED, "text without control characters"),
    ("offers.csv", 3, "memo", '"a\nb"', R.MALFORMED, "text without control characters"),
    ("participants.csv", 2, "name", "a\tb", R.MALFORMED, "text without control characters"),
    ("participants.csv", 3, "participant_id", "DESK-A", R.DUPLICATE, "each id once"),
    ("participants.csv", 2, "name", "a\x9bb", R.MALFORMED, "text without control characters"),
    ("participants.csv", 2, "lei", "123", R.MALFORMED, "an LEI"),
    ("participants.csv", 2, "country", "nl", R.MALFORMED, "ISO 3166"),
    ("participants.csv", 2, "balance", "1e3", R.MALFORMED, "a number such as -12.5"),
    ("participants.csv", 2, "balance", "0.0000001", R.MISMATCH, "whole number of micro index units"),
    ("participants.csv", 2, "balance", "-4611686018428", R.TOO_LARGE, "less than 2^62"),
    ("participants.csv", 2, "credit_limit", "-1", R.MALFORMED, NUMBER),
    ("participants.csv", 2, "balance_cap", "-1", R.MALFORMED, NUMBER),
    ("assets.csv", 4, "asset_id", "COPPER", R.DUPLICATE, "each id once"),
    ("assets.csv", 5, "unit", "", R.MISSING, "UNECE Rec 20"),
    ("assets.csv", 5, "unit", "tne", R.MALFORMED, "UNECE Rec 20"),
    ("assets.csv", 5, "increment", "", R.MISSING, "more than 0"),
    ("assets.csv", 5, "increment", "0", R.MALFORMED, "more than 0"),
    ("assets.csv", 5, "increment", "-1", R.MALFORMED, "more than 0"),
    ("assets.csv", 5, "class", "stuff", R.MALFORMED, "goods, receipt, capacity, licence, service, internal"),
    ("assets.csv", 5, "location", "Rotterdam", R.MALFORMED, "UN/LOCODE"),
    ("fixing.csv", 2, "value", "0", R.MALFORMED, "at least 1,000 micro index units"),
    ("fixing.csv", 2, "value", "-1", R.MALFORMED, "at least 1,000 micro index units"),
    ("fixing.csv", 2, "value", "", R.MISSING, "at least 1,000 micro index units"),
    ("fixing.csv", 2, "value", "0.9994", R.IMPOSSIBLE, "at least 1,000 micro index units"),
    ("fixing.csv", 2, "value", "9" * 18, R.TOO_LARGE, "less than 2^62"),
    ("fixing.csv", 2, "asset_id", "TIN", R.UNKNOWN, "an id of assets.csv"),
    ("fixing.csv", 2, "asset_id", "INDEX", R.IMPOSSIBLE, "reserved"),
    ("fixing.csv", 3, "asset_id", "COPPER", R.DUPLICATE, "each id once"),
    ("stocks.csv", 2, "quantity", "0", R.IMPOSSIBLE, "more than 0"),
    ("obligations.csv", 2, "creditor_id", "DESK-A", R.IMPOSSIBLE, "a creditor other than the debtor"),
    ("obligations.csv", 2, "debtor_id", "DESK-Z", R.UNKNOWN, "an id of participants.csv"),
    ("obligations.csv", 2, "amount", "0.00", R.IMPOSSIBLE, "more than 0"),
    ("obligations.csv", 2, "amount", "1.0000001", R.MISMATCH, "whole number of micro index units"),
    ("obligations.csv", 2, "due_date", "2026-02-30", R.MALFORMED, "a date"),
    ("obligations.csv", 3, "obligation_id", "D-1", R.DUPLICATE, "each id once"),
]
IDS = {
    "Cyrillic": "DESK-\u0410",
    "full width": "\uff24ESK",
    "zero-width joiner": "DE\u200dSK",
    "right-to-left override": "\u202eDESK",
    "ligature": "o\ufb03ce",
    "path": "../x",
    "injection": "' OR 1=1--",
    "control": "a\x1b[2J",
    "NUL at the end": "A\x00",
    "line break": '"A\nB"',
    "leading dot": ".A",
    "blank": "A B",
}


@pytest.mark.parametrize(("file", "row", "column", "cell", "reason", "allowed"), CELLS)
def test_a_bad_cell_is_named_with_what_is_allowed(
    tmp_path: Path, file: str, row: int, column: str, cell: str, reason: FaultReason, allowed: str
) -> None:
    spoilt = {file.removesuffix(".csv"): with_cell(file, row, column, cell)}
    report = report_of(write_book(tmp_path, **spoilt))
    here = [f for f in report.listed if (f.reason, f.file, f.row, f.column) == (reason, file, row, column)]
    assert any(allowed in fault.allowed for fault in here), fault_lines(report)


@pytest.mark.parametrize(
    ("column", "cell", "allowed"),
    [
        ("participant_id", "DESK-B", "a stock of the offer's own participant"),
        ("asset_id", "HOURS", "a stock of deliver_asset"),
    ],
)
def test_a_stock_is_of_the_participant_and_asset_of_its_offer(
    tmp_path: Path, column: str, cell: str, allowed: str
) -> None:
    fault = only_fault(write_book(tmp_path, stocks=with_cell("stocks.csv", 2, column, cell)))
    assert (fault.reason, fault.file, fault.row, fault.column) == (R.MISMATCH, "offers.csv", 2, "stock_id")
    assert fault.allowed == allowed


def test_index_units_are_not_offered_for_index_units(tmp_path: Path) -> None:
    fault = only_fault(write_book(tmp_path, offers=with_cell("offers.csv", 4, "deliver_asset", "INDEX")))
    assert (fault.reason, fault.file, fault.row, fault.column) == (R.IMPOSSIBLE, "offers.csv", 4, "receive_assets")
    assert fault.allowed == "an asset other than deliver_asset"


@pytest.mark.parametrize(
    ("file", "column"), [("offers.csv", "offer_id"), ("participants.csv", "participant_id"), ("assets.csv", "asset_id")]
)
@pytest.mark.parametrize("look_alike", sorted(IDS))
def test_an_id_is_plain_ascii(tmp_path: Path, file: str, column: str, look_alike: str) -> None:
    name = file.removesuffix(".csv")
    last = len(GOOD[file].splitlines())
    report = report_of(write_book(tmp_path, **{name: with_cell(file, last, column, IDS[look_alike])}))
    fault = next(f for f in report.listed if f.file == file)
    assert (fault.reason, fault.row, fault.column) == (R.MALFORMED, last, column)
    assert ID in fault.allowed
    assert fault.found.isascii()
    assert fault.found.isprintable()


@pytest.mark.parametrize(("length", "reason"), [(65, R.SIZE), (60_000, R.SIZE), (1_000_000, R.SIZE)])
def test_an_id_has_at_most_64_characters(tmp_path: Path, length: int, reason: FaultReason) -> None:
    offers = with_cell("offers.csv", 3, "offer_id", "A" * length)
    fault = only_fault(write_book(tmp_path, offers=offers))
    assert (fault.reason, fault.file, fault.row) == (reason, "offers.csv", 3)
    assert "64 characters" in fault.allowed or "65,536 bytes" in fault.allowed
    assert len(fault.found) < 100


def test_an_id_of_64_characters_is_read(tmp_path: Path) -> None:
    book, _ = read_book(write_book(tmp_path, offers=with_cell("offers.csv", 4, "offer_id", "Z" * 64)))
    assert book.offers.id[-1] == "Z" * 64


def test_the_index_is_no_asset_of_the_book(tmp_path: Path) -> None:
    fault = only_fault(write_book(tmp_path, assets=GOOD["assets.csv"] + "INDEX,,C62,1,,,,\n"))
    assert (fault.reason, fault.file, fault.row, fault.column) == (R.IMPOSSIBLE, "assets.csv", 6, "asset_id")
    assert "reserved" in fault.allowed


def test_the_index_has_no_stock(tmp_path: Path) -> None:
    fault = only_fault(write_book(tmp_path, stocks=GOOD["stocks.csv"] + "S-2,DESK-A,INDEX,1\n"))
    assert (fault.reason, fault.file, fault.row, fault.column) == (R.IMPOSSIBLE, "stocks.csv", 3, "asset_id")


def test_an_internal_asset_stays_with_one_participant(tmp_path: Path) -> None:
    rows = "O-8,DESK-A,SLOT,1,WHEAT" + "," * 11 + "\nO-9,DESK-B,COPPER,1,HOURS|SLOT" + "," * 11 + "\n"
    fault = only_fault(write_book(tmp_path, offers=GOOD["offers.csv"] + rows))
    assert (fault.reason, fault.file, fault.row, fault.column) == (R.IMPOSSIBLE, "offers.csv", 6, "participant_id")
    assert "internal" in fault.allowed
    assert "row 5" in fault.found


@pytest.mark.parametrize("time", ["2026-01-31", "2026-01-31T16:00:00", "2026-02-30T00:00:00Z", "tomorrow"])
def test_an_expiry_is_an_rfc_3339_time(tmp_path: Path, time: str) -> None:
    fault = only_fault(write_book(tmp_path, offers=with_cell("offers.csv", 3, "expires_at", time)))
    assert (fault.reason, fault.row, fault.column, fault.found) == (R.MALFORMED, 3, "expires_at", time)
    assert "RFC 3339" in fault.allowed


# what the header or the file as a whole has wrong: file, text, reason, row, column, found, allowed
WHOLE = [
    ("offers.csv", "", R.HEADER, 1, None, "no header", "offer_id"),
    ("offers.csv", GOOD["offers.csv"].replace("memo", "memos"), R.HEADER, 1, None, "'memos'", "limit_bps"),
    ("offers.csv", GOOD["offers.csv"].replace("memo", "lot"), R.HEADER, 1, "lot", "twice", "each column once"),
    ("offers.csv", GOOD["offers.csv"].replace(",", ";"), R.HEADER, 1, None, "offer_id;part", "not ';'"),
    ("fixing.csv", "asset_id\nCOPPER\n", R.HEADER, 1, "value", "no such column", "asset_id, value"),
    ("fixing.csv", "asset_id,value\nCOPPER,950,1\n", R.COLUMNS, 2, None, "3 fields", "2 fields"),
    ("fixing.csv", "asset_id,value\nCOPPER\n", R.COLUMNS, 2, None, "1 field", "2 fields"),
    ("fixing.csv", "asset_id,value\nCOPPER;950\n", R.COLUMNS, 2, None, "1 field", "commas between them"),
    ("fixing.csv", 'asset_id,value\nCOPPER,"950\n', R.MALFORMED, 2, None, "never closed", "quotation marks"),
    ("fixing.csv", 'asset_id,value\nCOPPER,"9"50\n', R.MALFORMED, 2, None, "inside a field", "quotation marks"),
    ("fixing.csv", b"asset_id,value\nCOPPER,\xff950\n", R.ENCODING, 2, None, "0xff at offset 22", "UTF-8"),
    ("fixing.csv", b"asset_id,value\r\nCOPPER,9\r\nWHEAT,\xff\r\n", R.ENCODING, 3, None, "0xff", "UTF-8"),
    ("participants.csv", "participant_id\nDESK-A,1\nDESK-B\nDESK-C\n", R.COLUMNS, 2, None, "2 fields", "1 field,"),
    ("fixing.csv", "asset_id,value\n".encode("utf-16"), R.ENCODING, 1, None, "offset 0", "UTF-8"),
    ("fixing.csv", b"asset_id,value\nCOPPER,9\xed\xa0\x80\n", R.ENCODING, 2, None, "0xed", "UTF-8"),
    ("fixing.csv", b"asset_id,value\nCOPPER,9\xc3", R.ENCODING, 2, None, "0xc3", "UTF-8"),
    ("fixing.csv", "asset_id,value\x00\nCOPPER,9\n", R.HEADER, 1, None, r"value\x00", "asset_id, value"),
    ("fixing.csv", "asset_id,value" + ",x" * 63 + "\n", R.HEADER, 1, None, "65 columns", "asset_id, value"),
    ("fixing.csv", "asset_id,value" + "," * 70_000, R.SIZE, 1, None, "asset_id,value,,", "at most 65,536 bytes"),
    ("participants.csv", None, R.MISSING, None, None, "no such file", "a file participants.csv"),
    ("assets.csv", None, R.MISSING, None, None, "no such file", "a file assets.csv"),
    ("fixing.csv", None, R.MISSING, None, None, "no such file", "a file fixing.csv"),
    ("offers.csv", None, R.MISSING, None, None, "no such file", "a file offers.csv"),
]


@pytest.mark.parametrize(("file", "text", "reason", "row", "column", "found", "allowed"), WHOLE)
def test_a_bad_file_is_named_and_brings_no_faults_of_others(
    tmp_path: Path,
    file: str,
    text: str | bytes | None,
    reason: FaultReason,
    row: int | None,
    column: str | None,
    found: str,
    allowed: str,
) -> None:
    report = report_of(write_book(tmp_path, **{file.removesuffix(".csv"): text}))
    assert {fault.file for fault in report.listed} == {file}
    fault = next(f for f in report.listed if (f.row, f.column) == (row, column))
    assert fault.reason is reason
    assert found in fault.found
    assert allowed in fault.allowed


def test_a_field_of_200_kilobytes_is_refused(tmp_path: Path) -> None:
    fault = only_fault(write_book(tmp_path, offers=with_cell("offers.csv", 3, "memo", "x" * 200_000)))
    assert (fault.reason, fault.file, fault.row) == (R.SIZE, "offers.csv", 3)
    assert "65,536 bytes" in fault.allowed


def test_a_text_has_at_most_65536_characters(tmp_path: Path) -> None:
    fault = only_fault(write_book(tmp_path, offers=with_cell("offers.csv", 3, "memo", "x" * 65_537)))
    assert (fault.reason, fault.row, fault.column) == (R.SIZE, 3, "memo")
    assert "65,537 characters" in fault.found


def test_a_quotation_mark_left_open_in_a_long_file_is_named_where_it_opens(tmp_path: Path) -> None:
    rows = "".join(f"D-{i},DESK-A,DESK-B,1\n" for i in range(20_000))
    rows = rows.replace("D-17,DESK-A", 'D-17,"DESK-A')
    fault = only_fault(write_book(tmp_path, obligations="obligation_id,debtor_id,creditor_id,amount\n" + rows))
    assert (fault.file, fault.row) == ("obligations.csv", 19)
    assert "never closed" in fault.found


def test_files_and_rows_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "ROWS_MAX", 3)
    fault = only_fault(write_book(tmp_path / "rows", fixing="asset_id,value\nCOPPER,950\n"))
    assert (fault.reason, fault.file, fault.allowed) == (R.SIZE, "assets.csv", "at most 3 rows")
    monkeypatch.undo()
    monkeypatch.setattr(file_bytes.file_bytes, "__kwdefaults__", {"bytes_max": 300, "may_be_absent": False})
    fault = only_fault(write_book(tmp_path / "bytes"))
    assert (fault.reason, fault.file, fault.allowed) == (R.SIZE, "offers.csv", "at most 300 bytes")


@pytest.mark.parametrize(
    ("text", "row", "column", "allowed"),
    [
        (with_cell("offers.csv", 3, "offer_id", "A" * 70), 3, "offer_id", "64 bytes"),
        (with_cell("offers.csv", 3, "memo", "x" * 70_000), 3, "memo", "65,536 bytes"),
        (with_cell("offers.csv", 3, "offer_id", "A" * 1_000_000), 3, "offer_id", "64 bytes"),
        (GOOD["offers.csv"].replace("memo", "memos"), 1, None, "memo"),
    ],
)
def test_a_large_book_is_answered_before_its_rows_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, row: int, column: str | None, allowed: str
) -> None:
    monkeypatch.setattr(book_folder, "QUICK_BYTES_MAX", 0)
    monkeypatch.setattr(book_folder, "_book", lambda *_: pytest.fail("rows were read"))
    report = report_of(write_book(tmp_path, offers=text, fixing=GOOD["fixing.csv"] + "TIN,NaN\n"))
    assert [(f.file, f.row, f.column) for f in report.listed][:1] == [("offers.csv", row, column)]
    assert allowed in report.listed[0].allowed


def test_all_faults_are_counted_and_the_first_thousand_listed_in_order(tmp_path: Path) -> None:
    rows = "".join(f"X-{i:05},DESK-A,DESK-A,{'NaN' if i % 2 else '1'}\n" for i in range(40_000))
    assets = with_cell("assets.csv", 3, "class", "stuff")
    obligations = "obligation_id,debtor_id,creditor_id,amount\n" + rows
    report = report_of(write_book(tmp_path, assets=assets, obligations=obligations))
    assert report.counts == {R.MALFORMED: 20_001, R.IMPOSSIBLE: 40_000}
    places = [(f.file, f.row, f.column) for f in report.listed]
    assert len(places) == 1_000
    assert places[:4] == [
        ("assets.csv", 3, "class"),
        ("obligations.csv", 2, "creditor_id"),
        ("obligations.csv", 3, "creditor_id"),
        ("obligations.csv", 3, "amount"),
    ]
    assert places[1:] == sorted(places[1:], key=lambda p: (p[0], p[1], p[2] == "amount"))


def test_the_first_thousand_repeated_ids_are_those_that_come_first_in_the_file(tmp_path: Path) -> None:
    rows = "".join(f"D-{i:04},DESK-A,DESK-B,1\n" for i in range(1_500, 0, -1))
    report = report_of(write_book(tmp_path, obligations="obligation_id,debtor_id,creditor_id,amount\n" + rows + rows))
    assert report.counts == {R.DUPLICATE: 1_500}
    assert [fault.row for fault in report.listed] == list(range(1_502, 2_502))


def test_an_invalid_byte_is_found_wherever_a_block_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    participants = "participant_id,name\nDESK-A,h€é\nDESK-B,\nDESK-C,€".encode() + b"\xe2\x82z\n"
    offset = participants.index(b"z") - 2
    for size in range(1, len(participants) + 1):
        monkeypatch.setattr(file_bytes, "DECODED_BYTES", size)
        fault = only_fault(write_book(tmp_path, participants=participants))
        assert (fault.reason, fault.row, fault.found) == (R.ENCODING, 4, f"byte 0xe2 at offset {offset}")


def test_an_expiry_is_no_fault_where_the_rulebook_is_one(tmp_path: Path) -> None:
    offers = with_cell("offers.csv", 3, "expires_at", "2026-01-31T16:00:00Z")
    rulebook = '[session]\ncut_off = "2026-01-31T16:00:00Z"\nid = "?"\n'
    fault = only_fault(write_book(tmp_path, offers=offers, rulebook=rulebook))
    assert (fault.file, fault.column) == ("rulebook.toml", "session.id")


def test_faults_of_several_files_come_in_one_report(tmp_path: Path) -> None:
    report = report_of(
        write_book(
            tmp_path,
            participants=with_cell("participants.csv", 3, "credit_limit", "x"),
            fixing=with_cell("fixing.csv", 3, "value", "x"),
            offers=GOOD["offers.csv"].replace("memo", "memos"),
            rulebook="speed = 1\n",
        )
    )
    assert [f.file for f in report.listed] == ["participants.csv", "fixing.csv", "offers.csv", "rulebook.toml"]
