"""Pay: the rings of a searched component and its proof -> what each offer is paid beyond value for value, in whole µ.

Uniform prices need not exist here. Where rings alone bound the trade, each ring shares its own gain by the rents of
its offers: who is scarce earns. Where pieces are indivisible, every filled offer gets its own limit and the same
surplus per unit of value on top. Either way nobody is paid less than its limit, and pay sums to zero.

Example: a ring of 1,000 µ of two offers with limits -4 % and +1 % gains 3 %. With equal rents they get -4 + 1.5 and
1 + 1.5 %: -25 and +25 µ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from clearing.engine.search.rows import REST_IN
from clearing.engine.search.search import Searched
from clearing.engine.search.tiers import RINGS
from clearing.engine.search.witness import row_flows
from clearing.model.proof import Leaf

PPM = 1_000_000


def pay(searched: Searched) -> Mapping[int, int]:
    """µ that each offer gets (negative: pays)."""
    if searched.proof.tier != RINGS:
        return _alike(searched)
    paid: dict[int, int] = {}
    for row, _flow, amount in _by_ring(searched):
        offer = int(searched.component.rows.offer[row])
        paid[offer] = paid.get(offer, 0) + amount
    return paid


def rates(searched: Searched) -> Mapping[tuple[int, int], int]:
    """ppm of what it takes by it that each offer gets for each of its alternatives, to the nearest."""
    rows = searched.component.rows
    if searched.proof.tier != RINGS:
        return _alike_rates(searched)
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    for row, flow, amount in _by_ring(searched):
        taken = int(rows.offer[row]), int(rows.place[row])
        flows, amounts = sums.get(taken, (0, 0))
        sums[taken] = flows + flow, amounts + amount
    return {taken: _nearest(PPM * amount, flow) for taken, (flow, amount) in sums.items()}


def _by_ring(searched: Searched) -> Iterator[tuple[int, int, int]]:
    """Row, flow and µ of each member of each ring."""
    component, rents = searched.component, _rents(searched)
    for ring, flow in sorted(searched.rings.items()):
        limits, shares = [int(component.limits[row]) for row in ring], [rents[row] for row in ring]
        gain, total = -sum(limits), sum(shares)
        if total == 0:
            shares, total = [1] * len(ring), len(ring)
        exact = [flow * (rho * total + gain * share) for rho, share in zip(limits, shares, strict=True)]
        for row, amount in zip(ring, _whole(exact, PPM * total), strict=True):
            yield row, flow, amount


def _rents(searched: Searched) -> Sequence[int]:
    """Rent of each row in the proof of surplus, 0 where surplus is not the first objective."""
    component = searched.component
    rents = [0] * len(component.rows)
    first = searched.proof.stages[0]
    if first.objective == "surplus" and isinstance(first.proof, Leaf):
        for name, rent in first.proof.rents.items():
            for row in component.group_rows[name].tolist():
                rents[row] += rent
    return rents


def _alike(searched: Searched) -> Mapping[int, int]:
    taken: dict[int, int] = {}
    owed: dict[int, int] = {}
    for offer, _place, rho, flow in _taking(searched):
        taken[offer] = taken.get(offer, 0) + flow
        owed[offer] = owed.get(offer, 0) + rho * flow
    filled = [offer for offer in sorted(taken) if taken[offer]]
    total, gain = sum(taken.values()), -sum(owed.values())
    exact = [owed[offer] * total + gain * taken[offer] for offer in filled]
    return dict(zip(filled, _whole(exact, PPM * total), strict=True)) if filled else {}


def _alike_rates(searched: Searched) -> Mapping[tuple[int, int], int]:
    rows = _taking(searched)
    total, gain = sum(flow for *_, flow in rows), -sum(rho * flow for *_, rho, flow in rows)
    return {(offer, place): rho + _nearest(gain, total) for offer, place, rho, _flow in rows}


def _taking(searched: Searched) -> Sequence[tuple[int, int, int, int]]:
    """Offer, alternative, ρ and flow of every row that takes one."""
    component, flows = searched.component, row_flows(searched.component, searched.rings)
    rows = component.rows
    some = np.flatnonzero((flows != 0) & (rows.kind != REST_IN))
    columns = (rows.offer[some], rows.place[some], component.limits[some], flows[some])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _nearest(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


def _whole(exact: Sequence[int], unit: int) -> Sequence[int]:
    """exact/unit rounded down, what is left over to the largest remainders, ties to the first; the sum stays 0."""
    amounts = [each // unit for each in exact]
    left = -sum(amounts)
    for place in sorted(range(len(exact)), key=lambda i: (-(exact[i] % unit), i))[:left]:
        amounts[place] += 1
    return amounts
