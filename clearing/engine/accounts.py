"""Accounts: legs -> entries and positions of each participant, and the totals of the session.

An entry of INDEX is what the desk received less what it delivered; of premia, what its legs earn less what
they cost; of residuals, value delivered less value received, which rounding alone makes non-zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import offer_capacity_micro
from clearing.model.book import INDEX, Book
from clearing.model.outcome import Entry, Fills, Instructions, Legs, Position, Rings, Totals

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


def book_entries(
    book: Book,
    legs: Legs,
    *,
    paid: IntArray | None = None,
    returned: IntArray | None = None,
    moved: IntArray | None = None,
) -> Sequence[Entry]:
    """Entries by (participant, kind); each kind sums to zero, amounts of 0 are left out.

    ``paid`` is what searched components pay each participant besides its legs; ``returned`` the value of gifts' returns
    that it gives less what it takes, which count as if they had been delivered; ``moved`` what obligations with credit
    move of its index units.
    """
    value, traded = legs.value_micro, book.offers.deliver[legs.giver_offer] == INDEX
    index = _net(book, legs, np.where(traded, -value, 0))
    premium, residual = _net(book, legs, legs.premium_micro), _net(book, legs, value)
    if paid is not None:
        premium = premium + paid
    if returned is not None:
        residual = residual + returned
    if moved is not None:
        index = index + moved
    columns = zip(index.tolist(), premium.tolist(), residual.tolist(), strict=True)
    kinds = ("index", "premium", "residual")
    return [
        Entry(participant, kind, amount)
        for participant, amounts in enumerate(columns)
        for kind, amount in zip(kinds, amounts, strict=True)
        if amount
    ]


def take_positions(book: Book, legs: Legs) -> Sequence[Position]:
    """What each participant delivers and receives of each asset, by (participant, asset name)."""
    desk, asset = book.offers.participant, book.offers.deliver[legs.giver_offer]
    width = len(book.assets.id) + 1
    sides = []
    for offer in (legs.giver_offer, legs.receiver_offer):
        key, at = np.unique(desk[offer] * width + asset + 1, return_inverse=True)
        total = np.zeros(len(key), dtype=np.int64)
        np.add.at(total, at, legs.quantity)
        sides.append(dict(zip(key.tolist(), total.tolist(), strict=True)))
    given, taken = sides
    positions = [
        Position(key // width, key % width - 1, given.get(key, 0), taken.get(key, 0))
        for key in given.keys() | taken.keys()
    ]
    names = [*book.assets.id, "INDEX"]
    return sorted(positions, key=lambda p: (p.participant, names[p.asset]))


def add_up(book: Book, fills: Fills, rings: Rings, legs: Legs, instructions: Instructions) -> Totals:
    """The figures that the manifest and the command line repeat."""
    filled, capacity = fills.offer_flow_micro, offer_capacity_micro(book)
    taken = np.flatnonzero(fills.alt_flow_micro)
    gains = zip(book.offers.alt_limit_ppm[taken].tolist(), fills.alt_flow_micro[taken].tolist(), strict=True)
    lengths = np.diff(rings.member_start) - _returns(rings)
    return Totals(
        filled_offers=int(np.count_nonzero((filled > 0) & (filled == capacity))),
        partly_filled_offers=int(np.count_nonzero((filled > 0) & (filled < capacity))),
        value_cleared_micro=sum(filled.tolist()),
        obligations_cleared_micro=sum(fills.obligation_flow_micro.tolist()),
        surplus_micro_ppm=-sum(limit * flow for limit, flow in gains),
        participants_served=len(_served(book, fills, legs)),
        longest_ring=int(lengths.max(initial=0)),
        segments=len(rings.segment_flow_micro),
        groups=int(instructions.group.max(initial=-1)) + 1,
    )


def _returns(rings: Rings) -> IntArray:
    """1 for each segment of a chain of gifts, whose return counts no length."""
    chains = np.array(["any" in nodes for nodes in rings.nodes], dtype=np.int64)
    returns: IntArray = np.repeat(chains, np.diff(rings.segment_start))
    return returns


def _net(book: Book, legs: Legs, amount: IntArray) -> IntArray:
    """Sum of what the desk's legs give less what they take."""
    net = np.zeros(len(book.participants.id), dtype=amount.dtype)
    np.add.at(net, book.offers.participant[legs.giver_offer], amount)
    np.subtract.at(net, book.offers.participant[legs.receiver_offer], amount)
    return net


def _served(book: Book, fills: Fills, legs: Legs) -> IntArray:
    discharged = fills.obligation_flow_micro > 0
    offers = np.concatenate([legs.giver_offer, legs.receiver_offer])
    parties = book.obligations.debtor[discharged], book.obligations.creditor[discharged]
    served: IntArray = np.unique(np.concatenate([book.offers.participant[offers], *parties]))
    return served
