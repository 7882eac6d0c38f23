"""The lines of outcome/rings.jsonl in, the rings with their members out.

A ring's line names the members, not the alternatives by which they receive: member k delivers along the arc
that leaves the k-th pool or account of the ring, so what it receives is the asset of that pool, or INDEX. The
arcs that leave an offer, a stock, ``out`` or the hub carry no member; every arc of a ring of claims does.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.audit.outcome_lines import RINGS, ring_id
from clearing.audit.stored_lines import Read, Record, a_text, checked, each_record, flaw, line_fault
from clearing.model.book import AMOUNT_LIMIT, ANY, INDEX, NONE, Book
from clearing.model.outcome import Rings

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

_AMOUNT_MAX = AMOUNT_LIMIT - 1
NONE_TAKEN = -3
"""A member of a ring that takes residual receives nothing."""


def stored_rings(read: Read, book: Book, offer_of: dict[str, int], asset_of: dict[str, int]) -> Rings:
    """The rings in order of extraction."""
    obligation_of = {name: row for row, name in enumerate(book.obligations.id)}
    nodes: list[tuple[str, ...]] = []
    of_obligations: list[bool] = []
    flow, segment_start, segment_flow = array("q"), array("q", [0]), array("q")
    member_start, member, taken = array("q", [0]), array("q"), array("q")
    segment_line = array("q")

    def add(record: Record) -> None:
        if record["ring_id"] != ring_id(len(nodes)):
            raise flaw("rings are not numbered from R000001 on")
        named = tuple([a_text(node) for node in record["nodes"]])
        if len(named) < 2:
            raise flaw("it has fewer than two nodes")
        claims = named[0].startswith("claim:")
        sources = [NONE] * _between_claims(named) if claims else _sources(named, record["segments"], asset_of)
        rows = obligation_of if claims else offer_of
        for segment in record["segments"]:
            members = segment["members"]
            if len(members) != len(sources):
                raise flaw("a segment has more or fewer members than the ring has arcs that carry one")
            segment_flow.append(int(segment["flow_micro"]))
            segment_line.append(len(nodes))
            member.extend([rows[name] for name in members])
            taken.extend(sources)
            member_start.append(len(member))
        segment_start.append(len(segment_flow))
        flow.append(int(record["flow_micro"]))
        nodes.append(named)
        of_obligations.append(claims)

    each_record(read, RINGS, add)
    starts, rows = np.array(member_start, dtype=np.int64), np.array(member, dtype=np.int64)
    ring = np.repeat(np.array(segment_line, dtype=np.int64), np.diff(starts))
    of_offers = np.flatnonzero(~np.array(of_obligations, dtype=np.bool_)[ring])
    assets = np.array(taken, dtype=np.int64)
    by_alternative = of_offers[assets[of_offers] != NONE_TAKEN]
    alternative = np.zeros(len(rows), dtype=np.int64)
    alternative[by_alternative] = _alternatives(
        book, rows[by_alternative], assets[by_alternative], ring[by_alternative]
    )
    return Rings(
        nodes=nodes,
        flow_micro=checked(RINGS, flow, low=1, high=_AMOUNT_MAX),
        of_obligations=of_obligations,
        segment_start=np.array(segment_start, dtype=np.int64),
        segment_flow_micro=checked(RINGS, segment_flow, low=1, high=_AMOUNT_MAX, rows=segment_line),
        member_start=starts,
        member=rows,
        member_alternative=alternative,
        member_delivers=_delivers(assets, starts) if book.rulebook.version > 1 else None,
    )


def _between_claims(nodes: Sequence[str]) -> int:
    """Arcs from claim to claim: those into the hub and out of it are accounts."""
    return len(nodes) - 2 * nodes.count("hub")


def _delivers(taken: IntArray, starts: IntArray) -> BoolArray:
    """Whether the member after each one receives what it delivers, and not residual or a gift's return."""
    after = np.arange(1, len(taken) + 1)
    after[starts[1:] - 1] = starts[:-1]
    delivers: BoolArray = ~np.isin(taken[after], (ANY, NONE_TAKEN))
    return delivers


def _sources(nodes: Sequence[str], segments: Sequence[Record], asset_of: Mapping[str, int]) -> list[int]:
    """What the member receives on each arc that leaves a pool or an account.

    A searched ring has a member at every node: INDEX at the hub, anything at ``any``, residual at ``rest``.
    """
    if all(len(segment["members"]) == len(nodes) for segment in segments):
        plain = {"hub": INDEX, "any": ANY, "rest": NONE_TAKEN}
        return [plain[node] if node in plain else asset_of[node.removeprefix("pool:")] for node in nodes]
    return [
        INDEX if node.startswith("in:") else asset_of[node.removeprefix("pool:")]
        for node in nodes
        if node.startswith(("pool:", "in:"))
    ]


def _alternatives(book: Book, offer: IntArray, asset: IntArray, ring: IntArray) -> IntArray:
    """The place among its offer's alternatives of the one that takes ``asset``; ``ring`` is each row's line."""
    offers = book.offers
    width = len(book.assets.id) - NONE_TAKEN
    owner = np.repeat(np.arange(len(offers.id)), np.diff(offers.alt_start))
    keys = owner * width + offers.alt_asset - NONE_TAKEN
    order = np.argsort(keys, kind="stable")
    wanted = offer * width + asset - NONE_TAKEN
    place = np.searchsorted(keys[order], wanted)
    row = np.append(order, 0)[place]
    lacking = np.flatnonzero(np.append(keys, NONE)[row] != wanted) if len(keys) else np.arange(len(wanted))
    if len(lacking):
        raise line_fault(RINGS, int(ring[lacking[0]]) + 1, "a member does not take what the ring passes to it")
    alternative: IntArray = row - offers.alt_start[offer]
    return alternative
