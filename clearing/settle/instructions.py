"""Instructions: legs -> what each participant is told to deliver, in groups that settle together.

Gross: the legs of one (deliverer, receiver, asset) become one instruction. Net: per fungibility key
(asset, place, window; an asset has one place and window) net givers and net receivers are matched in
id order, so a desk that passes an asset on only moves the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.model.book import INDEX, Book
from clearing.model.outcome import Instruction, Legs

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


def issue_instructions(book: Book, legs: Legs) -> Sequence[Instruction]:
    """Instructions by (deliverer, receiver, asset), in the rulebook's netting form; INDEX legs make none."""
    goods = np.flatnonzero(book.offers.deliver[legs.giver_offer] != INDEX)
    form = _net if book.rulebook.netting_form == "net" else _gross
    instructions = sorted(form(book, legs, goods), key=lambda i: (i.deliverer, i.receiver, i.asset))
    group = _groups(instructions)
    return [replace(i, group=group[i.rings[0]]) for i in instructions]


def _gross(book: Book, legs: Legs, goods: IntArray) -> Iterator[Instruction]:
    offers = book.offers
    deliverer, receiver = (offers.participant[o[goods]] for o in (legs.giver_offer, legs.receiver_offer))
    asset = offers.deliver[legs.giver_offer[goods]]
    key = (deliverer * len(book.participants.id) + receiver) * len(book.assets.id) + asset
    names, first, at = np.unique(key, return_index=True, return_inverse=True)
    sums = [
        _sums(at, amounts[goods], len(names))
        for amounts in (legs.quantity, legs.value_micro, legs.premium_micro)
    ]
    parties = (column[first].tolist() for column in (deliverer, receiver, asset))
    rings = _rings_by(at, legs, goods, len(names))
    groups = [0] * len(names)
    for row in zip(*parties, *(amounts.tolist() for amounts in sums), rings, groups, strict=True):
        yield Instruction(*row)


def _net(book: Book, legs: Legs, goods: IntArray) -> Iterator[Instruction]:
    offers, width = book.offers, len(book.participants.id)
    asset = offers.deliver[legs.giver_offer[goods]]
    size = len(book.assets.id) * width
    given, taken = (
        _sums(asset * width + offers.participant[offer[goods]], legs.quantity[goods], size)
        for offer in (legs.giver_offer, legs.receiver_offer)
    )
    net = given - taken
    rings = _rings_by(asset, legs, goods, len(book.assets.id))
    by_asset: dict[int, dict[int, int]] = {}
    for key in np.flatnonzero(net).tolist():
        by_asset.setdefault(key // width, {})[key % width] = int(net[key])
    for name, amounts in by_asset.items():
        value = int(book.assets.value_micro[name])
        for deliverer, receiver, quantity in _matched(amounts):
            yield Instruction(
                deliverer, receiver, name, quantity, quantity * value, None, rings[name], group=0
            )


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


def _groups(instructions: Sequence[Instruction]) -> Mapping[int, int]:
    """Group of each ring: rings in one instruction are joined; groups are numbered by their least ring."""
    parent = {ring: ring for instruction in instructions for ring in instruction.rings}

    def root(ring: int) -> int:
        while parent[ring] != ring:
            parent[ring] = parent[parent[ring]]
            ring = parent[ring]
        return ring

    for instruction in instructions:
        for ring in instruction.rings[1:]:
            one, other = sorted((root(instruction.rings[0]), root(ring)))
            parent[other] = one
    roots = {ring: root(ring) for ring in parent}
    number = {ring: i for i, ring in enumerate(sorted(set(roots.values())))}
    return {ring: number[least] for ring, least in roots.items()}


def _rings_by(key: IntArray, legs: Legs, goods: IntArray, keys: int) -> list[tuple[int, ...]]:
    """Rings of all legs of each key, ascending."""
    count = np.diff(legs.ring_start)
    among = np.zeros(len(count), dtype=np.bool_)
    among[goods] = True
    pairs = np.column_stack([np.repeat(key, count[goods]), legs.ring[np.repeat(among, count)]])
    rings: list[list[int]] = [[] for _ in range(keys)]
    for name, ring in np.unique(pairs, axis=0).tolist():
        rings[name].append(ring)
    return [tuple(found) for found in rings]


def _sums(index: IntArray, amount: IntArray, size: int) -> IntArray:
    sums = np.zeros(size, dtype=amount.dtype)
    np.add.at(sums, index, amount)
    return sums

