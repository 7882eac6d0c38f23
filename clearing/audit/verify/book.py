"""The book of a session as plain columns and integers: nothing in, the records that the laws speak of out.

Ids ascend in every table, so an index compares as its id does. ``INDEX`` is asset -1 and ``ANY`` asset -2; the last
items of a list by asset are therefore their own. Absent references and bounds are -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

INDEX, ANY, NONE = -1, -2, -1
INDEX_NAME, ANY_NAME = "INDEX", "*"
AMOUNT_LIMIT = 2**62


@dataclass(slots=True)
class Rulebook:
    """What the rulebook leaves open; the defaults are the only values of rulebook 1."""

    netting_form: str
    tolerance_micro: int
    allowance_ppm: int
    cut_off: str | None
    version: int = 1
    objectives: tuple[str, ...] = ("surplus", "value", "even", "lottery")
    obligations: str = "set-off"
    self_crossing: str = "allow"
    max_ring: int | None = None
    max_chain: int | None = None
    screening: str = "neighbours"
    work_limit: int = 200


@dataclass(slots=True)
class Participants:
    """Participants and their accounts at opening."""

    id: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    balance: list[int] = field(default_factory=list)
    credit: list[int] = field(default_factory=list)
    cap: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Assets:
    """Assets; every list has two more items, for ANY and INDEX; value 0 is none."""

    name: list[str]
    index: dict[str, int]
    value: list[int]
    internal: list[bool]
    unit: Sequence[str] = ()
    """As spelled in JSON; of the assets alone."""
    increment: Sequence[str] = ()


@dataclass(slots=True)
class Stocks:
    """Shared stocks, in increments of their asset."""

    id: list[str]
    index: dict[str, int]
    participant: list[int]
    asset: list[int]
    quantity: list[int]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What one offer asks beyond rulebook 1, in increments of what it delivers."""

    min_fill: int | None = None
    all_or_none: bool = False
    lot: int | None = None
    max_ring: int | None = None
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


@dataclass(slots=True)
class Offers:
    """Offers; alternatives of offer i are ``alt_start[i]`` to ``alt_start[i + 1]`` of the ``alt_`` columns."""

    id: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    participant: list[int] = field(default_factory=list)
    deliver: list[int] = field(default_factory=list)
    quantity: list[int] = field(default_factory=list)
    stock: list[int] = field(default_factory=list)
    alt_start: list[int] = field(default_factory=list)
    alt_offer: Sequence[int] = ()
    alt_asset: list[int] = field(default_factory=list)
    alt_limit: list[int] = field(default_factory=list)
    alt_max: list[int] = field(default_factory=list)
    conditions: dict[int, Conditions] = field(default_factory=dict)
    """What offers ask beyond rulebook 1, by offer; absent where nothing is asked."""
    expires: dict[int, str] = field(default_factory=dict)
    capacity: list[int] = field(default_factory=list)
    """Quantity times value, in micro index units; 0 where there is no value."""


@dataclass(slots=True)
class Obligations:
    """Accepted debts."""

    id: list[str]
    index: dict[str, int]
    debtor: list[int]
    creditor: list[int]
    amount: list[int]


@dataclass(slots=True)
class Book:
    """All inputs of a session."""

    rulebook: Rulebook
    participants: Participants
    assets: Assets
    stocks: Stocks
    offers: Offers
    obligations: Obligations
