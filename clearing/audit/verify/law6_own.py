"""Law 6, own deliveries: fills and legs in, what each participant delivers to itself out.

A bundle books these in the fills only. What an offer delivers to its own desk is its fill less its legs, and so for
what an alternative receives; each such delivery is the floor or ceiling of its exact value. Where that leaves a
choice, which takes a cycle of them, the lottery decides: successive shortest augmenting paths.
"""

from __future__ import annotations

from collections import defaultdict

from clearing.audit.verify.book import Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.law6_legs import Legs
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.lottery import leg_cost

LOTTERY_STAGES = 3
"""As many as decide any tie that will ever be."""


def own_quantities(book: Book, fills: Fills, exchange: Exchange, legs: Legs, salt: bytes) -> dict[int, int] | None:
    """The quantity of each own delivery by key, None if none agree with fills and legs."""
    if not legs.own:
        return {}
    alternatives = len(book.offers.alt_offer)
    needs: dict[int, int] = {}
    choices: dict[int, set[int]] = defaultdict(set)
    quantities: dict[int, int] = {}
    for key in legs.own:
        giver, alternative = divmod(key, alternatives)
        # A giver is a node from 0, an alternative one below 0.
        needs.setdefault(giver, fills.delivered[giver] - legs.given[giver])
        needs.setdefault(~alternative, fills.alt_quantity[alternative] - legs.taken[alternative])
        floor, rest = divmod(exchange.flow[key], book.assets.value[book.offers.alt_asset[alternative]])
        quantities[key] = floor
        needs[giver] -= floor
        needs[~alternative] -= floor
        if rest:
            choices[giver].add(key)
            choices[~alternative].add(key)
    for key in _forced(needs, choices, alternatives) + _chosen(book, needs, choices, salt):
        quantities[key] += 1
    return None if any(needs.values()) else quantities


def _ends(key: int, alternatives: int) -> tuple[int, int]:
    return key // alternatives, ~(key % alternatives)


def _forced(needs: dict[int, int], choices: dict[int, set[int]], alternatives: int) -> list[int]:
    """Deliveries that must be raised because an end of theirs needs all it can get; settles others at none."""
    raised = []
    waiting = sorted(choices)
    while waiting:
        node = waiting.pop()
        keys = choices[node]
        if not keys or needs[node] not in (0, len(keys)):
            continue
        raise_all = needs[node] == len(keys)
        for key in sorted(keys):
            one, other = _ends(key, alternatives)
            for end in (one, other):
                choices[end].discard(key)
                needs[end] -= raise_all
            waiting.append(other if node == one else one)
            if raise_all:
                raised.append(key)
    return raised


def _chosen(book: Book, needs: dict[int, int], choices: dict[int, set[int]], salt: bytes) -> list[int]:
    """Of what is left, the deliveries of least lottery cost that meet all needs, as far as they can be met."""
    alternatives = len(book.offers.alt_offer)
    costs = {
        key: leg_cost(book, key, salt, LOTTERY_STAGES) for node in sorted(choices) for key in sorted(choices[node])
    }
    raised: set[int] = set()
    while path := _cheapest_path(needs, costs, raised, alternatives):
        for key in path:
            raised ^= {key}
        first, last = _ends(path[0], alternatives)[0], _ends(path[-1], alternatives)[1]
        needs[first] -= 1
        needs[last] -= 1
    return sorted(raised)


def _cheapest_path(needs: dict[int, int], costs: dict[int, int], raised: set[int], alternatives: int) -> list[int]:
    """From a giver in need to an alternative in need: keys to raise and to lower in turn (Bellman–Ford)."""
    length = {giver: 0 for key in costs if needs[giver := _ends(key, alternatives)[0]] > 0}
    way: dict[int, int] = {}
    changed = True
    while changed:
        changed = False
        for key, cost in costs.items():
            giver, taker = _ends(key, alternatives)
            tail, head, step = (taker, giver, -cost) if key in raised else (giver, taker, cost)
            if tail in length and (head not in length or length[tail] + step < length[head]):
                length[head] = length[tail] + step
                way[head] = key
                changed = True
    ends = [node for node in length if node < 0 and needs[node] > 0]
    if not ends:
        return []
    node = min(ends, key=lambda end: (length[end], end))
    path = []
    while node in way:
        key = way[node]
        path.append(key)
        giver, taker = _ends(key, alternatives)
        node = taker if node == giver else giver
    return path[::-1]
