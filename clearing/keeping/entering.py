"""Drafts in, events of the journal and receipts out: the moment is read once for all events of a transaction."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from clearing.audit.canonical import canonical
from clearing.house.journal_event import bind_all, keyed, receipt
from clearing.keeping.denied import Denied
from clearing.keeping.ports import House, Ledger
from clearing.keeping.texts import short_name
from clearing.model.house import HOUSE_ACTOR, Denial, DenialReason, Draft, Entered


def enter(house: House, ledger: Ledger, *drafts: Draft, actor: str = HOUSE_ACTOR, at: str | None = None) -> Entered:
    """Append events that happen together; the first of them."""
    at = house.surroundings.clock() if at is None else at
    entered = [ledger.append(draft, at=at, actor=actor) for draft in drafts]
    return entered[0]


def with_key(draft: Draft, key: str | None) -> Draft:
    """The draft with its key and what it asks, if it has a key."""
    if key is None:
        return draft
    return replace(draft, body={**draft.body, "key": key, "keyed": keyed(draft, bind_all(draft))})


def answered(ledger: Ledger, asked: Draft, *, actor: str, key: str | None) -> Entered | None:
    """The event that came of this key before; None where it is new. Raises Denied where it asked something else."""
    before = None if key is None else ledger.keyed(actor, short_name("key", key))
    if before is None:
        return None
    if before.keyed != keyed(asked, bind_all(asked)):
        says = "a new key, or what was asked with this one"
        raise Denied(Denial(DenialReason.KEY_REUSED, f"key {key!a}", "it was given with another body", says))
    return ledger.entered(before.seq)


def signed_receipt(house: House, entered: Entered) -> dict[str, Any]:
    """The receipt of an event, signed if a key is set: the same whenever it is asked for."""
    found = receipt(entered)
    if house.sign is not None:
        public, value = house.sign(sha256(canonical(found).encode()).digest())
        found["signature"] = {"key": public, "value": value}
    return found
