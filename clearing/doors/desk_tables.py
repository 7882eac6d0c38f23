"""participants.csv, stocks.csv and obligations.csv in, their sorted columns out."""

from __future__ import annotations

import re

import numpy as np

from clearing.doors.csv_table import Table
from clearing.doors.decimals import SIGNED
from clearing.doors.fault_list import Column
from clearing.doors.number_columns import Increments, amounts_micro, quantities
from clearing.doors.table_rows import TableRows
from clearing.doors.text_columns import Names, check_shape, references
from clearing.doors.times import DATE_ALLOWED, is_date
from clearing.model.book import INDEX, NONE, Obligations, Participants, Stocks
from clearing.model.faults import FaultReason

_LEI = re.compile(r"[A-Z0-9]{20}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)


def read_participants(table: Table | None) -> Participants:
    """Participants in ascending id; empty when the file could not be read."""
    rows = TableRows(table, "participant_id")
    for chunk in rows.chunks():
        check_shape(chunk.column("lei"), _LEI, "an LEI: 20 capital letters and digits")
        check_shape(chunk.column("country"), _COUNTRY, "an ISO 3166 country code: two capital letters")
        rows.add(
            balance=amounts_micro(chunk.column("balance"), blank=0, form=SIGNED),
            credit_limit=amounts_micro(chunk.column("credit_limit"), blank=0),
            balance_cap=amounts_micro(chunk.column("balance_cap"), blank=NONE),
        )
        rows.add_texts(chunk, ("name", "lei", "country", "memo"))
    rows.sort()
    return Participants(
        rows.ids,
        rows.column("balance"),
        rows.column("credit_limit"),
        rows.column("balance_cap"),
        rows.texts(("name", "lei", "country", "memo")),
    )


def read_stocks(table: Table | None, *, participants: Names, assets: Names, increments: Increments) -> Stocks:
    """Stocks in ascending id; empty when there is no file."""
    rows = TableRows(table, "stock_id")
    for chunk in rows.chunks():
        asset = references(chunk.column("asset_id"), assets)
        chunk.column("asset_id").refuse(
            asset == INDEX,
            FaultReason.IMPOSSIBLE,
            "an asset of assets.csv: INDEX has the account",
        )
        rows.add(
            participant=references(chunk.column("participant_id"), participants),
            asset=asset,
            quantity=quantities(chunk.column("quantity"), increments, asset),
        )
    rows.sort()
    return Stocks(rows.ids, rows.column("participant"), rows.column("asset"), rows.column("quantity"))


def read_obligations(table: Table | None, *, participants: Names) -> Obligations:
    """Obligations in ascending id; empty when there is no file."""
    rows = TableRows(table, "obligation_id")
    for chunk in rows.chunks():
        debtor = references(chunk.column("debtor_id"), participants)
        creditor = references(chunk.column("creditor_id"), participants)
        chunk.column("creditor_id").refuse(
            (debtor == creditor) & (debtor >= 0), FaultReason.IMPOSSIBLE, "a creditor other than the debtor"
        )
        amount = amounts_micro(chunk.column("amount"), least=1)
        _check_dates(chunk.column("due_date"))
        rows.add(debtor=debtor, creditor=creditor, amount=amount)
        rows.add_texts(chunk, ("due_date", "reference"))
    rows.sort()
    return Obligations(
        rows.ids,
        rows.column("debtor"),
        rows.column("creditor"),
        rows.column("amount"),
        rows.texts(("due_date", "reference")),
    )


def _check_dates(column: Column) -> None:
    wrong = np.array([bool(text) and not is_date(text) for text in column.texts], dtype=np.bool_)
    column.refuse(wrong, FaultReason.MALFORMED, DATE_ALLOWED)
