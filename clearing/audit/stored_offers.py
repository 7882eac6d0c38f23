"""The lines of inputs/offers.jsonl in, the offer columns out: the bulk of reading a bundle back."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import numpy as np

from clearing.audit.input_lines import OFFERS
from clearing.audit.stored_lines import (
    Read,
    Record,
    a_memo,
    a_text,
    a_time,
    checked,
    each_record,
    flaw,
    line_fault,
    next_id,
)
from clearing.model.book import AMOUNT_LIMIT, ANY, ANY_NAME, NONE, Conditions, Offers, Stocks
from clearing.model.rulebook import RING_LENGTHS

_AMOUNT_MAX = AMOUNT_LIMIT - 1
_LIMIT_PPM_MIN, _LIMIT_PPM_MAX = -1_000_000, 100_000_000
_PLAIN_MEMBERS = frozenset(
    ("deliver_asset", "deliver_quantity", "offer_id", "participant_id", "receive", "stock_id")
)


def stored_offers(
    read: Read, participant_of: Mapping[str, int], asset_of: Mapping[str, int], stocks: Stocks
) -> Offers:
    """The offers; ``asset_of`` knows INDEX too."""
    taken_of = {**asset_of, ANY_NAME: ANY}
    stock_of = {name: row for row, name in enumerate(stocks.id)}
    ids: list[str] = []
    participant, deliver, quantity, stock = array("q"), array("q"), array("q"), array("q")
    alt_start, alt_asset, alt_limit, alt_max = array("q", [0]), array("q"), array("q"), array("q")
    conditions: dict[int, Conditions] = {}
    expires_at: dict[int, str] = {}
    memo: dict[int, str] = {}

    def add(record: Record) -> None:
        ids.append(next_id(record["offer_id"], ids))
        participant.append(participant_of[record["participant_id"]])
        deliver.append(asset_of[record["deliver_asset"]])
        quantity.append(int(record["deliver_quantity"]))
        stock.append(stock_of[record["stock_id"]] if "stock_id" in record else NONE)
        for alternative in record["receive"]:
            alt_asset.append(taken_of[alternative["asset"]])
            alt_limit.append(int(alternative["limit_ppm"]))
            alt_max.append(int(alternative["max"]) if "max" in alternative else NONE)
        alt_start.append(len(alt_asset))
        if not record.keys() <= _PLAIN_MEMBERS:
            add_rare(len(ids) - 1, record)

    def add_rare(row: int, record: Record) -> None:
        if "expires_at" in record:
            expires_at[row] = a_time(record["expires_at"])
        if "memo" in record:
            memo[row] = a_memo(record["memo"])
        asked = _conditions(record)
        if asked != Conditions():
            conditions[row] = asked

    each_record(read, OFFERS, add)
    starts = np.array(alt_start, dtype=np.int64)
    owner = np.repeat(np.arange(len(ids)), starts[1:] - starts[:-1]).tolist()
    offers = Offers(
        id=ids,
        participant=np.array(participant, dtype=np.int64),
        deliver=np.array(deliver, dtype=np.int64),
        quantity=checked(OFFERS, quantity, low=1, high=_AMOUNT_MAX),
        stock=np.array(stock, dtype=np.int64),
        alt_start=starts,
        alt_asset=np.array(alt_asset, dtype=np.int64),
        alt_limit_ppm=checked(OFFERS, alt_limit, low=_LIMIT_PPM_MIN, high=_LIMIT_PPM_MAX, rows=owner),
        alt_max=checked(OFFERS, alt_max, low=NONE, high=_AMOUNT_MAX, rows=owner),
        conditions=conditions,
        expires_at=expires_at,
        memo=memo,
    )
    _check_combinations(offers, stocks)
    return offers


def check_conditions(offers: Offers, participant_of: Mapping[str, int]) -> None:
    """No offer asks for what no fill, no ring or no participant meets."""
    for row, asked in sorted(offers.conditions.items()):
        quantity, least, lot = int(offers.quantity[row]), asked.min_fill or 0, 1 if asked.lot is None else asked.lot
        named = (*asked.allow, *asked.deny)
        for is_wrong, reason in (
            (asked.min_fill is not None and not 1 <= least <= quantity, "its minimum fill is not 1 to its quantity"),
            (lot < 1 or max(lot, -(-least // max(lot, 1)) * lot) > quantity, "no multiple of its lot is a fill"),
            (asked.all_or_none and quantity % max(lot, 1) != 0, "its lot does not divide what is all or none"),
            (asked.max_ring is not None and asked.max_ring not in RING_LENGTHS, "its longest ring is not 2 to 1000"),
            (not all(name in participant_of for name in named), "it allows or denies an unknown participant"),
            (set(asked.allow) & set(asked.deny), "it allows and denies one participant"),
        ):
            if is_wrong:
                raise line_fault(OFFERS, row + 1, reason)


def _conditions(record: Record) -> Conditions:
    if type(record.get("max_ring", 0)) is not int or type(record.get("all_or_none", True)) is not bool:
        raise flaw("max_ring is no number or all_or_none no boolean")
    return Conditions(
        min_fill=int(record["min_fill"]) if "min_fill" in record else None,
        all_or_none=record.get("all_or_none", False),
        lot=int(record["lot"]) if "lot" in record else None,
        max_ring=record.get("max_ring"),
        allow=tuple(a_text(name) for name in record.get("allow", ())),
        deny=tuple(a_text(name) for name in record.get("deny", ())),
    )


def _check_combinations(offers: Offers, stocks: Stocks) -> None:
    """Every offer receives something, nothing twice, not what it delivers, and draws on a stock of its own."""
    counts = offers.alt_start[1:] - offers.alt_start[:-1]
    owner = np.repeat(np.arange(len(counts)), counts)
    gift = offers.alt_asset == ANY
    on_stock = np.flatnonzero(offers.stock != NONE)
    named = offers.stock[on_stock]
    foreign = (stocks.participant[named] != offers.participant[on_stock]) | (
        stocks.asset[named] != offers.deliver[on_stock]
    )
    order = np.lexsort((offers.alt_asset, owner))
    same = (np.diff(owner[order]) == 0) & (np.diff(offers.alt_asset[order]) == 0)
    for rows, reason in (
        (np.flatnonzero(counts == 0), "it receives nothing"),
        (owner[offers.alt_asset == offers.deliver[owner]], "it receives what it delivers"),
        (owner[order][1:][same], "it lists one asset twice"),
        (owner[gift & (counts[owner] > 1)], "anything is not all that it takes"),
        (owner[gift & ((offers.alt_limit_ppm != 0) | (offers.alt_max != NONE))], "anything has a limit or a maximum"),
        (on_stock[foreign], "its stock is another participant's or another asset's"),
    ):
        if len(rows):
            raise line_fault(OFFERS, int(rows.min()) + 1, reason)
