"""What stands in a house in, the lines of the inputs/ files of a session's book out.

Left out are offers that came after the close, those of participants that are suspended or vetoed, and those on a stock
that is used up; stocks and obligations in the same way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from clearing.audit.canonical import canonical
from clearing.model.house import ObligationRecord, OfferRecord, ParticipantRecord, SessionRecord, StockRecord

_STOCK = re.compile(r'"stock_id":"([^"]*)"')


def left_out(session: SessionRecord, participants: Iterable[ParticipantRecord]) -> frozenset[str]:
    """Participants that take no part in a session."""
    suspended = {each.participant_id for each in participants if each.status != "active"}
    return frozenset(suspended | set(json.loads(session.vetoed)["participants"]))


def vetoed_offers(session: SessionRecord) -> frozenset[str]:
    """Offers that take no part in a session."""
    return frozenset(json.loads(session.vetoed)["offers"])


def offer_lines(
    offers: Iterable[OfferRecord],
    *,
    closed_seq: int,
    out: Collection[str],
    vetoed: Collection[str],
    stocks: Mapping[str, StockRecord],
) -> list[str]:
    """Lines of inputs/offers; the offers come in ascending id. ``out`` are participants, ``vetoed`` offers."""
    empty = {stock.stock_id for stock in stocks.values() if not stock.quantity}
    return [
        offer.line
        for offer in offers
        if offer.seq <= closed_seq
        and offer.participant_id not in out
        and offer.offer_id not in vetoed
        and not (empty and _stock_of(offer.line) in empty)
    ]


def obligation_lines(obligations: Iterable[ObligationRecord], *, closed_seq: int, out: Collection[str]) -> list[str]:
    """Lines of inputs/obligations; they come in ascending id."""
    return [
        each.line
        for each in obligations
        if each.seq <= closed_seq and not {each.debtor_id, each.creditor_id} & set(out)
    ]


def stock_lines(stocks: Mapping[str, StockRecord], *, out: Collection[str]) -> list[str]:
    """Lines of inputs/stocks, in ascending id."""
    return [
        canonical(
            {
                "stock_id": stock.stock_id,
                "participant_id": stock.participant_id,
                "asset_id": stock.asset_id,
                "quantity": str(stock.quantity),
            }
        )
        for _id, stock in sorted(stocks.items())
        if stock.quantity and stock.participant_id not in out
    ]


def participant_lines(participants: Mapping[str, ParticipantRecord]) -> list[str]:
    """Lines of inputs/participants, in ascending id."""
    return [_participant_line(each) for _id, each in sorted(participants.items())]


def content(lines: Sequence[str]) -> bytes:
    """A file of the lines."""
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _participant_line(each: ParticipantRecord) -> str:
    record = {
        **json.loads(each.texts),
        "participant_id": each.participant_id,
        "balance_micro": str(each.balance_micro),
        "credit_limit_micro": str(each.credit_limit_micro),
    }
    if each.balance_cap_micro is not None:
        record["balance_cap_micro"] = str(each.balance_cap_micro)
    return canonical(record)


def _stock_of(line: str) -> str | None:
    named = _STOCK.search(line)
    return None if named is None else named[1]
