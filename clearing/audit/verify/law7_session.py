"""Law 7, session: book, admission, fills and recorded rings in; every searched component checked, and its pay, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from clearing.audit.verify import forms
from clearing.audit.verify.asks import Asks
from clearing.audit.verify.book import ANY, Book
from clearing.audit.verify.certificate import Certificate
from clearing.audit.verify.components import CIRCULATION, Admitted, Component
from clearing.audit.verify.credit import build_credit_graph
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.graph import Graph
from clearing.audit.verify.law6_accounts import Accounts
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.law7_claims import check_claims, check_components, check_proofs, surplus_proof
from clearing.audit.verify.law7_outcome import check_outcome
from clearing.audit.verify.law7_pay import check_pay, pay_of, places_of
from clearing.audit.verify.law7_rings import LAW, Outcome, read_outcomes, split_rings
from clearing.audit.verify.law7_rows import ANYTHING, Searched, build_rows
from clearing.audit.verify.lines import columns
from clearing.audit.verify.report import Findings


@dataclass(slots=True)
class Search:
    """Everything of a session that is no circulation; nothing under rulebook 1."""

    components: Sequence[Component] = ()
    searched: Sequence[Searched] = ()
    offers: frozenset[int] = frozenset()
    alone: frozenset[int] = frozenset()
    """Offers of the circulation that form no classes."""
    credit: Graph | None = None
    """The circulation of obligations with credit."""
    outcomes: Sequence[Outcome] = ()
    pay: dict[int, int] = field(default_factory=dict)
    """By offer, in µ."""
    places: dict[int, int] = field(default_factory=dict)
    """By offer, how many µ its pay may be short by rounding."""


def find_search(book: Book, fills: Fills, admitted: Admitted, components: Sequence[Component]) -> Search:
    """What is searched, and the second circulation where there is one."""
    with_credit = book.rulebook.obligations == "credit"
    credit = build_credit_graph(book, fills, admitted.headroom) if with_credit else None
    searched = [build_rows(book, admitted, each) for each in components if each.tier != CIRCULATION]
    alone = [offer for each in components if each.tier == CIRCULATION for offer in _stepped(book, each)]
    offers = frozenset(offer for each in searched for offer in each.component.offers)
    return Search(components, searched, offers, frozenset(alone), credit)


def split_search(search: Search, rings: bytes) -> tuple[bytes, list[bytes]]:
    """The lines of rings of the circulation, and those after them."""
    return split_rings(rings, search.searched) if search.searched else (rings, [])


def check_rings(search: Search, fills: Fills, lines: Sequence[bytes], exchange: Exchange, found: Findings) -> bool:
    """Whether the rings of searched components are what the fills say; what they exchange is gathered."""
    if not search.searched:
        return True
    before = found.total()
    search.outcomes = read_outcomes(lines, search.searched, exchange, found)
    if found.total() == before:
        for outcome in search.outcomes:
            check_outcome(outcome, fills, found)
    return found.total() == before


def check_search(
    search: Search, book: Book, fills: Fills, certificate: Certificate, salt: bytes, found: Findings
) -> None:
    """Components, proofs and claims; the pay that follows from them."""
    if not check_components(search.components, certificate, found):
        found.skip("the components are not those of the book", LAW)
        return
    recorded = {each.component: each for each in certificate.components or []}
    for outcome in search.outcomes:
        proven = recorded[outcome.searched.name]
        check_proofs(outcome, proven, salt, found)
        pay = pay_of(outcome, surplus_proof(proven))
        check_pay(book, fills, outcome, pay, found)
        search.pay |= pay
        search.places |= places_of(outcome)
    check_claims(certificate, found)


def booked_fills(search: Search, fills: Fills) -> Fills:
    """The fills less what goes to ``any`` and what gifts take, which is no leg."""
    if not search.outcomes:
        return fills
    offer_flow, alt_flow = list(fills.offer_flow), list(fills.alt_flow)
    for outcome in search.outcomes:
        for offer, amount in _returns(outcome).items():
            offer_flow[offer] -= amount
        for alternative in outcome.searched.component.alternatives:
            if outcome.searched.book.offers.alt_asset[alternative] == ANY:
                alt_flow[alternative] = 0
    return replace(fills, offer_flow=offer_flow, alt_flow=alt_flow)


def book_pay(search: Search, book: Book, sums: Accounts) -> None:
    """Pay and returns as they are booked."""
    participant = book.offers.participant
    for offer, amount in search.pay.items():
        sums.premium[participant[offer]] += amount
    for outcome in search.outcomes:
        for offer, amount in _returns(outcome).items():
            sums.residual[participant[offer]] += amount
        for ring in outcome.rings:
            for row in ring.rows:
                if outcome.searched.rows[row].tail == ANYTHING:
                    sums.residual[participant[outcome.searched.rows[row].offer]] -= ring.flow


def entries_law(search: Search, book: Book, sums: Accounts, content: bytes) -> int:
    """The law that entries answer to: 7 where a desk of a searched component is paid another premium."""
    read = columns(content, forms.ENTRIES, Findings()) if search.searched else None
    if read is None:
        return 6
    stated = {name: int(amount) for amount, kind, name in zip(*read, strict=True) if kind == "premium"}
    desks = sorted({book.offers.participant[offer] for offer in search.offers})
    return LAW if any(stated.get(book.participants.id[desk], 0) != sums.premium[desk] for desk in desks) else 6


def _stepped(book: Book, component: Component) -> Sequence[int]:
    asks = Asks(book)
    return component.offers if any(map(asks.stepped, component.offers)) else ()


def _returns(outcome: Outcome) -> Mapping[int, int]:
    """By offer what it delivers to ``any``."""
    rows, total = outcome.searched.rows, dict[int, int]()
    for ring in outcome.rings:
        for place, row in enumerate(ring.rows):
            if rows[row].tail == ANYTHING:
                last = rows[ring.rows[place - 1]].offer
                total[last] = total.get(last, 0) + ring.flow
    return total
