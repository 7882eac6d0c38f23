"""Faults of a book and refusals of an offer: values, never exceptions.

A fault stops the whole book; a refusal concerns one offer, is recorded, and the session goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

FAULTS_LISTED_MAX = 1_000


class FaultReason(Enum):
    """Why a book cannot be cleared at all."""

    ENCODING = "encoding"
    SIZE = "size"
    HEADER = "header"
    COLUMNS = "columns"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"
    IMPOSSIBLE = "impossible"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where (file, row counted from 1 with the header as row 1, column), what was found, what is allowed.

    ``found`` is safe to print: control characters are escaped and long texts shortened.
    """

    reason: FaultReason
    file: str
    row: int | None
    column: str | None
    found: str
    allowed: str


@dataclass(frozen=True, slots=True)
class FaultReport:
    """All faults counted by reason, the first FAULTS_LISTED_MAX of them listed."""

    counts: Mapping[FaultReason, int]
    listed: Sequence[Fault]


class RefusalReason(Enum):
    """Why one offer does not take part, in order of precedence."""

    UNSUPPORTED = "unsupported"
    EXPIRED = "expired"
    NO_VALUE = "no_value"
    TOO_COARSE = "too_coarse"
    SELF_CROSSING = "self_crossing"
    NO_HEADROOM = "no_headroom"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused offer with its figures: what was found and the limit it passed."""

    offer: int
    reason: RefusalReason
    found: str | None = None
    limit: str | None = None
