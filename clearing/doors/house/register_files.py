"""CSV files as in a book folder in, what they register in a house or declare there out.

Names in them are those of the house: a participant that it does not know is a fault of the row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from clearing.doors.asset_tables import read_assets, read_values
from clearing.doors.book_fixing import FIXING_RECORD, FIXING_TABLE, checked_reason, read_fixing, values_of
from clearing.doors.book_folder import FORMS
from clearing.doors.csv_table import Table, open_table
from clearing.doors.decimals import ONE, Step, step_of
from clearing.doors.desk_tables import read_obligations, read_participants, read_stocks
from clearing.doors.fault_list import FaultList, fault_report
from clearing.doors.house.place import chosen_house
from clearing.doors.house.receipts import Told, tell
from clearing.doors.number_columns import Increments
from clearing.doors.offer_table import no_offers
from clearing.doors.text_columns import Names
from clearing.doors.words import count
from clearing.keeping.ports import House
from clearing.keeping.registers import fixing_draft, record_fixing, register, registers, set_status
from clearing.model.book import INDEX, INDEX_NAME, Assets, Book, Obligations, Participants, Stocks
from clearing.model.errors import BookFault, UsageFault
from clearing.model.house import Kind
from clearing.model.rulebook import Rulebook

_NOTHING = np.zeros(0, dtype=np.int64)
Rows = TypeVar("Rows")
_FORMS = {form.file: form for form in FORMS}


def register_file(database: str | None, keyfile: Path | None, name: str, file: Path, *, told: Told) -> int:
    """Register the rows of participants.csv, assets.csv, stocks.csv or obligations.csv."""
    told.check()
    house = chosen_house(database, keyfile)
    receipt = register(house, name, read_register(house, name, file))
    lines = json.loads(receipt["event"])["payload"][name]["lines"]
    return tell(told, f"{count(lines, 'row')} of {name} registered", receipt)


def fix_values(database: str | None, file: Path, *, accept_fixing: str | None, as_json: bool) -> int:
    """Record the values of a fixing for the sessions to come; prints the event's number."""
    house = chosen_house(database)
    seq = fixing_file(house, file, accept_fixing=accept_fixing)()
    print(json.dumps({"seq": seq}) if as_json else f"values recorded for the sessions to come: event {seq}")
    return 0


def change_status(database: str | None, participant_id: str, *, reason: str, active: bool, as_json: bool) -> int:
    """Suspend or resume a participant."""
    kind = Kind.RESUMED if active else Kind.SUSPENDED
    receipt = set_status(chosen_house(database), participant_id, kind, reason=reason)
    return tell(Told(None, as_json), f"{participant_id} {'takes part again' if active else 'is suspended'}", receipt)


def fixing_file(house: House, file: Path, *, accept_fixing: str | None = None) -> Callable[[], int]:
    """Read a file of values now, so that its faults come first; what is returned records it, and tells its event.

    It is a table as fixing.csv or, by its name, a fixing record as fixing.json.
    """
    accepted = checked_reason(accept_fixing)
    known = registers(house).assets
    if file.suffix == ".json":
        form, book = FIXING_RECORD, _record_book(known, file)
    else:
        form = FIXING_TABLE
        names = Names({name: i for i, name in enumerate(known.id)}, "the house's assets")
        values = _read(form, file, lambda table: read_values(table, names, increment_steps(known)))
        book = replace(_book(), assets=replace(known, value_micro=values))
    draft = fixing_draft(book, form=form, source=file.read_bytes(), accepted=accepted)
    return lambda: record_fixing(house, draft)


def _record_book(known: Assets, file: Path) -> Book:
    """The assets of the house with the values of a fixing record."""
    faults = FaultList(file.name)
    fixing = read_fixing(file, faults)
    stop_on(faults)
    if fixing is None:
        raise UsageFault(f"{file}: no such file; a fixing record is needed")
    assets = values_of(known, fixing, faults)
    stop_on(faults)
    return replace(_book(), assets=assets, fixing=fixing)


def read_register(house: House, name: str, file: Path) -> Book:
    """The book that holds what a file registers. Raises BookFault with every fault of its rows."""
    form, known = f"{name}.csv", registers(house)
    desks, goods = known_names(known)
    match name:
        case "participants":
            return replace(_book(), participants=_read(form, file, read_participants))
        case "assets":
            return replace(_book(), assets=_read(form, file, lambda table: read_assets(table, None)[0]))
        case "stocks":
            increments = Increments(known.assets.id, increment_steps(known.assets))
            stocks = _read(
                form,
                file,
                lambda table: read_stocks(table, participants=desks, assets=goods, increments=increments),
            )
            return replace(known, stocks=stocks)
        case _:
            debts = _read(form, file, lambda table: read_obligations(table, participants=desks))
            return replace(known, obligations=debts)


def opened(form: str, file: Path) -> tuple[Table, FaultList]:
    """A file of whatever name as one of a book, and where its faults go. Raises BookFault if it cannot be read."""
    if not file.is_file():
        raise UsageFault(f"{file}: no such file; a CSV file with the columns of {form} is needed")
    named = replace(_FORMS[form], file=file.name, may_be_absent=False)
    faults = FaultList(file.name, named.columns)
    table = open_table(file.parent, named, faults)
    stop_on(faults)
    if table is None:
        raise UsageFault(f"{file} cannot be read")
    return table, faults


def stop_on(faults: FaultList) -> None:
    """Raises BookFault if any was noted."""
    report = fault_report([faults])
    if report.counts:
        raise BookFault(report)


def known_names(book: Book) -> tuple[Names, Names]:
    """The participants of the house and its assets, INDEX included."""
    desks = Names({name: i for i, name in enumerate(book.participants.id)}, "the house's participants")
    goods = {name: i for i, name in enumerate(book.assets.id)} | {INDEX_NAME: INDEX}
    return desks, Names(goods, "the house's assets")


def increment_steps(assets: Assets) -> Sequence[Step]:
    """The increments of assets, in order."""
    return [step_of(increment) or ONE for increment in assets.increment]


def _read(form: str, file: Path, read: Callable[[Table], Rows]) -> Rows:
    table, faults = opened(form, file)
    rows = read(table)
    stop_on(faults)
    return rows


def _book() -> Book:
    """A book of nothing."""
    return Book(
        Participants([], _NOTHING, _NOTHING, _NOTHING),
        Assets([], [], [], [], _NOTHING),
        Stocks([], _NOTHING, _NOTHING, _NOTHING),
        no_offers(),
        Obligations([], _NOTHING, _NOTHING, _NOTHING),
        Rulebook(),
    )
