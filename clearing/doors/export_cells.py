"""Lines of a bundle's file and a table's columns in, the bytes of its CSV out: RFC 4180, UTF-8, texts defused.

A spreadsheet takes a cell that begins with ``= + - @``, a tab or a return for a formula. Of texts such a cell gets
a ``'`` in front. Numbers of our own columns, negative ones too, are digits and stay numbers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from clearing.audit.canonical import decimal_text
from clearing.audit.stored_lines import MALFORMED, flaw, line_fault, reason_of
from clearing.doors.export_tables import Column, Kind, Table

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ROWS_AT_ONCE = 4_096
_MICRO_PLACES, _BPS_PLACES = 6, 2

Record: TypeAlias = Mapping[str, Any]
Steps: TypeAlias = Mapping[str, tuple[int, int]]
"""The increment of each asset as mantissa and places: 0.025 is (25, 3)."""

Terms: TypeAlias = Callable[[str], tuple[str, list[str]]]
"""What an offer delivers, and what it receives by alternative."""


def csv_chunks(table: Table, lines: Iterable[bytes], steps: Steps, terms: Terms) -> Iterator[bytes]:
    """The table, some thousand rows at a time, its heading first.

    ``terms`` says of what an offer's fill is. Raises InputFault where a line has another form than its table.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([heading for column in table.columns for heading in column.headings()])
    for number, line in enumerate(lines, 1):
        try:
            for record in _records(table, json.loads(line.decode()), terms):
                writer.writerow(_cells(table.columns, record, steps))
        except MALFORMED as error:
            raise line_fault(table.path, number, reason_of(error)) from error
        if number % _ROWS_AT_ONCE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def defused(text: str) -> str:
    """The text as a spreadsheet keeps it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _records(table: Table, line: Record, terms: Terms) -> Iterator[Record]:
    """The rows that a line makes."""
    if table.name == "fills" and line["kind"] == "offer":
        line = {**line, "deliver_asset": terms(line["id"])[0]}
    if not table.each:
        unknown = line.keys() - table.members()
        if unknown:
            raise flaw(f'"{min(unknown)[:40]}" is no column of {table.name}')
        yield line
        return
    for place, row in enumerate(line.get(table.each, ())):
        placed = {"alternative": place, "segment": place, **row, table.key: line[table.key]}
        if table.name == "fill_alternatives":
            placed["asset"] = terms(line["id"])[1][placed["alternative"]]
        yield placed


def _cells(columns: Iterable[Column], record: Record, steps: Steps) -> Iterator[str]:
    for column in columns:
        if column.name not in record:
            yield from [""] * len(column.headings())
            continue
        yield from _written(column, record[column.name], record, steps)


def _written(column: Column, value: Any, record: Record, steps: Steps) -> tuple[str, ...]:
    match column.kind:
        case Kind.TEXT if isinstance(value, str):
            return (defused(value),)
        case Kind.COUNT if type(value) is int:
            return (str(value),)
        case Kind.FLAG if isinstance(value, bool):
            return ("true" if value else "false",)
        case Kind.LIST:
            return (defused("|".join(value)),)
        case Kind.MICRO:
            return str(int(value)), _decimal(int(value), _MICRO_PLACES)
        case Kind.PPM:
            return str(int(value)), _decimal(int(value), _BPS_PLACES)
        case Kind.QUANTITY:
            mantissa, places = steps[record[column.asset]]
            return str(int(value)), _decimal(int(value) * mantissa, places)
    raise flaw(f'"{column.name}" is no {column.kind.value}')


def _decimal(units: int, places: int) -> str:
    return f"{'-' if units < 0 else ''}{decimal_text(abs(units), places=places) if places else abs(units)}"
