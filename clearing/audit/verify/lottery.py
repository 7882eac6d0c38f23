"""Lottery costs: a salt and the name of an arc in, 32 bits out."""

from __future__ import annotations

from hashlib import sha256

from clearing.audit.verify.book import Book
from clearing.audit.verify.graph import ALTERNATIVE, OBLIGATION, OFFER, Graph

WEIGHT_BITS = 64
"""The costs of one stage sum to less than 2^64 in absolute value, up to 2^32 legs."""


def lottery_cost(salt: bytes, name: str) -> int:
    """The first 4 bytes of SHA-256(salt ‖ name), big-endian; the name is ``stage|kind|id|alternative``."""
    return int.from_bytes(sha256(salt + name.encode()).digest()[:4], "big")


def arc_cost(salt: bytes, stage: int, book: Book, graph: Graph, arc: int) -> int:
    """The lottery cost of an arc; arcs that no offer or obligation chooses cost nothing."""
    kind, item = graph.kind[arc], graph.item[arc]
    if kind == OFFER:
        return lottery_cost(salt, f"{stage}|offer|{book.offers.id[item]}|0")
    if kind == ALTERNATIVE:
        offer = book.offers.alt_offer[item]
        place = item - book.offers.alt_start[offer]
        return lottery_cost(salt, f"{stage}|offer|{book.offers.id[offer]}|{place}")
    if kind == OBLIGATION:
        return lottery_cost(salt, f"{stage}|obligation|{book.obligations.id[item]}|0")
    return 0


def leg_cost(book: Book, key: int, salt: bytes, stages: int) -> int:
    """The lottery cost of a leg over several stages, each outweighing all later ones."""
    offers = book.offers
    giver, alternative = divmod(key, len(offers.alt_offer))
    receiver = offers.alt_offer[alternative]
    place = alternative - offers.alt_start[receiver]
    name = f"|leg|{offers.id[giver]}|{offers.id[receiver]}|{place}"
    total = 0
    for stage in range(1, stages + 1):
        total = (total << WEIGHT_BITS) + lottery_cost(salt, f"{stage}{name}")
    return total
