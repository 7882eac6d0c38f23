"""The words of a house that lasts: events, their drafts, states, and the records that tables of current state hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

HOUSE_FORMAT = "clearing-house/1"
RECEIPT_FORMAT = "clearing-receipt/1"
HOUSE_ACTOR = "house"
"""Who acts where it is no participant; no participant has this id."""
NO_VETO = '{"offers":[],"participants":[]}'
"""What a session leaves out at first."""

Body: TypeAlias = Mapping[str, Any]
"""What an event says: texts, integers, booleans, lists and objects with ASCII keys."""


class Kind(StrEnum):
    """The kinds of events."""

    FOUNDED = "house.founded"
    RULEBOOK = "rulebook.set"
    PARTICIPANTS = "participants.registered"
    SUSPENDED = "participant.suspended"
    RESUMED = "participant.resumed"
    ASSETS = "assets.registered"
    STOCKS = "stocks.declared"
    OBLIGATIONS = "obligations.accepted"
    SUBMITTED = "offers.submitted"
    AMENDED = "offers.amended"
    WITHDRAWN = "offers.withdrawn"
    FIXING = "fixing.recorded"
    OPENED = "session.opened"
    CLOSED = "session.closed"
    FIXED = "session.fixed"
    CLEARED = "session.cleared"
    VETOED = "session.vetoed"
    FINAL = "session.final"


class SessionState(StrEnum):
    """Where a session stands."""

    OPEN = "open"
    CLOSED = "closed"
    FIXED = "fixed"
    CLEARED = "cleared"
    FINAL = "final"


class OfferState(StrEnum):
    """Where an offer stands; all but the first are ends."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    FILLED = "filled"
    EXHAUSTED = "exhausted"
    """What is left is less than its lot, or every maximum is reached."""
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Bound:
    """What an event says of a list of its payload: how many lines, and their RFC 6962 root (hex)."""

    lines: int
    root: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is decided, not yet in the journal; ``lists`` are its payload: canonical lines with line ends."""

    kind: Kind
    body: Body
    lists: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the journal."""

    seq: int
    at: str
    actor: str
    kind: Kind
    body: Body
    payload: Mapping[str, Bound]


@dataclass(frozen=True, slots=True)
class Entered:
    """An event as the journal holds it: its canonical bytes and the hash of the chain up to it."""

    seq: int
    event: bytes
    hash: bytes


class DenialReason(StrEnum):
    """Why a command is not carried out, in order of precedence."""

    NO_HOUSE = "no_house"
    KEY_REUSED = "key_reused"
    WRONG_STATE = "wrong_state"
    UNKNOWN = "unknown"
    NOT_OWN = "not_own"
    TAKEN = "taken"
    SEALED = "sealed"
    ENDED = "ended"
    FIXED_TERMS = "fixed_terms"


@dataclass(frozen=True, slots=True)
class Denial:
    """A command that is not carried out: what it is about, what was found and what is allowed."""

    reason: DenialReason
    subject: str
    found: str
    allowed: str
    names: Sequence[str] = ()
    """The ids that it is about, where it is about some of many."""


@dataclass(frozen=True, slots=True)
class HouseTerms:
    """What holds for the house: its rulebook as its canonical line, and how long a veto is possible."""

    rulebook: str
    veto_minutes: int


@dataclass(frozen=True, slots=True)
class ParticipantRecord:
    """A participant with its account; ``texts`` is a canonical object of name, lei, country, memo."""

    participant_id: str
    status: str
    balance_micro: int
    credit_limit_micro: int
    balance_cap_micro: int | None
    texts: str


@dataclass(frozen=True, slots=True)
class StockRecord:
    """A stock at what is left of it; 0 when it is used up."""

    stock_id: str
    participant_id: str
    asset_id: str
    quantity: int
    seq: int


@dataclass(frozen=True, slots=True)
class ObligationRecord:
    """An obligation as inputs/obligations has it, at what is left of it."""

    obligation_id: str
    debtor_id: str
    creditor_id: str
    state: str
    seq: int
    line: str


class OfferRecord(NamedTuple):
    """An offer as inputs/offers has it, at what is left of it; place counts lines of its event's payload from 0.

    A tuple, as there may be a million of them.
    """

    offer_id: str
    participant_id: str
    state: str
    good_for: str | None
    seq: int
    place: int
    line: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session; what is not known yet is None."""

    session_id: str
    number: int
    state: str
    commitment: str
    batch: str | None = None
    cut_off: str | None = None
    secret: str | None = None
    closed_seq: int | None = None
    offers_root: str | None = None
    offers: int | None = None
    obligations: int | None = None
    fixing_seq: int | None = None
    vetoed: str = NO_VETO
    """Offers and participants that are left out: a canonical object of two lists of ids."""
    attempt: int = 0
    bundle: str | None = None
    digest: str | None = None
    cleared_seq: int | None = None
    cleared_at: str | None = None
    final_seq: int | None = None
    final_at: str | None = None


@dataclass(frozen=True, slots=True)
class Keyed:
    """A key that an actor gave: the event that came of it and SHA-256 (hex) of what it asked."""

    actor: str
    key: str
    keyed: str
    seq: int


@dataclass(frozen=True, slots=True)
class Insert:
    """New rows of a projection, as columns; ``alike`` is what is the same in all of them."""

    table: str
    columns: Mapping[str, Sequence[Any]]
    alike: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """Rows of a projection by ``key``, one of the columns, and what the others become."""

    table: str
    key: str
    columns: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Delete:
    """Rows of a projection that go, by their key."""

    table: str
    key: str
    ids: Sequence[str]


Change: TypeAlias = Insert | Update | Delete


class Account(StrEnum):
    """The accounts of a participant."""

    INDEX = "index"
    """Index units, in micro: what it has, or owes the others within its credit limit."""
    CLAIMS = "claims"
    """What others are to deliver to it, in increments of an asset."""
    DUTIES = "duties"
    """What it is to deliver, negative."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a double entry; ``why`` is the kind of an entry or the id of an instruction."""

    session_id: str
    at: str
    participant_id: str
    account: Account
    unit: str
    amount: int
    why: str
