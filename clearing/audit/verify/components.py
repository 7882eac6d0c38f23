"""Components and tiers: a book and its admission in, the connected components and what clears each of them, out.

A component is a circulation, needs rings of bounded length, or integers; named by the least node of its netting graph.

Example: P delivers wheat all or none for copper, Q copper for wheat: one component `pool:copper`, of tier integer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearing.audit.verify.asks import Asks, account_room
from clearing.audit.verify.book import ANY, INDEX, NONE, Book

CIRCULATION, RINGS, INTEGER = "circulation", "rings", "integer"
COUNTING = ("participants", "deliveries")


@dataclass(frozen=True, slots=True)
class Component:
    """A component: the name of its least node, its tier, its admitted offers ascending and their kept alternatives."""

    name: str
    tier: str
    offers: Sequence[int]
    alternatives: Sequence[int]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who takes part: offers refused, alternatives that are not kept, headroom left by participant."""

    refused: set[int]
    dropped: set[int]
    headroom: Sequence[int]


def find_components(book: Book, admitted: Admitted) -> list[Component]:
    """Every component of the admitted offers, by name."""
    asks, offers = Asks(book), book.offers
    root = list(range(len(book.assets.name)))
    kept: dict[int, list[int]] = {}
    for offer in range(len(offers.id)):
        if offer in admitted.refused:
            continue
        span = range(offers.alt_start[offer], offers.alt_start[offer + 1])
        kept[offer] = [alternative for alternative in span if alternative not in admitted.dropped]
        for alternative in kept[offer]:
            if offers.alt_asset[alternative] != ANY:
                _join(root, offers.deliver[offer], offers.alt_asset[alternative])
    members: dict[int, list[int]] = {}
    for offer in kept:
        members.setdefault(_root(root, offers.deliver[offer]), []).append(offer)
    found = []
    for held in members.values():
        rows = [alternative for offer in held for alternative in kept[offer]]
        tier = _tier(book, asks, admitted, held, rows)
        found.append(Component(_least_node(book, held, rows), tier, held, rows))
    return sorted(found, key=lambda component: component.name)


def _root(root: list[int], asset: int) -> int:
    """The least asset joined with this one; INDEX is the last of the list."""
    asset %= len(root)
    while root[asset] != asset:
        root[asset] = root[root[asset]]
        asset = root[asset]
    return asset


def _join(root: list[int], one: int, other: int) -> None:
    first, second = _root(root, one), _root(root, other)
    root[max(first, second)] = min(first, second)


def _least_node(book: Book, held: Sequence[int], rows: Sequence[int]) -> str:
    offers = book.offers
    assets = {offers.deliver[offer] for offer in held} | {offers.alt_asset[row] for row in rows}
    if INDEX in assets:
        return "hub"
    several = [offer for offer in held if offers.alt_start[offer + 1] - offers.alt_start[offer] > 1]
    if several:
        return f"offer:{offers.id[several[0]]}"
    return f"pool:{book.assets.name[min(asset for asset in assets if asset >= 0)]}"


def _tier(book: Book, asks: Asks, admitted: Admitted, held: Sequence[int], rows: Sequence[int]) -> str:
    objectives = book.rulebook.objectives
    concerned = objectives[0] != "surplus" and any(book.offers.alt_limit[row] > 0 for row in rows)
    counting = any(name in objectives for name in COUNTING)
    stepped = any(map(asks.stepped, held))
    bounded = _needs_rings(book, asks, held, rows)
    if not (stepped or counting or concerned):
        return RINGS if bounded else CIRCULATION
    if bounded or counting or concerned or not stepped:
        return INTEGER
    return CIRCULATION if _in_whole_pieces(book, asks, admitted, held, rows) else INTEGER


def _needs_rings(book: Book, asks: Asks, held: Sequence[int], rows: Sequence[int]) -> bool:
    if book.rulebook.max_ring is not None:
        return True
    if any(asks.own_limit(offer) is not None or asks.takes_anything(offer) for offer in held):
        return True
    return bool(next(conflicts(book, asks, held, rows), None))


def conflicts(book: Book, asks: Asks, held: Sequence[int], rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs (giver, taker) that may not meet in the pool in which they would."""
    offers = book.offers
    if not any(map(asks.lists, held)):
        return
    givers: dict[int, list[int]] = {}
    choosers: dict[int, list[int]] = {}
    for offer in held:
        givers.setdefault(offers.deliver[offer], []).append(offer)
        if asks.lists(offer):
            choosers.setdefault(offers.deliver[offer], []).append(offer)
    for row in rows:
        asset, taker = offers.alt_asset[row], offers.alt_offer[row]
        if asset < 0:
            continue
        for giver in (givers if asks.lists(taker) else choosers).get(asset, ()):
            if asks.conflict(giver, taker):
                yield giver, taker


def _in_whole_pieces(book: Book, asks: Asks, admitted: Admitted, held: Sequence[int], rows: Sequence[int]) -> bool:
    """Whether a circulation of these offers is in whole pieces by itself."""
    offers = book.offers
    assets = {offers.deliver[offer] for offer in held} | {offers.alt_asset[row] for row in rows}
    goods = sorted(assets - {INDEX})
    values = {book.assets.value[asset] for asset in goods}
    if "even" in book.rulebook.objectives or len(values) != 1 or not all(map(asks.indivisible, goods)):
        return False
    for offer in held:
        asked = offers.conditions.get(offer)
        if asked is None:
            continue
        if (asked.lot or 0) > 1 or (asked.min_fill or 0) > 1 or (asked.all_or_none and offers.quantity[offer] > 1):
            return False
    one = values.pop()
    return not any(bound % one for bound in _index_bounds(book, admitted, held, rows))


def _index_bounds(book: Book, admitted: Admitted, held: Sequence[int], rows: Sequence[int]) -> list[int]:
    """All that bounds the INDEX that moves; what bounds goods is a multiple of their value."""
    offers = book.offers
    taking = [row for row in rows if offers.alt_asset[row] == INDEX]
    giving = [offer for offer in held if offers.deliver[offer] == INDEX]
    bounds = [offers.alt_max[row] for row in taking if offers.alt_max[row] != NONE]
    bounds += [offers.capacity[offer] for offer in giving]
    bounds += [admitted.headroom[person] for person in sorted({offers.participant[offer] for offer in giving})]
    served: dict[int, int] = {}
    for row in taking:
        offer = offers.alt_offer[row]
        served[offers.participant[offer]] = served.get(offers.participant[offer], 0) + offers.capacity[offer]
    return [*bounds, *(account_room(book, person, total) for person, total in sorted(served.items()))]
