"""Rings: the circulation -> netting rings with the members that deliver round them.

Worked example. X, Y and Z close pool:copper -> pool:steel -> pool:wheat -> pool:copper with 30, and X and Y
also trade 10 both ways. Merged arcs carry copper->steel 40, steel->wheat 30, wheat->copper 30, steel->copper
10. First the 2-cycle copper/steel at 10 is taken (R000001), then from the smallest node with flow the ring of
three at 30 (R000002). If copper->steel is A 25 then B 15 (in id order), R000001 uses A's first 10, and
R000002 is overlaid in two segments: A 15 and B 15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.netting_graph import ALTERNATIVE, OBLIGATION, OFFER, NettingGraph
from clearing.engine.shares import Shares
from clearing.model.book import Book
from clearing.model.errors import LawBroken
from clearing.model.outcome import Rings

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

Arc = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ring:
    """A cycle of nodes from the smallest, and the flow it carries."""

    nodes: tuple[int, ...]
    flow: int

    def arcs(self) -> list[Arc]:
        """Its arcs in ring order."""
        return list(zip(self.nodes, (*self.nodes[1:], self.nodes[0]), strict=True))


@dataclass(frozen=True, slots=True)
class Members:
    """What offers and obligations carry, sorted by merged arc and id; ``end`` is cumulated over all."""

    tail: IntArray
    head: IntArray
    member: IntArray
    alternative: IntArray
    end: IntArray


def find_rings(book: Book, graph: NettingGraph, flow: IntArray, shares: Shares) -> Rings:
    """Extract the rings of the whole flow and overlay their members."""
    extracted = extract(_merged(graph, flow))
    members = _members(book, graph, shares)
    owed = graph.kind == OBLIGATION
    claims = set(np.concatenate([graph.tail[owed], graph.head[owed]]).tolist())
    segments = _overlay(extracted, members)
    return Rings(
        nodes=[tuple(graph.nodes[x] for x in ring.nodes) for ring in extracted],
        flow_micro=np.array([ring.flow for ring in extracted], dtype=np.int64),
        of_obligations=[ring.nodes[0] in claims for ring in extracted],
        segment_start=segments["segment_start"],
        segment_flow_micro=segments["segment_flow_micro"],
        member_start=segments["member_start"],
        member=segments["member"],
        member_alternative=segments["member_alternative"],
    )


def extract(flow: Mapping[Arc, int]) -> list[Ring]:
    """All 2-cycles in ascending (tail, head), then cycles along the smallest outgoing arcs."""
    left = {arc: amount for arc, amount in flow.items() if amount > 0}
    rings = []
    for u, v in sorted(left):
        if u < v and left.get((v, u), 0) and left[u, v]:
            amount = min(left[u, v], left[v, u])
            left[u, v] -= amount
            left[v, u] -= amount
            rings.append(Ring((u, v), amount))
    return rings + _walk({arc: amount for arc, amount in left.items() if amount})


def _walk(left: dict[Arc, int]) -> list[Ring]:
    """Cycles from the smallest node with flow, each time along the smallest outgoing arc.

    After a cycle is taken the walk would come the same way again up to the cycle, so it goes on from there.
    """
    onward: dict[int, list[int]] = {}
    for u, v in sorted(left, reverse=True):
        onward.setdefault(u, []).append(v)
    rings = []
    for start in sorted(onward):
        path, place = [start], {start: 0}
        while onward[start]:
            if path[-1] not in onward or not onward[path[-1]]:
                raise LawBroken("the flow does not balance at a node")
            node = onward[path[-1]][-1]
            if node not in place:
                place[node] = len(path)
                path.append(node)
                continue
            cycle = path[place[node] :]
            rings.append(_take(cycle, left, onward))
            for passed in cycle[1:]:
                del place[passed]
            del path[place[node] + 1 :]
    return rings


def _take(cycle: list[int], left: dict[Arc, int], onward: dict[int, list[int]]) -> Ring:
    arcs = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    amount = min(left[arc] for arc in arcs)
    for arc in arcs:
        left[arc] -= amount
        if not left[arc]:
            onward[arc[0]].pop()
    least = cycle.index(min(cycle))
    return Ring(tuple(cycle[least:] + cycle[:least]), amount)


def _merged(graph: NettingGraph, flow: IntArray) -> dict[Arc, int]:
    merged: dict[Arc, int] = {}
    used = np.flatnonzero(flow)
    for u, v, amount in zip(*(c[used].tolist() for c in (graph.tail, graph.head, flow)), strict=True):
        merged[u, v] = merged.get((u, v), 0) + amount
    return merged


def _members(book: Book, graph: NettingGraph, shares: Shares) -> Members:
    count = np.diff(graph.member_start)
    arcs = np.flatnonzero(graph.kind == OFFER)
    several, debts = np.flatnonzero(graph.kind == ALTERNATIVE), np.flatnonzero(graph.kind == OBLIGATION)
    arc = np.concatenate([np.repeat(arcs, count), several, debts])
    member = np.concatenate([graph.member, graph.owner[several], graph.owner[debts]])
    row = graph.alternative[several]
    place = row - book.offers.alt_start[graph.owner[several]]
    alternative = np.concatenate([np.zeros_like(graph.member), place, np.zeros_like(debts)])
    simple = shares.alternative[book.offers.alt_start[graph.member]]
    amount = np.concatenate([simple, shares.alternative[row], shares.obligation])
    used = np.flatnonzero(amount)
    tail, head = graph.tail[arc[used]], graph.head[arc[used]]
    order = used[np.lexsort((member[used], head, tail))]
    arc = arc[order]
    return Members(
        graph.tail[arc], graph.head[arc], member[order], alternative[order], np.cumsum(amount[order])
    )


def _overlay(rings: Sequence[Ring], members: Members) -> dict[str, IntArray]:
    """Segments of all rings at once.

    Two coordinates measure flow: along the arcs one after the other (``members.end``), and along the rings
    one after the other. A slot is one arc of one ring; it maps a stretch of the first onto one of the second.
    """
    slot_ring, slot_start = _slots(rings, members)
    ring_flow = np.array([ring.flow for ring in rings], dtype=np.int64)
    ring_end = np.cumsum(ring_flow)
    ring_start = ring_end - ring_flow
    ends = _segment_ends(members.end, slot_ring, slot_start, ring_start, ring_end)
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    ring_of = np.searchsorted(ring_end, starts, side="right")
    length = np.bincount(slot_ring, minlength=len(rings))
    first_slot = np.cumsum(length) - length
    member_start = np.concatenate([[0], np.cumsum(length[ring_of])]).astype(np.int64)
    segment = np.repeat(np.arange(len(ends)), length[ring_of])
    place = np.arange(len(segment)) - member_start[segment]
    slot = first_slot[ring_of[segment]] + place
    along = slot_start[slot] + starts[segment] - ring_start[ring_of[segment]]
    index = np.searchsorted(members.end, along, side="right")
    segment_start = np.searchsorted(ring_of, np.arange(len(rings) + 1), side="left").astype(np.int64)
    return {
        "segment_start": segment_start,
        "segment_flow_micro": ends - starts,
        "member_start": member_start,
        "member": members.member[index],
        "member_alternative": members.alternative[index],
    }


def _slots(rings: Sequence[Ring], members: Members) -> tuple[IntArray, IntArray]:
    """(ring, where its slice starts along the arcs) for each arc with members, in ring order."""
    first = np.ones(len(members.end), dtype=np.bool_)
    first[1:] = (members.tail[1:] != members.tail[:-1]) | (members.head[1:] != members.head[:-1])
    starts = np.concatenate([[0], members.end])[:-1][first] if len(members.end) else members.end
    arcs = zip(members.tail[first].tolist(), members.head[first].tolist(), strict=True)
    along = dict(zip(arcs, starts.tolist(), strict=True))
    ring_of, start = [], []
    for number, ring in enumerate(rings):
        for arc in ring.arcs():
            if arc in along:
                ring_of.append(number)
                start.append(along[arc])
                along[arc] += ring.flow
    return np.array(ring_of, dtype=np.int64), np.array(start, dtype=np.int64)


def _segment_ends(
    member_end: IntArray, slot_ring: IntArray, slot_start: IntArray, ring_start: IntArray, ring_end: IntArray
) -> IntArray:
    """Every ring's end and every member's end, along the rings, ascending and once."""
    order = np.argsort(slot_start, kind="stable")
    slot = order[np.searchsorted(slot_start[order], member_end - 1, side="right") - 1]
    ends = ring_start[slot_ring[slot]] + member_end - slot_start[slot]
    merged = np.sort(np.concatenate([ends, ring_end]))
    once: IntArray = merged[np.diff(merged, prepend=0) > 0]
    return once
