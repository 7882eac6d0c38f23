"""A cleared session comes in, its few lines for people go out."""

from __future__ import annotations

from clearing.doors.book_fixing import fixing_words
from clearing.doors.words import amount, choice_words, count
from clearing.model.outcome import Certificate
from clearing.service import Session


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
    gaps = [f"{name} {-value:,} of at most {-bound:,}" for name, (value, bound) in widest.items()]
    return f"not proven optimal: {'; '.join(gaps)}"
