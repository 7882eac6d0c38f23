"""The methodology of the common index: everything that a fixing depends on besides its quotes and the fixing before.

Versions are immutable: a change of any part is a new version that names the digest of the one before. Shares, limits
and factors are exact decimals (0.1 is 10 %), times of day are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

METHODOLOGY_FORMAT = "index-methodology/1"
KINDS = ("good", "currency")
REBALANCE_METHODS = ("caps", "targets")
CURRENCY_CAP_MAX = Decimal("0.1")
CURRENCIES_CAP_MAX = Decimal("0.4")
COMMODITY_CAP_MAX = Decimal("0.15")
"""What the caps of a methodology may be at most."""
VERSIONS = range(1, 10_000)
WINDOW_MINUTES = range(1, 1_441)
PUBLICATION_MINUTES = range(1_441)
CHALLENGE_MINUTES = range(43_201)
MINIMUM_SOURCES = range(3, 21)
TRIMMED_FROM = range(5, 101)
RANKS = range(1, 10)
QUOTE_AGE_MINUTES = range(1, 525_601)
VALUE_AGE_DAYS = range(367)
VALUE_DIGITS = range(12, 41)
QUANTITY_DIGITS = range(6, 19)
MONTHS = range(1, 13)
LINK_DIGITS_MAX = 60
"""Significant digits of a link factor: ten more than the context, so that a hand-over is exact."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who quotes. Sources of a greater rank are asked only where those before are too few."""

    id: str
    rank: int
    name: str | None = None
    interest: str | None = None
    """What the source has at stake in the index: a conflict of interest, stated."""


@dataclass(frozen=True, slots=True)
class AssetClass:
    """How long the quotes and the values of its assets last."""

    id: str
    quote_age_minutes: int
    """An older quote is stale; of the two assets of a quote the shorter age counts, of a judgement the longer."""
    value_age_days: int
    """The oldest last value that may stand in for a missing one; 0: none may."""


@dataclass(frozen=True, slots=True)
class Differential:
    """A documented way from the value of one asset to that of another: exactly one of factor and amount."""

    related: str
    reason: str
    factor: Decimal | None = None
    """Value of a unit = value of a unit of ``related`` × factor ..."""
    amount: Decimal | None = None
    """... or + amount × the value of a unit of ``amount_unit``; may be negative."""
    amount_unit: str | None = None


@dataclass(frozen=True, slots=True)
class PricedAsset:
    """An asset that a fixing values."""

    id: str
    kind: str
    """good or currency."""
    unit: str
    asset_class: str
    increment: Decimal | None = None
    """None: a unit that others are quoted in, without a published integer of its own."""
    name: str | None = None
    differential: Differential | None = None


@dataclass(frozen=True, slots=True)
class Constituent:
    """A part of the index unit: a fixed quantity of a good, a fixed amount of a currency."""

    asset: str
    quantity: Decimal
    target_share: Decimal | None = None
    """What a rebalance by targets resets its share to."""


@dataclass(frozen=True, slots=True)
class FixingTimes:
    """When quotes count and when what is said about them."""

    time: str
    """HH:MM, UTC; the window closes here, its end included."""
    window_minutes: int
    publication_minutes: int
    """After the fixing time."""
    challenge_minutes: int
    """After publication."""


@dataclass(frozen=True, slots=True)
class ConsensusRules:
    """How the quotes of one pair become one logarithm."""

    minimum_sources: int
    trimmed_from: int
    """From so many sources on the trimmed mean; below it the median."""
    trim: Decimal
    """The part of the sources that is cut at each end, rounded down, at least one."""
    outlier_limit: Decimal
    """Distance from the median of the sources, as a difference of logarithms."""
    crossed_limit: Decimal
    """How far one source's quotes of a pair in its two directions may contradict each other."""


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """What a fixing may look like before its status says so; every limit may be reached and not passed."""

    shock: Decimal
    degraded: Decimal
    no_fix: Decimal
    pair_residual: Decimal
    overall_residual: Decimal


@dataclass(frozen=True, slots=True)
class Caps:
    """The greatest shares on the day that a version takes effect."""

    currency: Decimal
    currencies: Decimal
    """All currencies together."""
    commodity: Decimal


@dataclass(frozen=True, slots=True)
class Rounding:
    """Significant digits of published values and of the quantities that a rebalance makes."""

    value_digits: int
    quantity_digits: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When and how the quantities are set anew: on the first fixing of each of the months."""

    months: tuple[int, ...]
    method: str
    """caps: shares stay where no cap is passed; targets: they go back to the target shares."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Values of the constituents at which the caps are checked, in any one unit."""

    day: str
    values: tuple[tuple[str, Decimal], ...]
    """(asset, value), ascending."""


@dataclass(frozen=True, slots=True)
class Methodology:
    """One version of the index; every table is sorted by its id."""

    index: str
    version: int
    effective: str
    """The first day that it fixes."""
    link_factor: Decimal
    times: FixingTimes
    consensus: ConsensusRules
    alarms: AlarmLimits
    caps: Caps
    rounding: Rounding
    schedule: Schedule
    sources: tuple[Source, ...]
    classes: tuple[AssetClass, ...]
    assets: tuple[PricedAsset, ...]
    constituents: tuple[Constituent, ...]
    reference: Reference
    previous: str | None = None
    """Digest of the version before; None in version 1."""
    name: str | None = None
