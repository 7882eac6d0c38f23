"""Together: the circulation's shares and rings, and what was searched -> one set of shares, rings, pay and proofs.

Components share no pool, so that each asset's deliveries come from one of them and everything downstream (rounding,
legs, instructions) is the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.search.pay import pay
from clearing.engine.search.polish import Flows
from clearing.engine.search.rows import REST_IN, REST_OUT
from clearing.engine.search.search import Searched
from clearing.engine.search.tiers import Tier
from clearing.engine.search.witness import row_flows
from clearing.engine.shares import Shares
from clearing.model.book import ANY, NONE, Book
from clearing.model.outcome import Certificate, Rings
from clearing.model.proof import ComponentProof

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


@dataclass(frozen=True, slots=True)
class Together:
    """The whole session before rounding."""

    shares: Shares
    rings: Rings
    certificate: Certificate
    paid: IntArray
    """Pay of searched components by participant, µ."""
    returned: IntArray
    """Returns of gifts by participant: given less taken, µ."""


def join(
    book: Book,
    tiers: Sequence[Tier],
    searched: Sequence[Searched],
    *,
    shares: Shares,
    rings: Rings,
    certificate: Certificate,
) -> Together:
    """Add every searched component to the circulation."""
    desks = len(book.participants.id)
    paid, returned = np.zeros(desks, dtype=np.int64), np.zeros(desks, dtype=np.int64)
    offer, alternative = shares.offer.copy(), shares.alternative.copy()
    for each in searched:
        rows, flows = each.component.rows, row_flows(each.component, each.rings)
        for o, amount in rows.delivered(flows).items():
            offer[o] = amount
        plain = rows.plain
        alternative[book.offers.alt_start[rows.offer[plain]] + rows.place[plain]] = rows.taken(flows)
        for o, amount in pay(each).items():
            paid[book.offers.participant[o]] += amount
        for ring, flow in each.rings.items():
            giver, taker = _return(each, ring)
            if giver != NONE:
                returned[book.offers.participant[giver]] += flow
                returned[book.offers.participant[taker]] -= flow
    return Together(
        Shares(offer, alternative, shares.obligation),
        _rings(rings, searched),
        _certificate(certificate, tiers, searched),
        paid,
        returned,
    )


def _return(searched: Searched, ring: Sequence[int]) -> tuple[int, int]:
    """The last offer of a chain and the gift that it returns to; NONE without."""
    rows = searched.component.rows
    for place, row in enumerate(ring):
        if rows.asset[row] == ANY:
            return int(rows.offer[ring[place - 1]]), int(rows.offer[row])
    return NONE, NONE


def _rings(rings: Rings, searched: Sequence[Searched]) -> Rings:
    nodes, flow = list(rings.nodes), rings.flow_micro.tolist()
    member, place = rings.member.tolist(), rings.member_alternative.tolist()
    starts, delivers = rings.member_start.tolist(), [True] * len(rings.member)
    segments = rings.segment_flow_micro.tolist()
    segment_start = rings.segment_start.tolist()
    for each in searched:
        rows = each.component.rows
        for ring in _in_order(each, each.rings):
            nodes.append(tuple(rows.station(row) for row in ring))
            flow.append(each.rings[ring])
            segments.append(each.rings[ring])
            segment_start.append(len(segments))
            for row, following in zip(ring, (*ring[1:], ring[0]), strict=True):
                member.append(int(rows.offer[row]))
                place.append(max(0, int(rows.place[row])))
                ends = rows.kind[following] == REST_IN or rows.asset[following] == ANY
                delivers.append(bool(rows.kind[row] != REST_OUT and not ends))
            starts.append(len(member))
    return replace(
        rings,
        nodes=nodes,
        flow_micro=np.array(flow, dtype=np.int64),
        of_obligations=[*rings.of_obligations, *[False] * (len(nodes) - len(rings.nodes))],
        segment_start=np.array(segment_start, dtype=np.int64),
        segment_flow_micro=np.array(segments, dtype=np.int64),
        member_start=np.array(starts, dtype=np.int64),
        member=np.array(member, dtype=np.int64),
        member_alternative=np.array(place, dtype=np.int64),
        member_delivers=np.array(delivers, dtype=np.bool_),
    )


def _in_order(searched: Searched, rings: Flows) -> Sequence[tuple[int, ...]]:
    rows, ids = searched.component.rows, searched.component.rows.book.offers.id

    def key(ring: tuple[int, ...]) -> tuple[list[str], list[str]]:
        return [rows.station(row) for row in ring], [ids[int(rows.offer[row])] for row in ring]

    return sorted(rings, key=key)


def _certificate(certificate: Certificate, tiers: Sequence[Tier], searched: Sequence[Searched]) -> Certificate:
    proofs = {each.proof.component: each.proof for each in searched}
    components = [
        proofs.get(tier.component, ComponentProof(tier.component, tier.tier, len(tier.offers), ())) for tier in tiers
    ]
    first = [each.proof.stages[0] for each in searched]
    proven = [stage for each in searched for stage in each.proof.stages if stage.objective != "lottery"]
    return replace(
        certificate,
        unique=certificate.unique and not searched,
        optimal=certificate.optimal and all(stage.value == stage.bound for stage in proven),
        bound=certificate.bound + sum(stage.bound for stage in first),
        gap=certificate.gap + sum(stage.value - stage.bound for stage in first),
        components=components,
        work_limit_reached=any(each.limit_reached for each in searched),
    )
