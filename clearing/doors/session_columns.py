"""A cleared session comes in, its tables go out as columns: integers stay integers, names stand for rows of the book.

Names and units are those of the bundle; lists of rings are joined by ``|``. One definition for every kind of frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from clearing.audit.outcome_lines import ring_id
from clearing.doors.session_rows import offer_fills
from clearing.doors.words import asset_id
from clearing.model.book import Book
from clearing.model.outcome import Instructions, Legs, Outcome, Rings

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


class Gaps(NamedTuple):
    """Integers of which some may be absent."""

    integers: Sequence[int | None]


Column: TypeAlias = "IntArray | Gaps | Sequence[str] | Sequence[str | None]"
Columns: TypeAlias = Mapping[str, Column]


def session_columns(book: Book, outcome: Outcome) -> dict[str, Columns]:
    """Every table of a session by name; quantities in increments, amounts in micro index units."""
    return {name: make(book, outcome) for name, make in _TABLES.items()}


def _assets(book: Book, _outcome: Outcome) -> Columns:
    assets = book.assets
    return {
        "asset_id": list(assets.id),
        "unit": list(assets.unit),
        "increment": list(assets.increment),
        "value_micro": assets.value_micro,
    }


def _fills(book: Book, outcome: Outcome) -> Columns:
    fates = offer_fills(book, outcome)
    reasons = {refusal.offer: refusal.reason.value for refusal in outcome.refusals}
    return {
        "offer_id": list(book.offers.id),
        "participant_id": _named(book.participants.id, book.offers.participant),
        "asset_id": _asset_names(book, book.offers.deliver),
        "status": [fate.status for fate in fates],
        "quantity": book.offers.quantity,
        "delivered": outcome.fills.offer_quantity,
        "flow_micro": outcome.fills.offer_flow_micro,
        "reason": [reasons.get(offer) for offer in range(len(book.offers.id))],
    }


def _received(book: Book, outcome: Outcome) -> Columns:
    offers, fills = book.offers, outcome.fills
    taken = np.flatnonzero(fills.alt_flow_micro)
    offer = np.searchsorted(offers.alt_start, taken, side="right") - 1
    return {
        "offer_id": _named(offers.id, offer),
        "alternative": taken - offers.alt_start[offer],
        "asset_id": _asset_names(book, offers.alt_asset[taken]),
        "quantity": fills.alt_quantity[taken],
        "flow_micro": fills.alt_flow_micro[taken],
    }


def _obligations(book: Book, outcome: Outcome) -> Columns:
    obligations, names = book.obligations, book.participants.id
    return {
        "obligation_id": list(obligations.id),
        "debtor_id": _named(names, obligations.debtor),
        "creditor_id": _named(names, obligations.creditor),
        "amount_micro": obligations.amount_micro,
        "flow_micro": outcome.fills.obligation_flow_micro,
    }


def _premia(book: Book, outcome: Outcome) -> Columns:
    premia = sorted(outcome.premia, key=lambda premium: asset_id(book, premium.asset))
    return {
        "asset_id": [asset_id(book, premium.asset) for premium in premia],
        "premium_ppm": _integers(premium.premium_ppm for premium in premia),
        "lowest_ppm": Gaps([premium.lowest_ppm for premium in premia]),
        "highest_ppm": Gaps([premium.highest_ppm for premium in premia]),
        "traded_micro": _integers(premium.traded_micro for premium in premia),
    }


def _rings(_book: Book, outcome: Outcome) -> Columns:
    rings = outcome.rings
    return {
        "ring_id": [ring_id(ring) for ring in range(len(rings.nodes))],
        "nodes": ["|".join(nodes) for nodes in rings.nodes],
        "flow_micro": rings.flow_micro,
    }


def _members(book: Book, outcome: Outcome) -> Columns:
    """One row a member of a segment, in ring order; segments count from 0 within their ring."""
    rings = outcome.rings
    segment = np.repeat(np.arange(len(rings.segment_flow_micro)), np.diff(rings.member_start))
    ring = np.searchsorted(rings.segment_start, segment, side="right") - 1
    return {
        "ring_id": [ring_id(number) for number in ring.tolist()],
        "segment": segment - rings.segment_start[ring],
        "position": np.arange(len(rings.member)) - rings.member_start[segment],
        "kind": ["obligation" if rings.of_obligations[number] else "offer" for number in ring.tolist()],
        "id": list(_member_ids(book, rings, ring)),
        "flow_micro": rings.segment_flow_micro[segment],
    }


def _member_ids(book: Book, rings: Rings, ring: IntArray) -> Iterator[str]:
    for number, member in zip(ring.tolist(), rings.member.tolist(), strict=True):
        yield (book.obligations.id if rings.of_obligations[number] else book.offers.id)[member]


def _legs(book: Book, outcome: Outcome) -> Columns:
    legs, offers, names = outcome.legs, book.offers, book.participants.id
    return {
        "giver_offer": _named(offers.id, legs.giver_offer),
        "receiver_offer": _named(offers.id, legs.receiver_offer),
        "alternative": legs.alternative,
        "giver": _named(names, offers.participant[legs.giver_offer]),
        "receiver": _named(names, offers.participant[legs.receiver_offer]),
        "asset_id": _asset_names(book, offers.deliver[legs.giver_offer]),
        "quantity": legs.quantity,
        "value_micro": legs.value_micro,
        "premium_micro": legs.premium_micro,
        "rings": _ring_lists(legs),
    }


def _entries(book: Book, outcome: Outcome) -> Columns:
    entries = sorted(outcome.entries, key=lambda entry: (entry.participant, entry.kind))
    return {
        "participant_id": [book.participants.id[entry.participant] for entry in entries],
        "kind": [entry.kind for entry in entries],
        "amount_micro": _integers(entry.amount_micro for entry in entries),
    }


def _positions(book: Book, outcome: Outcome) -> Columns:
    positions = sorted(outcome.positions, key=lambda each: (each.participant, asset_id(book, each.asset)))
    return {
        "participant_id": [book.participants.id[position.participant] for position in positions],
        "asset_id": [asset_id(book, position.asset) for position in positions],
        "delivered": _integers(position.delivered for position in positions),
        "received": _integers(position.received for position in positions),
    }


def _instructions(book: Book, outcome: Outcome) -> Columns:
    instructions, names = outcome.instructions, book.participants.id
    premium = instructions.premium_micro
    rows = range(len(instructions.quantity))
    return {
        "instruction_id": [f"I{row + 1:06d}" for row in rows],
        "deliverer": _named(names, instructions.deliverer),
        "receiver": _named(names, instructions.receiver),
        "asset_id": _asset_names(book, instructions.asset),
        "quantity": instructions.quantity,
        "value_micro": instructions.value_micro,
        "premium_micro": Gaps([None for _ in rows]) if premium is None else premium,
        "rings": _ring_lists(instructions),
        "group": [f"G{group + 1:06d}" for group in instructions.group.tolist()],
    }


_TABLES: Mapping[str, Callable[[Book, Outcome], Columns]] = {
    "assets": _assets,
    "fills": _fills,
    "received": _received,
    "obligations": _obligations,
    "premia": _premia,
    "rings": _rings,
    "members": _members,
    "legs": _legs,
    "entries": _entries,
    "positions": _positions,
    "instructions": _instructions,
}


def _named(ids: Sequence[str], rows: IntArray) -> list[str]:
    return [ids[row] for row in rows.tolist()]


def _asset_names(book: Book, assets: IntArray) -> list[str]:
    return [asset_id(book, asset) for asset in assets.tolist()]


def _integers(values: Iterator[int]) -> IntArray:
    return np.fromiter(values, dtype=np.int64)


def _ring_lists(rows: Legs | Instructions) -> list[str]:
    names = [ring_id(ring) for ring in rows.ring.tolist()]
    return ["|".join(names[first:last]) for first, last in pairwise(rows.ring_start.tolist())]
