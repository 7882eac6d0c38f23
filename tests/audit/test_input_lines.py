"""Input lines against records built one by one and written by the rfc8785 package."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785

from clearing.audit.canonical import BATCH_ROWS
from clearing.audit.input_lines import input_files
from clearing.audit.seal import seal_inputs
from clearing.model.book import NONE, Book, Conditions
from clearing.model.rulebook import DEFAULTS, Rulebook
from tests.audit.samples import MemoryBundle, furnished_book
from tests.books import book as small_book
from tests.books import offer

FILES = ("assets", "fixing", "obligations", "offers", "participants", "rulebook", "stocks")


def expected_records(book: Book) -> dict[str, list[dict[str, Any]]]:
    desks, assets, debts, stocks = book.participants, book.assets, book.obligations, book.stocks
    return {
        "assets": [asset_record(book, i) for i in range(len(assets.id))],
        "fixing": [
            {"asset_id": assets.id[i], "value_micro": str(assets.value_micro[i])}
            for i in range(len(assets.id))
            if assets.value_micro[i]
        ],
        "obligations": [
            {
                "obligation_id": debts.id[i],
                "debtor_id": desks.id[debts.debtor[i]],
                "creditor_id": desks.id[debts.creditor[i]],
                "amount_micro": str(debts.amount_micro[i]),
                **texts(debts, i),
            }
            for i in range(len(debts.id))
        ],
        "offers": [offer_record(book, i) for i in range(len(book.offers.id))],
        "participants": [participant_record(book, i) for i in range(len(desks.id))],
        "rulebook": [rulebook_record(book)],
        "stocks": [
            {
                "stock_id": stocks.id[i],
                "participant_id": desks.id[stocks.participant[i]],
                "asset_id": assets.id[stocks.asset[i]],
                "quantity": str(stocks.quantity[i]),
            }
            for i in range(len(stocks.id))
        ],
    }


def texts(table: Any, row: int) -> dict[str, str]:
    return {column: by_row[row] for column, by_row in table.texts.items() if row in by_row}


def asset_record(book: Book, i: int) -> dict[str, Any]:
    assets = book.assets
    return {
        "asset_id": assets.id[i],
        "unit": assets.unit[i],
        "increment": assets.increment[i],
        "class": assets.asset_class[i],
        **texts(assets, i),
    }


def asset_name(book: Book, index: int) -> str:
    return {-1: "INDEX", -2: "*"}[index] if index < 0 else book.assets.id[index]


def offer_record(book: Book, i: int) -> dict[str, Any]:
    offers = book.offers
    record: dict[str, Any] = {
        "offer_id": offers.id[i],
        "participant_id": book.participants.id[offers.participant[i]],
        "deliver_asset": asset_name(book, offers.deliver[i]),
        "deliver_quantity": str(offers.quantity[i]),
        "receive": [
            {
                "asset": asset_name(book, offers.alt_asset[at]),
                "limit_ppm": str(offers.alt_limit_ppm[at]),
                **({} if offers.alt_max[at] == NONE else {"max": str(offers.alt_max[at])}),
            }
            for at in range(offers.alt_start[i], offers.alt_start[i + 1])
        ],
        **condition_members(offers.conditions.get(i, Conditions())),
    }
    if offers.stock[i] != NONE:
        record["stock_id"] = book.stocks.id[offers.stock[i]]
    if i in offers.memo:
        record["memo"] = offers.memo[i]
    if i in offers.expires_at:
        record["expires_at"] = offers.expires_at[i]
    return record


def condition_members(asked: Conditions) -> dict[str, Any]:
    members = {
        "min_fill": None if asked.min_fill is None else str(asked.min_fill),
        "lot": None if asked.lot is None else str(asked.lot),
        "all_or_none": asked.all_or_none,
        "max_ring": asked.max_ring,
        "allow": list(asked.allow),
        "deny": list(asked.deny),
    }
    return {name: value for name, value in members.items() if value}


def participant_record(book: Book, i: int) -> dict[str, Any]:
    desks = book.participants
    record = {
        "participant_id": desks.id[i],
        "balance_micro": str(desks.balance_micro[i]),
        "credit_limit_micro": str(desks.credit_limit_micro[i]),
        **texts(desks, i),
    }
    if desks.balance_cap_micro[i] != NONE:
        record["balance_cap_micro"] = str(desks.balance_cap_micro[i])
    return record


def rulebook_record(book: Book) -> dict[str, Any]:
    rules = book.rulebook
    record: dict[str, Any] = {
        "version": rules.version,
        "objectives": list(rules.objectives),
        "even_segments": 16,
        "netting_form": rules.netting_form,
        "obligations": rules.obligations,
        "residual_tolerance": "1",
        "allowance_bps": {12_345: "123.45", 20_000: "200"}[rules.allowance_ppm],
        "self_crossing": rules.self_crossing,
    }
    if rules.cut_off:
        record["cut_off"] = rules.cut_off
    if rules.version == 2:
        record |= {"screening": rules.screening, "work_limit": rules.work_limit}
        record |= {"max_ring": rules.max_ring} if rules.max_ring else {}
        record |= {"max_chain": rules.max_chain} if rules.max_chain else {}
    return record


def assert_lines_are_as_expected(book: Book) -> None:
    bundle = MemoryBundle()
    seal_inputs(book, bundle.write)
    expected = expected_records(book)
    for name in FILES:
        lines = bundle.lines(f"inputs/{name}.jsonl")
        assert lines == [rfc8785.dumps(record) for record in expected[name]], name


@pytest.mark.parametrize("seed", range(30))
def test_every_input_line_is_the_canonical_record(seed: int) -> None:
    assert_lines_are_as_expected(furnished_book(seed, netting_form="net" if seed % 2 else "gross"))


def test_lines_are_the_same_across_batches() -> None:
    rows = [offer(f"O{i:06d}", "D", "A", i + 1, ("B", -i)) for i in range(BATCH_ROWS)]
    rows += [offer("P1", "D", "A", 1, ("B", 0), ("INDEX", 5, 9)), offer("P2", "E", "INDEX", 2, ("A", 0))]
    assert_lines_are_as_expected(small_book(values={"A": 1_000, "B": 2_000}, offers=rows))


def test_a_memo_that_looks_like_a_member_stays_in_its_place() -> None:
    book = furnished_book(1)
    book.offers.memo[0] = '","offer_id":"X",'  # type: ignore[index]
    assert_lines_are_as_expected(book)


def test_an_empty_book_has_every_file() -> None:
    bundle = MemoryBundle()
    seal_inputs(small_book(values={}), bundle.write)
    assert bundle.names() == [f"inputs/{name}.jsonl" for name in FILES]
    assert [name for name, content in bundle.files.items() if content] == ["inputs/rulebook.jsonl"]


def test_files_come_in_ascending_path() -> None:
    paths = [path for path, _ in input_files(small_book(values={}))]
    assert paths == sorted(paths)


@pytest.mark.parametrize(
    "rulebook",
    [
        DEFAULTS[2],
        Rulebook(version=2, objectives=("value", "items", "lottery"), max_chain=4),
        Rulebook(version=2, max_ring=3, screening="ring", work_limit=1, cut_off="2026-01-31T16:00:00Z"),
    ],
)
def test_lines_of_rulebook_2_state_its_keys_and_what_takes_anything(rulebook: Rulebook) -> None:
    rows = [offer("O1", "D", "A", 5, ("*", 0)), offer("O2", "D", "B", 5, ("INDEX", 5, 9), ("A", 1))]
    assert_lines_are_as_expected(small_book(values={"A": 1_000, "B": 2_000}, offers=rows, rulebook=rulebook))
