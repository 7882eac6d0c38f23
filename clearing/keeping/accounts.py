"""A house in, its postings, a participant's statement of a period, and its ledger for beancount out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from clearing.house.beancount_lines import ledger_lines
from clearing.house.journal_event import event_of
from clearing.house.postings import balances, postings, within
from clearing.keeping.denied import Denied
from clearing.keeping.ports import Facts, House
from clearing.model.house import Account, Denial, DenialReason, Posting, SessionState

STATEMENT_FORMAT = "clearing-account-statement/1"


def statement(house: House, participant_id: str, *, first: str | None, last: str | None) -> dict[str, Any]:
    """What happened on a participant's accounts in a period of days, both included. Raises Denied."""
    with house.store.reading() as facts:
        known = facts.participants().get(participant_id)
        if known is None:
            says = "a participant that the house knows"
            raise Denied(Denial(DenialReason.UNKNOWN, f"participant {participant_id[:80]!a}", "unknown", says))
        own = [each for each in _every_posting(facts) if each.participant_id == participant_id]
        assets = {name: json.loads(line) for name, line in facts.asset_lines().items()}
    moved = sum(each.amount for each in own if each.account is Account.INDEX)
    before, inside = within(own, first=first, last=last)
    opening = known.balance_micro - moved + sum(each.amount for each in before if each.account is Account.INDEX)
    entries = [each for each in inside if each.account is Account.INDEX]
    old, now = balances(before), balances([*before, *inside])
    goods = sorted({key[1:] for key in {**old, **now} if key[1] is not Account.INDEX})
    return {
        "format": STATEMENT_FORMAT,
        "participant_id": participant_id,
        **{name: day for name, day in (("from", first), ("to", last)) if day is not None},
        "opening_micro": str(opening),
        "entries": [_entry(each) for each in entries],
        "closing_micro": str(opening + sum(each.amount for each in entries)),
        "credit_limit_micro": str(known.credit_limit_micro),
        "assets": [
            {
                "asset_id": asset,
                "account": account.value,
                "opening": str(old.get((participant_id, account, asset), 0)),
                "closing": str(now.get((participant_id, account, asset), 0)),
                "unit": assets[asset]["unit"],
                "increment": assets[asset]["increment"],
            }
            for account, asset in goods
        ],
    }


def ledger(house: House) -> list[str]:
    """Every account of the house as lines that beancount reads, with assertions of what the house holds."""
    with house.store.reading() as facts:
        posted, participants = list(_every_posting(facts)), facts.participants()
        founded = facts.entered(1)
        return ledger_lines(
            posted,
            participants,
            [json.loads(line) for line in facts.asset_lines().values()],
            founded="1970-01-01" if founded is None else event_of(founded).at[:10],
        )


def _every_posting(facts: Facts) -> Iterator[Posting]:
    for session in facts.sessions():
        if session.state == SessionState.FINAL and session.cleared_seq is not None:
            yield from postings(
                session.session_id,
                at=session.final_at or "",
                entries=facts.lines(session.cleared_seq, "entries"),
                instructions=facts.lines(session.cleared_seq, "instructions"),
            )


def _entry(posting: Posting) -> dict[str, str]:
    return {
        "session": posting.session_id,
        "at": posting.at,
        "kind": posting.why,
        "amount_micro": str(posting.amount),
    }
