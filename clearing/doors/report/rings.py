"""A session comes in; its largest rings as drawings with words, and the table of rings, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors import words
from clearing.doors.report import figures
from clearing.doors.report.ring_geometry import LABELLED_MAX, Drawing, draw
from clearing.doors.report.table import Cell, Column, Table, largest, left_out
from clearing.model.book import Book
from clearing.model.outcome import Outcome, Rings

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

LARGEST_DRAWN = 5
ROWS_MAX = 120
NODES_NAMED_MAX = 6


@dataclass(frozen=True, slots=True)
class RingFigure:
    """One ring as it is drawn: its largest segment, and the same in words."""

    id: str
    flow: str
    moved: str
    members: int
    other_segments: int
    drawing: Drawing
    labelled: bool
    turns: Sequence[str]


def ring_figures(book: Book, outcome: Outcome) -> Sequence[RingFigure]:
    """The rings of offers that move most value, at most LARGEST_DRAWN, and the longest one."""
    rings = outcome.rings
    moved, by_segment = _moved(rings)
    # A stored bundle that nobody has verified may hold a ring of nothing.
    of_offers = np.flatnonzero(~np.array(rings.of_obligations, dtype=np.bool_) & (np.diff(rings.segment_start) > 0))
    by_moved = of_offers[np.argsort(-moved[of_offers], kind="stable")]
    drawn = by_moved[:LARGEST_DRAWN].tolist()
    rest = by_moved[LARGEST_DRAWN:]
    if len(rest):
        lengths = np.diff(rings.member_start)[rings.segment_start[rest]]
        drawn.append(int(rest[np.argmax(lengths)]))
    return [_figure(book, rings, ring, int(moved[ring]), by_segment) for ring in drawn]


def _moved(rings: Rings) -> tuple[IntArray, IntArray]:
    """Value delivered in all turns together, of each ring and of each segment."""
    by_segment: IntArray = rings.segment_flow_micro * np.diff(rings.member_start)
    by_ring = np.zeros(len(rings.nodes), dtype=np.int64)
    np.add.at(by_ring, np.repeat(np.arange(len(by_ring)), np.diff(rings.segment_start)), by_segment)
    return by_ring, by_segment


def _figure(book: Book, rings: Rings, ring: int, moved: int, by_segment: IntArray) -> RingFigure:
    first, last = int(rings.segment_start[ring]), int(rings.segment_start[ring + 1])
    largest = first + int(np.argmax(by_segment[first:last]))
    flow = int(rings.segment_flow_micro[largest])
    members = rings.member[int(rings.member_start[largest]) : int(rings.member_start[largest + 1])]
    desks = book.offers.participant[members].tolist()
    assets = book.offers.deliver[members].tolist()
    turns = [
        words.Turn(giver, receiver, asset)
        for giver, receiver, asset in zip(desks, desks[1:] + desks[:1], assets, strict=True)
    ]
    return RingFigure(
        id=ring_name(ring),
        flow=figures.units(flow),
        moved=figures.units(moved),
        members=len(desks),
        other_segments=last - first - 1,
        drawing=draw(
            [figures.desk(book, desk) for desk in desks],
            [_delivery(book, turn.asset, flow) for turn in turns],
        ),
        labelled=len(desks) <= LABELLED_MAX,
        turns=[
            figures.short(f"{words.giver_words(book, turn, flow)} to {figures.desk(book, turn.receiver)}")
            for turn in turns
        ],
    )


def _delivery(book: Book, asset: int, flow: int) -> tuple[str, str]:
    """Quantity and name of what is delivered."""
    quantity, _of, name = words.quantity_worth(book, asset, flow).partition(" of ")
    return quantity, figures.short(name)


def ring_table(outcome: Outcome) -> Table:
    """The rings that move most value, in order of extraction."""
    rings = outcome.rings
    moved, _by_segment = _moved(rings)
    shown = largest(moved, ROWS_MAX)
    columns = [
        Column("Ring", "code"), Column("Of"), Column("Members", "number"),
        Column("Each delivers and receives", "number", "index units"), Column("Moved in all", "number", "index units"),
        Column("Segments", "number"), Column("Round"),
    ]  # fmt: skip
    return Table(
        "rings",
        "Rings, in order of extraction",
        columns,
        [_row(rings, ring, int(moved[ring])) for ring in shown],
        left_out=left_out(
            len(shown), len(rings.nodes), what="rings", which="the rings that move most value",
            where="outcome/rings.jsonl",
        ),
        search="Find a ring, asset or desk" if len(shown) > 30 else "",
    )  # fmt: skip


def _row(rings: Rings, ring: int, moved: int) -> Sequence[Cell]:
    first, last = int(rings.segment_start[ring]), int(rings.segment_start[ring + 1])
    lengths = np.diff(rings.member_start[first : last + 1])
    longest = int(lengths.max(initial=0))
    shortest = int(lengths.min(initial=longest))
    return [
        ring_name(ring),
        "obligations" if rings.of_obligations[ring] else "offers",
        f"{longest}" if shortest == longest else f"{shortest} to {longest}",
        figures.units(int(rings.flow_micro[ring])),
        figures.units(moved),
        f"{last - first:,}",
        _round(rings.nodes[ring]),
    ]


def _round(nodes: Sequence[str]) -> str:
    """The ring's assets, or the desks of its obligations, in order."""
    named = [_node_name(node) for node in nodes if not node.startswith(("offer:", "stock:"))]
    rest = f" and {len(named) - NODES_NAMED_MAX} more" if len(named) > NODES_NAMED_MAX else ""
    return " \u2192 ".join(named[:NODES_NAMED_MAX]) + rest


def _node_name(node: str) -> str:
    """A node of the netting graph in a few letters: the asset's id, whose claim or account, the hub."""
    kind, _colon, own = node.partition(":")
    match kind:
        case "hub":
            return "INDEX"
        case "in" | "out":
            return f"account of {own}"
    return own


def ring_name(ring: int) -> str:
    """The id of a ring as the bundle has it."""
    return f"R{ring + 1:06d}"
