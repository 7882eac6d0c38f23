"""The lines of outcome/fills.jsonl in, the fill columns out: zero where the file has no line."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from clearing.audit.outcome_lines import FILLS
from clearing.audit.stored_lines import Numbers, Read, Record, checked, each_record, flaw, line_fault
from clearing.model.book import AMOUNT_LIMIT, Book
from clearing.model.outcome import Fills

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

_AMOUNT_MAX = AMOUNT_LIMIT - 1


def stored_fills(read: Read, book: Book, offer_of: dict[str, int]) -> Fills:
    """How far every offer and obligation of the book was filled."""
    obligation_of = {name: row for row, name in enumerate(book.obligations.id)}
    starts = book.offers.alt_start.tolist()
    debt, debt_flow = array("q"), array("q")
    offer, flow, delivered = array("q"), array("q"), array("q")
    alt, alt_flow, received, alt_line = array("q"), array("q"), array("q"), array("q")

    def add(record: Record) -> None:
        if record["kind"] == "obligation":
            if offer:
                raise flaw("it stands out of order")
            debt.append(obligation_of[record["id"]])
            debt_flow.append(int(record["flow_micro"]))
            return
        if record["kind"] != "offer":
            raise flaw("its kind is neither offer nor obligation")
        row = offer_of[record["id"]]
        offer.append(row)
        flow.append(int(record["flow_micro"]))
        delivered.append(int(record["delivered"]))
        first, count = starts[row], starts[row + 1] - starts[row]
        for taken in record["received"]:
            place = taken["alternative"]
            if type(place) is not int or not 0 <= place < count:
                raise flaw("its offer has no such alternative")
            alt.append(first + place)
            alt_flow.append(int(taken["flow_micro"]))
            received.append(int(taken["quantity"]))
            alt_line.append(len(debt) + len(offer) - 1)

    each_record(read, FILLS, add)
    debts, offers = np.arange(len(debt)), np.arange(len(debt), len(debt) + len(offer))
    lines = np.array(alt_line, dtype=np.int64)
    return Fills(
        offer_flow_micro=_spread(len(book.offers.id), offer, flow, offers, low=1),
        alt_flow_micro=_spread(starts[-1], alt, alt_flow, lines, low=1),
        offer_quantity=_spread(len(book.offers.id), offer, delivered, offers, low=0),
        alt_quantity=_spread(starts[-1], alt, received, lines, low=0),
        obligation_flow_micro=_spread(len(book.obligations.id), debt, debt_flow, debts, low=1),
    )


def _spread(size: int, rows: Numbers, amounts: Numbers, lines: IntArray, *, low: int) -> IntArray:
    """A column of ``size`` rows with the amounts in theirs; rows ascend; ``lines`` says where each amount stands."""
    column, at = np.zeros(size, dtype=np.int64), np.array(rows, dtype=np.int64)
    behind = np.flatnonzero(np.diff(at) <= 0)
    if len(behind):
        raise line_fault(FILLS, int(lines[behind[0] + 1]) + 1, "it stands out of order")
    column[at] = checked(FILLS, amounts, low=low, high=_AMOUNT_MAX, rows=lines.tolist())
    return column
