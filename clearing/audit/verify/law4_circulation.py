"""Law 4: what flows into a node flows out of it, and no arc carries more than its capacity."""

from __future__ import annotations

from collections.abc import Set

from clearing.audit.verify import forms
from clearing.audit.verify.book import Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.graph import Graph
from clearing.audit.verify.report import Findings


def check_circulation(
    book: Book, fills: Fills, graph: Graph, found: Findings, searched: Set[int] = frozenset()
) -> bool:
    """Whether the flows are a circulation within all capacities; ``searched`` offers are no part of it."""
    before, path = found.total(), forms.FILLS.path
    balance = [0] * len(graph.node)
    arcs = zip(graph.tail, graph.head, graph.flow, graph.capacity, strict=True)
    for arc, (tail, head, flow, capacity) in enumerate(arcs):
        balance[tail] -= flow
        balance[head] += flow
        if flow > capacity:
            message = f"{graph.title(book, arc)} carries {flow} of at most {capacity}"
            found.add(4, message, path, field="flow_micro")
    for node, surplus in enumerate(balance):
        if surplus:
            message = f"{graph.node[node]} takes in {surplus} more than it passes on"
            found.add(4, message, path, field="flow_micro")
    _check_totals(book, fills, searched, found)
    return found.total() == before


def _check_totals(book: Book, fills: Fills, searched: Set[int], found: Findings) -> None:
    """The flow of an offer is that of its alternatives together."""
    offers = book.offers
    totals = [0] * len(offers.id)
    for offer, flow in zip(offers.alt_offer, fills.alt_flow, strict=True):
        totals[offer] += flow
    if totals == fills.offer_flow:
        return
    for offer, (total, flow) in enumerate(zip(totals, fills.offer_flow, strict=True)):
        if total != flow and offer not in searched:
            message = f"{offers.id[offer]} delivers {flow} and receives {total}"
            found.add(4, message, forms.FILLS.path, fills.line(book, offer), "flow_micro")
