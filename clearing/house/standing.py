"""Offers that come on the book, or leave it with the state that they end in, in; what this changes in the tables out.

An offer that was ever submitted is in one of two tables: ``standing``, or ``ended``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clearing.model.house import Change, Delete, Insert, OfferState, Update


def coming(offer_ids: Sequence[str], good_for: str | None) -> Insert:
    """New offers, good for one session or until they end."""
    return Insert("standing", {"offer_id": offer_ids}, {"good_for": good_for})


def staying(offer_ids: Sequence[str], good_for: str | None) -> Update:
    """Offers with new terms."""
    return Update("standing", "offer_id", {"offer_id": offer_ids, "good_for": [good_for] * len(offer_ids)})


def leaving(ends: Mapping[str, OfferState]) -> Iterator[Change]:
    """Offers by id, with the state that each ends in."""
    if ends:
        yield Delete("standing", "offer_id", list(ends))
    for state in OfferState:
        names = [name for name, end in ends.items() if end is state]
        if names:
            yield Insert("ended", {"offer_id": names}, {"state": state.value})
