"""A book folder in, the book as checked columns and the session's terms out; faults stop the whole book.

Size, encoding and header of every file are looked at before any row. If they are at fault, rows are
read too only where that takes no time (QUICK_BYTES_MAX), so that the answer comes soon.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from clearing.doors.asset_tables import read_assets
from clearing.doors.book_fixing import FIXING_RECORD, FIXING_TABLE, read_fixing, refuse_both, values_of
from clearing.doors.condition_columns import CONDITION_COLUMNS
from clearing.doors.csv_table import Table, TableForm, has_long_fields, open_table
from clearing.doors.desk_tables import read_obligations, read_participants, read_stocks
from clearing.doors.fault_list import FaultList, fault_report
from clearing.doors.number_columns import Increments
from clearing.doors.offer_columns import Known
from clearing.doors.offer_table import no_offers, read_offers
from clearing.doors.rulebook_file import read_rulebook
from clearing.doors.stray_files import stray_files
from clearing.doors.text_columns import Names
from clearing.model.book import ANY, ANY_NAME, INDEX, INDEX_NAME, Book, BookFixing, SessionTerms
from clearing.model.errors import BookFault, UsageFault
from clearing.model.rulebook import Rulebook

QUICK_BYTES_MAX = 4 * 2**20
RULEBOOK = "rulebook.toml"
OFFER_OPTIONS = ("limit_bps", "receive_max", "stock_id", *CONDITION_COLUMNS, "expires_at", "memo")
FORMS = (
    TableForm(
        "participants.csv",
        ("participant_id",),
        ("name", "lei", "country", "balance", "credit_limit", "balance_cap", "memo"),
        ids=("participant_id",),
    ),
    TableForm(
        "assets.csv",
        ("asset_id", "unit", "increment"),
        ("name", "class", "hs_code", "location", "window"),
        ids=("asset_id",),
    ),
    TableForm(FIXING_TABLE, ("asset_id", "value"), ids=("asset_id",)),
    TableForm(
        "stocks.csv",
        ("stock_id", "participant_id", "asset_id", "quantity"),
        ids=("stock_id", "participant_id", "asset_id"),
        may_be_absent=True,
    ),
    TableForm(
        "offers.csv",
        ("offer_id", "participant_id", "deliver_asset", "deliver_quantity", "receive_assets"),
        OFFER_OPTIONS,
        ids=("offer_id", "participant_id", "deliver_asset", "stock_id"),
    ),
    TableForm(
        "obligations.csv",
        ("obligation_id", "debtor_id", "creditor_id", "amount"),
        ("due_date", "reference"),
        ids=("obligation_id", "debtor_id", "creditor_id"),
        may_be_absent=True,
    ),
)


def read_book(
    folder: Path, *, rulebook: Path | None = None, ruled: Callable[[Rulebook], None] | None = None
) -> tuple[Book, SessionTerms]:
    """The book in ``folder``; ``rulebook`` replaces the folder's own. Raises BookFault with all faults.

    ``ruled`` is told the rulebook as soon as it is read, before anything else is.
    """
    if not folder.is_dir():
        raise UsageFault(f"{folder}: no such folder; a book is a folder of CSV files")
    if rulebook is not None and not rulebook.is_file():
        raise UsageFault(f"{rulebook}: no such file; a rulebook is a TOML file")
    forms = _forms(folder)
    # A record and a table of values are two names for one thing: where one is there the other is not missed.
    named = [form.file for form in forms] + ([] if len(forms) == len(FORMS) else [FIXING_RECORD])
    strays = stray_files(folder, (*named, RULEBOOK), rulebook=rulebook)
    lists = {form.file: FaultList(form.file, form.columns) for form in forms}
    lists[FIXING_RECORD] = FaultList(FIXING_RECORD)
    lists[RULEBOOK] = FaultList(RULEBOOK if rulebook is None else rulebook.name)
    rules, terms = read_rulebook(folder / RULEBOOK if rulebook is None else rulebook, lists[RULEBOOK])
    if ruled is not None:
        ruled(rules)
    tables = {form.file: open_table(folder, form, lists[form.file]) for form in forms}
    fixing = read_fixing(folder / FIXING_RECORD, lists[FIXING_RECORD])
    if len(forms) == len(FORMS) and (folder / FIXING_RECORD).exists():
        refuse_both(lists[FIXING_RECORD])
    # Stray files come first: a table under a wrong name is the cause of what else is missed.
    every = [*strays, *lists.values()]
    _look_quickly(tables, every)
    with _collector_paused():
        book = _book(tables, lists, rules, fixing)
    _raise_if_any(every)
    return book, terms


def _forms(folder: Path) -> list[TableForm]:
    """The tables that a folder must or may have: no table of values where there is a record and no such table."""
    recorded = (folder / FIXING_RECORD).exists() and not (folder / FIXING_TABLE).exists()
    return [form for form in FORMS if not (recorded and form.file == FIXING_TABLE)]


def _look_quickly(tables: Mapping[str, Table | None], lists: Sequence[FaultList]) -> None:
    """Raises the faults of whole files at once when reading the rows would keep the answer waiting."""
    opened = [table for table in tables.values() if table is not None]
    if sum(len(table.content) for table in opened) > QUICK_BYTES_MAX:
        for table in opened:
            has_long_fields(table)
        _raise_if_any(lists)


def _raise_if_any(lists: Sequence[FaultList]) -> None:
    report = fault_report(lists)
    if report.counts:
        raise BookFault(report)


def _book(
    tables: Mapping[str, Table | None],
    lists: Mapping[str, FaultList],
    rules: Rulebook,
    fixing: BookFixing | None,
) -> Book:
    def names(ids: Sequence[str], file: str) -> Names:
        return Names({name: i for i, name in enumerate(ids)}, file, not lists[file].rows_lost)

    participants = read_participants(tables["participants.csv"])
    desks = names(participants.id, "participants.csv")
    assets, steps = read_assets(tables["assets.csv"], tables.get(FIXING_TABLE))
    if fixing is not None:
        assets = values_of(assets, fixing, lists["assets.csv"])
    goods = names(assets.id, "assets.csv")
    goods = Names({**goods.index, INDEX_NAME: INDEX}, goods.file, goods.complete)
    increments = Increments(assets.id, steps)
    stocks = read_stocks(tables["stocks.csv"], participants=desks, assets=goods, increments=increments)
    known = Known(
        participants=desks,
        assets=goods,
        taken=Names({**goods.index, ANY_NAME: ANY}, goods.file, goods.complete),
        increments=increments,
        stocks=names(stocks.id, "stocks.csv"),
        stock_participant=stocks.participant,
        stock_asset=stocks.asset,
        cut_off_stated=rules.cut_off is not None or bool(lists[RULEBOOK].counts),
    )
    internal = [i for i, asset_class in enumerate(assets.asset_class) if asset_class == "internal"]
    offers = tables["offers.csv"]
    return Book(
        participants=participants,
        assets=assets,
        stocks=stocks,
        offers=no_offers() if offers is None else read_offers(offers, known, internal=internal),
        obligations=read_obligations(tables["obligations.csv"], participants=desks),
        rulebook=rules,
        fixing=fixing,
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Rows are many objects and no cycles: collecting among them costs time and finds nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
