"""The laws of a session, as properties of random books; each is stated here in its own plain arithmetic."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clearing.engine.admission import admit, offer_capacity_micro
from clearing.engine.netting_graph import OBLIGATION, build_graph
from clearing.model.book import INDEX, NONE, Book
from clearing.model.outcome import Outcome
from clearing.service import outcome_of
from tests.books import book, offer, random_book
from tests.sessions import SALT

SEEDS = st.integers(0, 10**6)
BOOKS = settings(max_examples=60, deadline=None, derandomize=True)
PPM = 10**6


@BOOKS
@given(SEEDS)
def test_what_is_delivered_is_received_and_entries_sum_to_zero(seed: int) -> None:
    world = random_book(seed)
    outcome = outcome_of(world, SALT)
    per_asset: Counter[int] = Counter()
    for position in outcome.positions:
        per_asset[position.asset] += position.delivered - position.received
    assert not any(per_asset.values())
    for kind in ("index", "premium", "residual"):
        assert sum(entry.amount_micro for entry in outcome.entries if entry.kind == kind) == 0


@BOOKS
@given(SEEDS)
def test_no_quantity_stock_or_maximum_is_exceeded(seed: int) -> None:
    world = random_book(seed)
    fills = outcome_of(world, SALT).fills
    offers = world.offers
    assert (fills.offer_quantity <= offers.quantity).all()
    limited = offers.alt_max != NONE
    assert (fills.alt_quantity[limited] <= offers.alt_max[limited]).all()
    for stock, quantity in enumerate(world.stocks.quantity.tolist()):
        assert int(fills.offer_quantity[offers.stock == stock].sum()) <= quantity
    assert (fills.obligation_flow_micro <= world.obligations.amount_micro).all()
    refused = [refusal.offer for refusal in outcome_of(world, SALT).refusals]
    assert not fills.offer_flow_micro[refused].any()


@BOOKS
@given(SEEDS)
def test_residuals_stay_below_one_increment_of_each_asset(seed: int) -> None:
    world = random_book(seed)
    fills = outcome_of(world, SALT).fills
    for i in range(len(world.offers.id)):
        rows = _rows(world, i)
        filled = [r for r in rows if fills.alt_flow_micro[r]]
        delivered = int(fills.offer_quantity[i]) * _value(world, int(world.offers.deliver[i]))
        values = [_value(world, int(world.offers.alt_asset[r])) for r in filled]
        received = sum(int(fills.alt_quantity[r]) * v for r, v in zip(filled, values, strict=True))
        assert abs(delivered - received) < _value(world, int(world.offers.deliver[i])) + sum(values) or not filled


@BOOKS
@given(SEEDS)
def test_every_desk_gets_at_least_its_limit(seed: int) -> None:
    world = random_book(seed)
    outcome = outcome_of(world, SALT)
    premium = _premia(outcome)
    fills, offers = outcome.fills, world.offers
    capacity = offer_capacity_micro(world)
    admitted = admit(world).admitted
    for i in range(len(offers.id)):
        earned = premium.get(int(offers.deliver[i]), 0)
        for row in _rows(world, i):
            paid = earned - premium.get(int(offers.alt_asset[row]), 0)
            limit = int(offers.alt_limit_ppm[row])
            assert not fills.alt_flow_micro[row] or paid >= limit
            simple = len(_rows(world, i)) == 1 and offers.stock[i] == NONE and offers.alt_max[row] == NONE
            goods = offers.deliver[i] != INDEX and offers.alt_asset[row] != INDEX
            if simple and goods and admitted[i] and paid > limit:
                assert fills.offer_flow_micro[i] == capacity[i]


@BOOKS
@given(SEEDS)
def test_in_money_every_offer_earns_its_limit_but_for_rounding(seed: int) -> None:
    world = random_book(seed)
    outcome = outcome_of(world, SALT)
    premium, fills, legs, offers = _premia(outcome), outcome.fills, outcome.legs, world.offers
    earned: Counter[int] = Counter()  # in µ x ppm
    count: Counter[int] = Counter()
    given_q: Counter[int] = Counter()
    taken_q: Counter[int] = Counter()
    columns = (legs.giver_offer, legs.receiver_offer, legs.alternative, legs.quantity, legs.premium_micro)
    for giver, receiver, alternative, quantity, micro in zip(*(c.tolist() for c in columns), strict=True):
        earned[giver] += micro * PPM
        earned[receiver] -= micro * PPM
        count.update((giver, receiver))
        given_q[giver] += quantity
        taken_q[int(offers.alt_start[receiver]) + alternative] += quantity
    for i in range(len(offers.id)):
        deliver = int(offers.deliver[i])
        v, mu = _value(world, deliver), premium.get(deliver, 0)
        delivered = int(fills.offer_quantity[i])
        total, received, owed = earned[i] + (delivered - given_q[i]) * v * mu, 0, 0
        for row in _rows(world, i):
            asset = int(offers.alt_asset[row])
            quantity, w = int(fills.alt_quantity[row]), _value(world, asset)
            total -= (quantity - taken_q[row]) * w * premium.get(asset, 0)
            received += quantity * w
            owed += int(offers.alt_limit_ppm[row]) * quantity * w
        residual = abs(delivered * v - received)
        assert 2 * total >= 2 * owed - 2 * abs(mu) * residual - PPM * count[i], (seed, i)


@BOOKS
@given(SEEDS)
def test_premia_leave_no_residual_arc_that_would_pay(seed: int) -> None:
    world = random_book(seed)
    outcome = outcome_of(world, SALT)
    potential = outcome.certificate.stages[0].potentials
    graph = build_graph(world, admit(world))
    goods = graph.kind != OBLIGATION
    mu = np.array([potential[node] for node in graph.nodes], dtype=np.int64)
    rise = mu[graph.head[goods]] - mu[graph.tail[goods]]
    bound = -int((np.maximum(0, rise - graph.cost[goods]) * graph.capacity[goods]).sum())
    # Weak duality: no circulation costs less than this, and the session's does not cost more.
    assert outcome.certificate.stages[0].value == -outcome.totals.surplus_micro_ppm == bound


@settings(max_examples=25, deadline=None, derandomize=True)
@given(SEEDS)
def test_no_headroom_is_broken_over_three_chained_sessions(seed: int) -> None:
    world = _with_two_rates_on_one_stock(seed)
    for number in range(3):
        outcome = outcome_of(world, SALT + bytes([number]))
        closing = _closing(world, outcome)
        for desk, floor in enumerate(_floors(world, outcome)):
            assert closing[desk] >= floor, (seed, number, world.participants.id[desk])
        accounts = replace(world.participants, balance_micro=np.array(closing, dtype=np.int64))
        world = replace(world, participants=accounts)


def _with_two_rates_on_one_stock(seed: int) -> Book:
    """A random book, and a desk that concedes 3 % and 9 % on one stock with little more credit than it needs."""
    world = random_book(seed)
    values = {name: int(v) for name, v in zip(world.assets.id, world.assets.value_micro, strict=True)}
    one, other = world.assets.id[0], world.assets.id[1]
    rows = [
        offer("T1", "T", one, 40, (other, -30_000), stock="TS"),
        offer("T2", "T", one, 40, (other, -90_000), stock="TS"),
        offer("U1", "U", other, 200, (one, 10_000)),
    ]
    extra = book(
        values=values,
        offers=rows,
        stocks=[("TS", "T", one, 60)],
        desks={"T": (0, values[one] * 4, NONE), "U": (0, 0, NONE)},
    )
    return _joined(world, extra)


def _joined(left: Book, right: Book) -> Book:
    """Two books with the same assets and no participant in common; ids of ``right`` sort last."""
    desks, offers, stocks = len(left.participants.id), len(left.offers.id), len(left.stocks.id)
    p, q, a, b, s, t = (
        left.participants, right.participants, left.offers, right.offers, left.stocks, right.stocks,
    )  # fmt: skip

    def both(one, other):  # type: ignore[no-untyped-def]
        return np.concatenate([one, other])

    participants = replace(
        p,
        id=[*p.id, *q.id],
        balance_micro=both(p.balance_micro, q.balance_micro),
        credit_limit_micro=both(p.credit_limit_micro, q.credit_limit_micro),
        balance_cap_micro=both(p.balance_cap_micro, q.balance_cap_micro),
    )
    joined_offers = replace(
        a,
        id=[*a.id, *b.id],
        participant=both(a.participant, b.participant + desks),
        deliver=both(a.deliver, b.deliver),
        quantity=both(a.quantity, b.quantity),
        stock=both(a.stock, np.where(b.stock == NONE, NONE, b.stock + stocks)),
        alt_start=both(a.alt_start, b.alt_start[1:] + a.alt_start[-1]),
        alt_asset=both(a.alt_asset, b.alt_asset),
        alt_limit_ppm=both(a.alt_limit_ppm, b.alt_limit_ppm),
        alt_max=both(a.alt_max, b.alt_max),
    )
    joined_stocks = replace(
        s,
        id=[*s.id, *t.id],
        participant=both(s.participant, t.participant + desks),
        asset=both(s.asset, t.asset),
        quantity=both(s.quantity, t.quantity),
    )
    assert offers < len(joined_offers.id)
    return replace(left, participants=participants, offers=joined_offers, stocks=joined_stocks)


def _closing(world: Book, outcome: Outcome) -> list[int]:
    closing = world.participants.balance_micro.tolist()
    for entry in outcome.entries:
        closing[entry.participant] += entry.amount_micro
    return [int(amount) for amount in closing]


def _floors(world: Book, outcome: Outcome) -> list[int]:
    """min(-credit limit, opening) - allowance x value delivered, less residuals and half a µ a leg."""
    accounts = world.participants
    floors = np.minimum(-accounts.credit_limit_micro, accounts.balance_micro).tolist()
    slack: Counter[int] = Counter()
    legs, desk = outcome.legs, world.offers.participant
    for giver, receiver, value in zip(
        legs.giver_offer.tolist(), legs.receiver_offer.tolist(), legs.value_micro.tolist(), strict=True
    ):
        slack[int(desk[giver])] += value * world.rulebook.allowance_ppm // PPM + 2
        slack[int(desk[receiver])] += 2
    premium = _premia(outcome)
    fills, offers = outcome.fills, world.offers
    for i in np.flatnonzero(fills.offer_flow_micro).tolist():
        deliver = int(offers.deliver[i])
        residual = int(fills.offer_quantity[i]) * _value(world, deliver) - sum(
            int(fills.alt_quantity[r]) * _value(world, int(offers.alt_asset[r])) for r in _rows(world, i)
        )
        # The residual itself is booked, and the premium on it is not covered by the offer's limit.
        slack[int(desk[i])] += abs(residual) + abs(residual * premium.get(deliver, 0)) // PPM + 1
    return [floor - slack[i] for i, floor in enumerate(floors)]


def _premia(outcome: Outcome) -> dict[int, int]:
    return {line.asset: line.premium_ppm for line in outcome.premia}


def _rows(world: Book, i: int) -> range:
    return range(int(world.offers.alt_start[i]), int(world.offers.alt_start[i + 1]))


def _value(world: Book, asset: int) -> int:
    return 1 if asset == INDEX else int(world.assets.value_micro[asset])
