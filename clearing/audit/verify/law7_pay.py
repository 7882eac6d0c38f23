"""Law 7, pay: the outcome of a searched component in, what each offer is paid in µ out.

In the tier rings each ring shares its own gain over its rows, by their rents in the proof of the surplus stage, equally
where there are none. In the tier integer the component shares its gain by what each offer takes. Shares are rounded
down; the µ left over go to the largest remainders.

Example: a ring of 10 µ whose limits are −600,000 and 200,000 ppm gains 4 µ. Without rents a desk gets −6 + 2 = −4
and the other 2 + 2 = 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from clearing.audit.verify import forms
from clearing.audit.verify.book import Book
from clearing.audit.verify.components import RINGS
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.law7_objectives import limits_of
from clearing.audit.verify.law7_rings import Outcome
from clearing.audit.verify.proofs import Leaf, ProvenStage
from clearing.audit.verify.report import Findings

PPM = 1_000_000
Pay = dict[int, int]
"""By offer, in µ."""


def pay_of(outcome: Outcome, surplus: ProvenStage | None) -> Pay:
    """What the offers of a component are paid; ``surplus`` is the stage of that name where it is the first."""
    searched = outcome.searched
    if searched.component.tier != RINGS:
        return _by_taking(outcome)
    limits, rents, pay = limits_of(searched), _rents(outcome, surplus), Pay()
    for ring in outcome.rings:
        shares = _shares(ring.flow, [limits[row] for row in ring.rows], [rents[row] for row in ring.rows])
        for row, share in zip(ring.rows, shares, strict=True):
            offer = searched.rows[row].offer
            pay[offer] = pay.get(offer, 0) + share
    return pay


def places_of(outcome: Outcome) -> dict[int, int]:
    """By offer how often its pay is rounded: for each of its places in a ring, or once in the component."""
    if outcome.searched.component.tier != RINGS:
        return dict.fromkeys(outcome.searched.component.offers, 1)
    places = dict.fromkeys(outcome.searched.component.offers, 0)
    for ring in outcome.rings:
        for row in ring.rows:
            places[outcome.searched.rows[row].offer] += 1
    return places


def check_pay(book: Book, fills: Fills, outcome: Outcome, pay: Pay, found: Findings) -> None:
    """Law 3: in money every offer has its limit, up to a µ for each time that its pay is rounded."""
    offers = book.offers
    for offer, rounded in places_of(outcome).items():
        span = range(offers.alt_start[offer], offers.alt_start[offer + 1])
        owed = sum(offers.alt_limit[each] * outcome.taken(each) for each in span)
        paid = pay.get(offer, 0)
        if PPM * (paid + rounded) < owed:
            message = f"{offers.id[offer]} is paid {paid} µ and owed {owed} millionths"
            found.add(3, message, forms.FILLS.path, fills.line(book, offer), "received")


def _shares(flow: int, limits: Sequence[int], rents: Sequence[int]) -> list[int]:
    gain, total = -sum(limits), sum(rents)
    parts, whole = (rents, total) if total else ([1] * len(limits), len(limits))
    return _rounded([flow * (limit * whole + gain * part) for limit, part in zip(limits, parts, strict=True)], whole)


def _by_taking(outcome: Outcome) -> Pay:
    searched, offers = outcome.searched, outcome.searched.book.offers
    ids = list(searched.component.offers)
    spans = [range(offers.alt_start[offer], offers.alt_start[offer + 1]) for offer in ids]
    taken = [sum(outcome.taken(each) for each in span) for span in spans]
    owed = [sum(offers.alt_limit[each] * outcome.taken(each) for each in span) for span in spans]
    total, gain = sum(taken), -sum(owed)
    if not total:
        return {}
    shares = _rounded([one * total + gain * part for one, part in zip(owed, taken, strict=True)], total)
    return {offer: share for offer, share in zip(ids, shares, strict=True) if share}


def _rounded(amounts: Sequence[int], whole: int) -> list[int]:
    """Amounts in millionths of a µ times ``whole``, which sum to 0, in µ."""
    parts = [divmod(amount, whole * PPM) for amount in amounts]
    shares = [share for share, _ in parts]
    order = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    for place in order[: -sum(shares)]:
        shares[place] += 1
    return shares


def _rents(outcome: Outcome, surplus: ProvenStage | None) -> list[int]:
    """By row the rents of its groups and bounds; nothing unless one leaf proves the surplus."""
    rents = [0] * len(outcome.searched.rows)
    if surplus is None or not isinstance(surplus.proof, Leaf):
        return rents
    for name, rent in surplus.proof.rents.items():
        if name in outcome.searched.groups:
            for row in outcome.searched.groups[name].rows:
                rents[row] += rent
    return rents
