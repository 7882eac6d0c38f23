"""A chunk of offers.csv in, integer columns out: one pass over whole columns, no object per offer.

Every check of an offer by itself is made here; what concerns several offers is in ``offer_table``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.doors.condition_columns import conditions
from clearing.doors.csv_table import Chunk
from clearing.doors.fault_list import Column
from clearing.doors.number_columns import Increments, limits_ppm, quantities
from clearing.doors.text_columns import UNREAD, Lists, Names, check_ids, free_texts, joined, lists, references
from clearing.doors.times import TIME_ALLOWED, utc_text
from clearing.model.book import ANY, ANY_NAME, NONE, Conditions
from clearing.model.faults import FaultReason

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Known:
    """What the tables read before offers.csv say of the names in it."""

    participants: Names
    assets: Names
    taken: Names
    """The assets and ``*``, which stands for anything where an asset is taken."""
    increments: Increments
    stocks: Names
    stock_participant: IntArray
    stock_asset: IntArray
    cut_off_stated: bool


@dataclass(frozen=True, slots=True)
class OfferColumns:
    """Offers in the order of the file; sparse columns are keyed by position in the table."""

    row: IntArray
    id: str
    """All ids, a newline between two: kept apart, the cells of a chunk would hold on to its memory."""
    participant: IntArray
    deliver: IntArray
    quantity: IntArray
    stock: IntArray
    alternatives: IntArray
    """How many alternatives each offer has."""
    alt_asset: IntArray
    alt_limit_ppm: IntArray
    alt_max: IntArray
    conditions: Mapping[int, Conditions]
    expires_at: Mapping[int, str]
    memo: Mapping[int, str]


def offer_columns(chunk: Chunk, known: Known, *, first: int) -> OfferColumns:
    """One chunk of offers, the first of them offer number ``first`` of the table."""
    ids = chunk.column("offer_id")
    check_ids(ids)
    participant = references(chunk.column("participant_id"), known.participants)
    deliver = references(chunk.column("deliver_asset"), known.assets)
    quantity = quantities(chunk.column("deliver_quantity"), known.increments, deliver)
    receive = lists(chunk.column("receive_assets").texts)
    asset = _receive_assets(chunk.column("receive_assets"), receive, deliver, known.taken)
    asked = conditions(chunk, deliver, quantity, increments=known.increments, participants=known.participants)
    return OfferColumns(
        row=chunk.rows,
        id=joined(ids.texts),
        participant=participant,
        deliver=deliver,
        quantity=quantity,
        stock=_stocks(chunk, known, participant, deliver),
        alternatives=np.diff(receive.start),
        alt_asset=asset,
        alt_limit_ppm=_limits(chunk, receive, asset),
        alt_max=_receive_max(chunk, receive, asset, known.increments),
        conditions={first + position: condition for position, condition in asked.items()},
        expires_at=_expiries(chunk, first, cut_off_stated=known.cut_off_stated),
        memo=free_texts(chunk.column("memo"), first=first) if chunk.has("memo") else {},
    )


def _receive_assets(column: Column, receive: Lists, deliver: IntArray, assets: Names) -> IntArray:
    items = column.at(receive.cell, receive.item)
    found = references(items, assets)
    same = (found == deliver[receive.cell]) & (found != UNREAD)
    items.refuse(same, FaultReason.IMPOSSIBLE, "an asset other than deliver_asset")
    if len(receive.item) > len(column.texts):
        items.refuse(_repeated(receive.cell, found), FaultReason.DUPLICATE, "each alternative once")
        gifts = _cells(receive, found == ANY, len(column.texts)) & (np.diff(receive.start) > 1)
        column.refuse(gifts, FaultReason.IMPOSSIBLE, f"{ANY_NAME} as the only alternative, as it stands for anything")
    return found


def _cells(receive: Lists, marked: BoolArray, size: int) -> BoolArray:
    """The cells in which an alternative is marked."""
    cells = np.zeros(size, dtype=np.bool_)
    cells[receive.cell[marked]] = True
    return cells


def _repeated(cell: IntArray, asset: IntArray) -> BoolArray:
    """Alternatives that repeat an asset of the same offer, later ones only."""
    order = np.lexsort((asset, cell))
    again = (np.diff(cell[order]) == 0) & (np.diff(asset[order]) == 0) & ~np.isin(asset[order][1:], (UNREAD, ANY))
    repeated = np.zeros(len(cell), dtype=np.bool_)
    repeated[order[1:][again]] = True
    return repeated


def _limits(chunk: Chunk, receive: Lists, asset: IntArray) -> IntArray:
    if not chunk.has("limit_bps"):
        return np.zeros(len(receive.item), dtype=np.int64)
    column = chunk.column("limit_bps")
    listed = lists(column.texts)
    alone = np.diff(listed.start)[listed.cell] == 1
    ppm = limits_ppm(column.at(listed.cell, listed.item), blank_allowed=alone)
    spread = ppm[_spread(column, listed, receive)]
    if (asset == ANY).any():
        gifts = _cells(receive, (asset == ANY) & (spread != 0), len(column.texts))
        column.refuse(gifts, FaultReason.IMPOSSIBLE, f"0 or blank where receive_assets is {ANY_NAME}")
    return spread


def _receive_max(chunk: Chunk, receive: Lists, asset: IntArray, increments: Increments) -> IntArray:
    """One value applies to each alternative; a blank item of a list leaves its own without a maximum."""
    maximum = np.full(len(receive.item), NONE, dtype=np.int64)
    if not chunk.has("receive_max"):
        return maximum
    column = chunk.column("receive_max")
    listed = lists(column.texts)
    items = _spread(column, listed, receive)
    given = np.flatnonzero([bool(listed.item[i]) for i in items.tolist()])
    texts = [listed.item[i] for i in items[given].tolist()]
    cells = column.at(receive.cell[given], texts)
    maximum[given] = quantities(cells, increments, asset[given], item=items[given])
    if (asset == ANY).any():
        gifts = _cells(receive, (asset == ANY) & (maximum != NONE), len(column.texts))
        column.refuse(gifts, FaultReason.IMPOSSIBLE, f"blank where receive_assets is {ANY_NAME}")
    return maximum


def _spread(column: Column, listed: Lists, receive: Lists) -> IntArray:
    """For each alternative the item that speaks of it: its own, or the only one."""
    sizes, wanted = np.diff(listed.start), np.diff(receive.start)
    uneven = (sizes != 1) & (sizes != wanted)

    def allowed(cell: int) -> str:
        return f"one value, or {wanted[cell]}: one for each alternative" if wanted[cell] > 1 else "one value"

    column.refuse(uneven, FaultReason.MISMATCH, allowed)
    own = np.where((sizes == wanted)[receive.cell], np.arange(len(receive.item)) - receive.start[receive.cell], 0)
    spread: IntArray = listed.start[receive.cell] + own
    return spread


def _stocks(chunk: Chunk, known: Known, participant: IntArray, deliver: IntArray) -> IntArray:
    if not chunk.has("stock_id"):
        return np.full(len(chunk.rows), NONE, dtype=np.int64)
    column = chunk.column("stock_id")
    stock = references(column, known.stocks, optional=True)
    named = stock >= 0
    if named.any():
        owner = np.where(named, known.stock_participant[np.where(named, stock, 0)], UNREAD)
        asset = np.where(named, known.stock_asset[np.where(named, stock, 0)], UNREAD)
        foreign = (owner != UNREAD) & (participant != UNREAD) & (owner != participant)
        column.refuse(foreign, FaultReason.MISMATCH, "a stock of the offer's own participant")
        other = (asset != UNREAD) & (deliver != UNREAD) & (asset != deliver)
        column.refuse(other, FaultReason.MISMATCH, "a stock of deliver_asset")
    return stock


def _expiries(chunk: Chunk, first: int, *, cut_off_stated: bool) -> dict[int, str]:
    if not chunk.has("expires_at"):
        return {}
    column = chunk.column("expires_at")
    times: dict[str, str | None] = {text: utc_text(text) for text in set(column.texts)}
    wrong = np.array([bool(text) and times[text] is None for text in column.texts], dtype=np.bool_)
    column.refuse(wrong, FaultReason.MALFORMED, TIME_ALLOWED)
    if not cut_off_stated:
        stated = np.array([times[text] is not None for text in column.texts], dtype=np.bool_)
        column.refuse(stated, FaultReason.MISSING, "a cut_off in rulebook.toml when an offer expires")
    return {first + i: time for i, text in enumerate(column.texts) if (time := times[text]) is not None}
