"""A CSV file in, its columns out in chunks: UTF-8, comma-separated, header required, any column order.

What a file as a whole can have wrong (size, encoding, header) is found before any row is read. Blank
lines are passed over. Rows count from 1 with the header as row 1; a quoted line break does not count.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.fault_list import Column, FaultList
from clearing.doors.file_bytes import BOM, file_bytes, row_of
from clearing.doors.long_fields import FIELD_BYTES_MAX, long_fields
from clearing.model.faults import FaultReason

if TYPE_CHECKING:
    from pathlib import Path

    from clearing.model.columns import IntArray

CHUNK_ROWS = 4_096
ROWS_MAX = 5_000_000
HEADER_BYTES_MAX = 65_536
HEADER_COLUMNS_MAX = 64
QUOTING = "quotation marks around a whole field, doubled inside it and closed"

_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class TableForm:
    """Which columns a file has; ``ids`` are those that hold one id a cell."""

    file: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    may_be_absent: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in file order."""
        return self.required + self.optional


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: its header as found, its bytes, and where its faults go."""

    form: TableForm
    header: tuple[str, ...]
    content: bytes
    faults: FaultList


@dataclass(frozen=True, slots=True)
class Chunk:
    """Up to CHUNK_ROWS rows as columns."""

    rows: IntArray
    columns: dict[str, Sequence[str]]
    faults: FaultList

    def column(self, name: str) -> Column:
        """A column by name; an absent one has empty cells."""
        texts = self.columns.get(name)
        return Column(name, [""] * len(self.rows) if texts is None else texts, self.rows, self.faults)

    def has(self, name: str) -> bool:
        """Whether any cell of the column is filled."""
        return any(self.columns.get(name, ()))


def open_table(folder: Path, form: TableForm, faults: FaultList) -> Table | None:
    """The file with its bytes and header checked; None when it is absent or a fault was noted."""
    content = file_bytes(folder / form.file, faults, may_be_absent=form.may_be_absent)
    header = None if content is None else _header(content, form, faults)
    if content is None or header is None:
        faults.rows_lost = bool(faults.counts)
        return None
    return Table(form, header, content, faults)


def has_long_fields(table: Table) -> bool:
    """A quick look, before rows are read, at fields and ids that are too long; notes a fault for each."""
    id_places = {place for place, name in enumerate(table.header) if name in table.form.ids}
    found = list(long_fields(table.content, id_places))
    for field in found:
        column = table.header[field.place] if field.place is not None and field.place < len(table.header) else None
        text = table.content[field.begin : field.begin + 80].decode("utf-8", "replace")
        table.faults.note(
            FaultReason.SIZE,
            row=row_of(table.content, field.begin),
            column=column,
            found=f"{text[:20]}... ({field.length:,} bytes)",
            allowed=f"at most {field.allowed:,} bytes",
        )
    return bool(found)


def chunks(table: Table) -> Iterator[Chunk]:
    """The rows of the file; rows of a wrong width are noted and left out."""
    reader = _reader(table.content)
    next(reader)
    row = 2
    broken: csv.Error | None = None
    while broken is None:
        records: list[list[str]] = []
        try:
            records.extend(islice(reader, CHUNK_ROWS))
        except csv.Error as error:  # what came before it in this chunk is kept
            broken = error
        count = len(records)
        chunk = _chunk(table, records, row)
        records.clear()  # the columns hold the cells now
        yield chunk
        del chunk
        row += count
        if row - 2 > ROWS_MAX:
            _refuse_rest(table, ROWS_MAX + 2, FaultReason.SIZE, "more rows", f"at most {ROWS_MAX:,} rows")
            return
        if broken is None and count < CHUNK_ROWS:
            return
    reason, found = _reading_fault(broken)
    _refuse_rest(table, row, reason, found, f"{QUOTING}; fields of at most {FIELD_BYTES_MAX:,} bytes")


def _header(content: bytes, form: TableForm, faults: FaultList) -> tuple[str, ...] | None:
    allowed = f"the columns {', '.join(form.required)}"
    if form.optional:
        allowed += f" and, if wanted, {', '.join(form.optional)}"
    if len(content) > HEADER_BYTES_MAX and not _LINE_END.search(content, 0, HEADER_BYTES_MAX):
        found = content[:100].decode("utf-8", "replace")
        faults.note(FaultReason.SIZE, row=1, found=found, allowed=f"a header of at most {HEADER_BYTES_MAX:,} bytes")
        return None
    try:
        header = tuple(next(_reader(content), []))
    except csv.Error as error:
        faults.note(FaultReason.HEADER, row=1, found=_reading_fault(error)[1], allowed=QUOTING)
        return None
    if len(header) > HEADER_COLUMNS_MAX:
        faults.note(FaultReason.HEADER, row=1, found=f"{len(header):,} columns", allowed=allowed)
    elif not header:
        faults.note(FaultReason.HEADER, row=1, found="no header", allowed=allowed)
    elif any(";" in name for name in header) and not set(form.required) <= set(header):
        allowed = f"commas between columns, not ';': {allowed}"
        faults.note(FaultReason.HEADER, row=1, found=",".join(header), allowed=allowed)
    else:
        _check_names(header, form, faults, allowed)
    return None if faults.counts else header


def _check_names(header: tuple[str, ...], form: TableForm, faults: FaultList, allowed: str) -> None:
    for place, name in enumerate(header):
        if name not in form.columns:
            faults.note(FaultReason.HEADER, row=1, found=f"unknown column {name!a}", allowed=allowed)
        elif name in header[:place]:
            faults.note(FaultReason.HEADER, row=1, column=name, found="the column twice", allowed="each column once")
    for name in form.required:
        if name not in header:
            faults.note(FaultReason.HEADER, row=1, column=name, found="no such column", allowed=allowed)


def _reader(content: bytes) -> Iterator[list[str]]:
    stream = io.BytesIO(content)
    stream.seek(len(BOM) if content.startswith(BOM) else 0)
    return csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline=""), strict=True)


def _chunk(table: Table, records: list[list[str]], first_row: int) -> Chunk:
    width = len(table.header)
    rows = np.arange(first_row, first_row + len(records), dtype=np.int64)
    if set(map(len, records)) - {width}:
        kept = np.array([len(record) == width for record in records], dtype=np.bool_)
        for position in np.flatnonzero(~kept).tolist():
            _refuse_width(table, records[position], int(rows[position]))
        rows = rows[kept]
        records = [record for record in records if len(record) == width]
    columns: dict[str, Sequence[str]] = dict(zip(table.header, zip(*records, strict=True), strict=False))
    return Chunk(rows, columns, table.faults)


def _refuse_width(table: Table, record: list[str], row: int) -> None:
    if not record:  # a blank line
        return
    table.faults.rows_lost = True
    width = len(table.header)
    table.faults.note(
        FaultReason.COLUMNS,
        row=row,
        found=f"{len(record):,} field{'s' if len(record) != 1 else ''}",
        allowed=f"{width} field{'s' if width != 1 else ''}, as in the header"
        + (", commas between them" if ";" in record[0] else ""),
    )


def _refuse_rest(table: Table, row: int, reason: FaultReason, found: str, allowed: str) -> None:
    table.faults.rows_lost = True
    table.faults.note(reason, row=row, found=found, allowed=allowed)


def _reading_fault(error: csv.Error) -> tuple[FaultReason, str]:
    if "field larger" in str(error):
        return FaultReason.SIZE, "a field that is too long, or a quotation mark never closed"
    if "end of data" in str(error):
        return FaultReason.MALFORMED, "a quotation mark never closed"
    return FaultReason.MALFORMED, "a quotation mark inside a field"
