"""Participants, assets, stocks, obligations and fixings: how they are registered, and the book without offers."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from clearing.audit import input_lines as paths
from clearing.audit.canonical import chunks
from clearing.audit.stored_book import read_stored_book
from clearing.house import decide
from clearing.house.journal_event import event_of
from clearing.house.sealed_book import content, participant_lines, stock_lines
from clearing.keeping.denied import or_denied
from clearing.keeping.entering import enter, signed_receipt
from clearing.keeping.ports import Facts, House
from clearing.keeping.texts import plain_text
from clearing.model.book import Book, SessionTerms
from clearing.model.errors import UsageFault
from clearing.model.house import Draft, Kind

LISTS = {
    "participants": paths.PARTICIPANTS,
    "assets": paths.ASSETS,
    "fixing": paths.FIXING,
    "fixing-record": paths.FIXING_RECORD,
    "stocks": paths.STOCKS,
    "obligations": paths.OBLIGATIONS,
    "offers": paths.OFFERS,
}
"""Where the lines of each list stand in a bundle."""


def registers(house: House) -> Book:
    """The book of the house without its offers and obligations, and without values.

    Stocks that are used up are in it, as if something were left: an offer on one is put off, and a command that was
    answered before is the same command still.
    """
    with house.store.reading() as facts:
        files = register_files(facts)
        stocks = {name: replace(stock, quantity=stock.quantity or 1) for name, stock in facts.stocks().items()}
        files[paths.STOCKS] = content(stock_lines(stocks, out=()))
    files |= dict.fromkeys((paths.OFFERS, paths.OBLIGATIONS, paths.FIXING), b"")
    return read_stored_book(files.__getitem__)


def register_files(facts: Facts) -> dict[str, bytes]:
    """The inputs/ files of what is registered; stocks that are used up are not in them."""
    terms = facts.house()
    if terms is None:
        raise UsageFault("the database has tables and no house; make one: clearing house init")
    return {
        paths.PARTICIPANTS: content(participant_lines(facts.participants())),
        paths.ASSETS: content(list(facts.asset_lines().values())),
        paths.STOCKS: content(stock_lines(facts.stocks(), out=())),
        paths.RULEBOOK: content([terms.rulebook]),
    }


def list_of(book: Book, name: str) -> bytes:
    """The lines of one list of a book, as they stand in a bundle."""
    return next(b"".join(chunks(lines)) for path, lines in paths.input_files(book) if path == LISTS[name])


def register(house: House, name: str, book: Book) -> dict[str, Any]:
    """Enter a list of a book: participants, assets, stocks or obligations. The receipt."""
    lines = list_of(book, name)
    if not lines:
        raise UsageFault(f"the file has no {name}; a row at least is needed")
    with house.store.writing() as ledger:
        under_way = decide.under_way_of(ledger.sessions())
        match name:
            case "participants":
                decided = decide.register_participants(lines, ledger.participants(), under_way)
            case "assets":
                decided = decide.register_assets(lines, ledger.asset_lines(), under_way)
            case "stocks":
                decided = decide.declare_stocks(lines, ledger.stocks(), under_way)
            case _:
                decided = decide.accept_obligations(lines, ledger.taken(name, book.obligations.id))
        entered = enter(house, ledger, or_denied(decided))
    return signed_receipt(house, entered)


def set_status(house: House, participant_id: str, kind: Kind, *, reason: str) -> dict[str, Any]:
    """Suspend or resume a participant."""
    plain_text("reason", reason)
    with house.store.writing() as ledger:
        known, under_way = ledger.participants(), decide.under_way_of(ledger.sessions())
        draft = or_denied(decide.set_status(participant_id, kind, reason=reason, known=known, under_way=under_way))
        entered = enter(house, ledger, draft)
    return signed_receipt(house, entered)


def fixing_draft(book: Book, *, form: str, source: bytes, accepted: str | None) -> Draft:
    """What is to be entered of a fixing: the values of the book's assets, and its fixing record whole if it has one.

    ``form`` names what it was read from, ``source`` is its bytes. ``accepted`` is why one is used whose status would
    hold a session up. Raises InputFault where it is held up and there is no reason.
    """
    from clearing.service import check_fixing

    check_fixing(book, SessionTerms(accepted_fixing=accepted))
    body = {"form": form, "source": sha256(source).hexdigest()}
    body |= {} if accepted is None else {"accepted_fixing": accepted}
    names = ["fixing"] if book.fixing is None else ["fixing", "fixing-record"]
    return Draft(Kind.FIXING, body, {name: list_of(book, name) for name in names})


def record_fixing(house: House, draft: Draft) -> int:
    """Enter a fixing for the sessions to come, unless it is the last one already; its event's number."""
    with house.store.writing() as ledger:
        last = ledger.fixing_seq()
        if last is not None and _is_same(ledger, last, draft):
            return last
        return enter(house, ledger, draft).seq


def _is_same(facts: Facts, seq: int, draft: Draft) -> bool:
    """Whether a fixing says what the one of that event said, whatever file it was read from."""
    entered = facts.entered(seq)
    if entered is None:
        return False
    event = event_of(entered)
    reasons = {each.get("accepted_fixing") for each in (event.body, draft.body)}
    same = event.payload.keys() == draft.lists.keys() and len(reasons) == 1
    return same and all(facts.content(seq, name) == lines for name, lines in draft.lists.items())
