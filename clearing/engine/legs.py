"""Legs: rings and fills -> deliveries in whole increments, their premia, and how far each offer is filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.flow_solver import FlowSolver
from clearing.engine.lottery import lottery_costs
from clearing.engine.rounding import PoolLegs, round_pool
from clearing.engine.shares import Shares
from clearing.model.book import AMOUNT_LIMIT, Book
from clearing.model.outcome import Fills, Legs, Premium, Rings

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class _Deliveries:
    """Everything that passes from one offer to an alternative of another, self-deliveries included."""

    giver: IntArray
    row: IntArray
    """The receiving alternative as a row of the book's ``alt_`` columns."""
    flow_micro: IntArray
    ring_start: IntArray
    ring: IntArray


def make_legs(
    book: Book, rings: Rings, shares: Shares, premia: Sequence[Premium], salt: bytes, solver: FlowSolver
) -> tuple[Legs, Fills]:
    """Sum the segments, round pool by pool, price what is delivered between different participants."""
    deliveries = _deliveries(book, rings)
    quantity = _rounded(book, deliveries, salt, solver)
    return _legs(book, deliveries, quantity, premia), _fills(book, deliveries, quantity, shares)


def _deliveries(book: Book, rings: Rings) -> _Deliveries:
    length = np.diff(rings.member_start)
    ring_of = np.repeat(np.arange(len(rings.nodes)), np.diff(rings.segment_start))
    goods = ~np.array(rings.of_obligations, dtype=np.bool_)[ring_of]
    follower = np.arange(1, len(rings.member) + 1)
    follower[rings.member_start[1:] - 1] = rings.member_start[:-1]
    given = np.repeat(goods, length)
    if rings.member_delivers is not None:
        given &= rings.member_delivers
    kept = np.flatnonzero(given)
    taker = follower[kept]
    giver = rings.member[kept]
    row = book.offers.alt_start[rings.member[taker]] + rings.member_alternative[taker]
    flow, ring = np.repeat(rings.segment_flow_micro, length)[kept], np.repeat(ring_of, length)[kept]
    key = giver * len(book.offers.alt_asset) + row
    order = np.argsort(key, kind="stable")
    key, ring = key[order], ring[order]
    new_leg = np.diff(key, prepend=-1) != 0
    starts = np.flatnonzero(new_leg)
    summed = np.add.reduceat(flow[order], starts) if len(starts) else flow
    new_ring = new_leg | (np.diff(ring, prepend=-1) != 0)
    ring_start = np.append(np.cumsum(new_ring)[starts] - 1, np.count_nonzero(new_ring))
    first = order[starts]
    return _Deliveries(giver[first], row[first], summed, ring_start, ring[new_ring])


def _rounded(book: Book, deliveries: _Deliveries, salt: bytes, solver: FlowSolver) -> IntArray:
    """Increments per delivery, one flow problem per asset."""
    quantity = deliveries.flow_micro.copy()  # INDEX: an increment is worth 1 µ
    asset = book.offers.deliver[deliveries.giver]
    order = np.argsort(asset, kind="stable")
    goods = order[np.searchsorted(asset[order], 0) :]
    names, starts = np.unique(asset[goods], return_index=True)
    for name, start, end in zip(names.tolist(), starts, np.append(starts, len(goods))[1:], strict=True):
        rows = goods[start:end]

        def costs(stage: int, some: IntArray, rows: IntArray = rows) -> IntArray:
            return lottery_costs(salt, _lottery_texts(book, deliveries, rows[some], stage))

        giver, row = deliveries.giver[rows], deliveries.row[rows]
        stock = book.offers.stock[giver]
        legs = PoolLegs(deliveries.flow_micro[rows], giver, stock, row)
        quantity[rows] = round_pool(legs, int(book.assets.value_micro[name]), costs, solver)
    return quantity


def _lottery_texts(book: Book, deliveries: _Deliveries, rows: IntArray, stage: int) -> list[str]:
    alt_start = book.offers.alt_start
    receiver = np.searchsorted(alt_start, deliveries.row[rows], side="right") - 1
    place = deliveries.row[rows] - alt_start[receiver]
    ids = book.offers.id
    columns = (deliveries.giver[rows].tolist(), receiver.tolist(), place.tolist())
    return [f"{stage}|leg|{ids[g]}|{ids[r]}|{p}" for g, r, p in zip(*columns, strict=True)]


def _legs(book: Book, deliveries: _Deliveries, quantity: IntArray, premia: Sequence[Premium]) -> Legs:
    offers = book.offers
    receiver = np.searchsorted(offers.alt_start, deliveries.row, side="right") - 1
    apart = offers.participant[deliveries.giver] != offers.participant[receiver]
    kept = np.flatnonzero(apart & (quantity > 0))
    asset = offers.deliver[deliveries.giver[kept]]
    value = quantity[kept] * np.append(book.assets.value_micro, 1)[asset]
    ppm = np.zeros(len(book.assets.id) + 1, dtype=np.int64)
    for premium in premia:
        ppm[premium.asset] = premium.premium_ppm
    count = np.diff(deliveries.ring_start)
    in_kept = np.repeat(np.isin(np.arange(len(quantity)), kept), count)
    return Legs(
        giver_offer=deliveries.giver[kept],
        receiver_offer=receiver[kept],
        alternative=deliveries.row[kept] - offers.alt_start[receiver[kept]],
        quantity=quantity[kept],
        value_micro=value,
        premium_micro=premium_micro(value, ppm[asset]),
        ring_start=np.concatenate([[0], np.cumsum(count[kept])]).astype(np.int64),
        ring=deliveries.ring[in_kept],
    )


def premium_micro(value_micro: IntArray, premium_ppm: IntArray) -> IntArray:
    """value x premium / 10**6, rounded half to even."""
    largest = int(np.abs(value_micro).max(initial=0)) * int(np.abs(premium_ppm).max(initial=0))
    if largest // PPM >= AMOUNT_LIMIT:
        value_micro, premium_ppm = value_micro.astype(object), premium_ppm.astype(object)
    part = value_micro % PPM * premium_ppm
    floor: IntArray = value_micro // PPM * premium_ppm + part // PPM
    rest = part % PPM
    up = (2 * rest > PPM) | ((2 * rest == PPM) & (floor % 2 == 1))
    rounded: IntArray = floor + up
    return rounded


def _fills(book: Book, deliveries: _Deliveries, quantity: IntArray, shares: Shares) -> Fills:
    delivered = np.zeros(len(book.offers.id), dtype=np.int64)
    received = np.zeros(len(book.offers.alt_asset), dtype=np.int64)
    np.add.at(delivered, deliveries.giver, quantity)
    np.add.at(received, deliveries.row, quantity)
    return Fills(shares.offer, shares.alternative, delivered, received, shares.obligation)
