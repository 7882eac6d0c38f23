"""A book folder and a file of extra offers in; the book with them in it, and their ids, out.

The file is read as a book's offers.csv is, and its faults name its own rows.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clearing.doors.book_folder import FORMS, read_book
from clearing.doors.csv_table import TableForm, chunks, has_long_fields, open_table
from clearing.doors.fault_list import FaultList, fault_report
from clearing.model.book import Book, SessionTerms
from clearing.model.errors import BookFault, UsageFault
from clearing.model.faults import Fault, FaultReason, FaultReport

OFFERS = "offers.csv"
NO_OFFERS = "a header and at least one offer below it"

_FORM = next(form for form in FORMS if form.file == OFFERS)
_OTHER_ROW = re.compile(r"(?<=another participant than row )[0-9]+$")


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a file of offers as cells, by row number."""

    header: Sequence[str]
    cells: Mapping[int, Sequence[str]]

    def column(self, name: str) -> Sequence[str]:
        """A column that the file has."""
        at = self.header.index(name)
        return [row[at] for row in self.cells.values()]


def book_with(folder: Path, extra: Path) -> tuple[Book, SessionTerms, Sequence[str]]:
    """The book with the extra offers, and their ids. Raises BookFault naming rows of the file they stand in."""
    if not extra.is_file():
        raise UsageFault(f"{extra}: no such file; extra offers are a CSV file with the columns of {OFFERS}")
    read_book(folder)
    more, own = _rows(extra), _rows(folder / OFFERS)
    if not more.cells:
        faults = FaultList(extra.name)
        faults.note(FaultReason.MISSING, found="no offers", allowed=NO_OFFERS)
        raise BookFault(fault_report([faults]))
    with tempfile.TemporaryDirectory() as scratch:
        for path in folder.iterdir():
            if path.is_file() and path.name != OFFERS:
                shutil.copy(path, scratch)
        places = _write_joined(Path(scratch) / OFFERS, own, more)
        try:
            book, terms = read_book(Path(scratch))
        except BookFault as fault:
            raise BookFault(_as_in(fault.report, extra.name, places)) from fault
    return book, terms, more.column("offer_id")


def _rows(path: Path) -> _Rows:
    """The rows of one file. Raises BookFault where it is no table of offers."""
    form = TableForm(path.name, _FORM.required, _FORM.optional, _FORM.ids)
    faults = FaultList(path.name, form.columns)
    table = open_table(path.parent, form, faults)
    cells: dict[int, Sequence[str]] = {}
    if table is not None and not has_long_fields(table):
        for chunk in chunks(table):
            texts = zip(*(chunk.column(name).texts for name in table.header), strict=True)
            cells.update(zip(chunk.rows.tolist(), texts, strict=True))
    if table is None or faults.counts:
        raise BookFault(fault_report([faults]))
    return _Rows(table.header, cells)


def _write_joined(path: Path, own: _Rows, more: _Rows) -> Mapping[int, int]:
    """The book's offers in rows of the same number, then the extra ones: the row of each of these in its own file."""
    columns = [name for name in _FORM.columns if name in own.header or name in more.header]
    last = max(own.cells, default=1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in range(2, last + 1):
            writer.writerow(_in_order(own.header, columns, own.cells[row]) if row in own.cells else [])
        writer.writerows(_in_order(more.header, columns, cells) for cells in more.cells.values())
    return dict(enumerate(more.cells, start=last + 1))


def _in_order(header: Sequence[str], columns: Sequence[str], cells: Sequence[str]) -> Sequence[str]:
    named = dict(zip(header, cells, strict=True))
    return [named.get(name, "") for name in columns]


def _as_in(report: FaultReport, name: str, places: Mapping[int, int]) -> FaultReport:
    """Faults of the joined table as those of the extra file."""
    return FaultReport(report.counts, list(_placed(report.listed, name, places)))


def _placed(listed: Sequence[Fault], name: str, places: Mapping[int, int]) -> Iterator[Fault]:
    """Where a repeated id stood first is left out, as that may be a row of either file."""
    for fault in listed:
        row = places.get(fault.row or 0) if fault.file == OFFERS else None
        if row is None:
            yield fault
            continue
        found = _OTHER_ROW.sub(lambda other: _named(int(other[0]), places), fault.found)
        allowed = fault.allowed.partition("; first in row ")[0]
        yield replace(fault, file=name, row=row, found=found, allowed=allowed)


def _named(row: int, places: Mapping[int, int]) -> str:
    return str(places[row]) if row in places else f"{row} of the book's {OFFERS}"
