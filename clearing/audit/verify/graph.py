"""The netting graph: admitted offers and obligations with their flows in, nodes and arcs as columns out.

Every arc points the way value is delivered: who takes b and delivers a is an arc from ``pool:b`` to
``pool:a``. Offers of the same terms are one arc, a class. Nodes are numbered in ascending order of name.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from clearing.audit.verify.book import INDEX, NONE, Book
from clearing.audit.verify.fills import Fills

OFFER, ALTERNATIVE, WHOLE, STOCK, ACCOUNT, OBLIGATION = range(6)
KINDS = ("offer", "alternative", "whole", "stock", "account", "obligation")
HUB = "hub"


@dataclass(slots=True)
class Graph:
    """Nodes by name and arcs as columns; ``item`` is the offer, alternative, stock, participant or obligation."""

    node: list[str]
    number: dict[str, int]
    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    capacity: list[int] = field(default_factory=list)
    limit: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    item: list[int] = field(default_factory=list)
    flow: list[int] = field(default_factory=list)
    mates: dict[int, list[int]] = field(default_factory=dict)
    """Members of a class of two or more offers, by arc, in ascending id."""

    def add(self, tail: int, head: int, capacity: int, limit: int, kind: int, item: int, flow: int) -> None:
        """One more arc."""
        self.tail.append(tail)
        self.head.append(head)
        self.capacity.append(capacity)
        self.limit.append(limit)
        self.kind.append(kind)
        self.item.append(item)
        self.flow.append(flow)

    def title(self, book: Book, arc: int) -> str:
        """An arc in words."""
        kind, item = self.kind[arc], self.item[arc]
        if kind == ALTERNATIVE:
            name = book.offers.id[book.offers.alt_offer[item]]
        elif kind in (OFFER, WHOLE):
            name = book.offers.id[item]
        else:
            owner = {STOCK: book.stocks.id, ACCOUNT: book.participants.id, OBLIGATION: book.obligations.id}
            name = owner[kind][item]
        return f"{KINDS[kind]} {name}, {self.node[self.tail[arc]]} -> {self.node[self.head[arc]]}"


def build_graph(
    book: Book,
    fills: Fills,
    refused: set[int],
    headroom: list[int],
    dropped: Set[int] = frozenset(),
    alone: Set[int] = frozenset(),
) -> Graph:
    """The graph of the offers that take part: none of ``refused``, no alternative of ``dropped``.

    Offers of ``alone`` form no classes.
    """
    names = _node_names(book, refused, dropped)
    graph = Graph(names, {name: number for number, name in enumerate(names)})
    served = _add_offers(graph, book, fills, refused, dropped, alone)
    _add_stocks(graph, book, fills, refused)
    _add_accounts(graph, book, fills, served, headroom)
    if book.rulebook.obligations != "set-off":
        return graph
    for i, (debtor, creditor) in enumerate(zip(book.obligations.debtor, book.obligations.creditor, strict=True)):
        tail, head = (graph.number[f"claim:{book.participants.id[each]}"] for each in (creditor, debtor))
        graph.add(tail, head, book.obligations.amount[i], 0, OBLIGATION, i, fills.obligation_flow[i])
    return graph


def source_name(book: Book, alternative: int) -> str:
    """The node that an alternative takes from."""
    offers, asset = book.offers, book.offers.alt_asset[alternative]
    if asset == INDEX:
        return f"in:{book.participants.id[offers.participant[offers.alt_offer[alternative]]]}"
    return f"pool:{book.assets.name[asset]}"


def target_name(book: Book, offer: int) -> str:
    """The node that an offer delivers into."""
    offers = book.offers
    if offers.stock[offer] != NONE:
        return f"stock:{book.stocks.id[offers.stock[offer]]}"
    if offers.deliver[offer] == INDEX:
        return f"out:{book.participants.id[offers.participant[offer]]}"
    return f"pool:{book.assets.name[offers.deliver[offer]]}"


def _node_names(book: Book, refused: set[int], dropped: Set[int]) -> list[str]:
    offers = book.offers
    pools: set[int] = set()
    names: set[str] = set()
    starts = offers.alt_start
    for offer, deliver in enumerate(offers.deliver):
        if offer in refused:
            continue
        first, last = starts[offer], starts[offer + 1]
        taken = offers.alt_asset[first:last]
        if dropped:
            taken = [offers.alt_asset[each] for each in range(first, last) if each not in dropped]
        pools.add(deliver)
        pools.update(taken)
        if last - first > 1:
            names.add(f"offer:{offers.id[offer]}")
        if offers.stock[offer] != NONE:
            names.add(f"stock:{book.stocks.id[offers.stock[offer]]}")
        if deliver == INDEX or INDEX in taken:
            side = "out" if deliver == INDEX else "in"
            names |= {f"{side}:{book.participants.id[offers.participant[offer]]}", HUB}
    names.update(f"pool:{book.assets.name[asset]}" for asset in pools - {INDEX})
    netted = book.rulebook.obligations == "set-off"
    for each in (*book.obligations.debtor, *book.obligations.creditor) if netted else ():
        names.add(f"claim:{book.participants.id[each]}")
    return sorted(names)


def _add_offers(
    graph: Graph, book: Book, fills: Fills, refused: set[int], dropped: Set[int], alone: Set[int]
) -> dict[int, int]:
    """Arcs of offers; returns the summed capacity of each participant's offers that take INDEX."""
    offers, value, number = book.offers, book.assets.value, graph.number
    sources: dict[tuple[int, int], int] = {}
    targets: dict[tuple[int, int, int], int] = {}
    classes: dict[tuple[int, int, int], int] = {}
    served: dict[int, int] = {}
    columns = zip(offers.participant, offers.deliver, offers.stock, offers.capacity, offers.alt_start, strict=False)
    for offer, (participant, deliver, stock, capacity, first) in enumerate(columns):
        if offer in refused:
            continue
        place = (deliver, stock, participant if deliver == INDEX else NONE)
        target = targets.get(place)
        if target is None:
            target = targets[place] = number[target_name(book, offer)]
        last = offers.alt_start[offer + 1]
        for alternative in range(first, last):
            if alternative in dropped:
                continue
            asset = offers.alt_asset[alternative]
            start = (asset, participant if asset == INDEX else NONE)
            tail = sources.get(start)
            if tail is None:
                tail = sources[start] = number[source_name(book, alternative)]
            if asset == INDEX:
                served[participant] = served.get(participant, 0) + capacity
            most, limit = offers.alt_max[alternative], offers.alt_limit[alternative]
            flow = fills.alt_flow[alternative]
            bound = capacity if most == NONE else min(capacity, most * value[asset])
            if last - first > 1:
                head = number[f"offer:{offers.id[offer]}"]
                graph.add(tail, head, bound, limit, ALTERNATIVE, alternative, flow)
            elif most != NONE or stock != NONE or offer in alone:
                graph.add(tail, target, bound, limit, OFFER, offer, flow)
            else:
                _add_to_class(graph, classes, (tail, target, limit), offer, capacity, flow)
        if last - first > 1:
            tail = number[f"offer:{offers.id[offer]}"]
            graph.add(tail, target, capacity, 0, WHOLE, offer, fills.offer_flow[offer])
    return served


def _add_to_class(
    graph: Graph, classes: dict[tuple[int, int, int], int], terms: tuple[int, int, int],
    offer: int, capacity: int, flow: int,
) -> None:  # fmt: skip
    arc = classes.get(terms)
    if arc is None:
        classes[terms] = len(graph.tail)
        graph.add(*terms[:2], capacity, terms[2], OFFER, offer, flow)
        return
    graph.capacity[arc] += capacity
    graph.flow[arc] += flow
    mates = graph.mates.get(arc)
    if mates is None:
        graph.mates[arc] = [graph.item[arc], offer]
    else:
        mates.append(offer)


def _add_stocks(graph: Graph, book: Book, fills: Fills, refused: set[int]) -> None:
    if not book.stocks.id:
        return
    flows: dict[int, int] = {}
    for offer, stock in enumerate(book.offers.stock):
        if stock != NONE and offer not in refused:
            flows[stock] = flows.get(stock, 0) + fills.offer_flow[offer]
    stocks, number = book.stocks, graph.number
    for stock in sorted(flows):
        asset = stocks.asset[stock]
        tail, head = number[f"stock:{stocks.id[stock]}"], number[f"pool:{book.assets.name[asset]}"]
        size = stocks.quantity[stock] * book.assets.value[asset]
        graph.add(tail, head, size, 0, STOCK, stock, flows[stock])


def _add_accounts(graph: Graph, book: Book, fills: Fills, served: dict[int, int], headroom: list[int]) -> None:
    """What each account may take in and pay out; its flow is the sum of its offers'."""
    if HUB not in graph.number:
        return
    taken: dict[int, int] = {}
    paid: dict[int, int] = {}
    for arc, (tail, head) in enumerate(zip(graph.tail, graph.head, strict=True)):
        if graph.node[tail].startswith("in:"):
            taken[tail] = taken.get(tail, 0) + graph.flow[arc]
        if graph.node[head].startswith("out:"):
            paid[head] = paid.get(head, 0) + graph.flow[arc]
    hub, people = graph.number[HUB], book.participants
    for node, flow in sorted(taken.items()):
        person = people.index[graph.node[node].partition(":")[2]]
        room = max(0, people.cap[person] - people.balance[person]) if people.cap[person] != NONE else served[person]
        graph.add(hub, node, room, 0, ACCOUNT, person, flow)
    for node, flow in sorted(paid.items()):
        person = people.index[graph.node[node].partition(":")[2]]
        graph.add(node, hub, headroom[person], 0, ACCOUNT, person, flow)
