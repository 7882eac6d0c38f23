"""A decision in; its drafts out, or the fault that says what was denied."""

from __future__ import annotations

from typing import TypeVar

from clearing.model.errors import UsageFault
from clearing.model.house import Denial, DenialReason

Decided = TypeVar("Decided")


class Denied(UsageFault):
    """The house does not do what it was asked (status 2)."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(f"{denial.subject}: {denial.found}; allowed: {denial.allowed}")
        self.denial = denial


def or_denied(decided: Decided | Denial) -> Decided:
    """What was decided. Raises Denied where that is a denial."""
    if isinstance(decided, Denial):
        raise Denied(decided)
    return decided


def unknown_session(session_id: str) -> Denied:
    """There is no such session."""
    return Denied(
        Denial(DenialReason.UNKNOWN, f"session {session_id[:80]!a}", "unknown", "a session that the house knows")
    )
