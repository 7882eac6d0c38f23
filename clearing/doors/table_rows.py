"""One table while it is read: chunks in; its ids, integer columns and sparse texts out, in ascending id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.csv_table import Chunk, Table, chunks
from clearing.doors.sorted_rows import id_order, moved, taken
from clearing.doors.text_columns import check_ids, free_texts

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


class TableRows:
    """Filled chunk by chunk, sorted once; without a table it stays empty."""

    def __init__(self, table: Table | None, id_column: str) -> None:
        self.ids: list[str] = []
        self._table = table
        self._id_column = id_column
        self._rows: list[IntArray] = []
        self._columns: dict[str, list[IntArray]] = {}
        self._texts: dict[str, dict[int, str]] = {}
        self._order: IntArray = np.zeros(0, dtype=np.int64)
        self._first = 0

    def chunks(self) -> Iterator[Chunk]:
        """The chunks of the table, their ids checked and taken."""
        if self._table is None:
            return
        for chunk in chunks(self._table):
            ids = chunk.column(self._id_column)
            check_ids(ids)
            self._first = len(self.ids)
            self.ids.extend(ids.texts)
            self._rows.append(chunk.rows)
            yield chunk

    def add(self, **columns: IntArray) -> None:
        """Integer columns of the chunk at hand."""
        for name, column in columns.items():
            self._columns.setdefault(name, []).append(column)

    def add_texts(self, chunk: Chunk, names: Sequence[str]) -> None:
        """The filled cells of text columns of the chunk at hand."""
        for name in names:
            if chunk.has(name):
                self._texts.setdefault(name, {}).update(free_texts(chunk.column(name), first=self._first))

    def sort(self) -> None:
        """Puts everything in ascending id."""
        if self._table is not None:
            rows = np.concatenate([np.zeros(0, dtype=np.int64), *self._rows])
            self._order = id_order(self.ids, rows, self._id_column, self._table.faults)
            self.ids = taken(self.ids, self._order)

    def column(self, name: str) -> IntArray:
        """An integer column in ascending id."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *self._columns.get(name, [])])[self._order]

    def cells(self, name: str) -> dict[int, str]:
        """The filled cells of a text column, keyed by position in ascending id."""
        return moved(self._texts.get(name, {}), self._order)

    def texts(self, names: Sequence[str]) -> Mapping[str, Mapping[int, str]]:
        """Those of the text columns that hold anything."""
        return {name: cells for name in names if (cells := self.cells(name))}

    @property
    def complete(self) -> bool:
        """Whether every row of the table could be read."""
        return self._table is not None and not self._table.faults.rows_lost
