"""A book, its netting graph and the fills -> every arc by names, with its flow.

What was searched, and debts that are discharged with credit, have no arcs in the netting graph; here they get some.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission, offer_capacity_micro
from clearing.engine.arc_flows import arc_flows
from clearing.engine.credit import build_credit_graph, moved_accounts
from clearing.engine.netting_graph import ACCOUNT, OBLIGATION, OFFER, STOCK, NettingGraph
from clearing.engine.search.tiers import CIRCULATION, Tier
from clearing.engine.shares import Shares
from clearing.model.arcs import ArcFlow
from clearing.model.book import ANY, INDEX, Book
from clearing.model.outcome import Fills

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

_KINDS = ("offer", "alternative", "whole", "stock", "account", "obligation")


def named_arcs(book: Book, graph: NettingGraph, fills: Fills) -> Iterator[ArcFlow]:
    """The arcs in the order of the graph."""
    return _named(book, graph, arc_flows(book, graph, fills))


def _named(book: Book, graph: NettingGraph, flow: IntArray) -> Iterator[ArcFlow]:
    ids = {STOCK: book.stocks.id, ACCOUNT: book.participants.id, OBLIGATION: book.obligations.id}
    members = [book.offers.id[member] for member in graph.member.tolist()]
    starts = graph.member_start.tolist()
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


def searched_arcs(book: Book, tiers: Sequence[Tier], fills: Fills) -> tuple[list[str], Iterator[ArcFlow]]:
    """Offers of searched components, an arc an alternative, from the pool of what it takes to that of what it gives.

    What one pool delivers may differ from what it takes by residuals; a gift takes from ``any``, which nothing enters.
    """
    offers, capacity = book.offers, offer_capacity_micro(book)
    chosen = sorted(offer for tier in tiers if tier.tier != CIRCULATION for offer in tier.offers)
    rows = [(o, row) for o in chosen for row in range(int(offers.alt_start[o]), int(offers.alt_start[o + 1]))]

    def arc(o: int, row: int) -> ArcFlow:
        return ArcFlow(
            kind="searched",
            ids=(offers.id[o],),
            tail=_pool(book, int(offers.alt_asset[row])),
            head=_pool(book, int(offers.deliver[o])),
            capacity_micro=int(capacity[o]),
            cost_ppm=int(offers.alt_limit_ppm[row]),
            flow_micro=int(fills.alt_flow_micro[row]),
        )

    arcs = [arc(o, row) for o, row in rows]
    return [name for each in arcs for name in (each.tail, each.head)], iter(arcs)


def credit_arcs(book: Book, admission: Admission, fills: Fills) -> tuple[list[str], Iterator[ArcFlow]]:
    """The second circulation: debts between claims, and what accounts move into and out of the hub."""
    shares = Shares(fills.offer_flow_micro, fills.alt_flow_micro, fills.obligation_flow_micro)
    graph = build_credit_graph(book, admission, shares)
    moved = moved_accounts(book, fills.obligation_flow_micro)
    flow = np.zeros(len(graph.kind), dtype=np.int64)
    debts, account = graph.kind == OBLIGATION, np.flatnonzero(graph.kind == ACCOUNT)
    flow[debts] = fills.obligation_flow_micro[graph.owner[debts]]
    rises = moved[graph.owner[account]]
    flow[account] = np.maximum(0, np.where(graph.head[account] == graph.hub, -rises, rises))
    return list(graph.nodes), _named(book, graph, flow)


def _pool(book: Book, asset: int) -> str:
    if asset == INDEX:
        return "hub"
    return "any" if asset == ANY else f"pool:{book.assets.id[asset]}"
