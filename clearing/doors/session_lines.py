"""A cleared session comes in, its few lines for people go out."""

from __future__ import annotations

from decimal import Decimal

from clearing.doors.book_fixing import fixing_words
from clearing.doors.words import amount, choice_words, count
from clearing.model.outcome import Certificate
from clearing.service import Session

MICRO_PER = {"surplus": 10**12, "value": 10**6}
"""Of the objectives that are amounts: an index unit in the unit of their values."""
COUNTED_DOWN = ("deliveries", "priority")
"""Objectives of which less is better; the values of all others are negative."""


def session_lines(session: Session) -> list[str]:
    """The session in a few lines: what came in, what cleared, how it is proven, its digest."""
    totals, outcome, certificate = session.outcome.totals, session.outcome, session.outcome.certificate
    offers, refused = len(session.book.offers.id), len(outcome.refusals)
    fixing = session.book.fixing
    unfilled = offers - refused - totals.filled_offers - totals.partly_filled_offers
    proof = "proven optimal" if certificate.optimal else _gaps(certificate)
    return [
        f"session    {session.manifest.session}",
        *([] if fixing is None else [f"values     {fixing_words(fixing)}"]),
        f"offers     {offers:,}: {totals.filled_offers:,} filled, {totals.partly_filled_offers:,} partly, "
        f"{unfilled:,} unfilled, {refused:,} refused",
        f"cleared    {amount(totals.value_cleared_micro)} index units delivered, "
        f"{amount(totals.obligations_cleared_micro)} of obligations "
        f"{'set off' if session.book.rulebook.obligations == 'set-off' else 'discharged'}",
        f"rings      {len(outcome.rings.nodes):,}, the longest of length {totals.longest_ring:,}; "
        f"{count(totals.participants_served, 'participant')} served",
        f"result     {proof}, {choice_words(certificate)}",
        f"digest     {session.manifest.digest}",
    ]


def _gaps(certificate: Certificate) -> str:
    """What is not proven: the widest relative gap of each objective that has one."""
    widest: dict[str, tuple[int, int]] = {}
    for component in certificate.components:
        for stage in component.stages:
            if stage.objective != "lottery" and stage.value != stage.bound:
                value, bound = widest.get(stage.objective, (0, 0))
                widest[stage.objective] = value + stage.value, bound + stage.bound
    gaps = [_gap(name, value, bound) for name, (value, bound) in widest.items()]
    return f"not proven optimal: {'; '.join(gaps)}"


def _gap(objective: str, value: int, bound: int) -> str:
    """One objective as people count it: what was reached, and the most, or the least, that is possible."""
    if objective in MICRO_PER:
        reached, most = _apart(Decimal(-value) / MICRO_PER[objective], Decimal(-bound) / MICRO_PER[objective])
        return f"{objective} {reached} of at most {most} index units"
    if objective in COUNTED_DOWN:
        return f"{objective} {value:,} of at least {bound:,}"
    return f"{objective} {-value:,} of at most {-bound:,}"


def _apart(one: Decimal, other: Decimal) -> tuple[str, str]:
    """Two amounts with as many decimals as tell them apart."""
    for places in (2, 6, 12):
        texts = f"{one:,.{places}f}", f"{other:,.{places}f}"
        if texts[0] != texts[1]:
            break
    return texts
