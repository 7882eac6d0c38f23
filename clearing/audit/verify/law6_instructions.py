"""Law 6, instructions: legs in, the lines of outcome/instructions out.

Gross: one instruction per (deliverer, receiver, asset) with the sums of its legs and the rings of any. Net: per asset,
participants that deliver more than they receive are matched with the others, both in order of id. Rings that occur
in one instruction settle together, as one group. INDEX makes entries and no instruction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clearing.audit.verify.book import INDEX, Book
from clearing.audit.verify.law6_accounts import Accounts
from clearing.audit.verify.law6_legs import Leg
from clearing.audit.verify.law6_rings import Exchange

Place = tuple[int, int, int]
"""Deliverer, receiver, asset."""


@dataclass(slots=True)
class _Sum:
    """What one instruction moves; the premium is None under net."""

    quantity: int
    premium: int | None
    rings: int | list[int]


def settle(
    book: Book, priced: list[Leg], exchange: Exchange, sums: Accounts
) -> tuple[dict[Place, _Sum], dict[int, int]]:
    """Instructions in order of (deliverer, receiver, asset), and the group of each ring in one, from 1."""
    if book.rulebook.netting_form == "gross":
        unsorted = _gross(book, priced, exchange)
    else:
        unsorted = _net(book, priced, exchange, sums)
    instructions = {place: unsorted[place] for place in sorted(unsorted)}
    return instructions, _groups(instructions)


def instruction_lines(book: Book, instructions: dict[Place, _Sum], groups: dict[int, int]) -> Iterator[str]:
    """The lines of outcome/instructions, in order of id as text."""
    count = len(instructions)
    order = range(1, count + 1) if count < 1_000_000 else sorted(range(1, count + 1), key=lambda n: f"{n:06d}")
    places = list(instructions)
    people, names, values = book.participants.id, book.assets.name, book.assets.value
    for number in order:
        place = places[number - 1]
        deliverer, receiver, asset = place
        total = instructions[place]
        rings = _listed(total.rings)
        premium = "" if total.premium is None else f'"premium_micro":"{total.premium}",'
        named = '","'.join([f"R{ring:06d}" for ring in rings])
        yield (
            f'{{"asset_id":"{names[asset]}","deliverer":"{people[deliverer]}","group":"G{groups[rings[0]]:06d}",'
            f'"instruction_id":"I{number:06d}",{premium}"quantity":"{total.quantity}",'
            f'"receiver":"{people[receiver]}","rings":["{named}"],"value_micro":"{total.quantity * values[asset]}"}}\n'
        )


def _gross(book: Book, priced: list[Leg], exchange: Exchange) -> dict[Place, _Sum]:
    offers = book.offers
    sums: dict[Place, _Sum] = {}
    for key, giver, alternative, asset, quantity, _, premium in priced:
        if asset == INDEX:
            continue
        place = (offers.participant[giver], offers.participant[offers.alt_offer[alternative]], asset)
        known = sums.get(place)
        if known is None:
            sums[place] = _Sum(quantity, premium, exchange.rings[key])
        else:
            known.quantity += quantity
            known.premium = (known.premium or 0) + premium
            known.rings = sorted({*_listed(known.rings), *_listed(exchange.rings[key])})
    return sums


def _net(book: Book, priced: list[Leg], exchange: Exchange, sums: Accounts) -> dict[Place, _Sum]:
    rings: dict[int, set[int]] = {}
    for key, _, _, asset, *_ in priced:
        if asset != INDEX:
            rings.setdefault(asset, set()).update(_listed(exchange.rings[key]))
    balance: dict[int, dict[int, int]] = {asset: {} for asset in rings}
    for flows, sign in ((sums.delivered, 1), (sums.received, -1)):
        for (person, name), quantity in flows.items():
            asset = book.assets.index[name]
            if asset != INDEX:
                balance[asset][person] = balance[asset].get(person, 0) + sign * quantity
    instructions = {}
    for asset, net in balance.items():
        for deliverer, receiver, quantity in _matched(net):
            instructions[deliverer, receiver, asset] = _Sum(quantity, None, sorted(rings[asset]))
    return instructions


def _matched(net: dict[int, int]) -> Iterator[tuple[int, int, int]]:
    """Givers and takers in order of id, each as far as it goes."""
    takers = iter([[person, -net[person]] for person in sorted(net) if net[person] < 0])
    taker = [0, 0]
    for giver in sorted(net):
        left = net[giver]
        while left > 0:
            if not taker[1]:
                taker = next(takers)
            quantity = min(left, taker[1])
            yield giver, taker[0], quantity
            left -= quantity
            taker[1] -= quantity


def _groups(instructions: dict[Place, _Sum]) -> dict[int, int]:
    """The group of each ring; groups are numbered by their least ring."""
    root: dict[int, int] = {}

    def least(ring: int) -> int:
        while root.setdefault(ring, ring) != ring:
            root[ring] = root[root[ring]]
            ring = root[ring]
        return ring

    for total in instructions.values():
        first, *others = _listed(total.rings)
        one = least(first)
        for ring in others:
            other = least(ring)
            one, other = min(one, other), max(one, other)
            root[other] = one
    numbers: dict[int, int] = {}
    for ring in sorted(root):
        numbers.setdefault(least(ring), len(numbers) + 1)
    return {ring: numbers[least(ring)] for ring in root}


def _listed(rings: int | list[int]) -> list[int]:
    return [rings] if isinstance(rings, int) else rings
