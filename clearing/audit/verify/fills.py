"""Outcome/fills in, flows and quantities by offer, alternative and obligation out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clearing.audit.verify import forms
from clearing.audit.verify.book import Book
from clearing.audit.verify.lines import batches, check_ascending, split
from clearing.audit.verify.report import Findings, shown

_RECEIVED = re.compile(r'\{"alternative":([0-9]+),"flow_micro":"([0-9]+)","quantity":"([0-9]+)"\}')


@dataclass(slots=True)
class Fills:
    """How far everything was filled; zero where it was not."""

    offer_flow: list[int]
    alt_flow: list[int]
    delivered: list[int]
    alt_quantity: list[int]
    obligation_flow: list[int]
    lines: dict[str, list[int]]
    """For offers and obligations: the index of each fill in order of lines."""

    def line(self, book: Book, offer: int) -> int | None:
        """The line of an offer's fill."""
        return self._line("offer", offer, len(self.lines["obligation"]))

    def obligation_line(self, obligation: int) -> int | None:
        """The line of an obligation's fill."""
        return self._line("obligation", obligation, 0)

    def _line(self, kind: str, index: int, start: int) -> int | None:
        try:
            return start + self.lines[kind].index(index) + 1
        except ValueError:
            return None


def read_fills(bytes_read: bytes, book: Book, found: Findings) -> Fills | None:
    """The fills, or None if they name what does not exist or are malformed."""
    offers = book.offers
    fills = Fills(
        [0] * len(offers.id), [0] * len(offers.alt_asset), [0] * len(offers.id), [0] * len(offers.alt_asset),
        [0] * len(book.obligations.id), {"offer": [], "obligation": []},
    )  # fmt: skip
    before, line, last = found.total(), 1, ("", "")
    for rows in batches(bytes_read, forms.FILLS, found):
        delivered, flows, ids, kinds, received = split(rows, 5)
        keys = list(zip(kinds, ids, strict=True))
        check_ascending([last, *keys], forms.FILLS.path, found, line - 1)
        last = keys[-1]
        _add_rows(fills, book, list(zip(delivered, flows, ids, kinds, received, strict=True)), line, found)
        line += len(rows)
    return fills if found.total() == before else None


def _add_rows(fills: Fills, book: Book, rows: list[tuple[str, ...]], first: int, found: Findings) -> None:
    index, starts, path = book.offers.index, book.offers.alt_start, forms.FILLS.path
    offer_lines = fills.lines["offer"]
    for line, (delivered, flow, name, kind, received) in enumerate(rows, start=first):
        if kind == "obligation":
            _add_obligation(fills, book, (delivered, flow, name, received), line, found)
            continue
        offer = index.get(name)
        if offer is None or not delivered or not received or (received == "[]" and book.rulebook.version == 1):
            what = f"no such offer: {shown(name)}" if offer is None else "an offer's fill states both sides"
            found.add(2 if offer is None else 0, what, path, line, "id" if offer is None else "received")
            continue
        offer_lines.append(offer)
        fills.offer_flow[offer] = int(flow)
        fills.delivered[offer] = int(delivered)
        start, alternatives = starts[offer], starts[offer + 1] - starts[offer]
        previous = -1
        for text, part, quantity in _RECEIVED.findall(received):
            alternative = int(text)
            if not previous < alternative < alternatives:
                found.add(2, f"no alternative {alternative} here", path, line, "received")
                break
            fills.alt_flow[start + alternative] = int(part)
            fills.alt_quantity[start + alternative] = int(quantity)
            previous = alternative


def _add_obligation(fills: Fills, book: Book, row: Sequence[str], line: int, found: Findings) -> None:
    delivered, flow, name, received = row
    obligation = book.obligations.index.get(name)
    if obligation is None:
        found.add(2, f"no such obligation: {shown(name)}", forms.FILLS.path, line, "id")
    elif delivered or received:
        found.add(0, "an obligation is discharged, not delivered", forms.FILLS.path, line, "delivered")
    else:
        fills.obligation_flow[obligation] = int(flow)
        fills.lines["obligation"].append(obligation)
