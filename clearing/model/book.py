"""The book of a session as columns: what comes in from any door, checked and in integers.

Every table is sorted by its id (ASCII bytes), so an index compares as its id does. Columns are
numpy ``int64`` arrays; a reference to another table is an index into it. ``INDEX`` (-1) stands for
the index unit where an asset is named, ``ANY`` (-2) for whatever there is where one is taken, ``NONE`` (-1)
for an absent reference or bound.
Rare fields are sparse: ``{row: value}``, absent rows omitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clearing.model.rulebook import Rulebook

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

INDEX = -1
INDEX_NAME = "INDEX"
ANY = -2
ANY_NAME = "*"
NONE = -1
HELD_STATUSES = ("SHOCK", "NO FIX")
"""Statuses of a fixing by which no session is cleared unless a reason is given."""
AMOUNT_LIMIT = 2**62
"""Every integer of a book is below this in absolute value."""

Texts = Mapping[str, Mapping[int, str]]
"""Optional text columns: ``{column: {row: text}}``."""


@dataclass(frozen=True, slots=True)
class Participants:
    """Participants and their index accounts at opening, in micro index units."""

    id: Sequence[str]
    balance_micro: IntArray
    credit_limit_micro: IntArray
    balance_cap_micro: IntArray
    """NONE where no cap is set; a cap is never negative."""
    texts: Texts = field(default_factory=dict)
    """name, lei, country, memo."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Assets with the fixing's value per increment."""

    id: Sequence[str]
    unit: Sequence[str]
    increment: Sequence[str]
    """Canonical decimal of the asset's unit: no trailing zeros, no exponent."""
    asset_class: Sequence[str]
    value_micro: IntArray
    """Micro index units per increment; 0 where the fixing has no value."""
    texts: Texts = field(default_factory=dict)
    """name, hs_code, location, window."""


@dataclass(frozen=True, slots=True)
class Stocks:
    """Quantities that several offers of one participant draw on, in increments."""

    id: Sequence[str]
    participant: IntArray
    asset: IntArray
    quantity: IntArray


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an offer asks beyond rulebook 1; quantities in increments of the delivered asset."""

    min_fill: int | None = None
    all_or_none: bool = False
    lot: int | None = None
    max_ring: int | None = None
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def named(self) -> tuple[str, ...]:
        """The columns in which something is asked, in file order."""
        return tuple(
            name
            for name in ("min_fill", "all_or_none", "lot", "max_ring", "allow", "deny")
            if getattr(self, name)
        )


@dataclass(frozen=True, slots=True)
class Offers:
    """Offers; the alternatives of offer i are rows ``alt_start[i]:alt_start[i + 1]`` of the ``alt_`` columns.

    Alternatives keep the order in which they were written; a limit is in ppm, a maximum in
    increments of the received asset (micro index units for INDEX).
    """

    id: Sequence[str]
    participant: IntArray
    deliver: IntArray
    """Asset, or INDEX."""
    quantity: IntArray
    stock: IntArray
    alt_start: IntArray
    """Length: number of offers + 1."""
    alt_asset: IntArray
    """Asset, INDEX or ANY; ANY is the only alternative of its offer, without limit or maximum."""
    alt_limit_ppm: IntArray
    alt_max: IntArray
    conditions: Mapping[int, Conditions] = field(default_factory=dict)
    expires_at: Mapping[int, str] = field(default_factory=dict)
    """Canonical UTC time, ``2026-01-31T16:00:00Z``; a fraction of a second has no trailing zeros."""
    memo: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Obligations:
    """Accepted debts between participants, in micro index units."""

    id: Sequence[str]
    debtor: IntArray
    creditor: IntArray
    amount_micro: IntArray
    texts: Texts = field(default_factory=dict)
    """due_date, reference."""


@dataclass(frozen=True, slots=True)
class BookFixing:
    """The fixing record that a book is valued by, kept whole."""

    text: str
    """Canonical, without a line end."""
    index: str
    day: str
    revision: int
    status: str
    digest: str

    @property
    def held(self) -> bool:
        """Whether a session may use it only where somebody answers for that by name of a reason."""
        return self.status in HELD_STATUSES


@dataclass(frozen=True, slots=True)
class Book:
    """All inputs of one session."""

    participants: Participants
    assets: Assets
    stocks: Stocks
    offers: Offers
    obligations: Obligations
    rulebook: Rulebook
    fixing: BookFixing | None = None
    """None where the values were stated as they are, asset by asset."""

    def increment_value_micro(self, asset: int) -> int:
        """What one increment of an asset is worth, 1 for INDEX and ANY; 0 where the fixing has no value."""
        return 1 if asset < 0 else int(self.assets.value_micro[asset])


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """What a file run may say of its session; not part of the book root."""

    id: str | None = None
    salt: bytes | None = None
    accepted_fixing: str | None = None
    """Why a fixing is used whose status would hold the session up."""
    secret: bytes | None = None
    """Committed to before the book opened: told in the manifest, and where no salt is given what makes it."""
