"""``clearing import obligations``: rows id,debtor,creditor,amount come in, a book that sets them off goes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clearing.doors.csv_table import Chunk, Table, TableForm, chunks, has_long_fields, open_table
from clearing.doors.fault_list import Column, FaultList, fault_report
from clearing.doors.fault_text import safe_text
from clearing.doors.folder_writer import check_target
from clearing.doors.imports.book_writer import Claim, Desk, ImportedBook, told_lines, write_imported
from clearing.doors.imports.foreign_names import NAME_ALLOWED, identifier, is_name, name_beside
from clearing.doors.number_columns import amounts_micro
from clearing.doors.words import count
from clearing.model.errors import BookFault
from clearing.model.faults import FaultReason

COLUMNS = ("id", "debtor", "creditor", "amount")
NAMES = COLUMNS[:3]


def import_obligations(file: Path, out: Path) -> int:
    """Write the book of a list of obligations; the exit status. Raises BookFault with every fault of the list."""
    check_target(out)
    faults = FaultList(safe_text(file.name), COLUMNS)
    table = open_table(file.parent, TableForm(file.name, COLUMNS, ids=NAMES), faults)
    ids: dict[str, str] = {}
    claims = [] if table is None or has_long_fields(table) else _claims(table, ids)
    if faults.counts:
        raise BookFault(fault_report([faults]))
    desks = [Desk(ids[name], name_beside(name, ids[name])) for name in sorted(ids)]
    book = ImportedBook(desks, obligations=claims)
    write_imported(book, out)
    print("\n".join(told_lines(book, out, count(len(claims), "row"))))
    return 0


def _claims(table: Table, ids: dict[str, str]) -> list[Claim]:
    """The rows; ``ids`` gains each debtor and creditor, so that an id is one text however often it stands."""
    claims: list[Claim] = []
    seen: set[str] = set()
    for chunk in chunks(table):
        columns = [chunk.column(name).texts for name in COLUMNS]
        _check(chunk, seen)
        if not table.faults.counts:
            claims += [_claim(row, ids) for row in zip(*columns, strict=True)]
    return claims


def _check(chunk: Chunk, seen: set[str]) -> None:
    for name in NAMES:
        column = chunk.column(name)
        column.refuse(_where([not text for text in column.texts]), FaultReason.MISSING, NAME_ALLOWED)
        strange = _where([bool(text) and not is_name(text) for text in column.texts])
        column.refuse(strange, FaultReason.MALFORMED, NAME_ALLOWED)
    id, debtor, creditor = (chunk.column(name) for name in NAMES)
    id.refuse(_repeated(id, seen), FaultReason.DUPLICATE, "each id once")
    same = [bool(a) and a == b for a, b in zip(debtor.texts, creditor.texts, strict=True)]
    creditor.refuse(_where(same), FaultReason.IMPOSSIBLE, "another than the debtor")
    amounts_micro(chunk.column("amount"), least=1)


def _repeated(column: Column, seen: set[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    again = []
    for text in column.texts:
        again.append(bool(text) and text in seen)
        seen.add(text)
    return _where(again)


def _where(wrong: list[bool]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array(wrong, dtype=np.bool_)


def _claim(row: tuple[str, ...], ids: dict[str, str]) -> Claim:
    written, debtor, creditor, amount = row
    id = identifier(written)
    return Claim(id, _desk_id(debtor, ids), _desk_id(creditor, ids), amount, name_beside(written, id))


def _desk_id(name: str, ids: dict[str, str]) -> str:
    return ids.get(name) or ids.setdefault(name, identifier(name))
