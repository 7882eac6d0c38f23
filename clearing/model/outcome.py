"""The outcome of a session as columns and records: what the engine decides and the audit room seals.

Offers, participants, assets, obligations and alternatives are named by their index in the book;
assets may be INDEX (-1). All amounts are integers: micro index units, increments, ppm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clearing.model.faults import Refusal
from clearing.model.proof import ComponentProof

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Fills:
    """How far each offer and obligation was filled; zero where it was not."""

    offer_flow_micro: IntArray
    """Value delivered per offer before rounding to increments."""
    alt_flow_micro: IntArray
    """Value taken per alternative, aligned with ``Offers.alt_asset``."""
    offer_quantity: IntArray
    """Increments delivered per offer."""
    alt_quantity: IntArray
    """Increments received per alternative."""
    obligation_flow_micro: IntArray


@dataclass(frozen=True, slots=True)
class Stage:
    """One objective: its minimum and the potentials (node name -> ppm, or the stage's own unit) that prove it."""

    objective: str
    value: int
    potentials: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof that the circulation is the optimum of every stage, and unique."""

    stages: Sequence[Stage]
    unique: bool
    optimal: bool
    bound: int
    """Lower bound of the first stage's value."""
    gap: int
    lottery_stages: int
    components: Sequence[ComponentProof] = ()
    """Rulebook 2: every component, with the proofs of those that were searched."""
    credit_stages: Sequence[Stage] | None = None
    """The stages of obligations with credit; None where these are only set off."""
    work_limit_reached: bool = False
    """Whether the work limit ended a search that might have closed a gap."""


@dataclass(frozen=True, slots=True)
class Premium:
    """Uniform clearing premium of one asset and the interval in which it could lie."""

    asset: int
    premium_ppm: int
    lowest_ppm: int | None
    highest_ppm: int | None
    reference: str | None
    """Node that the interval is relative to."""
    component: str
    """Least node name of the asset's residual component."""
    traded_micro: int


@dataclass(frozen=True, slots=True)
class Rings:
    """Netting rings in extraction order, overlaid with their members.

    Ring r has nodes ``nodes[r]`` (from the smallest) and the segments
    ``segment_start[r]:segment_start[r + 1]``; segment s has flow ``segment_flow_micro[s]`` and the members
    ``member_start[s]:member_start[s + 1]`` of ``member``, each delivering to the next. A member is an offer
    index, or an obligation index where ``of_obligations[r]``; ``member_alternative`` is what it receives by.
    """

    nodes: Sequence[tuple[str, ...]]
    flow_micro: IntArray
    of_obligations: Sequence[bool]
    segment_start: IntArray
    segment_flow_micro: IntArray
    member_start: IntArray
    member: IntArray
    member_alternative: IntArray
    member_delivers: BoolArray | None = None
    """Whether what a member delivers goes to the next one, and is not residual or a gift's return; None: all do."""


@dataclass(frozen=True, slots=True)
class Legs:
    """Deliveries between different participants, sorted by (giver offer, receiver offer, alternative).

    ``alternative`` counts from 0 within the receiving offer. The rings of leg i are
    ``ring[ring_start[i]:ring_start[i + 1]]``, ascending indices of rings.
    """

    giver_offer: IntArray
    receiver_offer: IntArray
    alternative: IntArray
    quantity: IntArray
    value_micro: IntArray
    premium_micro: IntArray
    """Positive: the receiver pays the giver."""
    ring_start: IntArray
    ring: IntArray


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account: kind is index, premium or residual; positive raises the account."""

    participant: int
    kind: str
    amount_micro: int


@dataclass(frozen=True, slots=True)
class SearchedPay:
    """What offers of searched components are paid beyond value for value; it follows from what is sealed."""

    micro: Mapping[int, int]
    """By offer, 0 of those that were not filled; negative: the offer pays. The sum is 0."""
    ppm: Mapping[int, int]
    """By row of ``Offers.alt_asset``, of those taken by: the same per index unit taken, as limits are."""


@dataclass(frozen=True, slots=True)
class Position:
    """What one participant delivers and receives of one asset, in increments."""

    participant: int
    asset: int
    delivered: int
    received: int


@dataclass(frozen=True, slots=True)
class Instructions:
    """Settlement instructions, sorted by (deliverer, receiver, asset).

    ``group`` counts from 0; instructions of a group settle together or not at all. The rings of
    instruction i are ``ring[ring_start[i]:ring_start[i + 1]]``, ascending.
    """

    deliverer: IntArray
    receiver: IntArray
    asset: IntArray
    quantity: IntArray
    value_micro: IntArray
    premium_micro: IntArray | None
    """None under net netting, where entries book the premium."""
    ring_start: IntArray
    ring: IntArray
    group: IntArray


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a session decides."""

    refusals: Sequence[Refusal]
    fills: Fills
    certificate: Certificate
    premia: Sequence[Premium]
    rings: Rings
    legs: Legs
    entries: Sequence[Entry]
    positions: Sequence[Position]
    instructions: Instructions
    totals: Totals


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures that the manifest and ``clear --json`` repeat."""

    filled_offers: int
    """Filled to their whole quantity."""
    partly_filled_offers: int
    value_cleared_micro: int
    """Σ of what offers deliver, before rounding to increments."""
    obligations_cleared_micro: int
    surplus_micro_ppm: int
    """Σ −limit × flow."""
    participants_served: int
    """With at least one leg or discharge."""
    longest_ring: int
    """Members of the longest ring; 0 without rings."""
    segments: int
    groups: int
