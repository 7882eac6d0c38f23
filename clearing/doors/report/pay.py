"""A session comes in; what its offers are paid by, in sentences that hold for how it was cleared, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clearing.doors.report import figures
from clearing.model.book import Book
from clearing.model.outcome import Outcome

BY_PREMIA = (
    "An offer that the premia pay more than its limit is filled in full, unless its stock, a maximum or its account is "
    "in the way; one whose limit is above what they pay is unfilled."
)
AT_PAR = (
    "Where goods are divided at will trade is at par: premia are zero, and the objectives of the rulebook decide who "
    "is filled."
)
WITHOUT_PREMIA = (
    "Offers that clear in rings of bounded length or in whole pieces have no premia to go by: rings and pieces fit "
    "together or do not, so that an offer may stay unfilled beside another that asks as much and is filled."
)
BY_TIER = {
    "rings": (
        "Where rings are bounded each ring shares its own gain among its offers by their rents in the proof: who is "
        "scarce earns."
    ),
    "integer": "Where pieces are whole each filled offer is paid its limit and the same gain per index unit on top.",
}
NEVER_LESS = "None is paid less than it asks, and pay is booked by the entries of the desks."


@dataclass(frozen=True, slots=True)
class PayNotes:
    """Sentences of the page on what offers are paid."""

    circulation: Sequence[str]
    searched: Sequence[str]
    """Of components without premia; empty where there are none."""
    proven: str
    """What is proven of these."""


def pay_notes(book: Book, outcome: Outcome) -> PayNotes:
    """What holds of the components that the session has."""
    components = outcome.certificate.components
    tiers = {each.tier for each in components}
    at_par = book.rulebook.objectives[0] != "surplus"
    circulation = [] if components and "circulation" not in tiers else [AT_PAR if at_par else BY_PREMIA]
    rules = [rule for tier, rule in BY_TIER.items() if tier in tiers]
    searched = [WITHOUT_PREMIA, *rules, NEVER_LESS] if rules else []
    return PayNotes(circulation, searched, _proven(outcome) if rules else "")


def _proven(outcome: Outcome) -> str:
    first = [each.stages[0] for each in outcome.certificate.components if each.stages]
    objective, gap = first[0].objective, sum(stage.value - stage.bound for stage in first)
    if not gap:
        return f"No clearing of theirs is better by the first objective, {objective}: the certificate proves it."
    return (
        f"The certificate bounds how much better a clearing of theirs could be by the first objective, {objective}: by "
        f"{figures.whole(gap)} in that objective's unit at most."
    )
