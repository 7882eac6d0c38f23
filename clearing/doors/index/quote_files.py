"""Files of quotes in, the quotes out; what is malformed is a fault with its row and column.

What is well formed and bad (zero, NaN, stale, crossed) is kept: to reject it with its reason is for the fixing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clearing.doors.csv_table import Chunk, Table, TableForm, chunks, open_table
from clearing.doors.fault_list import Column, FaultList, fault_report
from clearing.doors.text_columns import ID, ID_ALLOWED, check_ids, check_shape
from clearing.doors.times import TIME_ALLOWED, utc_text
from clearing.model.errors import BookFault, UsageFault
from clearing.model.faults import FaultReason
from clearing.model.fixing import Quote, QuoteKind

KINDS = {kind.value: kind for kind in QuoteKind}
KIND_ALLOWED = ", ".join(KINDS)
VALUE_ALLOWED = "1 to 40 printable ASCII characters: a number, or what the source sent in its place"
APPROVALS_ALLOWED = f"blank, or ids separated by |, each once; {ID_ALLOWED}"
COLUMNS = ("source", "base", "quote", "value", "kind", "time")

_VALUE = re.compile(r"[\x20-\x7e]{1,40}", re.ASCII)


def read_quotes(paths: Sequence[Path]) -> list[Quote]:
    """The quotes of all files, and of all .csv files of folders among them. Raises BookFault with all faults."""
    files = [file for path in paths for file in _files(path)]
    lists: list[FaultList] = []
    quotes: list[Quote] = []
    for file in files:
        form = TableForm(file.name, COLUMNS, ("approvals",), ids=("source", "base", "quote"))
        faults = FaultList(file.name, form.columns)
        lists.append(faults)
        table = open_table(file.parent, form, faults)
        if table is not None:
            quotes += _quotes(table)
    report = fault_report(lists)
    if report.counts:
        raise BookFault(report)
    return quotes


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise UsageFault(f"{path}: no such file; quotes are CSV files, or a folder of them")
        return [path]
    found = sorted(file for file in path.glob("*.csv") if file.is_file())
    if not found:
        raise UsageFault(f"{path} holds no .csv file; quotes are CSV files, or a folder of them")
    return found


def _quotes(table: Table) -> list[Quote]:
    found: list[Quote] = []
    times: dict[str, str | None] = {}
    for chunk in chunks(table):
        before = sum(table.faults.counts.values())
        _check(chunk, times)
        if sum(table.faults.counts.values()) > before:
            continue
        columns = [chunk.column(name).texts for name in (*COLUMNS, "approvals")]
        found += [
            Quote(source, base, quote, value, KINDS[kind], times[time] or "", _approvals(approvals))
            for source, base, quote, value, kind, time, approvals in zip(*columns, strict=True)
        ]
    return found


def _check(chunk: Chunk, times: dict[str, str | None]) -> None:
    for name in ("source", "base", "quote"):
        check_ids(chunk.column(name))
    check_shape(chunk.column("value"), _VALUE, VALUE_ALLOWED, optional=False)
    kind, time, approvals = chunk.column("kind"), chunk.column("time"), chunk.column("approvals")
    times.update((text, utc_text(text)) for text in set(time.texts) - times.keys())
    _refuse(kind, [text in KINDS for text in kind.texts], KIND_ALLOWED)
    _refuse(time, [times[text] is not None for text in time.texts], TIME_ALLOWED)
    _refuse(approvals, [_are_approvals(text) for text in approvals.texts], APPROVALS_ALLOWED)


def _refuse(column: Column, good: Sequence[bool], allowed: str) -> None:
    column.refuse(~np.array(good, dtype=np.bool_), FaultReason.MALFORMED, allowed)


def _are_approvals(text: str) -> bool:
    items = text.split("|") if text else []
    return len(set(items)) == len(items) and all(ID.fullmatch(item) for item in items)


def _approvals(text: str) -> tuple[str, ...]:
    return tuple(sorted(text.split("|"))) if text else ()
