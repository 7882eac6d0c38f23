"""A book, its netting graph and the fills -> every arc by names, with its flow."""

from __future__ import annotations

from collections.abc import Iterator

from clearing.engine.arc_flows import arc_flows
from clearing.engine.netting_graph import ACCOUNT, OBLIGATION, OFFER, STOCK, NettingGraph
from clearing.model.arcs import ArcFlow
from clearing.model.book import Book
from clearing.model.outcome import Fills

_KINDS = ("offer", "alternative", "whole", "stock", "account", "obligation")


def named_arcs(book: Book, graph: NettingGraph, fills: Fills) -> Iterator[ArcFlow]:
    """The arcs in the order of the graph."""
    ids = {STOCK: book.stocks.id, ACCOUNT: book.participants.id, OBLIGATION: book.obligations.id}
    members = [book.offers.id[member] for member in graph.member.tolist()]
    starts, flow = graph.member_start.tolist(), arc_flows(book, graph, fills)
    columns = (graph.kind, graph.owner, graph.tail, graph.head, graph.capacity, graph.cost, flow)
    for arc, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        kind, owner, tail, head, capacity, cost, carried = row
        alone = (ids.get(kind, book.offers.id)[owner],)
        yield ArcFlow(
            kind=_KINDS[kind],
            ids=tuple(members[starts[arc] : starts[arc + 1]]) if kind == OFFER else alone,
            tail=graph.nodes[tail],
            head=graph.nodes[head],
            capacity_micro=capacity,
            cost_ppm=cost,
            flow_micro=carried,
        )
