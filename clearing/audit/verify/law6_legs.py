"""Law 6, legs: segments summed per (giver, receiver, alternative) and rounded to whole increments.

Each leg, and each total of an offer, an alternative, a stock and a pool, is the floor or the ceiling of its exact
value; the pool's is the ceiling. What a participant delivers to itself takes part and books the fills, but is no
leg. Value, premium (half to even) and rings of a leg follow from its quantity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clearing.audit.verify import forms
from clearing.audit.verify.book import INDEX, NONE, Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.lines import batches, check_ascending, split
from clearing.audit.verify.report import Findings, shown

PPM = 1_000_000
Leg = tuple[int, int, int, int, int, int, int]
"""Key, giver offer, alternative of the receiver, asset, quantity, value and premium in µ."""


@dataclass(slots=True)
class Legs:
    """Recorded legs between participants, and what must be rounded with them."""

    quantity: dict[int, int] = field(default_factory=dict)
    """By key of Exchange, ascending; zero and own ones left out."""
    own: list[int] = field(default_factory=list)
    """Keys of what participants deliver to themselves."""
    given: list[int] = field(default_factory=list)
    """Per offer, what its legs deliver; its own deliveries are the rest of its fill."""
    taken: list[int] = field(default_factory=list)
    """Per alternative, what its legs receive."""
    stocks: list[list[int]] = field(default_factory=list)
    """Per stock its flow and what is delivered of it."""


def read_legs(bytes_read: bytes, book: Book, found: Findings) -> dict[int, int] | None:
    """Quantities of outcome/legs by key, or None if a line is malformed or names what does not exist."""
    offers, alternatives = book.offers, len(book.offers.alt_offer)
    index, starts, path = offers.index, offers.alt_start, forms.LEGS.path
    quantities: dict[int, int] = {}
    before, line, last = found.total(), 1, -1
    for rows in batches(bytes_read, forms.LEGS, found):
        alternative, giver, quantity, receiver = split(rows, 4)
        keys = [last]
        for place, (one, other, text) in enumerate(zip(giver, receiver, alternative, strict=True), start=line):
            gives, takes, which = index.get(one), index.get(other), int(text)
            if gives is None or takes is None or which >= starts[takes + 1] - starts[takes]:
                found.add(6, f"no such leg: {shown((one, other, which))}", path, place)
                return None
            keys.append(gives * alternatives + starts[takes] + which)
        check_ascending(keys, path, found, line - 1)
        quantities.update(zip(keys[1:], map(int, quantity), strict=True))
        line, last = line + len(rows), keys[-1]
    return quantities if found.total() == before else None


def check_legs(book: Book, fills: Fills, exchange: Exchange, recorded: dict[int, int], found: Findings) -> Legs | None:
    """The legs, None unless each is the floor or ceiling of what the segments say."""
    offers, values, before = book.offers, book.assets.value, found.total()
    alternatives = len(offers.alt_offer)
    legs = Legs(given=[0] * len(offers.id), taken=[0] * alternatives)
    for key in sorted(exchange.flow):
        giver, alternative = divmod(key, alternatives)
        if offers.participant[giver] == offers.participant[offers.alt_offer[alternative]]:
            legs.own.append(key)
            continue
        floor, rest = divmod(exchange.flow[key], values[offers.alt_asset[alternative]])
        quantity = recorded.get(key, 0)
        if not floor <= quantity <= floor + (rest > 0):
            _blame(book, key, f"is {quantity} increments; its exact value is {floor} + {rest}/value", found)
        if quantity:
            legs.quantity[key] = quantity
            legs.given[giver] += quantity
            legs.taken[alternative] += quantity
    for key in recorded:
        if key not in legs.quantity:
            _blame(book, key, "is in no segment between two participants", found)
    _check_totals(book, fills, legs, found)
    return legs if found.total() == before else None


def price_legs(book: Book, legs: Legs, premia: dict[int, int]) -> list[Leg]:
    """All legs with their values and premia, in order of key."""
    asset_of, alternatives = book.offers.alt_asset, len(book.offers.alt_offer)
    values, mu = book.assets.value, {**premia, INDEX: 0}
    priced = []
    for key, quantity in legs.quantity.items():
        giver, alternative = divmod(key, alternatives)
        asset = asset_of[alternative]
        value = quantity * values[asset]
        premium, rest = divmod(value * mu.get(asset, 0), PPM)
        if rest * 2 > PPM or (rest * 2 == PPM and premium & 1):
            premium += 1
        priced.append((key, giver, alternative, asset, quantity, value, premium))
    return priced


def leg_lines(book: Book, priced: list[Leg], exchange: Exchange) -> Iterator[str]:
    """The lines of outcome/legs."""
    offers, people, names = book.offers, book.participants.id, book.assets.name
    for key, giver, alternative, asset, quantity, value, premium in priced:
        receiver = offers.alt_offer[alternative]
        rings = exchange.rings[key]
        listed = f"R{rings:06d}" if isinstance(rings, int) else '","'.join([f"R{ring:06d}" for ring in rings])
        yield (
            f'{{"alternative":{alternative - offers.alt_start[receiver]},"asset_id":"{names[asset]}",'
            f'"giver":"{people[offers.participant[giver]]}","giver_offer":"{offers.id[giver]}",'
            f'"premium_micro":"{premium}","quantity":"{quantity}",'
            f'"receiver":"{people[offers.participant[receiver]]}","receiver_offer":"{offers.id[receiver]}",'
            f'"rings":["{listed}"],"value_micro":"{value}"}}\n'
        )


def _check_totals(book: Book, fills: Fills, legs: Legs, found: Findings) -> None:
    """Fills book what the legs deliver and what participants deliver to themselves, floor or ceiling throughout."""
    offers, values = book.offers, book.assets.value
    own_giver = {key // len(offers.alt_offer) for key in legs.own}
    own_taker = {key % len(offers.alt_offer) for key in legs.own}
    sides = (
        (offers.deliver, fills.offer_flow, fills.delivered, legs.given, own_giver, "delivered"),
        (offers.alt_asset, fills.alt_flow, fills.alt_quantity, legs.taken, own_taker, "received"),
    )
    for assets, flows, quantities, summed, own, side in sides:
        columns = zip(assets, flows, quantities, summed, strict=True)
        for place, (asset, flow, quantity, total) in enumerate(columns):
            if not flow and not quantity:
                continue
            value = values[asset]
            rounded = flow // value <= quantity <= -(-flow // value)
            if not rounded or total > quantity or (total < quantity and place not in own):
                offer = place if side == "delivered" else offers.alt_offer[place]
                message = f"{offers.id[offer]}: {side} {quantity}, its legs sum to {total}, the flow is {flow}"
                found.add(6, message, forms.FILLS.path, fills.line(book, offer), side)
    legs.stocks = _check_sums(book, fills, found)


def _check_sums(book: Book, fills: Fills, found: Findings) -> list[list[int]]:
    """Totals of pools and stocks; returns flow and delivered quantity by stock."""
    offers, path = book.offers, forms.FILLS.path
    pools = [[0, 0] for _ in book.assets.name]
    stocks = [[0, 0] for _ in book.stocks.id]
    columns = zip(offers.deliver, offers.stock, fills.offer_flow, fills.delivered, strict=True)
    for asset, stock, flow, delivered in columns:
        if flow:
            pools[asset][0] += flow
            pools[asset][1] += delivered
            if stock != NONE:
                stocks[stock][0] += flow
                stocks[stock][1] += delivered
    for asset, (flow, delivered) in enumerate(pools):
        if flow and delivered != -(-flow // book.assets.value[asset]):
            message = f"pool {book.assets.name[asset]}: {delivered} is not the ceiling of its flow {flow}"
            found.add(6, message, path, field="delivered")
    for stock, (flow, delivered) in enumerate(stocks):
        value = book.assets.value[book.stocks.asset[stock]]
        if flow and not flow // value <= delivered <= -(-flow // value):
            message = f"stock {book.stocks.id[stock]}: {delivered} is neither floor nor ceiling of its flow {flow}"
            found.add(6, message, path, field="delivered")
    return stocks


def _blame(book: Book, key: int, message: str, found: Findings) -> None:
    offers = book.offers
    giver, alternative = divmod(key, len(offers.alt_offer))
    names = f"{offers.id[giver]} -> {offers.id[offers.alt_offer[alternative]]}"
    found.add(6, f"leg {names} {message}", forms.LEGS.path, field="quantity")
