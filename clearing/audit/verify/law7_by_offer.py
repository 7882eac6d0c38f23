"""Law 7, by offer: the margins of a component's rows in, the most that its offers gain at them out.

At fixed potentials offers have nothing to do with each other: each delivers nothing or what it admits, takes and leaves
residual up to the tolerance, and gains its rows' margins for it.

Example: an offer of 100 µ, all or none, with a tolerance of 5. Its row gains 3 a µ, residual taken to deliver 4,
residual left -2: at most 3 · 95 + 4 · 5 = 305.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearing.audit.verify.book import NONE
from clearing.audit.verify.components import INTEGER
from clearing.audit.verify.law7_rows import FROM_REST, PLAIN, Searched

SHARED = ("stock:", "in:", "out:", "max:", "take:", "whole:")
"""Groups whose rents are still named."""


def is_shared(searched: Searched, group: str) -> bool:
    """Whether a group is not of one offer alone, or bounds one alternative."""
    residual = group in searched.groups and searched.groups[group].residual_of != NONE
    return group.startswith(SHARED) and not residual


def may_go_by_offer(searched: Searched, unlimited: int) -> bool:
    """Whether a leaf may do without the rents of each offer; ``unlimited`` rows have no limit on their length."""
    return searched.component.tier == INTEGER and unlimited == len(searched.rows)


def gained(searched: Searched, ranges: Mapping[str, tuple[int, int]], margin: Sequence[int]) -> int:
    """Σ over the offers of the most that each can gain."""
    return sum(_most(searched, offer, ranges, held, margin) for offer, held in searched.held.items())


def _most(
    searched: Searched, offer: int, ranges: Mapping[str, tuple[int, int]], held: Sequence[int], margin: Sequence[int]
) -> int:
    """Over 0, and over what is delivered between its least and its most: linear but where the tolerance ends."""
    kinds: dict[int, int] = {}
    for place in held:
        kind = searched.rows[place].kind
        kinds[kind] = max(margin[place], kinds.get(kind, margin[place]))
    plain, tolerance = kinds.pop(PLAIN), searched.asks.tolerance
    coming = max(0, kinds.pop(FROM_REST, plain) - plain)
    leaving = max([0, *kinds.values()])
    name = f"offer:{searched.book.offers.id[offer]}"
    low, high = ranges.get(name, (0, searched.groups[name].capacity))
    least = max(low, searched.asks.least(offer))
    if low == 0 and high < least:
        return 0
    most = max(high, least)
    ends = [least, most] + [tolerance] * (least < tolerance < most)
    best = max(plain * each + coming * min(tolerance, each) for each in ends) + tolerance * leaving
    return best if low > 0 else max(best, 0)
