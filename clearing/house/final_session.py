"""A final session's fills, refusals and entries in, what they change in offers, stocks, obligations and accounts out.

This is the one place where a session touches the state of the house.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from clearing.house.lifecycle import OFFER, OfferStep
from clearing.house.remainders import after_discharge, after_fill
from clearing.model.house import (
    Change,
    ObligationRecord,
    OfferRecord,
    OfferState,
    ParticipantRecord,
    SessionRecord,
    StockRecord,
    Update,
)

_STOCK = re.compile(r'"stock_id":"([^"]*)"')
_LAPSED = OFFER[OfferState.STANDING, OfferStep.LAPSE]


def final_changes(
    session: SessionRecord,
    *,
    fills: Sequence[str],
    refusals: Sequence[str],
    entries: Sequence[str],
    offers: Iterable[OfferRecord],
    stocks: Mapping[str, StockRecord],
    obligations: Iterable[ObligationRecord],
    participants: Mapping[str, ParticipantRecord],
) -> Iterator[Change]:
    """Changes of every table that a session settles; the lines are those of its bundle."""
    filled = {(fill["kind"], fill["id"]): fill for fill in map(json.loads, fills)}
    expired = {refusal["offer_id"] for refusal in map(json.loads, refusals) if refusal["reason"] == "expired"}
    sealed = [offer for offer in offers if offer.seq <= (session.closed_seq or 0)]
    yield from _offers(session, sealed, filled, expired)
    yield from _stocks(sealed, filled, stocks)
    yield from _obligations(obligations, filled)
    yield from _accounts([json.loads(line) for line in entries], participants)


def _offers(
    session: SessionRecord,
    sealed: Sequence[OfferRecord],
    filled: Mapping[tuple[str, str], Mapping[str, Any]],
    expired: set[str],
) -> Iterator[Change]:
    """Offers that end keep their line, so that most changes are of the state alone."""
    ended: dict[str, str] = {}
    left: dict[str, str] = {}
    for offer in sealed:
        fill = filled.get(("offer", offer.offer_id))
        state, line = (OfferState.STANDING, offer.line) if fill is None else after_fill(offer.line, fill)
        if line != offer.line:
            left[offer.offer_id] = line
        if state is not OfferState.STANDING:
            ended[offer.offer_id] = state.value
        elif offer.good_for == session.session_id or offer.offer_id in expired:
            ended[offer.offer_id] = _LAPSED.value
    if ended:
        yield Update("offers", "offer_id", {"offer_id": list(ended), "state": list(ended.values())})
    if left:
        yield Update("offers", "offer_id", {"offer_id": list(left), "line": list(left.values())})


def _stocks(
    sealed: Sequence[OfferRecord],
    filled: Mapping[tuple[str, str], Mapping[str, Any]],
    stocks: Mapping[str, StockRecord],
) -> Iterator[Change]:
    """What is left of each stock that was drawn on."""
    drawn: Counter[str] = Counter()
    for offer in sealed if stocks else ():
        fill, named = filled.get(("offer", offer.offer_id)), _STOCK.search(offer.line)
        if fill is not None and named is not None:
            drawn[named[1]] += int(fill["delivered"])
    for stock_id, quantity in sorted(drawn.items()):
        left = stocks[stock_id].quantity - quantity
        yield Update("stocks", "stock_id", {"stock_id": [stock_id], "quantity": [left]})


def _obligations(
    obligations: Iterable[ObligationRecord], filled: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[Change]:
    rows: list[tuple[str, str, str]] = []
    for each in obligations:
        fill = filled.get(("obligation", each.obligation_id))
        if fill is not None:
            line = after_discharge(each.line, int(fill["flow_micro"]))
            rows.append((each.obligation_id, "discharged" if line is None else "standing", line or each.line))
    if rows:
        ids, states, lines = zip(*rows, strict=True)
        yield Update("obligations", "obligation_id", {"obligation_id": ids, "state": states, "line": lines})


def _accounts(entries: Sequence[Mapping[str, Any]], participants: Mapping[str, ParticipantRecord]) -> Iterator[Change]:
    moved: Counter[str] = Counter()
    for entry in entries:
        moved[entry["participant_id"]] += int(entry["amount_micro"])
    if not moved:
        return
    names = sorted(moved)
    balances = [participants[name].balance_micro + moved[name] for name in names]
    yield Update("participants", "participant_id", {"participant_id": names, "balance_micro": balances})
