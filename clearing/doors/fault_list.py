"""The faults of one file while it is read: every fault counted, the first in order of row kept.

A column of text comes in with the rows that it stands in; what is wrong in it goes to the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.fault_text import safe_text
from clearing.model.faults import FAULTS_LISTED_MAX, Fault, FaultReason, FaultReport

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

Wording = str | Callable[[int], str]
"""A text, or a function of the position in the chunk: asked only for faults that are listed."""


class FaultList:
    """Collects the faults of one file, in any order."""

    def __init__(self, file: str, columns: Sequence[str] = ()) -> None:
        self.file = file
        self.rows_lost = False
        """Some rows could not be read, so a name that is not found here may be among them."""
        self.counts: Counter[FaultReason] = Counter()
        self._rank = {name: rank for rank, name in enumerate(columns)}
        self._kept: list[Fault] = []

    def note(
        self,
        reason: FaultReason,
        *,
        found: str,
        allowed: str,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """One fault; ``found`` is a cell's text or a remark, made safe here."""
        self.counts[reason] += 1
        self._keep(Fault(reason, self.file, row, column, safe_text(found), allowed))

    def note_rows(
        self,
        reason: FaultReason,
        *,
        rows: IntArray,
        wrong: IntArray,
        column: str,
        found: Callable[[int], str],
        allowed: Wording,
    ) -> None:
        """The faults at positions ``wrong`` (ascending) of a chunk whose row numbers are ``rows``."""
        if not len(wrong):
            return  # a count of 0 would still make a report
        self.counts[reason] += len(wrong)
        for position in wrong[:FAULTS_LISTED_MAX].tolist():
            says = allowed if isinstance(allowed, str) else allowed(position)
            row = int(rows[position])
            self._keep(Fault(reason, self.file, row, column, safe_text(found(position)), says))

    def listed(self) -> list[Fault]:
        """The first FAULTS_LISTED_MAX in order of row, then of column."""
        return sorted(self._kept, key=self._place)[:FAULTS_LISTED_MAX]

    def _keep(self, fault: Fault) -> None:
        self._kept.append(fault)
        if len(self._kept) >= 8 * FAULTS_LISTED_MAX:
            self._kept = self.listed()

    def _place(self, fault: Fault) -> tuple[int, int]:
        return (fault.row or 0, self._rank.get(fault.column or "", -1))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chunk: its cells as text, the rows they stand in, and where faults go."""

    name: str
    texts: Sequence[str]
    rows: IntArray
    faults: FaultList
    cells: Sequence[str] = ()
    """Where the texts are items of lists: the lists as written, ..."""
    cell: IntArray | None = None
    """... and which of them each item stands in."""

    def refuse(self, wrong: BoolArray, reason: FaultReason, allowed: Wording) -> None:
        """Notes a fault for every cell where ``wrong`` is true."""
        if wrong.any():
            positions = np.flatnonzero(wrong)
            self.faults.note_rows(
                reason,
                rows=self.rows,
                wrong=positions,
                column=self.name,
                found=self._found,
                allowed=allowed,
            )

    def at(self, positions: IntArray, texts: Sequence[str]) -> Column:
        """Other cells, one for each of these positions, under the same name: the items of a list."""
        return Column(self.name, texts, self.rows[positions], self.faults, self.texts, positions)

    def subset(self, positions: IntArray) -> Column:
        """The cells at these positions only."""
        return self.at(positions, [self.texts[i] for i in positions.tolist()])

    def _found(self, position: int) -> str:
        """The text; a blank one among others says where it stands, as blank it would not show."""
        text = self.texts[position]
        whole = "" if self.cell is None else self.cells[int(self.cell[position])]
        return text if text or not whole else f"an empty item in '{whole}'"


def fault_report(lists: Iterable[FaultList]) -> FaultReport:
    """All faults of all files counted, the first listed in order of file, then row."""
    counts: Counter[FaultReason] = Counter()
    listed: list[Fault] = []
    for faults in lists:
        counts.update(faults.counts)
        if len(listed) < FAULTS_LISTED_MAX:
            listed.extend(faults.listed()[: FAULTS_LISTED_MAX - len(listed)])
    return FaultReport(counts, tuple(listed))
