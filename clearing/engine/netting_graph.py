"""The netting graph: book and admission -> one directed multigraph that carries value in µ.

Every arc points the way value is delivered. Nodes are numbered in the order of their names
(``claim:P hub in:P offer:O out:P pool:A stock:S``), so a node's number compares as its name does.

Desk X takes copper and delivers wheat: ``pool:copper -> pool:wheat``. With Y taking wheat and
delivering copper the two arcs close a ring; what flows round it is the value that both exchange.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission, offer_capacity_micro
from clearing.model.book import ANY, INDEX, NONE, Book

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

OFFER, ALTERNATIVE, WHOLE, STOCK, ACCOUNT, OBLIGATION = range(6)
"""Kinds of arcs; an OFFER arc is a class of offers with the same terms, often of one."""


@dataclass(frozen=True, slots=True)
class NettingGraph:
    """Arcs as columns. ``member[member_start[a]:member_start[a + 1]]`` are the offers of OFFER arc a.

    ``owner`` is the least offer of a class, the offer of an alternative or whole arc, the stock, the
    participant (account) or the obligation; ``alternative`` is the row in the book's ``alt_`` columns of
    an ALTERNATIVE arc, else NONE. OFFER arcs come first.
    """

    nodes: Sequence[str]
    tail: IntArray
    head: IntArray
    capacity: IntArray
    cost: IntArray
    """The limit in ppm: the cost of the first objective."""
    kind: IntArray
    owner: IntArray
    alternative: IntArray
    member: IntArray
    member_start: IntArray
    pool: IntArray
    """Node per asset, NONE where no admitted offer names the asset."""
    hub: int
    """The node that all accounts meet in, NONE without INDEX."""


def build_graph(book: Book, admission: Admission) -> NettingGraph:
    """The graph of the admitted offers, and of all obligations where these are only set off."""
    numbering = _Numbering(book, admission)
    arcs, members = _offer_arcs(book, numbering)
    parts = [
        arcs,
        *_several_arcs(book, numbering),
        _stock_arcs(book, numbering),
        *_account_arcs(book, admission, numbering),
        _obligation_arcs(book, numbering),
    ]
    tail, head, capacity, cost, kind, owner, alternative = map(np.concatenate, zip(*parts, strict=True))
    columns = (tail, head, capacity, cost, kind, owner, alternative)
    return NettingGraph(numbering.names, *columns, *members, numbering.pool, numbering.hub)


def arc_name(book: Book, graph: NettingGraph, arc: int) -> str:
    """What an arc stands for, as ``kind id`` with the ids of the book."""
    kind, owner = int(graph.kind[arc]), int(graph.owner[arc])
    if kind == OFFER and (members := int(graph.member_start[arc + 1] - graph.member_start[arc])) > 1:
        return f"class of {members} offers from {book.offers.id[owner]}"
    if kind in (OFFER, ALTERNATIVE, WHOLE):
        return f"offer {book.offers.id[owner]}"
    if kind == STOCK:
        return f"stock {book.stocks.id[owner]}"
    if kind == ACCOUNT:
        return f"account {book.participants.id[owner]}"
    return f"obligation {book.obligations.id[owner]}"


class _Numbering:
    """Node numbers of everything that the admitted offers and the obligations name.

    Offers that take anything have no place here, and an alternative that is not kept has no arc.
    """

    def __init__(self, book: Book, admission: Admission) -> None:
        offers = book.offers
        count = np.diff(offers.alt_start)
        admitted = admission.admitted.copy()
        admitted[np.searchsorted(offers.alt_start, np.flatnonzero(offers.alt_asset == ANY), "right") - 1] = False
        self.capacity = offer_capacity_micro(book)
        self.single = np.flatnonzero(admitted & (count == 1))
        self.several = np.flatnonzero(admitted & (count > 1))
        self.rows = np.flatnonzero(np.repeat(admitted, count) & admission.kept)
        self.row_offer = np.repeat(np.arange(len(offers.id)), count)
        admitted_rows = np.flatnonzero(admitted)
        assets = np.concatenate([offers.deliver[admitted_rows], offers.alt_asset[self.rows]])
        taking = self.rows[offers.alt_asset[self.rows] == INDEX]
        giving = admitted_rows[offers.deliver[admitted_rows] == INDEX]
        desks = len(book.participants.id)
        self.names: list[str] = []
        debts = netted_obligations(book)
        parties = np.concatenate([book.obligations.debtor[debts], book.obligations.creditor[debts]])
        self.claim = self._number("claim:", book.participants.id, parties, desks)
        self.hub = len(self.names) if len(taking) or len(giving) else NONE
        self.names += ["hub"] if self.hub != NONE else []
        self.entry = self._number(
            "in:", book.participants.id, offers.participant[self.row_offer[taking]], desks
        )
        self.offer = self._number("offer:", offers.id, self.several, len(offers.id))
        self.exit = self._number("out:", book.participants.id, offers.participant[giving], desks)
        self.pool = self._number("pool:", book.assets.id, assets[assets != INDEX], len(book.assets.id))
        stocks = offers.stock[admitted_rows]
        self.stock = self._number("stock:", book.stocks.id, stocks[stocks != NONE], len(book.stocks.id))

    def _number(self, prefix: str, ids: Sequence[str], used: IntArray, size: int) -> IntArray:
        numbers = np.full(size, NONE, dtype=np.int64)
        distinct = np.unique(used)
        numbers[distinct] = len(self.names) + np.arange(len(distinct))
        self.names.extend(prefix + ids[i] for i in distinct.tolist())
        return numbers

    def sources(self, book: Book, rows: IntArray) -> IntArray:
        """Node that an alternative draws on: the pool of its asset, or the desk's account."""
        asset = book.offers.alt_asset[rows]
        desk = book.offers.participant[self.row_offer[rows]]
        return _choose(asset == INDEX, self.entry, desk, self.pool, asset)

    def targets(self, book: Book, offers: IntArray) -> IntArray:
        """Node that an offer delivers to: its stock, the desk's account, or the pool of its asset."""
        asset, stock = book.offers.deliver[offers], book.offers.stock[offers]
        nodes = _choose(asset == INDEX, self.exit, book.offers.participant[offers], self.pool, asset)
        on_stock = stock != NONE
        nodes[on_stock] = self.stock[stock[on_stock]]
        return nodes


def _choose(mask: BoolArray, first: IntArray, i: IntArray, second: IntArray, j: IntArray) -> IntArray:
    chosen = np.empty(len(mask), dtype=np.int64)
    chosen[mask] = first[i[mask]]
    chosen[~mask] = second[j[~mask]]
    return chosen


def _arcs(
    tail: IntArray, head: IntArray, capacity: IntArray, cost: IntArray | int, kind: int, owner: IntArray
) -> tuple[IntArray, ...]:
    """Columns tail, head, capacity, cost, kind, owner, alternative."""
    size = len(tail)
    fill = np.full(size, cost, dtype=np.int64) if isinstance(cost, int) else cost
    kinds, none = np.full(size, kind, dtype=np.int64), np.full(size, NONE, dtype=np.int64)
    return tail, head, capacity, fill, kinds, owner, none


def _offer_arcs(book: Book, nodes: _Numbering) -> tuple[tuple[IntArray, ...], tuple[IntArray, IntArray]]:
    """Arcs of the offers with one alternative, classes first, and (member, member_start)."""
    rows = book.offers.alt_start[nodes.single]
    tail, head = nodes.sources(book, rows), nodes.targets(book, nodes.single)
    limit, capacity = book.offers.alt_limit_ppm[rows], _row_capacity(book, nodes, rows)
    apart = (book.offers.alt_max[rows] != NONE) | (book.offers.stock[nodes.single] != NONE)
    apart |= _in_whole_pieces(book, nodes.single, rows)
    order = _by_terms(tail, head, limit, len(nodes.names))
    order = np.concatenate([order[~apart[order]], np.flatnonzero(apart)])
    tail, head, limit, capacity, apart = (c[order] for c in (tail, head, limit, capacity, apart))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = apart[1:] | (tail[1:] != tail[:-1]) | (head[1:] != head[:-1]) | (limit[1:] != limit[:-1])
    starts = np.flatnonzero(first)
    member = nodes.single[order]
    sums = np.add.reduceat(capacity, starts) if len(starts) else capacity
    arcs = _arcs(tail[starts], head[starts], sums, limit[starts], OFFER, member[starts])
    return arcs, (member, np.append(starts, len(member)))


def _in_whole_pieces(book: Book, offers: IntArray, rows: IntArray) -> BoolArray:
    """Offers that name an asset which is not divided: they share no fill, so they form no class."""
    coarse = np.append(book.assets.value_micro > book.rulebook.residual_tolerance_micro, [False, False])
    whole: BoolArray = coarse[book.offers.deliver[offers]] | coarse[book.offers.alt_asset[rows]]
    return whole


def _by_terms(tail: IntArray, head: IntArray, limit: IntArray, nodes: int) -> IntArray:
    """Stable order by (tail, head, limit); packed into one key where that fits, for speed."""
    if nodes < 2**17:
        return np.argsort((tail * nodes + head) * 2**28 + (limit + 1_000_000), kind="stable")
    return np.lexsort((limit, head, tail))


def _several_arcs(book: Book, nodes: _Numbering) -> tuple[tuple[IntArray, ...], tuple[IntArray, ...]]:
    """Alternative arcs into the node of each offer with several, and its whole arc out of it."""
    rows = nodes.rows[(np.diff(book.offers.alt_start) > 1)[nodes.row_offer[nodes.rows]]]
    owner = nodes.row_offer[rows]
    limits, capacity = book.offers.alt_limit_ppm[rows], _row_capacity(book, nodes, rows)
    into = _arcs(nodes.sources(book, rows), nodes.offer[owner], capacity, limits, ALTERNATIVE, owner)
    onward = nodes.offer[nodes.several], nodes.targets(book, nodes.several), nodes.capacity[nodes.several]
    return (*into[:-1], rows), _arcs(*onward, 0, WHOLE, nodes.several)


def _row_capacity(book: Book, nodes: _Numbering, rows: IntArray) -> IntArray:
    """min(offer's capacity, receive maximum at value) per alternative."""
    capacity = nodes.capacity[nodes.row_offer[rows]]
    maximum = book.offers.alt_max[rows]
    bounded = np.flatnonzero(maximum != NONE)
    values = np.append(book.assets.value_micro, [1, 1])[book.offers.alt_asset[rows[bounded]]]
    # Compare by division: a maximum may be worth more than 62 bits.
    fits = maximum[bounded] <= capacity[bounded] // values
    capacity[bounded[fits]] = maximum[bounded[fits]] * values[fits]
    return capacity


def _stock_arcs(book: Book, nodes: _Numbering) -> tuple[IntArray, ...]:
    used = np.flatnonzero(nodes.stock != NONE)
    asset = book.stocks.asset[used]
    capacity = book.stocks.quantity[used] * book.assets.value_micro[asset]
    return _arcs(nodes.stock[used], nodes.pool[asset], capacity, 0, STOCK, used)


def _account_arcs(
    book: Book, admission: Admission, nodes: _Numbering
) -> tuple[tuple[IntArray, ...], tuple[IntArray, ...]]:
    """hub -> in(p) bounded by the free cap, out(p) -> hub by the headroom left."""
    offers, accounts = book.offers, book.participants
    taking = np.unique(nodes.row_offer[nodes.rows[offers.alt_asset[nodes.rows] == INDEX]])
    served = np.zeros(len(accounts.id), dtype=np.int64)
    np.add.at(served, offers.participant[taking], nodes.capacity[taking])
    free_cap = np.maximum(0, accounts.balance_cap_micro - accounts.balance_micro)
    bound = np.where(accounts.balance_cap_micro == NONE, served, free_cap)
    entering, leaving = np.flatnonzero(nodes.entry != NONE), np.flatnonzero(nodes.exit != NONE)
    hub_in, hub_out = np.full(len(entering), nodes.hub), np.full(len(leaving), nodes.hub)
    left = admission.headroom_left_micro[leaving]
    return (
        _arcs(hub_in, nodes.entry[entering], bound[entering], 0, ACCOUNT, entering),
        _arcs(nodes.exit[leaving], hub_out, left, 0, ACCOUNT, leaving),
    )


def _obligation_arcs(book: Book, nodes: _Numbering) -> tuple[IntArray, ...]:
    debts, netted = book.obligations, netted_obligations(book)
    creditor, debtor = nodes.claim[debts.creditor[netted]], nodes.claim[debts.debtor[netted]]
    return _arcs(creditor, debtor, debts.amount_micro[netted], 0, OBLIGATION, netted)


def netted_obligations(book: Book) -> IntArray:
    """Those of the netting graph: none where obligations are discharged with credit, after the goods."""
    return np.arange(len(book.obligations.id) if book.rulebook.obligations == "set-off" else 0)
