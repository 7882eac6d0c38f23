"""Law 7, outcome: the rings of a searched component in, every fill, bound and condition that they break out.

Example: an offer of 10 increments with a minimum fill of 4 that delivers 3 breaks it; one that delivers none does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from clearing.audit.verify import forms
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.law7_objectives import limits_of
from clearing.audit.verify.law7_rings import LAW, Outcome
from clearing.audit.verify.report import Findings


def check_outcome(outcome: Outcome, fills: Fills, found: Findings) -> bool:
    """Whether the fills are what the rings carry, within all that is asked."""
    before = found.total()
    _check_fills(outcome, fills, found)
    _check_groups(outcome, found)
    _check_steps(outcome, fills, found)
    searched = outcome.searched
    if searched.book.rulebook.objectives[0] != "surplus":
        paid = sum(limit * flow for limit, flow in zip(limits_of(searched), outcome.flows, strict=True))
        if paid > 0:
            found.add(LAW, f"{searched.name} concedes {paid} µ·ppm more than it gains", forms.RINGS.path)
    return found.total() == before


def _check_fills(outcome: Outcome, fills: Fills, found: Findings) -> None:
    offers = outcome.searched.book.offers
    for offer in outcome.searched.component.offers:
        delivered = outcome.delivered(offer)
        if fills.offer_flow[offer] != delivered:
            message = f"{offers.id[offer]} has {fills.offer_flow[offer]}, its rings carry {delivered}"
            _blame(outcome, fills, offer, message, "flow_micro", found)
        for alternative in range(offers.alt_start[offer], offers.alt_start[offer + 1]):
            taken = outcome.taken(alternative)
            if fills.alt_flow[alternative] != taken:
                message = f"{offers.id[offer]} takes {fills.alt_flow[alternative]}, its rings carry {taken}"
                _blame(outcome, fills, offer, message, "received", found)


def _check_groups(outcome: Outcome, found: Findings) -> None:
    for name, group in sorted(outcome.searched.groups.items()):
        carried = _sum(outcome, group.rows)
        if carried > group.capacity:
            found.add(LAW, f"{name} carries {carried} of at most {group.capacity}", forms.RINGS.path)


def _check_steps(outcome: Outcome, fills: Fills, found: Findings) -> None:
    searched, offers = outcome.searched, outcome.searched.book.offers
    asks = searched.asks
    for offer in searched.component.offers:
        delivered, name = outcome.delivered(offer), offers.id[offer]
        least, step = asks.least(offer), asks.step(offer)
        if delivered % step or 0 < delivered < least:
            message = f"{name} delivers {delivered}: none, or at least {least} in steps of {step}"
            _blame(outcome, fills, offer, message, "flow_micro", found)
        for alternative in range(offers.alt_start[offer], offers.alt_start[offer + 1]):
            taken, piece = outcome.taken(alternative), asks.piece(offers.alt_asset[alternative])
            if taken % piece:
                _blame(outcome, fills, offer, f"{name} takes {taken}, no multiple of {piece}", "received", found)
            if taken and not delivered:
                _blame(outcome, fills, offer, f"{name} takes {taken} and delivers nothing", "received", found)


def _sum(outcome: Outcome, rows: Sequence[int]) -> int:
    return sum(outcome.flows[row] for row in rows)


def _blame(outcome: Outcome, fills: Fills, offer: int, message: str, field: str, found: Findings) -> None:
    found.add(LAW, message, forms.FILLS.path, fills.line(outcome.searched.book, offer), field)
