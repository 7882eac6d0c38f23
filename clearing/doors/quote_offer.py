"""``clearing quote``: a book and a file of extra offers come in; what each would get now goes out."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from clearing.doors.book_folder import read_book
from clearing.doors.explanation_words import explanation_object, explanation_sentences
from clearing.doors.words import amount, quantity_of
from clearing.model.book import Book, SessionTerms
from clearing.model.errors import BookFault, InputFault, UsageFault
from clearing.model.explanation import Explanation
from clearing.model.faults import FaultReport
from clearing.service import Session, explain_offer, quoted

OFFERS = "offers.csv"
WIDTH = 100


def quote_offers(folder: Path, extra: Path, *, as_json: bool) -> int:
    """Clear the book with the extra offers in it, keep nothing, and print what each gets; the exit status."""
    if not extra.is_file():
        raise UsageFault(f"{extra}: no such file; extra offers are a CSV file with the columns of {OFFERS}")
    book, terms, added = _joined_book(folder, extra)
    if book.fixing is not None and book.fixing.held:  # nothing comes of a quote that anybody would answer for
        terms = replace(terms, accepted_fixing="a quote")
    session = quoted(book, terms)
    found = [explain_offer(session, offer_id) for offer_id in added]
    if as_json:
        quotes = [explanation_object(session.book, each) for each in found]
        print(json.dumps({"digest": session.manifest.digest, "quotes": quotes}))
        return 0
    for each in found:
        print("\n".join(wrap(" ".join(_sentences(session, each)), WIDTH)))
    return 0


def _joined_book(folder: Path, extra: Path) -> tuple[Book, SessionTerms, Sequence[str]]:
    """The book with the extra offers, and their ids. Raises BookFault naming rows of the file they stand in."""
    read_book(folder)
    header, rows = _table(folder / OFFERS)
    more_header, more = _table(extra)
    columns = [*header, *(name for name in more_header if name not in header)]
    with tempfile.TemporaryDirectory() as scratch:
        for path in folder.iterdir():
            if path.is_file() and path.name != OFFERS:
                shutil.copy(path, scratch)
        with (Path(scratch) / OFFERS).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(_reordered(header, columns, rows))
            writer.writerows(_reordered(more_header, columns, more))
        try:
            book, terms = read_book(Path(scratch))
        except BookFault as fault:
            raise BookFault(_as_in(fault.report, extra.name, len(rows))) from fault
    return book, terms, [row[more_header.index("offer_id")] for row in more]


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file, strict=True) if row]
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise InputFault(f"{path.name}: not a CSV file with a header and offers ({type(error).__name__})") from error
    if "offer_id" not in header or any(len(row) != len(header) for row in rows) or not rows:
        raise InputFault(f"{path.name}: needs a header with offer_id, and rows as long as it")
    return header, rows


def _reordered(header: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[dict(zip(header, row, strict=True)).get(name, "") for name in columns] for row in rows]


def _as_in(report: FaultReport, name: str, rows_before: int) -> FaultReport:
    """Faults of the joined table as those of the extra file: its rows come after all of the book's.

    Where a repeated id stood first is left out, as that is a row of the joined table.
    """
    listed = [
        replace(
            fault,
            file=name,
            row=None if fault.row is None else max(1, fault.row - rows_before),
            allowed=fault.allowed.partition("; first in row ")[0],
        )
        if fault.file == OFFERS
        else fault
        for fault in report.listed
    ]
    return FaultReport(report.counts, listed)


def _sentences(session: Session, found: Explanation) -> list[str]:
    book = session.book
    own = slice(*book.offers.alt_start[found.offer : found.offer + 2].tolist())
    assets, quantities = book.offers.alt_asset[own].tolist(), session.outcome.fills.alt_quantity[own].tolist()
    taken = [
        quantity_of(book, asset, quantity) for asset, quantity in zip(assets, quantities, strict=True) if quantity
    ]
    premium = 0 if found.searched else found.paid_micro
    earned = f", and {'earn' if premium > 0 else 'pay'} premia of {amount(abs(premium))} index units" if premium else ""
    gets = [f"It would receive {' and '.join(taken)}{earned}."] if taken and not found.searched else []
    return [*explanation_sentences(book, found), *gets]
