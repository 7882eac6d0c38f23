"""A session comes in; its instructions go out as a table."""

from __future__ import annotations

from collections.abc import Sequence, Set

from clearing.doors.report import figures
from clearing.doors.report.table import Cell, Column, Table, largest, left_out
from clearing.model.book import Book
from clearing.model.outcome import Outcome

ROWS_MAX = 250


def instruction_table(book: Book, outcome: Outcome) -> Table:
    """The instructions of most value, in order of id."""
    instructions = outcome.instructions
    priced = {premium.asset for premium in outcome.premia}
    shown = largest(instructions.value_micro, ROWS_MAX)
    columns = [
        Column("Instruction", "code"), Column("Group", "code"), Column("Deliverer", "name"), Column("Receiver", "name"),
        Column("Asset", "name"), Column("Quantity", "number"), Column("Value", "number", "index units"),
        Column("Premium", "number", "receiver to deliverer"), Column("Rings", "number"),
    ]  # fmt: skip
    return Table(
        "instructions",
        "Settlement instructions: who delivers what to whom",
        columns,
        [_row(book, outcome, i, priced) for i in shown],
        left_out=left_out(
            len(shown), len(instructions.value_micro), what="instructions", which="the instructions of most value",
            where="outcome/instructions.jsonl",
        ),
        search="Find a desk or asset" if len(shown) > 30 else "",
    )  # fmt: skip


def _row(book: Book, outcome: Outcome, i: int, priced: Set[int]) -> Sequence[Cell]:
    instructions = outcome.instructions
    asset, premia = int(instructions.asset[i]), instructions.premium_micro
    return [
        f"I{i + 1:06d}",
        f"G{int(instructions.group[i]) + 1:06d}",
        figures.desk_pair(book, int(instructions.deliverer[i])),
        figures.desk_pair(book, int(instructions.receiver[i])),
        figures.asset_pair(book, asset),
        figures.quantity(book, asset, int(instructions.quantity[i])),
        figures.units(int(instructions.value_micro[i])),
        "in entries" if premia is None or asset not in priced else figures.signed_units(int(premia[i])),
        f"{int(instructions.ring_start[i + 1] - instructions.ring_start[i]):,}",
    ]
