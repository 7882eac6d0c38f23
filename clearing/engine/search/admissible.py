"""Admissible rings: a sequence of rows -> whether the rules allow it as a ring."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from clearing.engine.search.rows import Rows
from clearing.model.book import NONE


def is_admissible(rows: Rows, ring: Sequence[int]) -> bool:
    """Each row once, `any` at most once and not alone, screening and lengths obeyed; joins are those of the nodes."""
    if len(set(ring)) != len(ring):
        return False
    gifts = sum(1 for row in ring if rows.tail[row] == rows.any) if rows.any != NONE else 0
    if gifts > 1 or gifts == len(ring):
        return False
    longest = rows.chain_limit if gifts else rows.ring_limit
    if len(ring) - gifts > min(longest[row] for row in ring):
        return False
    if rows.book.rulebook.screening != "ring":
        return True
    offers = sorted({int(rows.offer[row]) for row in ring})
    listed = [offer for offer in offers if rows.asks.conditions(offer).deny]
    if not listed:
        return True
    return not any(rows.asks.deny(one, other) for one, other in combinations(offers, 2))
