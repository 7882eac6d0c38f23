"""Arc flows: the fills of a session -> the flow on every arc of its netting graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.netting_graph import ACCOUNT, ALTERNATIVE, OBLIGATION, OFFER, STOCK, WHOLE, NettingGraph
from clearing.engine.sums import sums_by
from clearing.model.book import INDEX, NONE, Book
from clearing.model.outcome import Fills

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


def arc_flows(book: Book, graph: NettingGraph, fills: Fills) -> IntArray:
    """The inverse of sharing: what members, alternatives, stocks and accounts carry, per arc."""
    offers, kind, owner = book.offers, graph.kind, graph.owner
    flow = np.zeros(len(kind), dtype=np.int64)
    if len(graph.member):
        flow[kind == OFFER] = np.add.reduceat(fills.offer_flow_micro[graph.member], graph.member_start[:-1])
    flow[kind == ALTERNATIVE] = fills.alt_flow_micro[graph.alternative[kind == ALTERNATIVE]]
    flow[kind == WHOLE] = fills.offer_flow_micro[owner[kind == WHOLE]]
    flow[kind == OBLIGATION] = fills.obligation_flow_micro[owner[kind == OBLIGATION]]
    drawn = offers.stock != NONE
    by_stock = sums_by(offers.stock[drawn], fills.offer_flow_micro[drawn], len(book.stocks.id))
    flow[kind == STOCK] = by_stock[owner[kind == STOCK]]
    desks, giving = len(book.participants.id), offers.deliver == INDEX
    leaving = sums_by(offers.participant[giving], fills.offer_flow_micro[giving], desks)
    rows = np.flatnonzero(offers.alt_asset == INDEX)
    takers = np.searchsorted(offers.alt_start, rows, side="right") - 1
    entering = sums_by(offers.participant[takers], fills.alt_flow_micro[rows], desks)
    account = np.flatnonzero(kind == ACCOUNT)
    into_hub = graph.head[account] == graph.hub
    flow[account] = np.where(into_hub, leaving[owner[account]], entering[owner[account]])
    return flow
