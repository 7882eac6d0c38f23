"""Explanations: a cleared book -> why each offer was filled as it was, and at which limit it would not be.

The limit at which more would flow through an alternative is a residual distance: if one more unit can go round
from what the offer delivers back to what it takes at a cost of d, then a limit below -d closes a ring of negative
cost, and the optimum must use it. Likewise less flows above the cost of the cheapest way past the offer.

Example: the desk asks +20 bps for wheat against copper, and everyone else would take wheat up to +12 bps. Then
more_below is 1,200 ppm: at 1,199 ppm the offer would be filled, at 2,000 it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission, admit, needs_micro, offer_capacity_micro
from clearing.engine.arc_flows import arc_flows
from clearing.engine.changes import change_of_limit, credit_to_admit
from clearing.engine.netting_graph import ACCOUNT, ALTERNATIVE, OFFER, STOCK, NettingGraph, build_graph
from clearing.engine.paths import ResidualPaths
from clearing.engine.search.paid import paid_in_search
from clearing.engine.search.rows import PLAIN, build_rows
from clearing.engine.search.tiers import circulating, find_tiers
from clearing.engine.search.ways import Ways, ways_through
from clearing.engine.sums import sums_by
from clearing.model.book import ANY, INDEX, NONE, Book
from clearing.model.explanation import (
    AlternativeOutlook,
    Binding,
    Change,
    ClassShare,
    Explanation,
    Fate,
    Hindrance,
)
from clearing.model.faults import Refusal, RefusalReason
from clearing.model.outcome import Outcome, SearchedPay

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


def explain(book: Book, outcome: Outcome, offers: Sequence[int]) -> Sequence[Explanation]:
    """One explanation per offer index."""
    scene = _scene(book, outcome)
    return [_one(scene, i) for i in offers]


def _one(scene: _Scene, offer: int) -> Explanation:
    if offer in scene.refusals:
        return _refused(scene, offer)
    if offer in scene.searched.micro:
        return _searched(scene, offer)
    return _admitted(scene, offer)


@dataclass(frozen=True, slots=True)
class _Scene:
    """The session, and its graph and flow rebuilt from what was recorded."""

    book: Book
    outcome: Outcome
    admission: Admission
    refusals: Mapping[int, Refusal]
    capacity: IntArray
    graph: NettingGraph
    flow: IntArray
    potential: IntArray
    premium: IntArray
    """ppm per asset; ANY (-2) and INDEX (-1) are the last and 0."""
    arc_of_row: Mapping[int, int]
    """Arc per row of the book's alternatives."""
    at_par: bool
    """Whether surplus is not the first objective, so that no limit says what would be enough."""
    premium_micro: IntArray
    """What the premia of its legs bring each offer."""
    searched: SearchedPay


def _scene(book: Book, outcome: Outcome) -> _Scene:
    admission = admit(book)
    graph = build_graph(book, circulating(book, admission))
    premium = np.zeros(len(book.assets.id) + 2, dtype=np.int64)
    for line in outcome.premia:
        premium[line.asset] = line.premium_ppm
    recorded = outcome.certificate.stages[0].potentials
    simple = np.repeat(np.flatnonzero(graph.kind == OFFER), np.diff(graph.member_start))
    several = np.flatnonzero(graph.kind == ALTERNATIVE)
    rows = np.concatenate([book.offers.alt_start[graph.member], graph.alternative[several]])
    arcs = np.concatenate([simple, several])
    return _Scene(
        book=book,
        outcome=outcome,
        admission=admission,
        refusals={refusal.offer: refusal for refusal in outcome.refusals},
        capacity=offer_capacity_micro(book),
        graph=graph,
        flow=arc_flows(book, graph, outcome.fills),
        potential=np.array([recorded[node] for node in graph.nodes], dtype=np.int64),
        premium=premium,
        arc_of_row=dict(zip(rows.tolist(), arcs.tolist(), strict=True)),
        at_par=book.rulebook.objectives[0] != "surplus",
        premium_micro=_premia_of_legs(book, outcome),
        searched=paid_in_search(book, admission, outcome),
    )


def _premia_of_legs(book: Book, outcome: Outcome) -> IntArray:
    legs, offers = outcome.legs, len(book.offers.id)
    given: IntArray = sums_by(legs.giver_offer, legs.premium_micro, offers)
    return given - sums_by(legs.receiver_offer, legs.premium_micro, offers)


def _refused(scene: _Scene, offer: int) -> Explanation:
    refusal = scene.refusals[offer]
    without_headroom = refusal.reason is RefusalReason.NO_HEADROOM
    return Explanation(
        offer=offer,
        fate=Fate.REFUSED,
        refusal=refusal,
        capacity_micro=int(scene.capacity[offer]),
        flow_micro=0,
        quantity=0,
        outlook=(),
        shared=None,
        bindings=(),
        headroom_needed_micro=int(refusal.found or 0) if without_headroom else 0,
        headroom_left_micro=int(scene.admission.headroom_left_micro[scene.book.offers.participant[offer]]),
        change=None,
        credit_needed_micro=(
            credit_to_admit(scene.book, scene.admission, offer=offer) if without_headroom else None
        ),
    )


def _admitted(scene: _Scene, offer: int) -> Explanation:
    flow, capacity = int(scene.outcome.fills.offer_flow_micro[offer]), int(scene.capacity[offer])
    fate = Fate.UNFILLED if flow == 0 else Fate.PARTLY_FILLED if flow < capacity else Fate.FILLED
    rows = range(int(scene.book.offers.alt_start[offer]), int(scene.book.offers.alt_start[offer + 1]))
    outlook = [_outlook(scene, offer, row, fate) for row in rows]
    alone = np.zeros(len(scene.capacity), dtype=np.bool_)
    alone[offer] = True
    desk = scene.book.offers.participant[offer]
    return Explanation(
        offer=offer,
        fate=fate,
        refusal=None,
        capacity_micro=capacity,
        flow_micro=flow,
        quantity=int(scene.outcome.fills.offer_quantity[offer]),
        outlook=outlook,
        shared=_class_share(scene, rows[0]),
        bindings=list(_bindings(scene, offer, rows)),
        headroom_needed_micro=int(needs_micro(scene.book, alone, scene.admission.kept)[desk]),
        headroom_left_micro=int(scene.admission.headroom_left_micro[desk]),
        change=_nearest_change(scene, offer, rows, outlook, fate),
        credit_needed_micro=None,
        paid_micro=int(scene.premium_micro[offer]),
    )


def _searched(scene: _Scene, offer: int) -> Explanation:
    """An offer of a component without premia: what it got, and whether a ring through it exists; no limit is named."""
    rows = range(int(scene.book.offers.alt_start[offer]), int(scene.book.offers.alt_start[offer + 1]))
    ways, hindrance = _ways_through(scene, offer)
    flow, capacity = int(scene.outcome.fills.offer_flow_micro[offer]), int(scene.capacity[offer])
    fate = Fate.UNFILLED if flow == 0 else Fate.PARTLY_FILLED if flow < capacity else Fate.FILLED
    outlook = [
        AlternativeOutlook(
            alternative=row - rows[0],
            asset=int(scene.book.offers.alt_asset[row]),
            limit_ppm=int(scene.book.offers.alt_limit_ppm[row]),
            flow_micro=int(scene.outcome.fills.alt_flow_micro[row]),
            quantity=int(scene.outcome.fills.alt_quantity[row]),
            paid_ppm=scene.searched.ppm.get(row),
            hindrance=None if fate is Fate.FILLED else hindrance,
            more_below_ppm=None,
            less_above_ppm=None,
        )
        for row in rows
    ]
    left = int(scene.admission.headroom_left_micro[scene.book.offers.participant[offer]])
    too_long = fate is not Fate.FILLED and hindrance is Hindrance.RING_TOO_LONG
    return Explanation(
        offer=offer,
        fate=fate,
        refusal=None,
        capacity_micro=capacity,
        flow_micro=flow,
        quantity=int(scene.outcome.fills.offer_quantity[offer]),
        outlook=outlook,
        shared=None,
        bindings=(),
        headroom_needed_micro=0,
        headroom_left_micro=left,
        change=None,
        credit_needed_micro=None,
        paid_micro=scene.searched.micro[offer],
        searched=True,
        ring_length=ways.ring.shortest if too_long else None,
        chain_length=ways.chain.shortest if too_long else None,
    )


def _ways_through(scene: _Scene, offer: int) -> tuple[Ways, Hindrance]:
    """The shortest ring and chain through an offer of a searched component, and what they say."""
    tier = next(tier for tier in find_tiers(scene.book, scene.admission) if offer in tier.offers)
    rows = build_rows(scene.book, scene.admission, tier)
    own, ways = (rows.offer == offer) & (rows.kind == PLAIN), ways_through(rows, offer)
    if ways.ring.is_open or ways.chain.is_open:
        return ways, Hindrance.SEARCHED
    if ways.ring.shortest is None and ways.chain.shortest is None:
        others = rows.offer != offer
        given = np.append(scene.book.offers.deliver[rows.offer[others]], ANY)
        if not np.isin(rows.asset[own], given).any():
            return ways, Hindrance.NO_GIVER
        if not (rows.asset[others] == scene.book.offers.deliver[offer]).any():
            return ways, Hindrance.NO_TAKER
        return ways, Hindrance.NO_RING
    return ways, Hindrance.RING_TOO_LONG


def _outlook(scene: _Scene, offer: int, row: int, fate: Fate) -> AlternativeOutlook:
    arc, flow = scene.arc_of_row[row], int(scene.outcome.fills.alt_flow_micro[row])
    bound = int(scene.graph.capacity[arc])
    if scene.graph.kind[arc] == OFFER and _members(scene, arc) > 1:
        bound = int(scene.capacity[offer])
    asset, limit = int(scene.book.offers.alt_asset[row]), int(scene.book.offers.alt_limit_ppm[row])
    more, less = (None, None) if scene.at_par else _thresholds(scene, arc, bound, flow)
    return AlternativeOutlook(
        alternative=row - int(scene.book.offers.alt_start[offer]),
        asset=asset,
        limit_ppm=limit,
        flow_micro=flow,
        quantity=int(scene.outcome.fills.alt_quantity[row]),
        paid_ppm=int(scene.premium[scene.book.offers.deliver[offer]] - scene.premium[asset]),
        hindrance=None if fate is Fate.FILLED else _hindrance(scene, offer, arc, limit, more, flow == bound),
        more_below_ppm=more,
        less_above_ppm=less,
    )


def _thresholds(scene: _Scene, arc: int, bound: int, flow: int) -> tuple[int | None, int | None]:
    """The limits below which more flows through an offer's part of an arc, and above which less does."""
    tail, head = int(scene.graph.tail[arc]), int(scene.graph.head[arc])
    paths = _paths_without(scene, arc, bound, flow)
    way_round, way_along = paths.from_node(head).get(tail), paths.from_node(tail).get(head)
    return None if way_round is None or flow == bound else -way_round, way_along if flow else None


def _paths_without(scene: _Scene, arc: int, bound: int, flow: int) -> ResidualPaths:
    """Residual paths that do not use the offer's own part of an arc."""
    capacity, flows = scene.graph.capacity.copy(), scene.flow.copy()
    capacity[arc] -= bound
    flows[arc] -= flow
    return ResidualPaths(replace(scene.graph, capacity=capacity), flows, scene.potential)


def _hindrance(
    scene: _Scene, offer: int, arc: int, limit: int, more_below: int | None, full: bool
) -> Hindrance:
    if full:
        return Hindrance.MAXIMUM
    if more_below is not None:
        return Hindrance.LIMIT if limit > more_below else Hindrance.MARGIN
    graph, deliver = scene.graph, int(scene.book.offers.deliver[offer])
    # INDEX is given and taken through the hub; the offer's own arcs never serve itself.
    source = graph.hub if graph.nodes[graph.tail[arc]].startswith("in:") else graph.tail[arc]
    if not (graph.head == source).any():
        return Hindrance.NO_GIVER
    if not (graph.tail == (graph.hub if deliver == INDEX else graph.pool[deliver])).any():
        return Hindrance.NO_TAKER
    return Hindrance.PAR if scene.at_par else Hindrance.USED_UP


def _members(scene: _Scene, arc: int) -> int:
    return int(scene.graph.member_start[arc + 1] - scene.graph.member_start[arc])


def _class_share(scene: _Scene, row: int) -> ClassShare | None:
    arc = scene.arc_of_row[row]
    if scene.graph.kind[arc] != OFFER or _members(scene, arc) == 1:
        return None
    return ClassShare(_members(scene, arc), int(scene.graph.capacity[arc]), int(scene.flow[arc]))


def _bindings(scene: _Scene, offer: int, rows: range) -> Iterator[Binding]:
    """Bounds of the offer's own desk that are reached: stock, receive maxima, credit, cap."""
    book, graph, fills = scene.book, scene.graph, scene.outcome.fills
    offers, full = book.offers, scene.flow == graph.capacity
    stock, desk = int(offers.stock[offer]), int(offers.participant[offer])
    if stock != NONE and (full & (graph.kind == STOCK) & (graph.owner == stock)).any():
        users = np.flatnonzero((offers.stock == stock) & (fills.offer_flow_micro > 0))
        yield Binding("stock", book.stocks.id[stock], users.tolist())
    for row in rows:
        arc = scene.arc_of_row[row]
        if offers.alt_max[row] != NONE and full[arc] and scene.flow[arc] < scene.capacity[offer]:
            yield Binding("maximum", str(row - rows[0]), [offer])
    of_desk = full & (graph.kind == ACCOUNT) & (graph.owner == desk)
    mine = offers.participant == desk
    if offers.deliver[offer] == INDEX and (of_desk & (graph.head == graph.hub)).any():
        users = np.flatnonzero(mine & (offers.deliver == INDEX) & (fills.offer_flow_micro > 0))
        yield Binding("credit", book.participants.id[desk], users.tolist())
    takes = INDEX in offers.alt_asset[rows[0] : rows[-1] + 1]
    if takes and (of_desk & (graph.tail == graph.hub)).any():
        taken = np.flatnonzero((offers.alt_asset == INDEX) & (fills.alt_flow_micro > 0))
        users = np.searchsorted(offers.alt_start, taken, side="right") - 1
        yield Binding("cap", book.participants.id[desk], users[mine[users]].tolist())


def _nearest_change(
    scene: _Scene, offer: int, rows: range, outlook: Sequence[AlternativeOutlook], fate: Fate
) -> Change | None:
    """The alternative whose limit must move least."""
    if fate is Fate.FILLED:
        moves = [(a.less_above_ppm - a.limit_ppm, a) for a in outlook if a.less_above_ppm is not None]
    else:
        moves = [(a.limit_ppm - a.more_below_ppm, a) for a in outlook if a.more_below_ppm is not None]
    if not moves:
        return None
    step, nearest = min(moves, key=lambda move: (move[0], move[1].alternative))
    limit = nearest.limit_ppm + step + 1 if fate is Fate.FILLED else nearest.limit_ppm - step - 1
    return change_of_limit(
        scene.book,
        scene.admission,
        offer=offer,
        row=rows[nearest.alternative],
        limit_ppm=limit,
        more=fate is not Fate.FILLED,
    )
