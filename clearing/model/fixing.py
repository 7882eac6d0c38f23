"""Quotes, and what a fixing makes of them: the record that is published.

A quote is named by its number, counted from 1 in the order of ``Quote.key``, so that the order of a file means nothing.
Logarithms and values are exact decimals of the context that the methodology fixes; days and times are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from clearing.model.methodology import Methodology

FIXING_FORMAT = "index-fixing/1"
APPROVALS_MIN = 2
VALUE_MICRO_MIN = 1_000


class QuoteKind(Enum):
    """What stands behind a quote, the best first."""

    TRANSACTION = "transaction"
    FIRM = "firm"
    INDICATIVE = "indicative"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class Quote:
    """One row of quotes.csv: ``source`` says that one unit of ``base`` costs ``value`` units of ``quote``."""

    source: str
    base: str
    quote: str
    value: str
    """As written: what is no positive number is kept and rejected."""
    kind: QuoteKind
    time: str
    """Canonical UTC time."""
    approvals: tuple[str, ...] = ()
    """Who approved a judgement, ascending."""

    @property
    def key(self) -> tuple[str, ...]:
        """The order of quotes in a record."""
        approvals = "|".join(self.approvals)
        return (self.source, self.base, self.quote, self.time, self.kind.value, self.value, approvals)


class RejectReason(Enum):
    """Why a quote does not enter a fixing, in order of precedence."""

    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_ASSET = "unknown_asset"
    SAME_ASSET = "same_asset"
    NOT_A_NUMBER = "not_a_number"
    NOT_POSITIVE = "not_positive"
    DUPLICATE = "duplicate"
    """The same row again; the first one stays."""
    UNAPPROVED = "unapproved"
    """A judgement with fewer than two approvals by others than its source."""
    STALE = "stale"
    OUTSIDE_WINDOW = "outside_window"
    CROSSED = "crossed"
    """The source contradicts itself: its quotes of the pair in one direction and in the other."""
    TOO_FEW_SOURCES = "too_few_sources"
    DISCONNECTED = "disconnected"
    """The pair has a consensus, but no chain of pairs leads from it to the index."""
    NOT_NEEDED = "not_needed"
    """Better quotes were enough."""
    OUTLIER = "outlier"


@dataclass(frozen=True, slots=True)
class RejectedQuote:
    """A quote that was kept and not used."""

    quote: int
    reason: RejectReason


class Rung(Enum):
    """The steps of the fallback ladder, the best first; the first three are taken by pairs, the rest by assets."""

    TRANSACTION = "transaction"
    FIRM = "firm"
    INDICATIVE = "indicative"
    RELATED = "related"
    LAST_VALUE = "last_value"
    JUDGEMENT = "judgement"


class Why(Enum):
    """Why a rung was not enough."""

    TOO_FEW_SOURCES = "too_few_sources"
    NOT_CONNECTED = "not_connected"
    NO_DIFFERENTIAL = "no_differential"
    RELATED_UNPRICED = "related_unpriced"
    NOT_POSITIVE = "not_positive"
    """The differential would make a value of zero or less."""
    NO_LAST_VALUE = "no_last_value"
    TOO_OLD = "too_old"
    NO_JUDGEMENT = "no_judgement"


@dataclass(frozen=True, slots=True)
class Tried:
    """A rung that was not enough, with its figures."""

    rung: Rung
    why: Why
    found: int | None = None
    """Sources found, or days of age ..."""
    limit: int | None = None
    """... and how many are needed or allowed."""
    rank: int | None = None
    """Sources up to this rank, where the rung asks sources."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """A pair or an asset that the best quotes did not suffice for: what was tried, and what was taken instead."""

    asset: str
    rung: Rung
    tried: tuple[Tried, ...]
    other: str | None = None
    """The second asset of a pair; None where the fallback is an asset's."""
    rank: int | None = None
    related: str | None = None
    day: str | None = None
    """The day of the last value taken."""
    quotes: tuple[int, ...] = ()
    """The judgements taken."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The consensus on one pair: assets in ascending order, so that an inverted quote only changes a sign."""

    base: str
    quote: str
    rung: Rung
    rank: int
    sources: tuple[str, ...]
    """That entered the consensus; their number is the weight of the pair."""
    log_price: Decimal
    """ln of the price of one base in quotes."""
    residual: Decimal
    """log_price − (v of base − v of quote)."""
    disputed: bool = False
    """No majority of the sources within the outlier limit: nobody was rejected."""


@dataclass(frozen=True, slots=True)
class AssetValue:
    """The value of one asset."""

    asset: str
    log_value: Decimal
    """v: up to a common constant the logarithm of the value."""
    value: Decimal
    """Index units for one unit of the asset."""
    value_micro: int | None
    """Micro index units per increment; None without an increment, or where it would be below 1,000."""
    observed: str
    """The day of the market that it rests on: that of the fixing unless it is a last value."""
    stale: bool
    """No market of the day: a last value or a judgement, or related to such a one."""
    share: Decimal | None = None
    """Of the index; constituents only."""


@dataclass(frozen=True, slots=True)
class Unpriced:
    """An asset without a value, and every rung that was tried."""

    asset: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class LastValue:
    """A value of an earlier fixing and the day of the market that it rests on."""

    asset: str
    value: Decimal
    day: str


@dataclass(frozen=True, slots=True)
class Previous:
    """What a fixing takes from the one before."""

    digest: str
    day: str
    """The day of the last fixing with status other than NO FIX: that of ``values``."""
    values: tuple[LastValue, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The one-day return of the index without one constituent, against that with it."""

    asset: str
    kind: str
    share_before: Decimal
    share: Decimal
    difference: Decimal
    """(1 − share) / (1 − share before) − 1: how far the constituent alone repriced everything else."""


class Alarm(Enum):
    """What is wrong with a fixing, the gravest first."""

    NO_VALUE = "no_value"
    """A constituent has no value, so nothing has."""
    STALE_NO_FIX = "stale_no_fix"
    SHOCK = "shock"
    STALE_DEGRADED = "stale_degraded"
    UNPRICED = "unpriced"
    BELOW_MINIMUM = "below_minimum"
    """An increment is worth less than 1,000 micro index units."""
    PAIR_RESIDUAL = "pair_residual"
    OVERALL_RESIDUAL = "overall_residual"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """One alarm: whose, the figure and the limit that it passed."""

    alarm: Alarm
    asset: str | None = None
    other: str | None = None
    found: Decimal | None = None
    limit: Decimal | None = None


class FixingStatus(Enum):
    """The gravest word that the alarms of a fixing call for."""

    NO_FIX = "NO FIX"
    SHOCK = "SHOCK"
    DEGRADED = "DEGRADED"
    FINAL = "FINAL"


@dataclass(frozen=True, slots=True)
class Restatement:
    """That a fixing is a later revision of the same day."""

    restates: str
    """Digest of the revision before."""
    reason: str


@dataclass(frozen=True, slots=True)
class Fixing:
    """One fixing of the index. Every table is sorted by its first fields, ``alarms`` by gravity."""

    methodology: Methodology
    day: str
    window_opens: str
    fixing_time: str
    publication_time: str
    challenge_ends: str
    revision: int
    restatement: Restatement | None
    previous: Previous | None
    quotes: tuple[Quote, ...]
    """All that were given, in the order of ``Quote.key``."""
    rejects: tuple[RejectedQuote, ...]
    pairs: tuple[Pair, ...]
    fallbacks: tuple[Fallback, ...]
    values: tuple[AssetValue, ...]
    """Empty where a constituent has no value."""
    unpriced: tuple[Unpriced, ...]
    residual: Decimal
    """Root of the mean square of the pairs' residuals, weighted by their sources."""
    stale_share: Decimal | None
    """None where nothing has a value."""
    leave_one_out: tuple[LeftOut, ...]
    """Empty where the fixing before lacks a value of a constituent."""
    alarms: tuple[AlarmRaised, ...]
    status: FixingStatus


@dataclass(frozen=True, slots=True)
class Moved:
    """What a shock does to one asset."""

    asset: str
    value_before: Decimal
    value: Decimal
    change: Decimal
    """value / value before − 1."""
    share_before: Decimal | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Stress:
    """What a fixing would be, the day after itself, if one asset alone moved."""

    asset: str
    shock: Decimal
    """−0.5: it halves."""
    moved: tuple[Moved, ...]
    """Every asset; empty where the shock leaves the index unit no value."""
    leave_one_out: tuple[LeftOut, ...]
    alarms: tuple[AlarmRaised, ...]
    status: FixingStatus
