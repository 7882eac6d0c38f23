"""A cleared session comes in, one row an offer and one row an asset go out: what a desk asks about.

Quantities are in the asset's own unit and amounts in index units, exact; only a share is rounded, downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

from clearing.doors.words import asset_id, refusal_words
from clearing.model.book import Book
from clearing.model.explanation import Fate
from clearing.model.outcome import Outcome

SHARE_PLACES = 6
_DIGITS_MAX = 80
"""More than any quantity of a book has: 19 digits of a count times 28 of an increment."""


@dataclass(frozen=True, slots=True)
class Received:
    """What an offer receives by one of its alternatives."""

    asset_id: str
    quantity: Decimal
    """In the asset's unit."""


@dataclass(frozen=True, slots=True)
class OfferFill:
    """The fate of one offer."""

    offer_id: str
    participant_id: str
    asset_id: str
    """What it delivers."""
    status: str
    """``filled``, ``partly_filled``, ``unfilled`` or ``refused``."""
    delivered: Decimal
    """In the asset's unit."""
    share: Decimal
    """Of the value offered, six places, rounded down: 1 only where the offer is filled."""
    received: tuple[Received, ...]
    reason: str | None
    """Why it was refused, in words; None for any other fate."""


@dataclass(frozen=True, slots=True)
class AssetPremium:
    """The clearing premium of one asset in basis points, and the interval in which it could lie."""

    asset_id: str
    premium_bps: Decimal
    lowest_bps: Decimal | None
    """None: open."""
    highest_bps: Decimal | None
    """None: open."""
    traded: Decimal
    """Index units."""


def offer_fills(book: Book, outcome: Outcome) -> list[OfferFill]:
    """One row for each offer of the book, in order of offer id."""
    reasons = {refusal.offer: refusal_words(refusal) for refusal in outcome.refusals}
    with localcontext(prec=_DIGITS_MAX):
        return list(_fills(book, outcome, reasons))


def _fills(book: Book, outcome: Outcome, reasons: dict[int, str]) -> Iterator[OfferFill]:
    offers, fills = book.offers, outcome.fills
    flows, delivered, starts = fills.offer_flow_micro.tolist(), fills.offer_quantity.tolist(), offers.alt_start.tolist()
    for offer, name in enumerate(offers.id):
        asset = int(offers.deliver[offer])
        offered_micro = int(offers.quantity[offer]) * book.increment_value_micro(asset)
        yield OfferFill(
            offer_id=name,
            participant_id=book.participants.id[offers.participant[offer]],
            asset_id=asset_id(book, asset),
            status=(Fate.REFUSED if offer in reasons else _fate(flows[offer], offered_micro)).value,
            delivered=_in_units(book, asset, delivered[offer]),
            share=_share(flows[offer], offered_micro),
            received=tuple(_received(book, outcome, starts[offer], starts[offer + 1])),
            reason=reasons.get(offer),
        )


def _fate(flow_micro: int, offered_micro: int) -> Fate:
    if flow_micro == 0:
        return Fate.UNFILLED
    return Fate.FILLED if flow_micro == offered_micro else Fate.PARTLY_FILLED


def _share(flow_micro: int, offered_micro: int) -> Decimal:
    """An offer of an asset without a value offers none, and is refused."""
    steps = flow_micro * 10**SHARE_PLACES // offered_micro if offered_micro else 0
    return Decimal(steps).scaleb(-SHARE_PLACES)


def _received(book: Book, outcome: Outcome, first: int, last: int) -> Iterator[Received]:
    for at in range(first, last):
        if outcome.fills.alt_flow_micro[at]:
            asset = int(book.offers.alt_asset[at])
            yield Received(asset_id(book, asset), _in_units(book, asset, int(outcome.fills.alt_quantity[at])))


def _in_units(book: Book, asset: int, increments: int) -> Decimal:
    step = Decimal(1).scaleb(-6) if asset < 0 else Decimal(book.assets.increment[asset])
    return increments * step


def asset_premia(book: Book, outcome: Outcome) -> list[AssetPremium]:
    """One row for each asset with a premium, in order of asset id."""
    rows = [
        AssetPremium(
            asset_id=asset_id(book, premium.asset),
            premium_bps=_bps(premium.premium_ppm),
            lowest_bps=None if premium.lowest_ppm is None else _bps(premium.lowest_ppm),
            highest_bps=None if premium.highest_ppm is None else _bps(premium.highest_ppm),
            traded=Decimal(premium.traded_micro).scaleb(-6),
        )
        for premium in outcome.premia
    ]
    return sorted(rows, key=lambda row: row.asset_id)


def _bps(ppm: int) -> Decimal:
    return Decimal(ppm).scaleb(-2)
