"""A CSV file of offers in, what becomes of it on the book of a house out: every fault of a row told with its row."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import numpy as np

from clearing.doors.csv_table import Table, chunks
from clearing.doors.fault_list import FaultList
from clearing.doors.house.place import chosen_house
from clearing.doors.house.register_files import increment_steps, known_names, opened, stop_on
from clearing.doors.number_columns import Increments
from clearing.doors.offer_columns import Known
from clearing.doors.offer_table import read_offers
from clearing.doors.text_columns import Names
from clearing.keeping import offers as desk
from clearing.keeping.denied import Denied
from clearing.keeping.registers import list_of, registers
from clearing.model.book import ANY, ANY_NAME, Book
from clearing.model.faults import FaultReason
from clearing.model.house import HOUSE_ACTOR, DenialReason

_FORM = "offers.csv"
_ROW_OF = {DenialReason.TAKEN: "offer_id", DenialReason.WRONG_STATE: "participant_id"}


def submit_file(
    database: str | None,
    keyfile: Path | None,
    file: Path,
    *,
    amends: bool,
    actor: str | None,
    key: str | None,
    one_session: bool,
) -> int:
    """Submit the offers of a file, or give standing ones its terms; all or none. Prints the receipt."""
    house = chosen_house(database, keyfile)
    known = registers(house)
    table, faults = opened(_FORM, file)
    content = _lines(known, table, faults)
    put = desk.amend if amends else desk.submit
    try:
        receipt = put(house, content, actor=actor or HOUSE_ACTOR, key=key, one_session=one_session)
    except Denied as denied:
        _note_rows(denied, table, faults)
        raise
    print(json.dumps(receipt))
    return 0


def withdraw_offers(
    database: str | None, keyfile: Path | None, offer_ids: list[str], *, actor: str | None, key: str | None
) -> int:
    """Take offers off the book. Prints the receipt."""
    house = chosen_house(database, keyfile)
    print(json.dumps(desk.withdraw(house, offer_ids, actor=actor or HOUSE_ACTOR, key=key)))
    return 0


def _lines(known: Book, table: Table, faults: FaultList) -> bytes:
    """The offers as inputs/offers has them. Raises BookFault with every fault of the rows."""
    desks, goods = known_names(known)
    internal = [i for i, asset_class in enumerate(known.assets.asset_class) if asset_class == "internal"]
    names = Known(
        participants=desks,
        assets=goods,
        taken=Names({**goods.index, ANY_NAME: ANY}, goods.file),
        increments=Increments(known.assets.id, increment_steps(known.assets)),
        stocks=Names({name: i for i, name in enumerate(known.stocks.id)}, "the house's stocks"),
        stock_participant=known.stocks.participant,
        stock_asset=known.stocks.asset,
        cut_off_stated=True,
    )
    gc.disable()  # as where a book is read: many objects, no cycles
    offers = read_offers(table, names, internal=internal)
    stop_on(faults)
    book = Book(known.participants, known.assets, known.stocks, offers, known.obligations, known.rulebook)
    return list_of(book, "offers")


def _note_rows(denied: Denied, table: Table, faults: FaultList) -> None:
    """Where the denial is about some of the offers, raise it as faults of their rows."""
    denial = denied.denial
    column = _ROW_OF.get(denial.reason)
    if column is None or not denial.names:
        return
    wanted: set[Any] = set(denial.names)
    for chunk in chunks(table):
        cells = chunk.column(column)
        wrong = np.array([text in wanted for text in cells.texts], dtype=np.bool_)
        cells.refuse(wrong, FaultReason.DUPLICATE, f"{denial.allowed}: {denial.found}")
    stop_on(faults)
