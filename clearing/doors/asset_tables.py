"""assets.csv and fixing.csv in; the assets with their value per increment out, sorted by id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.csv_table import Chunk, Table, chunks
from clearing.doors.decimals import (
    NUMBER_ALLOWED,
    ONE,
    TOO_LARGE_ALLOWED,
    Step,
    decimal_text,
    step_of,
    value_micro,
)
from clearing.doors.fault_list import Column
from clearing.doors.sorted_rows import id_order
from clearing.doors.table_rows import TableRows
from clearing.doors.text_columns import Names, check_shape, references
from clearing.model.book import AMOUNT_LIMIT, INDEX, INDEX_NAME, Assets
from clearing.model.faults import FaultReason

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

CLASSES = ("goods", "receipt", "capacity", "licence", "service", "internal")
VALUE_MICRO_MIN = 1_000
INCREMENT_ALLOWED = f"{NUMBER_ALLOWED}; more than 0"
VALUE_ALLOWED = f"a value × increment of at least {VALUE_MICRO_MIN:,} micro index units"
RESERVED = f"another id than {INDEX_NAME}, which is reserved for the index unit"

_UNIT = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)
_LOCATION = re.compile(r"[A-Z]{2} ?[A-Z0-9]{3}", re.ASCII)
_TEXTS = ("name", "hs_code", "location", "window")


def read_assets(assets: Table | None, fixing: Table | None) -> tuple[Assets, list[Step]]:
    """Assets with their values, and the increment of each as a step (1 where it could not be read)."""
    rows = TableRows(assets, "asset_id")
    for chunk in rows.chunks():
        _check(chunk)
        rows.add_texts(chunk, (*_TEXTS, "unit", "increment", "class"))
    rows.sort()
    written, units, classes = rows.cells("increment"), rows.cells("unit"), rows.cells("class")
    steps = [step_of(written.get(i, "")) or ONE for i in range(len(rows.ids))]
    names = Names({name: i for i, name in enumerate(rows.ids)}, "assets.csv", rows.complete)
    found = Assets(
        id=rows.ids,
        unit=[units.get(i, "") for i in range(len(rows.ids))],
        increment=[decimal_text(step) for step in steps],
        asset_class=[classes.get(i, CLASSES[0]) for i in range(len(rows.ids))],
        value_micro=read_values(fixing, names, steps),
        texts=rows.texts(_TEXTS),
    )
    return found, steps


def _check(chunk: Chunk) -> None:
    _refuse_reserved(chunk.column("asset_id"))
    check_shape(chunk.column("unit"), _UNIT, "a UNECE Rec 20 code: 1 to 3 capital letters and digits", optional=False)
    check_shape(chunk.column("location"), _LOCATION, "a UN/LOCODE: country and place such as NLRTM")
    asset_class = chunk.column("class")
    wrong = np.array([text not in ("", *CLASSES) for text in asset_class.texts], dtype=np.bool_)
    asset_class.refuse(wrong, FaultReason.MALFORMED, ", ".join(CLASSES))
    _steps(chunk.column("increment"), FaultReason.MALFORMED, INCREMENT_ALLOWED)


def _refuse_reserved(column: Column) -> None:
    reserved = np.array([text == INDEX_NAME for text in column.texts], dtype=np.bool_)
    column.refuse(reserved, FaultReason.IMPOSSIBLE, RESERVED)


def _steps(column: Column, reason: FaultReason, allowed: str) -> list[Step | None]:
    """Each cell as a positive decimal; others are noted, blank ones as missing."""
    steps = [step_of(text) for text in column.texts]
    blank = np.array([not text for text in column.texts], dtype=np.bool_)
    column.refuse(blank, FaultReason.MISSING, allowed)
    column.refuse(np.array([step is None for step in steps], dtype=np.bool_) & ~blank, reason, allowed)
    return steps


def read_values(table: Table | None, assets: Names, increments: Sequence[Step]) -> IntArray:
    """Micro index units per increment by asset; 0 where the fixing names none."""
    values = np.zeros(len(increments), dtype=np.int64)
    if table is None:
        return values
    ids: list[str] = []
    rows: list[IntArray] = []
    for chunk in chunks(table):
        column = chunk.column("asset_id")
        _refuse_reserved(column)
        asset = references(column, Names({**assets.index, INDEX_NAME: INDEX}, assets.file, assets.complete))
        micro = _micro(chunk.column("value"), asset, increments)
        values[asset[asset >= 0]] = micro[asset >= 0]
        ids.extend(column.texts)
        rows.append(chunk.rows)
    id_order(ids, np.concatenate(rows), "asset_id", table.faults)
    return values


def _micro(column: Column, asset: IntArray, increments: Sequence[Step]) -> IntArray:
    steps = _steps(column, FaultReason.MALFORMED, f"{NUMBER_ALLOWED}; {VALUE_ALLOWED}")
    exact = [
        value_micro(step, increments[of]) if step is not None and of >= 0 else VALUE_MICRO_MIN
        for step, of in zip(steps, asset.tolist(), strict=True)
    ]
    small = np.array([value < VALUE_MICRO_MIN for value in exact], dtype=np.bool_)
    column.refuse(small, FaultReason.IMPOSSIBLE, VALUE_ALLOWED)
    large = np.array([value >= AMOUNT_LIMIT for value in exact], dtype=np.bool_)
    column.refuse(large, FaultReason.TOO_LARGE, TOO_LARGE_ALLOWED)
    return np.where(small | large, 0, np.array([min(value, AMOUNT_LIMIT) for value in exact], dtype=np.int64))
