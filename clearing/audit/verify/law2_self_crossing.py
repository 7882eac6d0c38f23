"""Law 2, self-crossing: a book and the offers refused before in; alternatives that are not kept, and why, out.

A desk whose own alternatives close a cycle at limits that sum to 0 or less could clear with itself at will. Its
alternatives are taken in order of (offer id, position); one that would close such a cycle among those kept before is
not kept. An alternative that takes b and delivers a is an arc b -> a as long as its limit; the least Σ of a cycle
that it closes is its limit and the shortest way a -> b.

Example: P takes wheat for copper at -300 ppm. Its next offer takes copper for wheat at +200 ppm: Σ = -100, not kept.
At +301 ppm it would be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from clearing.audit.verify.book import ANY, Book

Arc = tuple[int, int]
"""The asset taken and the asset delivered."""


@dataclass(slots=True)
class Crossing:
    """Alternatives that are not kept, and for each offer left with none the least Σ that its first would close."""

    dropped: set[int] = field(default_factory=set)
    refused: dict[int, int] = field(default_factory=dict)


def cross(book: Book, refused: Collection[int]) -> Crossing:
    """What self-crossing leaves of the offers that are not in ``refused``."""
    crossing = Crossing()
    for own in _by_participant(book, refused).values():
        arcs = {(book.offers.alt_asset[row], book.offers.deliver[book.offers.alt_offer[row]]) for row in own}
        if core := _core(arcs):
            _sift(book, own, core, crossing)
    return crossing


def _by_participant(book: Book, refused: Collection[int]) -> dict[int, list[int]]:
    """The alternatives, in order, of the participants that deliver some asset which they take as well."""
    offers = book.offers
    delivering = set(zip(offers.participant, offers.deliver, strict=True))
    owners = [offers.participant[offer] for offer in offers.alt_offer]
    both = delivering.intersection(zip(owners, offers.alt_asset, strict=True))
    if not both:
        return {}
    own: dict[int, list[int]] = {participant: [] for participant, _ in sorted(both)}
    for row, owner in enumerate(owners):
        if owner in own and offers.alt_offer[row] not in refused and offers.alt_asset[row] != ANY:
            own[owner].append(row)
    return own


def _core(arcs: set[Arc]) -> set[Arc]:
    """What is left when arcs that lead nowhere or come from nowhere are taken away, again and again."""
    for near, far in ((0, 1), (1, 0)):
        waiting: dict[int, list[Arc]] = {}
        count: dict[int, int] = {}
        for arc in arcs:
            waiting.setdefault(arc[far], []).append(arc)
            count[arc[near]] = count.get(arc[near], 0) + 1
        ends = [node for node in waiting if node not in count]
        left = set(arcs)
        while ends:
            for arc in waiting.get(ends.pop(), ()):
                left.discard(arc)
                count[arc[near]] -= 1
                if not count[arc[near]]:
                    ends.append(arc[near])
        arcs = left
    return arcs


def _sift(book: Book, own: list[int], core: set[Arc], crossing: Crossing) -> None:
    """Keep or drop the alternatives of one participant, in order."""
    offers = book.offers
    kept: dict[int, dict[int, int]] = {}
    height: dict[int, int] = dict.fromkeys((node for arc in core for node in arc), 0)
    closed: dict[int, list[int]] = {}
    for row in own:
        offer = offers.alt_offer[row]
        taken, delivered, limit = offers.alt_asset[row], offers.deliver[offer], offers.alt_limit[row]
        if (taken, delivered) not in core or kept.get(taken, {}).get(delivered, limit + 1) <= limit:
            continue
        way_down = limit + height[taken] - height[delivered]
        way_back = _climb(kept, height, (delivered, taken), -way_down)
        if taken in way_back:
            crossing.dropped.add(row)
            closed.setdefault(offer, []).append(way_down + way_back[taken])
            continue
        for node, climbed in way_back.items():
            height[node] += way_down + climbed
        kept.setdefault(taken, {})[delivered] = limit
    for offer, sums in closed.items():
        if len(sums) == offers.alt_start[offer + 1] - offers.alt_start[offer]:
            crossing.refused[offer] = sums[0]


def _climb(
    kept: Mapping[int, Mapping[int, int]], height: Mapping[int, int], ends: Arc, most: int
) -> dict[int, int]:
    """What it takes to get from the first end to each node, at most ``most``, and no further than to the other end.

    Heights are such that no arc that is kept leads down: limit + height(tail) - height(head) is at least 0. A cycle
    comes to the same with or without them.
    """
    start, end = ends
    climbed: dict[int, int] = {}
    queue = [(0, start)] if most >= 0 else []
    while queue and end not in climbed:
        so_far, node = heappop(queue)
        if node in climbed:
            continue
        climbed[node] = so_far
        above = so_far + height[node]
        for onward, limit in kept.get(node, {}).items():
            if onward not in climbed and above + limit - height[onward] <= most:
                heappush(queue, (above + limit - height[onward], onward))
    return climbed
