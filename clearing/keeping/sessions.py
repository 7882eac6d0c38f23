"""The steps of a session, each one transaction: close, fix, clear, veto, finish. Raises Denied where one cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clearing.audit import input_lines as paths
from clearing.audit.bundle_form import REPORT
from clearing.audit.canonical import Sink
from clearing.audit.inclusion import leaf_hashes
from clearing.audit.merkle import tree_root
from clearing.audit.stored_book import read_stored_book
from clearing.audit.stored_rulebook import stored_rulebook
from clearing.house import decide
from clearing.house.journal_event import event_of
from clearing.house.sealed_book import (
    content,
    left_out,
    obligation_lines,
    offer_lines,
    stock_lines,
    vetoed_offers,
)
from clearing.keeping.denied import or_denied, unknown_session
from clearing.keeping.entering import enter
from clearing.keeping.ports import Facts, House, Shelf
from clearing.keeping.registers import register_files
from clearing.keeping.texts import plain_text, short_name
from clearing.model.book import SessionTerms
from clearing.model.errors import LawBroken, UsageFault
from clearing.model.house import NO_VETO, SessionRecord, SessionState

if TYPE_CHECKING:
    from clearing.model.book import Book
    from clearing.service import Progress, Session

OUTCOME_LISTS = ("fills", "refusals", "entries", "positions", "instructions")
"""What of a bundle's outcome/ the journal keeps, so that all else follows from it."""


def found_house(house: House, rulebook_line: bytes, *, veto_minutes: int) -> None:
    """Found the house, its first session open. Raises UsageFault where there is one."""
    secret = house.surroundings.secret()
    with house.store.writing() as ledger:
        if ledger.head() is not None:
            raise UsageFault("there is a house in this database already")
        drafts = decide.found(json.loads(rulebook_line), veto_minutes=veto_minutes, secret=secret)
        enter(house, ledger, *drafts)
        ledger.hold_secret(decide.session_name(1), secret)


def set_rulebook(house: House, rulebook_line: bytes) -> int:
    """Another rulebook for the sessions to come; its event's number. Raises Denied."""
    with house.store.writing() as ledger:
        terms, under_way = ledger.house(), decide.under_way_of(ledger.sessions())
        now = "" if terms is None else terms.rulebook
        return enter(house, ledger, or_denied(decide.set_rulebook(json.loads(rulebook_line), now, under_way))).seq


def close(house: House, *, batch: str) -> SessionRecord:
    """Seal the book of the open session under the name of a batch, tell its secret, open the next session."""
    short_name("batch", batch)
    at, next_secret = house.surroundings.clock(), house.surroundings.secret()
    with house.store.writing() as ledger:
        session = ledger.open_session()
        secret = None if session is None else ledger.held_secret(session.session_id)
        if session is None or secret is None:
            raise UsageFault("no session is open, or its secret is lost: see clearing house check")
        files = book_files(ledger, session, closed_seq=_last_seq(ledger))
        leaves = [leaf_hashes(files[path]) for path in (paths.OFFERS, paths.OBLIGATIONS)]
        drafts = or_denied(
            decide.close(
                session,
                batch=batch,
                cut_off=at,
                secret=secret,
                next_secret=next_secret,
                offers_root=tree_root(b"".join(leaves)).hex(),
                offers=len(leaves[0]) // 32,
                obligations=len(leaves[1]) // 32,
                under_way=decide.under_way_of(ledger.sessions()),
            )
        )
        enter(house, ledger, *drafts, at=at)
        ledger.drop_secret(session.session_id)
        ledger.hold_secret(decide.session_name(session.number + 1), next_secret)
        return _session(ledger, session.session_id)


def fix(house: House, session_id: str) -> SessionRecord:
    """Bind the last fixing recorded to a session."""
    with house.store.writing() as ledger:
        draft = or_denied(decide.fix(_session(ledger, session_id), ledger.fixing_seq()))
        enter(house, ledger, draft)
        return _session(ledger, session_id)


def clear(
    house: House,
    session_id: str,
    shelf: Shelf,
    *,
    page: Callable[[Session], Iterable[bytes]] | None = None,
    progress: Progress | None = None,
) -> Session:
    """Compute a session, put its bundle on the shelf and enter what came of it.

    ``page`` makes the report that stands in the bundle for people.
    """
    from clearing.service import clear_book

    with house.store.reading() as facts:
        before = _session(facts, session_id)
        or_denied(decide.clear(before, {}, {}))
        book, (terms, previous) = sealed_book(facts, before), cleared_terms(facts, before)
    kept: dict[str, bytes] = {}
    made: list[Session] = []

    def write(sink: Sink) -> None:
        session = clear_book(book, terms, _keeping(sink, kept), previous=previous, sign=house.sign, progress=progress)
        made.append(session)
        if page is not None:
            sink(REPORT, page(session))

    bundle = bundle_name(before)
    shelf.put(bundle, write, secret=before.secret or "")
    _enter_cleared(house, before, made[0], kept, bundle)
    return made[0]


def clear_alone(
    house: House, session_id: str, shelf: Shelf, *, page: Callable[[Session], Iterable[bytes]] | None = None
) -> Session:
    """The same as the one run at work. Raises UsageFault where another one is."""
    with house.store.lease() as held:
        if not held:
            raise UsageFault("another run is at work; nothing was done: try again when it is over")
        return clear(house, session_id, shelf, page=page)


def _enter_cleared(house: House, before: SessionRecord, session: Session, kept: dict[str, bytes], bundle: str) -> None:
    record = session.manifest.record
    taken = ("digest", "book_root", "offers_root", "counts", "sums")
    body = {"bundle": bundle, **{name: record[name] for name in taken}}
    with house.store.writing() as ledger:
        now = _session(ledger, before.session_id)
        draft = or_denied(decide.clear(now, body, kept))
        if now != before:
            raise UsageFault(f"session {before.session_id} was changed while it was cleared; run again")
        if before.vetoed == NO_VETO and record["offers_root"] != before.offers_root:
            raise LawBroken(f"session {before.session_id}: the book cleared is not the one that was sealed")
        enter(house, ledger, draft)


def veto_participant(
    house: House, session_id: str, participant_id: str, *, ground: str, evidence: str
) -> SessionRecord:
    """Leave a participant out of a session that is not final; it is to be cleared anew."""
    plain_text("evidence", evidence)
    with house.store.writing() as ledger:
        session, known = _session(ledger, session_id), ledger.participants()
        decided = decide.veto_participant(session, participant_id, ground=ground, evidence=evidence, known=known)
        enter(house, ledger, or_denied(decided))
        return _session(ledger, session_id)


def veto_offer(house: House, session_id: str, offer_id: str, *, ground: str, evidence: str) -> SessionRecord:
    """Leave an offer out of a session that is not final; it is to be cleared anew."""
    plain_text("evidence", evidence)
    with house.store.writing() as ledger:
        session, known = _session(ledger, session_id), ledger.offers([offer_id]).get(offer_id)
        decided = decide.veto_offer(session, offer_id, ground=ground, evidence=evidence, known=known)
        enter(house, ledger, or_denied(decided))
        return _session(ledger, session_id)


def finish(house: House, session_id: str) -> SessionRecord:
    """Make a session final, its veto window over: the one irrevocable step."""
    at = house.surroundings.clock()
    with house.store.writing() as ledger:
        session, terms = _session(ledger, session_id), ledger.house()
        ends = veto_ends(session, terms.veto_minutes if terms else 0)
        enter(house, ledger, or_denied(decide.finish(session, at=at, veto_until=ends)), at=at)
        return _session(ledger, session_id)


def veto_ends(session: SessionRecord, veto_minutes: int) -> str | None:
    """Until when a cleared session can be vetoed."""
    if session.cleared_at is None:
        return None
    ends = datetime.fromisoformat(session.cleared_at) + timedelta(minutes=veto_minutes)
    return ends.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def bundle_name(session: SessionRecord) -> str:
    """The name of the next bundle of a session; after a veto there is one more."""
    attempt = session.attempt + 1
    return session.session_id if attempt == 1 else f"{session.session_id}.{attempt}"


def sealed_book(facts: Facts, session: SessionRecord) -> Book:
    """The book of a session that is fixed, as its bundle has it."""
    files = book_files(facts, session, closed_seq=session.closed_seq or 0)
    seq = session.fixing_seq or 0
    files[paths.FIXING] = facts.content(seq, "fixing")
    record = facts.content(seq, "fixing-record")
    if record:
        files[paths.FIXING_RECORD] = record
    files[paths.RULEBOOK] = _with_cut_off(files, session)
    return read_stored_book(files.__getitem__, names=files)


def book_files(facts: Facts, session: SessionRecord, *, closed_seq: int) -> dict[str, bytes]:
    """The inputs/ files of what takes part in a session, its fixing apart."""
    out, stocks = left_out(session, facts.participants().values()), facts.stocks()
    vetoed = vetoed_offers(session)
    if out or vetoed or not all(stock.quantity for stock in stocks.values()):
        lines = offer_lines(facts.standing(), closed_seq=closed_seq, out=out, vetoed=vetoed, stocks=stocks)
        offers = content(lines)
    else:  # of a million offers, as they are on most days, the lines alone come in half the time
        offers = facts.standing_content(closed_seq=closed_seq)
    return {
        **register_files(facts),
        paths.STOCKS: content(stock_lines(stocks, out=out)),
        paths.OBLIGATIONS: content(obligation_lines(facts.obligations(), closed_seq=closed_seq, out=out)),
        paths.OFFERS: offers,
    }


def _with_cut_off(files: dict[str, bytes], session: SessionRecord) -> bytes:
    rulebook = replace(stored_rulebook(files.__getitem__), cut_off=session.cut_off)
    return content([paths.rulebook_line(rulebook)])


def _keeping(sink: Sink, kept: dict[str, bytes]) -> Sink:
    """A sink that keeps what the journal is told."""
    lists = {f"outcome/{name}.jsonl": name for name in OUTCOME_LISTS}

    def keep(path: str, pieces: Iterable[bytes]) -> None:
        if path in lists:
            kept[lists[path]] = b"".join(pieces)
            pieces = [kept[lists[path]]]
        sink(path, pieces)

    return keep


def cleared_terms(facts: Facts, session: SessionRecord) -> tuple[SessionTerms, str | None]:
    """What a session that is fixed says of itself, and the digest of the session before."""
    final = [each for each in facts.sessions() if each.state == SessionState.FINAL and each.number < session.number]
    fixed = facts.entered(session.fixing_seq or 0)
    terms = SessionTerms(
        id=session.session_id,
        accepted_fixing=None if fixed is None else event_of(fixed).body.get("accepted_fixing"),
        secret=bytes.fromhex(session.secret or ""),
    )
    return terms, final[-1].digest if final else None


def _session(facts: Facts, session_id: str) -> SessionRecord:
    session = facts.session(session_id)
    if session is None:
        raise unknown_session(session_id)
    return session


def _last_seq(facts: Facts) -> int:
    head = facts.head()
    return 0 if head is None else head.seq
