"""Law 6, counts: the counts and sums of the manifest are those of the session."""

from __future__ import annotations

from typing import Any

from clearing.audit.verify.book import Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.forms import MANIFEST_PATH
from clearing.audit.verify.law6_legs import Legs
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.report import Findings


def check_counts(
    manifest: dict[str, Any],
    book: Book,
    fills: Fills,
    exchange: Exchange,
    legs: Legs,
    settled: dict[str, int],
    found: Findings,
) -> None:
    """Every count and sum; ``settled`` has refusals, instructions and groups."""
    offers = book.offers
    full = sum(0 < flow == capacity for flow, capacity in zip(fills.offer_flow, offers.capacity, strict=True))
    counts = {
        "participants": len(book.participants.id),
        "assets": len(book.assets.name) - 2,  # ANY and INDEX are none
        "stocks": len(book.stocks.id),
        "offers": len(offers.id),
        "obligations": len(book.obligations.id),
        "filled_offers": full,
        "partly_filled_offers": sum(flow > 0 for flow in fills.offer_flow) - full,
        "rings": exchange.ring_count,
        "segments": exchange.segment_count,
        "legs": len(legs.quantity),
        "participants_served": _served(book, fills, legs),
        "longest_ring": exchange.longest,
        **settled,
    }
    surplus = sum(-limit * flow for limit, flow in zip(offers.alt_limit, fills.alt_flow, strict=True))
    sums = {
        "value_cleared_micro": str(sum(fills.offer_flow)),
        "obligations_cleared_micro": str(sum(fills.obligation_flow)),
        "surplus_micro_ppm": str(surplus),
    }
    for group, stated, computed in (("counts", manifest["counts"], counts), ("sums", manifest["sums"], sums)):
        for name, amount in computed.items():
            if stated[name] != amount:
                message = f"{name} is {stated[name]} and should be {amount}"
                found.add(6, message, MANIFEST_PATH, 1, group)


def _served(book: Book, fills: Fills, legs: Legs) -> int:
    """Participants with a leg of their own or an obligation discharged in part, on either side."""
    served = bytearray(len(book.participants.id))
    for offer, quantity in enumerate(legs.given):
        if quantity:
            served[book.offers.participant[offer]] = 1
    for alternative, quantity in enumerate(legs.taken):
        if quantity:
            served[book.offers.participant[book.offers.alt_offer[alternative]]] = 1
    for obligation, flow in enumerate(fills.obligation_flow):
        if flow:
            served[book.obligations.debtor[obligation]] = served[book.obligations.creditor[obligation]] = 1
    return sum(served)
