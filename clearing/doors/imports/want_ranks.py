"""Wants with their ranks come in, the alternatives of an offer, in order of priority, go out.

    A : B C ; D        ranks 1, 2 and, with steps of 1 and 9, 12

Position in an offer is what its priority counts. So the ranks that no want has are filled with assets that nobody
delivers: ``gap:1``, ``gap:2`` ... Where several wants have one rank, each after the first moves one position on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from clearing.doors.long_fields import FIELD_BYTES_MAX

RANK_MAX = FIELD_BYTES_MAX
"""No list of alternatives can be as long, so no rank beyond this is kept."""


class Ranked(NamedTuple):
    """A wanted asset and its rank from 1; the lower is wanted more."""

    rank: int
    asset_id: str


def gap(number: int) -> str:
    """The id of the asset that fills the ``number``-th free rank of an offer."""
    return f"gap:{number}"


def gaps_of(wanted: Sequence[Ranked]) -> int:
    """How many free ranks the wants leave before the last of them."""
    places = 0
    for want in sorted(wanted, key=lambda want: want.rank):
        places = max(places + 1, want.rank)
    return places - len(wanted)


def spread(wanted: Sequence[Ranked]) -> list[str]:
    """The wants in order of rank, free ranks filled."""
    placed: list[str] = []
    filled = 0
    for want in sorted(wanted, key=lambda want: want.rank):
        while len(placed) < want.rank - 1:
            filled += 1
            placed.append(gap(filled))
        placed.append(want.asset_id)
    return placed
