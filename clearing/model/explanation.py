"""Why an offer was filled as it was: what the engine finds and a door puts in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from clearing.model.faults import Refusal


class Fate(Enum):
    """What became of an offer."""

    REFUSED = "refused"
    FILLED = "filled"
    PARTLY_FILLED = "partly_filled"
    UNFILLED = "unfilled"


class Hindrance(Enum):
    """What stands between an alternative and a larger fill."""

    MAXIMUM = "maximum"
    """Its receive maximum is reached."""
    NO_GIVER = "no_giver"
    """No admitted offer delivers what it wants."""
    NO_TAKER = "no_taker"
    """No admitted offer wants what it delivers."""
    USED_UP = "used_up"
    """Everything that could close a ring with it is used up, at any limit."""
    LIMIT = "limit"
    """Its limit is above what the market pays."""
    SEARCHED = "searched"
    """Its component clears in bounded rings or whole pieces, where no premium says what would be enough."""
    NO_RING = "no_ring"
    """In its searched component no ring leads through it, however long."""
    RING_TOO_LONG = "ring_too_long"
    """In its searched component the shortest ring and the shortest chain through it are longer than allowed."""
    PAR = "par"
    """Trade is at par, and more of it would serve no objective of the rulebook, whatever its limit."""
    MARGIN = "margin"
    """Its limit is exactly what the market pays, and there is not enough for all at that limit."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A bound that is reached: stock, credit (headroom) or cap, and the offers that use it."""

    kind: str
    id: str
    used_by: Sequence[int]


@dataclass(frozen=True, slots=True)
class AlternativeOutlook:
    """One alternative: what it got, and at which limits it would get more or less.

    ``more_below_ppm``: at any lower limit more flows through it; None if no limit can do that.
    ``less_above_ppm``: at any higher limit less does; None if nothing flows, or no limit changes it.
    Both are residual distances, not the published midpoints.
    """

    alternative: int
    asset: int
    limit_ppm: int
    flow_micro: int
    quantity: int
    paid_ppm: int | None
    """What the published premia pay: that of the delivered asset less that of the received one. In a searched component
    what was paid per index unit taken; None where nothing was taken."""
    hindrance: Hindrance | None
    more_below_ppm: int | None
    less_above_ppm: int | None


@dataclass(frozen=True, slots=True)
class ClassShare:
    """Offers with the same terms that share one fill."""

    members: int
    capacity_micro: int
    flow_micro: int


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the book and what it is promised to do, everything else and the salt being equal.

    ``limit_ppm`` is the alternative's new limit; ``credit_micro`` is added to the desk's credit limit so that
    the new limit neither takes headroom from other offers nor leaves them more. Where ``promised`` is False
    the added credit would also let other offers in or keep them out, and nothing is promised.
    """

    alternative: int
    limit_ppm: int
    credit_micro: int
    more: bool
    promised: bool


class Asked(Enum):
    """What a trial changes about an offer of a searched component."""

    OWN_LISTS = "own_lists"
    """Its own allow and deny lists are lifted."""
    OTHERS_LISTS = "others_lists"
    """Others' lists do not keep its participant out."""
    LONGEST_RING = "longest_ring"
    """Longer rings are allowed, for it and by the rulebook."""
    MINIMUM = "minimum"
    """All-or-none or the minimum fill gives way to a smaller minimum."""
    LOT = "lot"
    """A smaller lot, a divisor of its own."""
    LIMIT = "limit"
    """All its limits are lower by so many ppm."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One change that was tried by clearing its component again, everything else and the salt being equal.

    ``value`` is the ring length in members, the minimum or lot in increments, or the ppm that limits fall by; ``named``
    are the participants whose lists gave way. ``proven`` tells whether that clearing was proven the best.
    """

    asked: Asked
    value: int | None
    named: Sequence[str]
    flow_micro: int
    proven: bool
    tied: bool = False
    """Whether an equally good clearing brings less: the lottery chooses, and by another salt once the book differs."""
    least: bool = True
    """Of a limit: whether a step lower by 1 ppm less is known not to do, or to be a tie."""
    equal: bool = False
    """Of a limit lower by 1 ppm: whether even without it a clearing that brings as much is as good as the session's."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One offer's fate with its reasons and figures."""

    offer: int
    fate: Fate
    refusal: Refusal | None
    capacity_micro: int
    flow_micro: int
    quantity: int
    """Increments delivered, after rounding."""
    outlook: Sequence[AlternativeOutlook]
    shared: ClassShare | None
    bindings: Sequence[Binding]
    headroom_needed_micro: int
    headroom_left_micro: int
    change: Change | None
    """The smallest change of a limit that brings more, or for a filled offer the first that brings less."""
    credit_needed_micro: int | None
    """For an offer without headroom: what must be added to its desk's credit limit to admit it."""
    paid_micro: int = 0
    """What the offer is paid beyond value for value (negative: pays): premia of its legs, or the pay of a search."""
    searched: bool = False
    """Whether its component was searched: it has no premia."""
    trials: Sequence[Trial] = ()
    """Of an offer of a searched component: the changes that were tried and bring more."""
    ring_length: int | None = None
    """Of such an offer: the shortest ring through it, where all rings and chains are longer than allowed."""
    chain_length: int | None = None
    """Likewise the shortest chain of gifts, in deliveries."""
