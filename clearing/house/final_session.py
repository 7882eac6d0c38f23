"""A final session's fills, refusals and entries in, what they change in offers, stocks, obligations and accounts out.

This is the one place where a session touches the state of the house.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from clearing.house.lifecycle import OFFER, OfferStep
from clearing.house.remainders import QUANTITY, after_discharge, after_fill
from clearing.house.standing import leaving
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
_OFFER_FILL = re.compile(r'{"delivered":"([0-9]+)","flow_micro":"[0-9]+","id":"([^"]*)","kind":"offer"')
_OBLIGATION_FILL = re.compile(r'{"flow_micro":"([0-9]+)","id":"([^"]*)","kind":"obligation"}')
_LAPSED = OFFER[OfferState.STANDING, OfferStep.LAPSE]
_FILLED = OFFER[OfferState.STANDING, OfferStep.FILL]


def final_changes(
    session: SessionRecord,
    *,
    fills: Sequence[str],
    refusals: Sequence[str],
    entries: Sequence[str],
    offers: Callable[[Iterable[str]], Mapping[str, str]],
    for_session: Iterable[OfferRecord],
    stocks: Mapping[str, StockRecord],
    obligations: Iterable[ObligationRecord],
    participants: Mapping[str, ParticipantRecord],
) -> Iterator[Change]:
    """Changes of every table that a session settles; the lines are those of its bundle.

    ``offers`` looks up lines of offers by id; ``for_session`` are those that stand and are good for this session only.
    """
    filled, discharged = _by_kind(fills)
    expired = {refusal["offer_id"] for refusal in map(json.loads, refusals) if refusal["reason"] == "expired"}
    drawn: Counter[str] = Counter()
    known = offers(filled)
    lapsing = expired | {offer.offer_id for offer in for_session if offer.seq <= (session.closed_seq or 0)}
    yield from _offers(known, filled, lapsing, drawn if stocks else None)
    yield from _stocks(drawn, stocks)
    yield from _obligations(obligations, discharged)
    yield from _accounts([json.loads(line) for line in entries], participants)


def _by_kind(fills: Sequence[str]) -> tuple[dict[str, tuple[str, str]], dict[str, int]]:
    """Of each offer what it delivered, and the line of its fill; of each obligation what of it was set off.

    There may be a million lines, of which only those of offers filled in part need to be read whole.
    """
    obligations = list(takewhile(bool, map(_OBLIGATION_FILL.fullmatch, fills)))
    lines = fills[len(obligations) :]
    delivered = _OFFER_FILL.findall("\n".join(lines))
    if len(delivered) != len(lines):
        raise ValueError("a line is none of a fill, or does not stand where its kind does")
    filled = {name: (quantity, line) for (quantity, name), line in zip(delivered, lines, strict=True)}
    return filled, {found[2]: int(found[1]) for found in obligations if found}


def _offers(
    known: Mapping[str, str],
    filled: Mapping[str, tuple[str, str]],
    lapsing: set[str],
    drawn: Counter[str] | None,
) -> Iterator[Change]:
    """Offers that end keep their line, so that most changes are of who stands alone; what stocks gave is counted."""
    ended: dict[str, OfferState] = {}
    left: dict[str, str] = {}
    for offer_id, (delivered, fill) in filled.items():
        old = known[offer_id]
        state, line = _after(old, delivered, fill)
        if state is not OfferState.STANDING:
            ended[offer_id] = state
        if line != old:
            left[offer_id] = line
        if drawn is not None and (stock := _STOCK.search(old)):
            drawn[stock[1]] += int(delivered)
    ended |= dict.fromkeys(sorted(lapsing - ended.keys()), _LAPSED)
    yield from leaving(ended)
    if left:
        yield Update("offers", "offer_id", {"offer_id": list(left), "line": list(left.values())})


def _after(line: str, delivered: str, fill: str) -> tuple[OfferState, str]:
    """State and line of a filled offer; most are filled whole, and those need no more than a look."""
    quantity = QUANTITY.search(line)
    if quantity is not None and quantity[1] == delivered:
        return _FILLED, line
    return after_fill(line, json.loads(fill))


def _stocks(drawn: Mapping[str, int], stocks: Mapping[str, StockRecord]) -> Iterator[Change]:
    """What is left of each stock that was drawn on."""
    for stock_id, quantity in sorted(drawn.items()):
        left = stocks[stock_id].quantity - quantity
        yield Update("stocks", "stock_id", {"stock_id": [stock_id], "quantity": [left]})


def _obligations(obligations: Iterable[ObligationRecord], discharged: Mapping[str, int]) -> Iterator[Change]:
    rows: list[tuple[str, str, str]] = []
    for each in obligations:
        if each.obligation_id in discharged:
            line = after_discharge(each.line, discharged[each.obligation_id])
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
