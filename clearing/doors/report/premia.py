"""A session comes in; premia with the intervals they could lie in, scarce first, go out as a table with plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.report import figures
from clearing.doors.report.fates import Fates
from clearing.doors.report.table import Cell, Column, Span, Table, left_out, percent, round_reach
from clearing.model.book import Book
from clearing.model.outcome import Outcome, Premium

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

ROWS_MAX = 200
EXTREMES_NAMED = 3
WIDE_PPM = 10_000
"""From here on an interval says little about its asset: 100 bps, one percent of its value."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """A scarce or abundant asset in a line: its name and premium."""

    name: str
    premium: str


def extremes(book: Book, outcome: Outcome, *, sign: int) -> Sequence[Extreme]:
    """The traded assets of highest premium (sign 1) or lowest (sign -1), at most EXTREMES_NAMED."""
    told = [p for p in outcome.premia if p.premium_ppm * sign > 0 and p.traded_micro > 0]
    told.sort(key=lambda p: (-p.premium_ppm * sign, p.asset))
    return [Extreme(figures.asset(book, p.asset), figures.basis_points(p.premium_ppm)) for p in told[:EXTREMES_NAMED]]


def premium_table(book: Book, outcome: Outcome, fates: Fates) -> Table:
    """One row an asset, scarce first."""
    most = sorted(outcome.premia, key=lambda p: (-p.traded_micro, p.asset))[:ROWS_MAX]
    shown = sorted(most, key=lambda p: (-p.premium_ppm, p.asset))
    reach = _reach(shown)
    offered, wanted = _offered(book, fates), _wanted(book, fates)
    edge = f"{reach // 100:,}" if reach >= 100 else f"{reach / 100:g}"
    columns = [
        Column("Asset", "name"),
        Column("Premium", "number", "bps"),
        Column("Premium and interval", "plot", "bps", (f"{figures.MINUS}{edge}", "0", f"+{edge}")),
        Column("Interval", "text", "bps"),
        Column("Cleared", "number", "index units"),
        Column("Offered", "number", "index units"),
        Column("Wanted", "number", "index units"),
    ]
    rows = [_row(book, p, reach, int(offered[p.asset]), int(wanted[p.asset])) for p in shown]
    return Table(
        "premia",
        "Premia, scarce assets first",
        columns,
        rows,
        left_out=left_out(
            len(rows), len(outcome.premia), what="assets", which="the assets that cleared most",
            where="outcome/premia.jsonl",
        ),
        search="Find an asset" if len(rows) > 30 else "",
    )  # fmt: skip


def tone(ppm: int) -> str:
    """The mark of a premium: scarce above index value, abundant below, par at it."""
    return "scarce" if ppm > 0 else "abundant" if ppm < 0 else "par"


def _row(book: Book, premium: Premium, reach: int, offered: int, wanted: int) -> Sequence[Cell]:
    name, own = figures.asset_pair(book, premium.asset)
    return [
        (name, own),
        figures.basis_points(premium.premium_ppm),
        _span(premium, reach),
        _interval(premium),
        figures.units(premium.traded_micro),
        figures.units(offered),
        figures.units(wanted),
    ]


def _span(premium: Premium, reach: int) -> Span:
    low, high = premium.lowest_ppm, premium.highest_ppm
    told = f"premium {figures.basis_points(premium.premium_ppm)} bps, {_interval(premium)}"
    return Span(
        f"{tone(premium.premium_ppm)}: {told}",
        _place(premium.premium_ppm, reach),
        "0%" if low is None else _place(low, reach),
        "100%" if high is None else _place(high, reach),
        low is None or low < -reach,
        high is None or high > reach,
        tone(premium.premium_ppm),
    )


def _interval(premium: Premium) -> str:
    low, high = premium.lowest_ppm, premium.highest_ppm
    if low is None and high is None:
        return "open: says little"
    if low is None or high is None:
        end = f"up to {figures.basis_points(high)}" if high is not None else f"from {figures.basis_points(low or 0)}"
        return f"{end}: says little"
    if low == high:
        return "exact"
    wide = ": says little" if high - low > WIDE_PPM else ""
    return f"{figures.basis_points(low)} to {figures.basis_points(high)}{wide}"


def _reach(shown: Sequence[Premium]) -> int:
    """Half the plot's width: a round figure with room for every premium, and for the intervals near them."""
    largest = max((abs(p.premium_ppm) for p in shown), default=0)
    ends = [abs(end) for p in shown for end in (p.lowest_ppm, p.highest_ppm) if end is not None]
    wanted = max([largest, *(end for end in ends if end <= 2 * largest)], default=0)
    return round_reach(wanted)


def _place(ppm: int, reach: int) -> str:
    return percent(0.5 + ppm / reach / 2 * 0.94)


def _offered(book: Book, fates: Fates) -> IntArray:
    """Value that admitted offers would deliver of each asset; ANY and INDEX last."""
    total = np.zeros(len(book.assets.id) + 2, dtype=np.int64)
    admitted = fates.mark != 3
    np.add.at(total, book.offers.deliver[admitted], fates.capacity_micro[admitted])
    return total


def _wanted(book: Book, fates: Fates) -> IntArray:
    """Value that admitted offers would take of each asset at most, each alternative by itself; ANY and INDEX last."""
    admitted = np.repeat(fates.mark, np.diff(book.offers.alt_start)) != 3
    total = np.zeros(len(book.assets.id) + 2, dtype=np.int64)
    np.add.at(total, book.offers.alt_asset[admitted], fates.bound_micro[admitted])
    return total
