"""Law 6, rings: a circulation has one set of rings, and the offers on its arcs one overlay.

Arcs of one (tail, head) are merged. First every 2-cycle in ascending (tail, head) at the smaller flow; then, from
the smallest node with flow, the smallest outgoing arc is followed until a node repeats, and that cycle is taken at
its bottleneck. On each arc stand offers or obligations in order of id; each ring uses up the next slice. A segment
is a maximal stretch of a ring with the same members; each member delivers to the next.

Example: on a -> b stand offers P (70) and Q (30), on b -> a stands R (100): one ring of 100 with the segments
70 of (P, R) and 30 of (Q, R).
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from clearing.audit.verify.book import Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.graph import OBLIGATION, Graph, source_name, target_name

Ring = tuple[list[int], int]
"""Nodes from the smallest, and flow."""


@dataclass(slots=True)
class Exchange:
    """What the segments say together: flows and rings of legs, keyed giver offer × alternatives + alternative."""

    flow: dict[int, int] = field(default_factory=dict)
    rings: dict[int, int | list[int]] = field(default_factory=dict)
    """Ring number, or several ascending."""
    ring_count: int = 0
    segment_count: int = 0
    longest: int = 0


def extract_rings(graph: Graph) -> list[Ring]:
    """The rings of the merged flow, in order of extraction."""
    flow: list[dict[int, int]] = [{} for _ in graph.node]
    for tail, head, each in zip(graph.tail, graph.head, graph.flow, strict=True):
        if each:
            flow[tail][head] = flow[tail].get(head, 0) + each
    rings = []
    for tail, out in enumerate(flow):
        for head in sorted(out):
            size = min(out[head], flow[head].get(tail, 0)) if head > tail else 0
            if size:
                _take(flow, [tail, head], size)
                rings.append(([tail, head], size))
    rings.extend(_longer_rings(flow))
    return rings


def ring_lines(
    book: Book, fills: Fills, graph: Graph, rings: list[Ring], exchange: Exchange, searched: Set[int] = frozenset()
) -> Iterator[str]:
    """The lines of outcome/rings, which no ``searched`` offer is in; what they exchange is gathered on the way."""
    queues = _queues(book, fills, graph, searched)
    for number, (nodes, size) in enumerate(rings, start=exchange.ring_count + 1):
        hops = list(zip(nodes, [*nodes[1:], nodes[0]], strict=True))
        carried = [queues[hop] for hop in hops if hop in queues]
        of_offers = not graph.node[nodes[0]].startswith("claim:")
        segments = ",".join(_segments(book, carried, size, number if of_offers else 0, exchange))
        named = ",".join([f'"{graph.node[node]}"' for node in nodes])
        yield (f'{{"flow_micro":"{size}","nodes":[{named}],"ring_id":"R{number:06d}","segments":[{segments}]}}\n')
    exchange.ring_count += len(rings)


def _longer_rings(flow: list[dict[int, int]]) -> Iterator[Ring]:
    """Rings of what the 2-cycles left. What leads to a cycle stays on the path when the cycle is taken."""
    heads = [sorted(out, reverse=True) for out in flow]
    for start in range(len(flow)):
        path, place = [start], {start: 0}
        while True:
            node = path[-1]
            while heads[node] and heads[node][-1] not in flow[node]:
                heads[node].pop()
            if not heads[node]:
                break
            head = heads[node][-1]
            if head not in place:
                place[head] = len(path)
                path.append(head)
                continue
            cycle = path[place[head] :]
            size = min(flow[tail][to] for tail, to in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
            _take(flow, cycle, size)
            for passed in cycle[1:]:
                del place[passed]
            del path[place[head] + 1 :]
            first = cycle.index(min(cycle))
            yield cycle[first:] + cycle[:first], size


def _take(flow: list[dict[int, int]], cycle: list[int], size: int) -> None:
    for tail, head in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        flow[tail][head] -= size
        if not flow[tail][head]:
            del flow[tail][head]


class _Queue:
    """The slices that stand on one merged arc, next first: (member, flow) and what is left of the first."""

    __slots__ = ("left", "next", "of_offers", "slices")

    def __init__(self, *, of_offers: bool) -> None:
        self.of_offers = of_offers
        self.slices: list[tuple[int, int]] = []
        self.next = self.left = 0


def _queues(book: Book, fills: Fills, graph: Graph, searched: Set[int]) -> dict[tuple[int, int], _Queue]:
    """By (tail, head): alternatives of offers, or obligations, in order of id."""
    queues: dict[tuple[int, int], _Queue] = {}
    offers, number = book.offers, graph.number
    ends: dict[tuple[str, str], _Queue] = {}
    for alternative, flow in enumerate(fills.alt_flow):
        if not flow:
            continue
        offer = offers.alt_offer[alternative]
        if offer in searched:
            continue
        several = offers.alt_start[offer + 1] - offers.alt_start[offer] > 1
        target = f"offer:{offers.id[offer]}" if several else target_name(book, offer)
        named = (source_name(book, alternative), target)
        queue = ends.get(named)
        if queue is None:
            queue = ends[named] = _Queue(of_offers=True)
        queue.slices.append((alternative, flow))
    for (tail, head), queue in ends.items():
        queues[number[tail], number[head]] = queue
    for arc, kind in enumerate(graph.kind):
        if kind == OBLIGATION and graph.flow[arc]:
            queue = queues.setdefault((graph.tail[arc], graph.head[arc]), _Queue(of_offers=False))
            queue.slices.append((graph.item[arc], graph.flow[arc]))
    for queue in queues.values():
        queue.left = queue.slices[0][1]
    return queues


def _segments(book: Book, carried: list[_Queue], size: int, ring: int, exchange: Exchange) -> Iterator[str]:
    """The segments of one ring as text; ``ring`` is 0 for obligations, which make no legs."""
    names = book.offers.id if ring else book.obligations.id
    alt_offer, alternatives = book.offers.alt_offer, len(book.offers.alt_offer)
    exchange.longest = max(exchange.longest, len(carried))
    flows, rings = exchange.flow, exchange.rings
    while size:
        step = min(size, min([queue.left for queue in carried]))
        members = [queue.slices[queue.next][0] for queue in carried]
        if ring:
            receiver = members[0]
            offers = [alt_offer[member] for member in members]
            for place in range(len(members) - 1, -1, -1):
                key = offers[place] * alternatives + receiver
                receiver = members[place]
                if key not in flows:
                    flows[key] = step
                    rings[key] = ring
                    continue
                flows[key] += step
                known = rings[key]
                if isinstance(known, list):
                    if known[-1] != ring:
                        known.append(ring)
                elif known != ring:
                    rings[key] = [known, ring]
            members = offers
        listed = '","'.join([names[member] for member in members])
        yield f'{{"flow_micro":"{step}","members":["{listed}"]}}'
        exchange.segment_count += 1
        size -= step
        for queue in carried:
            queue.left -= step
            if not queue.left:
                queue.next += 1
                queue.left = queue.slices[queue.next][1] if queue.next < len(queue.slices) else 0
