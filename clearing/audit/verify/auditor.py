"""The audit of a session: a bundle in, a report on every law out.

Nothing is believed that can be recomputed. From the inputs follow the refusals and the netting graph; from the fills
the flow on it; from the flow and the recorded potentials the proof of its optimum; from the flow again rings, legs,
accounts and instructions. Each file is read once; a law that cannot be checked because another is broken is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clearing.audit.verify import forms, law0_previous, law0_seal
from clearing.audit.verify.book import Book
from clearing.audit.verify.certificate import Certificate, read_certificate
from clearing.audit.verify.components import Admitted, find_components
from clearing.audit.verify.credit import credit_ring_lines, moved_accounts, split_credit
from clearing.audit.verify.fills import Fills, read_fills
from clearing.audit.verify.graph import Graph, build_graph
from clearing.audit.verify.inputs import read_book
from clearing.audit.verify.law0_seal import Bundle, Seal
from clearing.audit.verify.law1_conservation import check_entries_sum, check_fills_balance, check_positions_balance
from clearing.audit.verify.law2_admission import admit, check_refusals
from clearing.audit.verify.law2_fates import check_fates
from clearing.audit.verify.law2_fixing import check_fixing
from clearing.audit.verify.law3_limits import check_money, check_premia, read_premia
from clearing.audit.verify.law4_circulation import check_circulation
from clearing.audit.verify.law5_premia import par_lines, premium_lines
from clearing.audit.verify.law5_shares import check_shares
from clearing.audit.verify.law5_stages import check_credit_stages, check_stages
from clearing.audit.verify.law6_accounts import entry_lines, position_lines, sum_accounts
from clearing.audit.verify.law6_counts import check_counts
from clearing.audit.verify.law6_instructions import instruction_lines, settle
from clearing.audit.verify.law6_legs import check_legs, leg_lines, price_legs, read_legs
from clearing.audit.verify.law6_rings import Exchange, extract_rings, ring_lines
from clearing.audit.verify.law6_rounding import check_rounding
from clearing.audit.verify.law7_session import (
    Search,
    book_pay,
    booked_fills,
    check_rings,
    check_search,
    entries_law,
    find_search,
    split_search,
)
from clearing.audit.verify.lines import check_form, compare
from clearing.audit.verify.report import Findings, Report


@dataclass(slots=True)
class _Session:
    """What has been read and rebuilt so far."""

    seal: Seal
    manifest: dict[str, Any]
    salt: bytes
    found: Findings
    waiting: dict[str, bytes]
    """Files that have been taken and not been compared yet."""


def verify(
    bundle: Bundle,
    *,
    key: bytes | None = None,
    digest: str | None = None,
    book_root: str | None = None,
    previous: Bundle | None = None,
) -> Report:
    """Check laws 0 to 6; ``key`` is a trusted Ed25519 public key, ``digest`` and ``book_root`` are trusted hex.

    Raises OSError if there is no file of a bundle to read.
    """
    found = Findings()
    manifest = law0_seal.read_manifest(bundle, found)
    if manifest is None:
        found.skip("there is no manifest to go by", *range(1, 7))
        return found.report((), None)
    session = _Session(Seal(bundle, manifest, found), manifest, bytes.fromhex(manifest["salt"]), found, {})
    law0_seal.check_files(session.seal)
    trusted = law0_seal.check_trust(session.seal, key=key, digest=digest, book_root=book_root)
    book = read_book(session.seal.take, found)
    check_fixing(session.seal, book, found)
    law0_seal.check_roots(session.seal)
    for path in sorted(forms.SEALED_PATHS - set(forms.INPUT_PATHS)):
        content = session.seal.take(path)
        if content is not None:
            session.waiting[path] = content
    if book is None:
        found.skip("the inputs are not those of a valid book", *range(1, 7))
    else:
        if book.rulebook.version > 1:
            found.laws = (*found.laws, 7)
        if manifest["rulebook_version"] != book.rulebook.version:
            message = f"is {manifest['rulebook_version']}, the rulebook says {book.rulebook.version}"
            found.add(6, message, forms.MANIFEST_PATH, 1, "rulebook_version")
        if previous is not None:
            law0_previous.check_previous(manifest, book, previous, found)
        _check_outcome(session, book)
    for path, content in sorted(session.waiting.items()):
        if path in forms.FORMS:
            check_form(content, forms.FORMS[path], found)
    return found.report(trusted if 0 not in found.counts else (), law0_seal.manifest_digest(manifest))


def _check_outcome(session: _Session, book: Book) -> None:
    found, waiting = session.found, session.waiting
    check_entries_sum(waiting.get(forms.ENTRIES.path, b""), found)
    check_positions_balance(waiting.get(forms.POSITIONS.path, b""), found)
    admission = admit(book)
    refused = set(admission.refusals)
    if forms.REFUSALS.path in waiting:
        refused = check_refusals(book, admission, waiting.pop(forms.REFUSALS.path), found)
    fills = read_fills(waiting.pop(forms.FILLS.path), book, found) if forms.FILLS.path in waiting else None
    if fills is None:
        found.skip("the fills cannot be read", 1, *found.laws[3:])
        return
    check_fills_balance(book, fills, found)
    check_fates(book, fills, refused, admission.dropped, found)
    if any(fills.offer_flow[offer] for offer in refused):
        found.skip("refused offers are filled", *found.laws[3:])
        return
    admitted = Admitted(refused, admission.dropped, admission.headroom)
    search = Search()
    if book.rulebook.version > 1:
        search = find_search(book, fills, admitted, find_components(book, admitted))
    graph = build_graph(
        book, fills, refused | search.offers, admission.headroom, dropped=admitted.dropped, alone=search.alone
    )
    holds = check_circulation(book, fills, graph, found, search.offers)
    if search.credit is not None:
        holds &= check_circulation(book, fills, search.credit, found, frozenset(range(len(book.offers.id))))
    if not holds:
        found.skip("the fills are no circulation", 3, *found.laws[5:])
        return
    premia = read_premia(waiting.get(forms.PREMIA.path, b""), book, fills, found, search.offers)
    if premia is None:
        found.skip("the premia cannot be read", 3, 6)
    else:
        check_premia(book, fills, premia, found, search.offers)
    certificate = _check_optimum(session, book, fills, graph, search)
    _check_settlement(session, book, fills, graph, premia, search, certificate, len(refused))


def _check_optimum(
    session: _Session, book: Book, fills: Fills, graph: Graph, search: Search
) -> Certificate | None:
    """Law 5; what the premia should be can be said where the first stage is proven."""
    found, waiting = session.found, session.waiting
    check_shares(book, fills, graph, session.salt, found)
    content = waiting.pop(forms.CERTIFICATE_PATH, None)
    rules, certificate = book.rulebook, None
    if content is not None:
        certificate = read_certificate(content, found, rules.version, rules.obligations)
    if certificate is None:
        found.skip("the certificate cannot be read", 5, *found.laws[7:])
        return None
    potentials = check_stages(book, graph, certificate, session.salt, found)
    if search.credit is not None:
        check_credit_stages(book, search.credit, certificate.credit_stages, session.salt, found)
    if book.rulebook.objectives[0] != "surplus":
        compare(waiting.pop(forms.PREMIA.path, b""), par_lines(graph), forms.PREMIA, 5, found)
    elif potentials is not None and forms.PREMIA.path in waiting:
        compare(waiting.pop(forms.PREMIA.path), premium_lines(graph, potentials), forms.PREMIA, 5, found)
    return certificate


def _check_settlement(
    session: _Session,
    book: Book,
    fills: Fills,
    graph: Graph,
    premia: dict[int, int] | None,
    search: Search,
    certificate: Certificate | None,
    refused: int,
) -> None:
    """Laws 6 and 7, and what law 3 says of money."""
    found, waiting, exchange = session.found, session.waiting, Exchange()
    if not _check_rings(session, book, fills, graph, search, exchange):
        return
    if certificate is not None and book.rulebook.version > 1:
        check_search(search, book, fills, certificate, session.salt, found)
    filled, fills = fills, booked_fills(search, fills)
    written = waiting.get(forms.LEGS.path)
    recorded = read_legs(written, book, found) if written is not None else None
    if recorded is None:
        waiting.pop(forms.LEGS.path, None)
        found.skip("the legs cannot be read", 3, 6)
        return
    legs = check_legs(book, fills, exchange, recorded, found)
    if legs is None:
        found.skip("the legs are not those of the fills", 3)
        return
    del recorded
    check_rounding(book, fills, exchange, legs, session.salt, found)
    if premia is None:
        return
    priced = price_legs(book, legs, premia)
    compare(waiting.pop(forms.LEGS.path), leg_lines(book, priced, exchange), forms.LEGS, 6, found)
    sums = sum_accounts(book, priced)
    book_pay(search, book, sums)
    if search.credit is not None:
        sums.index = [own + moved for own, moved in zip(sums.index, moved_accounts(book, fills), strict=True)]
    check_money(book, filled, legs, priced, sums, premia, found, search.places)
    instructions, groups = settle(book, priced, exchange, sums)
    del priced
    for form, expected in (
        (forms.ENTRIES, entry_lines(book, sums)),
        (forms.POSITIONS, position_lines(book, sums)),
        (forms.INSTRUCTIONS, instruction_lines(book, instructions, groups)),
    ):
        if form.path in waiting:
            content = waiting.pop(form.path)
            law = entries_law(search, book, sums, content) if form is forms.ENTRIES else 6
            compare(content, expected, form, law, found)
    settled = {
        "refused": refused,
        "instructions": len(instructions),
        "groups": len(set(groups.values())),
    }
    check_counts(session.manifest, book, filled, exchange, legs, settled, found)


def _check_rings(
    session: _Session, book: Book, fills: Fills, graph: Graph, search: Search, exchange: Exchange
) -> bool:
    """Whether what the rings exchange is known: those of the circulation, then what was searched, then credit."""
    found = session.found
    content, discharging = split_credit(book, session.waiting.pop(forms.RINGS.path, b""))
    circulating, searched = split_search(search, content)
    lines = ring_lines(book, fills, graph, extract_rings(graph), exchange, search.offers)
    compare(circulating, lines, forms.RINGS, 6, found)
    for _ in lines:
        pass
    if not check_rings(search, fills, searched, exchange, found):
        found.skip("the rings of searched components are not those of the fills", 3, 6)
        return False
    if search.credit is not None:
        lines = credit_ring_lines(book, fills, search.credit, exchange)
        compare(discharging, lines, forms.RINGS, 6, found)
        for _ in lines:
            pass
    return True
