"""Credit: book, fills, headroom in; the circulation that discharges obligations through accounts, with its rings, out.

Each claim is joined to the hub by what its account has left after the goods: out of it the headroom less the INDEX
delivered, into it the cap less the balance and the INDEX taken. What an account moves by follows from the discharges.

Example: A owes B 10 and is owed 4, all discharged: claim:A -> hub carries 6, and A's account falls by 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clearing.audit.verify.book import INDEX, NONE, Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.graph import ACCOUNT, HUB, OBLIGATION, Graph
from clearing.audit.verify.law6_rings import Exchange, extract_rings, ring_lines

_CLAIMS = b'"nodes":["claim:'


def build_credit_graph(book: Book, fills: Fills, headroom: Sequence[int]) -> Graph:
    """Obligations and accounts with what they carry."""
    debts, people = book.obligations, book.participants
    parties = sorted({*debts.debtor, *debts.creditor}, key=lambda party: people.id[party])
    names = [f"claim:{people.id[party]}" for party in parties] + [HUB] * bool(parties)
    graph = Graph(names, {name: number for number, name in enumerate(names)})
    place = {party: number for number, party in enumerate(parties)}
    owes, owed = [0] * len(people.id), [0] * len(people.id)
    for i, (debtor, creditor) in enumerate(zip(debts.debtor, debts.creditor, strict=True)):
        owes[debtor] += debts.amount[i]
        owed[creditor] += debts.amount[i]
        graph.add(place[creditor], place[debtor], debts.amount[i], 0, OBLIGATION, i, fills.obligation_flow[i])
    moved, (paid, taken) = moved_accounts(book, fills), _index_traded(book, fills)
    for party, number in place.items():
        room = min(owes[party], max(0, headroom[party] - paid[party]))
        graph.add(number, place_of_hub(graph), room, 0, ACCOUNT, party, max(0, -moved[party]))
    for party, number in place.items():
        free = owed[party]
        if people.cap[party] != NONE:
            free = min(free, max(0, people.cap[party] - people.balance[party] - taken[party]))
        graph.add(place_of_hub(graph), number, free, 0, ACCOUNT, party, max(0, moved[party]))
    return graph


def place_of_hub(graph: Graph) -> int:
    """The last node."""
    return len(graph.node) - 1


def moved_accounts(book: Book, fills: Fills) -> list[int]:
    """By participant: the discharges it gives less those it gets."""
    moved = [0] * len(book.participants.id)
    for debtor, creditor, flow in zip(
        book.obligations.debtor, book.obligations.creditor, fills.obligation_flow, strict=True
    ):
        moved[creditor] += flow
        moved[debtor] -= flow
    return moved


def split_credit(book: Book, rings: bytes) -> tuple[bytes, bytes]:
    """The lines of rings of offers, and those after them from the first of obligations with credit."""
    if book.rulebook.obligations != "credit":
        return rings, b""
    lines = rings.splitlines(keepends=True)
    first = next((place for place, line in enumerate(lines) if _CLAIMS in line), len(lines))
    return b"".join(lines[:first]), b"".join(lines[first:])


def credit_ring_lines(book: Book, fills: Fills, graph: Graph, exchange: Exchange) -> Iterator[str]:
    """The lines of the rings of obligations with credit; they follow all others."""
    offers = frozenset(range(len(book.offers.id)))
    return ring_lines(book, fills, graph, extract_rings(graph), exchange, offers)


def _index_traded(book: Book, fills: Fills) -> tuple[list[int], list[int]]:
    """By participant the INDEX that its offers deliver and take."""
    offers = book.offers
    paid, taken = [0] * len(book.participants.id), [0] * len(book.participants.id)
    for offer, flow in enumerate(fills.offer_flow):
        if offers.deliver[offer] == INDEX:
            paid[offers.participant[offer]] += flow
    for offer, asset, flow in zip(offers.alt_offer, offers.alt_asset, fills.alt_flow, strict=True):
        if asset == INDEX:
            taken[offers.participant[offer]] += flow
    return paid, taken
