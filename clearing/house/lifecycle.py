"""The lifecycles as tables: a state and a step in, the next state out; what is not in a table cannot happen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from clearing.model.house import OfferState, SessionState


class SessionStep(StrEnum):
    """What moves a session."""

    CLOSE = "close"
    FIX = "fix"
    CLEAR = "clear"
    VETO = "veto"
    FINISH = "finish"


class OfferStep(StrEnum):
    """What moves an offer."""

    AMEND = "amend"
    WITHDRAW = "withdraw"
    FILL_PART = "fill in part"
    FILL = "fill"
    EXHAUST = "exhaust"
    LAPSE = "lapse"


SESSION: Mapping[tuple[SessionState, SessionStep], SessionState] = {
    (SessionState.OPEN, SessionStep.CLOSE): SessionState.CLOSED,
    (SessionState.CLOSED, SessionStep.FIX): SessionState.FIXED,
    (SessionState.CLOSED, SessionStep.VETO): SessionState.CLOSED,
    (SessionState.FIXED, SessionStep.CLEAR): SessionState.CLEARED,
    (SessionState.FIXED, SessionStep.VETO): SessionState.FIXED,
    (SessionState.CLEARED, SessionStep.VETO): SessionState.FIXED,
    (SessionState.CLEARED, SessionStep.FINISH): SessionState.FINAL,
}

OFFER: Mapping[tuple[OfferState, OfferStep], OfferState] = {
    (OfferState.STANDING, OfferStep.AMEND): OfferState.STANDING,
    (OfferState.STANDING, OfferStep.WITHDRAW): OfferState.WITHDRAWN,
    (OfferState.STANDING, OfferStep.FILL_PART): OfferState.STANDING,
    (OfferState.STANDING, OfferStep.FILL): OfferState.FILLED,
    (OfferState.STANDING, OfferStep.EXHAUST): OfferState.EXHAUSTED,
    (OfferState.STANDING, OfferStep.LAPSE): OfferState.LAPSED,
}

UNDER_WAY = (SessionState.CLOSED, SessionState.FIXED, SessionState.CLEARED)
"""States in which the sealed book of a session is not changed."""


def steps_from(state: SessionState) -> tuple[SessionStep, ...]:
    """What can happen to a session in this state."""
    return tuple(step for before, step in SESSION if before is state)
