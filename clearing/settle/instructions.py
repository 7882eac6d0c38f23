"""Instructions: legs -> what each participant is told to deliver, in groups that settle together.

Gross: the legs of one (deliverer, receiver, asset) become one instruction. Net: per fungibility key
(asset, place, window; an asset has one place and window) net givers and net receivers are matched in
id order, so a desk that passes an asset on only moves the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from clearing.model.book import INDEX, Book
from clearing.model.outcome import Instructions, Legs

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


def issue_instructions(book: Book, legs: Legs) -> Instructions:
    """Instructions in the rulebook's netting form; INDEX legs make none."""
    goods = np.flatnonzero(book.offers.deliver[legs.giver_offer] != INDEX)
    return _net(book, legs, goods) if book.rulebook.netting_form == "net" else _gross(book, legs, goods)


def _gross(book: Book, legs: Legs, goods: IntArray) -> Instructions:
    offers = book.offers
    deliverer, receiver = (offers.participant[o[goods]] for o in (legs.giver_offer, legs.receiver_offer))
    asset = offers.deliver[legs.giver_offer[goods]]
    key = (deliverer * len(book.participants.id) + receiver) * len(book.assets.id) + asset
    names, first, at = np.unique(key, return_index=True, return_inverse=True)
    quantity, value, premium = (
        _sums(at, amounts[goods], len(names))
        for amounts in (legs.quantity, legs.value_micro, legs.premium_micro)
    )
    ring_start, ring = _rings_by(at, legs, goods, len(names))
    return Instructions(
        deliverer=deliverer[first],
        receiver=receiver[first],
        asset=asset[first],
        quantity=quantity,
        value_micro=value,
        premium_micro=premium,
        ring_start=ring_start,
        ring=ring,
        group=_groups(ring_start, ring),
    )


def _net(book: Book, legs: Legs, goods: IntArray) -> Instructions:
    rows = sorted(
        (deliverer, receiver, asset, quantity)
        for asset, amounts in _net_deliveries(book, legs, goods).items()
        for deliverer, receiver, quantity in _matched(amounts)
    )
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 4)
    deliverer, receiver, asset, quantity = columns.T
    of_asset = book.offers.deliver[legs.giver_offer[goods]]
    starts, rings = _rings_by(of_asset, legs, goods, len(book.assets.id))
    named = [rings[starts[a] : starts[a + 1]] for a in asset.tolist()]
    ring_start = np.cumsum([0] + [len(some) for some in named])
    ring = np.concatenate([np.zeros(0, dtype=np.int64), *named])
    return Instructions(
        deliverer=deliverer,
        receiver=receiver,
        asset=asset,
        quantity=quantity,
        value_micro=quantity * book.assets.value_micro[asset],
        premium_micro=None,
        ring_start=ring_start,
        ring=ring,
        group=_groups(ring_start, ring),
    )


def _net_deliveries(book: Book, legs: Legs, goods: IntArray) -> Mapping[int, Mapping[int, int]]:
    """asset -> participant -> increments delivered less received, zeros left out."""
    offers, width = book.offers, len(book.participants.id)
    asset = offers.deliver[legs.giver_offer[goods]]
    given, taken = (
        _sums(
            asset * width + offers.participant[o[goods]], legs.quantity[goods], len(book.assets.id) * width
        )
        for o in (legs.giver_offer, legs.receiver_offer)
    )
    net: dict[int, dict[int, int]] = {}
    for key in np.flatnonzero(given - taken).tolist():
        net.setdefault(key // width, {})[key % width] = int(given[key] - taken[key])
    return net


def _matched(net: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """(giver, receiver, quantity): both sides in id order, each used up before the next."""
    givers = [[who, amount] for who, amount in sorted(net.items()) if amount > 0]
    receivers = [[who, -amount] for who, amount in sorted(net.items()) if amount < 0]
    g = r = 0
    while g < len(givers):
        amount = min(givers[g][1], receivers[r][1])
        yield givers[g][0], receivers[r][0], amount
        givers[g][1] -= amount
        receivers[r][1] -= amount
        g, r = g + (givers[g][1] == 0), r + (receivers[r][1] == 0)


def _rings_by(key: IntArray, legs: Legs, goods: IntArray, keys: int) -> tuple[IntArray, IntArray]:
    """(start, ring): the rings of all legs of each key 0..keys-1, ascending and once."""
    count = np.diff(legs.ring_start)
    among = np.zeros(len(count), dtype=np.bool_)
    among[goods] = True
    width = int(legs.ring.max(initial=0)) + 1
    pairs = np.sort(np.repeat(key, count[goods]) * width + legs.ring[np.repeat(among, count)])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    start = np.searchsorted(pairs, np.arange(keys + 1) * width).astype(np.int64)
    return start, pairs % width


def _groups(ring_start: IntArray, ring: IntArray) -> IntArray:
    """Group of each instruction: rings in one instruction are joined; numbered by their least ring."""
    parent = list(range(int(ring.max(initial=-1)) + 1))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    first = np.repeat(ring[ring_start[:-1]], np.diff(ring_start))
    joined = np.unique(np.column_stack([first, ring])[first != ring], axis=0)
    for one, other in joined.tolist():
        least, most = sorted((root(one), root(other)))
        parent[most] = least
    roots = np.array([root(node) for node in range(len(parent))], dtype=np.int64)[ring[ring_start[:-1]]]
    groups: IntArray = np.unique(roots, return_inverse=True)[1]
    return groups


def _sums(index: IntArray, amount: IntArray, size: int) -> IntArray:
    sums = np.zeros(size, dtype=amount.dtype)
    np.add.at(sums, index, amount)
    return sums
