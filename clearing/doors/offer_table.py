"""offers.csv in, its offers as sorted columns out, with the checks that concern several offers at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from clearing.doors.csv_table import Table, chunks
from clearing.doors.fault_list import FaultList
from clearing.doors.offer_columns import Known, OfferColumns, offer_columns
from clearing.doors.sorted_rows import id_order, is_as_filed, moved, taken
from clearing.model.book import Offers
from clearing.model.faults import FaultReason

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

Cell = TypeVar("Cell")


def read_offers(table: Table, known: Known, *, internal: Sequence[int]) -> Offers:
    """The offers in ascending id; ``internal`` lists the assets that must not leave their participant."""
    parts: list[OfferColumns] = []
    first = 0
    for chunk in chunks(table):
        parts.append(offer_columns(chunk, known, first=first))
        first += len(chunk.rows)
        del chunk  # before the next one is read, so that its memory serves again
    whole = _joined(parts)
    for asset in internal:
        _refuse_shared(whole, asset, table.faults)
    ids = whole.id.split("\n") if len(whole.row) else []
    order = id_order(ids, whole.row, "offer_id", table.faults)
    return _in_order(whole, taken(ids, order), order)


def no_offers() -> Offers:
    """What stands for offers that could not be read."""
    return _in_order(_joined([]), [], np.zeros(0, dtype=np.int64))


def _joined(parts: Sequence[OfferColumns]) -> OfferColumns:
    return OfferColumns(
        row=_column(parts, "row"),
        id="\n".join(part.id for part in parts if len(part.row)),
        participant=_column(parts, "participant"),
        deliver=_column(parts, "deliver"),
        quantity=_column(parts, "quantity"),
        stock=_column(parts, "stock"),
        alternatives=_column(parts, "alternatives"),
        alt_asset=_column(parts, "alt_asset"),
        alt_limit_ppm=_column(parts, "alt_limit_ppm"),
        alt_max=_column(parts, "alt_max"),
        conditions=_sparse([part.conditions for part in parts]),
        expires_at=_sparse([part.expires_at for part in parts]),
        memo=_sparse([part.memo for part in parts]),
    )


def _column(parts: Sequence[OfferColumns], name: str) -> IntArray:
    arrays: list[Any] = [getattr(part, name) for part in parts]
    return np.concatenate([np.zeros(0, dtype=np.int64), *arrays])


def _sparse(parts: Sequence[Mapping[int, Cell]]) -> dict[int, Cell]:
    return dict(chain.from_iterable(part.items() for part in parts))


def _refuse_shared(offers: OfferColumns, asset: int, faults: FaultList) -> None:
    """Offers that name an internal asset which an earlier offer of another participant names."""
    of = np.repeat(np.arange(len(offers.row), dtype=np.int64), offers.alternatives)
    naming = offers.deliver == asset
    naming[of[offers.alt_asset == asset]] = True
    positions = np.flatnonzero(naming)
    if len(positions):
        shared = positions[offers.participant[positions] != offers.participant[positions[0]]]
        first = int(offers.row[positions[0]])
        faults.note_rows(
            FaultReason.IMPOSSIBLE,
            rows=offers.row,
            wrong=shared,
            column="participant_id",
            found=lambda _: f"another participant than row {first}",
            allowed="one participant for all offers that name an internal asset",
        )


def _in_order(offers: OfferColumns, ids: list[str], order: IntArray) -> Offers:
    sizes = offers.alternatives[order]
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    alternative = np.arange(int(start[-1]), dtype=np.int64)
    if not is_as_filed(order):
        begin = np.cumsum(offers.alternatives) - offers.alternatives
        alternative += np.repeat(begin[order] - start[:-1], sizes)
    return Offers(
        id=ids,
        participant=offers.participant[order],
        deliver=offers.deliver[order],
        quantity=offers.quantity[order],
        stock=offers.stock[order],
        alt_start=start,
        alt_asset=offers.alt_asset[alternative],
        alt_limit_ppm=offers.alt_limit_ppm[alternative],
        alt_max=offers.alt_max[alternative],
        conditions=moved(offers.conditions, order),
        expires_at=moved(offers.expires_at, order),
        memo=moved(offers.memo, order),
    )
