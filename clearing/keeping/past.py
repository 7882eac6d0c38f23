"""Past sessions of a house in: each replayed against the journal, or cleared anew under other terms, binding nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clearing.audit.input_lines import ASSETS, FIXING, OBLIGATIONS, OFFERS, PARTICIPANTS, RULEBOOK, STOCKS
from clearing.audit.replay import StoredBundle
from clearing.audit.seal import seal_inputs
from clearing.audit.stored_book import read_stored_book, read_stored_manifest
from clearing.house.journal_event import event_of
from clearing.house.other_book import without
from clearing.keeping.denied import Denied, unknown_session
from clearing.keeping.ports import Facts, House, Library
from clearing.keeping.sessions import cleared_terms, sealed_book
from clearing.model.book import Book
from clearing.model.errors import InputFault, OperatingFault
from clearing.model.house import Denial, DenialReason, Kind
from clearing.model.outcome import Outcome
from clearing.model.rulebook import Rulebook
from clearing.service import Session, clear_book, open_session, outcome_of, replay_bundle

_PPM = 1_000_000
WHAT_IF_FORMAT = "clearing-what-if/1"
_ONLY_ITS_BUNDLE = "what was searched may be another of equal value, or from another version: only the bundle tells"
_INPUTS = (ASSETS, FIXING, OBLIGATIONS, OFFERS, PARTICIPANTS, RULEBOOK, STOCKS)


@dataclass(frozen=True, slots=True)
class Replayed:
    """How one clearing that the journal cites replays; ``wrong`` is None where it is what the journal says."""

    session_id: str
    bundle: str
    rulebook: int
    digest: str
    by: str
    """What it was compared with: its bundle, or where that is lost the digest in the journal alone."""
    wrong: str | None


def replay_all(house: House, library: Library) -> Iterator[Replayed]:
    """Every clearing of the journal, those before a veto too, from the book that the journal itself makes.

    Its book root is the one cited; its bundle has the digest cited and computes to itself, or, where it is lost, the
    book of the journal computes to that digest.
    """
    for entered, facts in house.store.retold():
        event = event_of(entered)
        if event.kind is Kind.CLEARED:
            yield _replayed(event.body, facts, library)


def _replayed(body: Mapping[str, Any], facts: Facts, library: Library) -> Replayed:
    session = facts.session(body["session"])
    if session is None:
        raise unknown_session(body["session"])
    book = sealed_book(facts, session)
    found = Replayed(session.session_id, body["bundle"], book.rulebook.version, body["digest"], "bundle", None)
    if seal_inputs(book, _nowhere).book_root.hex() != body["book_root"]:
        return replace(found, wrong="the book that the journal makes has another root than it cites")
    try:
        bundle = library.get(body["bundle"])
    except InputFault:
        terms, previous = cleared_terms(facts, session)
        computed = clear_book(book, terms, _nowhere, previous=previous)
        return replace(found, by="journal", wrong=_wrong_of_lost(computed, body["digest"]))
    try:
        return replace(found, wrong=_wrong_of_bundle(bundle, body["digest"]))
    except OperatingFault as error:
        return replace(found, wrong=str(error))


def _wrong_of_bundle(bundle: StoredBundle, digest: str) -> str | None:
    stated = read_stored_manifest(bundle.read).digest
    if stated != digest:
        return f"the bundle has digest {stated}, the journal cites {digest}"
    difference = replay_bundle(bundle).difference
    if difference is None:
        return None
    return f"{difference.file} line {difference.line} {difference.field or ''} differs".strip()


def _wrong_of_lost(computed: Session, digest: str) -> str | None:
    if computed.manifest.digest == digest:
        return None
    wrong = f"the bundle is lost, and the book computes to {computed.manifest.digest}"
    if computed.outcome.certificate.unique:
        return wrong
    return f"{wrong}; {_ONLY_ITS_BUNDLE}"


def _nowhere(_path: str, pieces: Iterable[bytes]) -> None:
    for _ in pieces:
        pass


def what_if(
    house: House, library: Library, session_id: str, *, rulebook: Rulebook | None, out: Sequence[str]
) -> dict[str, Any]:
    """A past session under another rulebook or without some desks: what each participant would have had, and had.

    Amounts in micro index units, gains in micro index units × ppm. Nothing of it is entered anywhere.
    """
    with house.store.reading() as facts:
        session, known = facts.session(session_id), facts.participants()
    if session is None or session.bundle is None:
        raise unknown_session(session_id) if session is None else _not_cleared(session_id, session.state)
    for name in out:
        if name not in known:
            raise Denied(Denial(DenialReason.UNKNOWN, f"participant {name[:80]!a}", "unknown", "one of the house"))
    bundle = library.get(session.bundle)
    before = open_session(bundle)
    files = without({path: bundle.read(path) for path in _INPUTS}, frozenset(out))
    book = read_stored_book(files.__getitem__)
    if rulebook is not None:
        book = replace(book, rulebook=replace(rulebook, cut_off=book.rulebook.cut_off))
    outcome = outcome_of(book, bytes.fromhex(str(before.manifest.record["salt"])))
    had, would = _figures(before.book, before.outcome), _figures(book, outcome)
    nothing = (0, 0)
    desks = [
        {"participant_id": name, **_figure("had", had.get(name, nothing)), **_figure("would", would.get(name, nothing))}
        for name in sorted(known)
        if had.get(name, nothing) != would.get(name, nothing)
    ]
    return {
        "format": WHAT_IF_FORMAT,
        "binding": False,
        "session": session_id,
        "rulebook": book.rulebook.version,
        "without": sorted(out),
        "optimal": outcome.certificate.optimal,
        "had_cleared_micro": str(before.outcome.totals.value_cleared_micro),
        "would_clear_micro": str(outcome.totals.value_cleared_micro),
        "participants": desks,
    }


def _figures(book: Book, outcome: Outcome) -> dict[str, tuple[int, int]]:
    """Value delivered and gain of each participant that delivers: the premia it gets, less what its limits demand."""
    value: Counter[int] = Counter()
    gain: Counter[int] = Counter()
    offers, fills = book.offers, outcome.fills
    for offer, participant in enumerate(offers.participant.tolist()):
        value[participant] += int(fills.offer_flow_micro[offer])
        for row in range(int(offers.alt_start[offer]), int(offers.alt_start[offer + 1])):
            gain[participant] -= int(offers.alt_limit_ppm[row]) * int(fills.alt_flow_micro[row])
    for entry in outcome.entries:
        gain[entry.participant] += _PPM * entry.amount_micro if entry.kind == "premium" else 0
    return {book.participants.id[p]: (value[p], gain[p]) for p in sorted(value) if value[p]}


def _figure(moment: str, found: tuple[int, int]) -> dict[str, str]:
    return {f"{moment}_delivered_micro": str(found[0]), f"{moment}_gain_micro_ppm": str(found[1])}


def _not_cleared(session_id: str, state: str) -> Denied:
    return Denied(Denial(DenialReason.WRONG_STATE, f"session {session_id}", f"it is {state}", "one that was cleared"))
