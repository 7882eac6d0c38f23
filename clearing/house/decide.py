"""Facts and a command in, the drafts of what happens out, or the denial that says why it does not.

Facts are what the house holds inside the transaction that the drafts are written in. Where several reasons apply,
the first of ``DenialReason`` is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from clearing.audit.canonical import canonical
from clearing.house.lifecycle import SESSION, UNDER_WAY, SessionStep, steps_from
from clearing.model.house import (
    HOUSE_ACTOR,
    HOUSE_FORMAT,
    Denial,
    DenialReason,
    Draft,
    Kind,
    OfferRecord,
    OfferState,
    ParticipantRecord,
    SessionRecord,
    SessionState,
    StockRecord,
)

_ASSET_TERMS = ("unit", "increment", "class")
VETO_GROUNDS = ("credit", "sanctions")
_SHOWN_MAX = 5


def found(rulebook: Mapping[str, Any], *, veto_minutes: int, secret: bytes) -> list[Draft]:
    """A new house, its first session open."""
    body = {"format": HOUSE_FORMAT, "rulebook": rulebook, "veto_minutes": veto_minutes}
    return [Draft(Kind.FOUNDED, body), opened(1, secret)]


def opened(number: int, secret: bytes) -> Draft:
    """The opening of a session: its secret is committed to and not told."""
    body = {"session": session_name(number), "number": number, "commitment": sha256(secret).hexdigest()}
    return Draft(Kind.OPENED, body)


def session_name(number: int) -> str:
    """The id of the session of this number; they count from 1."""
    return f"S-{number:06d}"


def set_rulebook(rulebook: Mapping[str, Any], now: str, under_way: SessionRecord | None) -> Draft | Denial:
    """Another rulebook for the sessions to come; ``now`` is the canonical line of the one that holds."""
    if under_way is not None:
        return _sealed(under_way, "rulebook")
    if canonical(rulebook) == now:
        return Denial(DenialReason.TAKEN, "rulebook", "the one that holds already", "another one")
    return Draft(Kind.RULEBOOK, {"rulebook": rulebook})


def register_participants(
    content: bytes, known: Mapping[str, ParticipantRecord], under_way: SessionRecord | None
) -> Draft | Denial:
    """Participants that are new, or whose terms change; only sessions change the balance of a known one."""
    if under_way is not None:
        return _sealed(under_way, "participants")
    for record in _records(content):
        name, balance = record["participant_id"], int(record["balance_micro"])
        if name == HOUSE_ACTOR:
            return Denial(DenialReason.TAKEN, f"participant {name}", "the name of the house itself", "another id")
        if name in known and balance not in (0, known[name].balance_micro):
            says = "the balance blank, or as it is: only sessions change the account of a known participant"
            return Denial(DenialReason.FIXED_TERMS, f"participant {name}", f"a balance of {balance} micro", says)
    return Draft(Kind.PARTICIPANTS, {}, {"participants": content})


def set_status(
    participant_id: str,
    kind: Kind,
    *,
    reason: str,
    known: Mapping[str, ParticipantRecord],
    under_way: SessionRecord | None,
) -> Draft | Denial:
    """A participant suspended (its offers stay, and take no part) or resumed."""
    if under_way is not None:
        return _sealed(under_way, f"participant {participant_id}")
    if participant_id not in known:
        return _unknown("participant", participant_id)
    status, wanted = known[participant_id].status, "active" if kind is Kind.SUSPENDED else "suspended"
    if status != wanted:
        return Denial(DenialReason.WRONG_STATE, f"participant {participant_id}", status, f"one that is {wanted}")
    return Draft(kind, {"participant_id": participant_id, "reason": reason})


def register_assets(content: bytes, known: Mapping[str, str], under_way: SessionRecord | None) -> Draft | Denial:
    """Assets that are new, or whose texts change; what quantities are counted in does not."""
    if under_way is not None:
        return _sealed(under_way, "assets")
    for record in _records(content):
        name = record["asset_id"]
        before = json.loads(known[name]) if name in known else record
        for term in _ASSET_TERMS:
            if before[term] != record[term]:
                subject, says = f"asset {name}", f"{term} {before[term]}, as it was registered"
                return Denial(DenialReason.FIXED_TERMS, subject, f"{term} {record[term]}", says)
    return Draft(Kind.ASSETS, {}, {"assets": content})


def declare_stocks(content: bytes, known: Mapping[str, StockRecord], under_way: SessionRecord | None) -> Draft | Denial:
    """Stocks that are new, or declared anew with what there is of them now."""
    if under_way is not None:
        return _sealed(under_way, "stocks")
    for record in _records(content):
        before = known.get(record["stock_id"])
        for term in () if before is None else ("participant_id", "asset_id"):
            stated = getattr(before, term)
            if stated != record[term]:
                subject, says = f"stock {record['stock_id']}", f"{term} {stated}, as it was declared"
                return Denial(DenialReason.FIXED_TERMS, subject, f"{term} {record[term]}", says)
    return Draft(Kind.STOCKS, {}, {"stocks": content})


def accept_obligations(content: bytes, taken: Sequence[str]) -> Draft | Denial:
    """New obligations; ``taken`` are those of their ids that the house has known."""
    if taken:
        return _taken("obligation", taken)
    return Draft(Kind.OBLIGATIONS, {}, {"obligations": content})


def submit(
    content: bytes,
    owners: Iterable[str],
    *,
    actor: str,
    good_for: str | None,
    taken: Sequence[str],
    participants: Mapping[str, ParticipantRecord],
) -> Draft | Denial:
    """New offers of participants that are active; ``taken`` are those of their ids that the house has known."""
    denial = _not_own(actor, owners) or _not_active(owners, participants)
    if denial is not None:
        return denial
    if taken:
        return _taken("offer", taken)
    return Draft(Kind.SUBMITTED, {} if good_for is None else {"good_for": good_for}, {"offers": content})


def amend(
    content: bytes,
    owners: Mapping[str, str],
    *,
    actor: str,
    good_for: str | None,
    known: Mapping[str, OfferRecord],
    participants: Mapping[str, ParticipantRecord],
    under_way: SessionRecord | None,
) -> Draft | Denial:
    """New terms of what is left of standing offers; ``owners`` is the participant that each new line names."""
    denial = _not_own(actor, owners.values()) or _not_changeable(owners, known, under_way)
    if denial is not None:
        return denial
    for offer_id, owner in owners.items():
        if known[offer_id].participant_id != owner:
            says = f"participant {known[offer_id].participant_id}, whose offer it is"
            return Denial(DenialReason.NOT_OWN, f"offer {offer_id}", f"given to participant {owner}", says)
    denial = _not_active(owners.values(), participants)
    if denial is not None:
        return denial
    return Draft(Kind.AMENDED, {} if good_for is None else {"good_for": good_for}, {"offers": content})


def withdraw(
    offer_ids: Sequence[str],
    *,
    actor: str,
    known: Mapping[str, OfferRecord],
    under_way: SessionRecord | None,
) -> Draft | Denial:
    """Standing offers taken off the book."""
    denial = _not_changeable(offer_ids, known, under_way) or _not_own(
        actor, [known[offer_id].participant_id for offer_id in offer_ids]
    )
    return Draft(Kind.WITHDRAWN, {"offer_ids": sorted(offer_ids)}) if denial is None else denial


def close(
    session: SessionRecord,
    *,
    batch: str,
    cut_off: str,
    secret: bytes,
    next_secret: bytes,
    offers_root: str,
    offers: int,
    obligations: int,
    under_way: SessionRecord | None,
) -> list[Draft] | Denial:
    """The book sealed and the secret told; the next session opens with it."""
    if under_way is not None:
        found, says = f"not closed while session {under_way.session_id} is {under_way.state}", "once that one is final"
        return Denial(DenialReason.WRONG_STATE, f"session {session.session_id}", found, says)
    denial = _no_step(session, SessionStep.CLOSE)
    if denial is not None:
        return denial
    if sha256(secret).hexdigest() != session.commitment:
        found, says = "its secret is not the one committed to", "the secret whose SHA-256 the journal has"
        return Denial(DenialReason.WRONG_STATE, f"session {session.session_id}", found, says)
    body = {
        "session": session.session_id,
        "batch": batch,
        "cut_off": cut_off,
        "secret": secret.hex(),
        "offers_root": offers_root,
        "offers": offers,
        "obligations": obligations,
    }
    return [Draft(Kind.CLOSED, body), opened(session.number + 1, next_secret)]


def fix(session: SessionRecord, fixing_seq: int | None) -> Draft | Denial:
    """The fixing that the session is valued by: the last one recorded."""
    denial = _no_step(session, SessionStep.FIX)
    if denial is not None:
        return denial
    if fixing_seq is None:
        return Denial(DenialReason.UNKNOWN, f"session {session.session_id}", "no fixing", "a fixing recorded first")
    return Draft(Kind.FIXED, {"session": session.session_id, "fixing": fixing_seq})


def clear(session: SessionRecord, body: Mapping[str, Any], lists: Mapping[str, bytes]) -> Draft | Denial:
    """A clearing that was computed and sealed; ``body`` is what its manifest says."""
    denial = _no_step(session, SessionStep.CLEAR)
    if denial is not None:
        return denial
    known = {"session": session.session_id, "attempt": session.attempt + 1}
    return Draft(Kind.CLEARED, {**body, **known}, lists)


def veto_participant(
    session: SessionRecord, participant_id: str, *, ground: str, evidence: str, known: Mapping[str, ParticipantRecord]
) -> Draft | Denial:
    """A participant left out of a session that is not final yet, which is then cleared anew."""
    denial = _no_step(session, SessionStep.VETO) or _no_ground(ground)
    if denial is not None:
        return denial
    if participant_id not in known:
        return _unknown("participant", participant_id)
    if participant_id in json.loads(session.vetoed)["participants"]:
        return _vetoed_already(session, f"participant {participant_id}")
    body = {"session": session.session_id, "participant_id": participant_id, "ground": ground, "evidence": evidence}
    return Draft(Kind.VETOED, body)


def veto_offer(
    session: SessionRecord, offer_id: str, *, ground: str, evidence: str, known: OfferRecord | None
) -> Draft | Denial:
    """An offer left out of a session in whose sealed book it is; the session is then cleared anew."""
    denial = _no_step(session, SessionStep.VETO) or _no_ground(ground)
    if denial is not None:
        return denial
    if known is None:
        return _unknown("offer", offer_id)
    if known.state != OfferState.STANDING or known.seq > (session.closed_seq or 0):
        found, says = "it is not in the sealed book", f"an offer in the book of session {session.session_id}"
        return Denial(DenialReason.WRONG_STATE, f"offer {offer_id}", found, says)
    if offer_id in json.loads(session.vetoed)["offers"]:
        return _vetoed_already(session, f"offer {offer_id}")
    body = {"session": session.session_id, "offer_id": offer_id, "ground": ground, "evidence": evidence}
    return Draft(Kind.VETOED, body)


def finish(session: SessionRecord, *, at: str, veto_until: str | None) -> Draft | Denial:
    """The one irrevocable step, once the veto window is over."""
    denial = _no_step(session, SessionStep.FINISH)
    if denial is not None:
        return denial
    if veto_until is not None and at < veto_until:
        subject, found = f"session {session.session_id}", f"its veto window is open at {at}"
        return Denial(DenialReason.WRONG_STATE, subject, found, f"finish from {veto_until} on")
    return Draft(Kind.FINAL, {"session": session.session_id, "digest": session.digest})


def _no_step(session: SessionRecord, step: SessionStep) -> Denial | None:
    state = SessionState(session.state)
    if (state, step) in SESSION:
        return None
    says = ", ".join(each.value for each in steps_from(state)) or "nothing more"
    found = f"no {step.value} while it is {state.value}"
    return Denial(DenialReason.WRONG_STATE, f"session {session.session_id}", found, says)


def _no_ground(ground: str) -> Denial | None:
    if ground in VETO_GROUNDS:
        return None
    return Denial(DenialReason.UNKNOWN, "ground of a veto", ground, " or ".join(VETO_GROUNDS))


def _vetoed_already(session: SessionRecord, subject: str) -> Denial:
    says = "what still takes part in the session"
    return Denial(DenialReason.TAKEN, subject, f"session {session.session_id} leaves it out already", says)


def _not_changeable(
    offer_ids: Iterable[str], known: Mapping[str, OfferRecord], under_way: SessionRecord | None
) -> Denial | None:
    """The first denial by precedence, with every offer that it is about."""
    ids, sealed = sorted(offer_ids), 0 if under_way is None else under_way.closed_seq or 0
    lost = [each for each in ids if each not in known]
    if lost:
        return Denial(DenialReason.UNKNOWN, f"offer {_some(lost)}", "unknown", "offers that the house knows", lost)
    kept = [each for each in ids if known[each].state == OfferState.STANDING and known[each].seq <= sealed]
    if kept and under_way is not None:
        says = f"a change before session {under_way.session_id} closed, or once it is final"
        return Denial(DenialReason.SEALED, f"offer {_some(kept)}", "in a sealed book", says, kept)
    over = [each for each in ids if known[each].state != OfferState.STANDING]
    if not over:
        return None
    found = " or ".join(sorted({known[each].state for each in over}))
    return Denial(DenialReason.ENDED, f"offer {_some(over)}", found, "offers that stand", over)


def _not_own(actor: str, owners: Iterable[str]) -> Denial | None:
    others = [] if actor == HOUSE_ACTOR else sorted(set(owners) - {actor})
    if not others:
        return None
    found = f"asks for offers of {_some(others)}"
    return Denial(DenialReason.NOT_OWN, f"participant {actor}", found, f"offers of {actor} itself", others)


def _not_active(owners: Iterable[str], participants: Mapping[str, ParticipantRecord]) -> Denial | None:
    suspended = sorted(owner for owner in set(owners) if participants[owner].status != "active")
    if not suspended:
        return None
    return Denial(
        DenialReason.WRONG_STATE, f"participant {_some(suspended)}", "suspended", "active participants", suspended
    )


def _sealed(under_way: SessionRecord, subject: str) -> Denial:
    says = f"changes when session {under_way.session_id} is final"
    return Denial(DenialReason.SEALED, subject, f"session {under_way.session_id} is {under_way.state}", says)


def _taken(noun: str, ids: Sequence[str]) -> Denial:
    return Denial(
        DenialReason.TAKEN, f"{noun} {_some(ids)}", "an id that the house has known", "ids never used before", ids
    )


def _unknown(noun: str, name: str) -> Denial:
    return Denial(DenialReason.UNKNOWN, f"{noun} {name}", "unknown", f"a {noun} that the house knows")


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_MAX
    return ", ".join(names[:_SHOWN_MAX]) + (f" and {more:,} more" if more > 0 else "")


def _records(content: bytes) -> Iterable[Mapping[str, Any]]:
    return map(json.loads, content.splitlines())


def under_way_of(sessions: Iterable[SessionRecord]) -> SessionRecord | None:
    """The one session whose book is sealed and that is not final."""
    return next((session for session in sessions if session.state in UNDER_WAY), None)
