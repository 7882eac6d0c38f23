"""Paid: a cleared session -> what the offers of its searched components are paid, by the rings and proofs on record.

Their legs carry no premium and their entries are by desk: which offer earned what, only the rule of pay tells.

Example: a desk has two offers in a component, one paid 25 µ and one paying 10; its entry says 15.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from clearing.engine.admission import Admission
from clearing.engine.search.component import component_of
from clearing.engine.search.objectives import limit_costs
from clearing.engine.search.pay import pay, rates
from clearing.engine.search.recorded import by_component, rings_of
from clearing.engine.search.rows import build_rows
from clearing.engine.search.search import Searched
from clearing.engine.search.tiers import CIRCULATION, Tier, find_tiers
from clearing.model.book import Book
from clearing.model.errors import InputFault
from clearing.model.outcome import Outcome, Rings, SearchedPay
from clearing.model.proof import ComponentProof, RecordedRing


def paid_in_search(book: Book, admission: Admission, outcome: Outcome) -> SearchedPay:
    """Raises InputFault where the recorded rings or proofs are none of the book's components."""
    proofs = {proof.component: proof for proof in outcome.certificate.components if proof.stages}
    micro: dict[int, int] = {}
    ppm: dict[int, int] = {}
    if not proofs:
        return SearchedPay(micro, ppm)
    tiers = [tier for tier in find_tiers(book, admission) if tier.tier != CIRCULATION]
    rings = by_component([tier.offers for tier in tiers], _recorded(outcome.rings))
    for tier, recorded in zip(tiers, rings, strict=True):
        searched = _searched(book, admission, tier, proofs.get(tier.component), recorded)
        micro |= dict.fromkeys(tier.offers, 0) | dict(pay(searched))
        starts = book.offers.alt_start
        ppm |= {int(starts[offer]) + place: rate for (offer, place), rate in rates(searched).items()}
    return SearchedPay(micro, ppm)


def _recorded(rings: Rings) -> Iterator[RecordedRing]:
    """Rings of offers by their first segment, the only one of what was searched."""
    for ring in np.flatnonzero(~np.array(rings.of_obligations, dtype=np.bool_)).tolist():
        segment = int(rings.segment_start[ring])
        members = rings.member[rings.member_start[segment] : rings.member_start[segment + 1]].tolist()
        if members:
            yield RecordedRing(rings.nodes[ring], members, int(rings.flow_micro[ring]))


def _searched(
    book: Book, admission: Admission, tier: Tier, proof: ComponentProof | None, recorded: Sequence[RecordedRing]
) -> Searched:
    rows = build_rows(book, admission, tier)
    component = component_of(rows, limit_costs(rows))
    whole = all(len(ring.nodes) == len(ring.members) and ring.flow > 0 for ring in recorded)
    rings = rings_of(component, recorded) if whole else None
    if proof is None or proof.tier != tier.tier or rings is None:
        raise InputFault(f"what is recorded of {tier.component} is none of a component of this book; verify says more")
    return Searched(component, rings, proof, limit_reached=False)
