"""A CSV file of offers in, what becomes of it on the book of a house out: every fault of a row told with its row."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clearing.doors.csv_table import Table, chunks
from clearing.doors.fault_list import FaultList
from clearing.doors.house.place import chosen_house
from clearing.doors.house.receipts import Told, tell
from clearing.doors.house.register_files import increment_steps, known_names, opened, stop_on
from clearing.doors.number_columns import Increments
from clearing.doors.offer_columns import Known
from clearing.doors.offer_table import read_offers
from clearing.doors.text_columns import Names
from clearing.doors.words import count
from clearing.keeping import offers as desk
from clearing.keeping.denied import Denied
from clearing.keeping.registers import list_of, registers
from clearing.model.book import ANY, ANY_NAME, Book
from clearing.model.faults import FaultReason
from clearing.model.house import HOUSE_ACTOR, DenialReason

_FORM = "offers.csv"
_ROW_OF = {
    DenialReason.TAKEN: ("offer_id", FaultReason.DUPLICATE),
    DenialReason.UNKNOWN: ("offer_id", FaultReason.UNKNOWN),
    DenialReason.SEALED: ("offer_id", FaultReason.IMPOSSIBLE),
    DenialReason.ENDED: ("offer_id", FaultReason.IMPOSSIBLE),
    DenialReason.WRONG_STATE: ("participant_id", FaultReason.IMPOSSIBLE),
    DenialReason.NOT_OWN: ("participant_id", FaultReason.MISMATCH),
}
"""Where the ids of a denial stand, and what fault of their rows it is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked with a file of offers."""

    amends: bool
    actor: str | None
    key: str | None
    one_session: bool


def submit_file(database: str | None, keyfile: Path | None, file: Path, asked: Asked, *, told: Told) -> int:
    """Submit the offers of a file, or give standing ones its terms; all or none."""
    told.check()
    house = chosen_house(database, keyfile)
    known = registers(house)
    table, faults = opened(_FORM, file)
    content = _lines(known, table, faults)
    put = desk.amend if asked.amends else desk.submit
    actor = asked.actor or HOUSE_ACTOR
    try:
        receipt = put(house, content, actor=actor, key=asked.key, one_session=asked.one_session)
    except Denied as denied:
        _note_rows(denied, table, faults)
        raise
    offers = count(content.count(b"\n"), "offer")
    return tell(told, f"{offers} {'amended' if asked.amends else 'on the book'}", receipt)


def withdraw_offers(
    database: str | None,
    keyfile: Path | None,
    offer_ids: list[str],
    *,
    actor: str | None,
    key: str | None,
    told: Told,
) -> int:
    """Take offers off the book."""
    told.check()
    house = chosen_house(database, keyfile)
    receipt = desk.withdraw(house, offer_ids, actor=actor or HOUSE_ACTOR, key=key)
    return tell(told, f"{count(len(set(offer_ids)), 'offer')} withdrawn", receipt)


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
    if denial.reason not in _ROW_OF or not denial.names:
        return
    column, reason = _ROW_OF[denial.reason]
    wanted: set[Any] = set(denial.names)
    for chunk in chunks(table):
        cells = chunk.column(column)
        wrong = np.array([text in wanted for text in cells.texts], dtype=np.bool_)
        says = denial.allowed if denial.reason is DenialReason.NOT_OWN else f"{denial.allowed}; this is {denial.found}"
        cells.refuse(wrong, reason, says)
    stop_on(faults)
