"""A statement that says anything else than its session did does not check with the book root."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.canonical import canonical
from clearing.audit.statement_check import check_statement
from clearing.doors.statement_text import statement_lines
from clearing.model.book import ANY_NAME, NONE
from clearing.model.rulebook import DEFAULTS
from clearing.service import statement_of
from tests.audit.samples import MemoryBundle
from tests.books import book as small_book
from tests.books import offer
from tests.sessions import clear_in_memory

Change = Callable[[dict[str, Any]], object]


def bundle() -> MemoryBundle:
    book = small_book(
        values={"A": 1_000, "B": 2_000},
        offers=[
            offer("O1", "D", "A", 60, ("B", -100_000), ("INDEX", -100_000)),
            offer("O2", "E", "B", 30, ("A", 100_000)),
            offer("O3", "D", "B", 9, ("A", 900_000), stock="S1"),
            offer("O4", "F", "A", 9, ("B", 900_000, 5)),
            offer("O5", "F", "INDEX", 7_000, ("A", 100_000)),
        ],
        stocks=[("S1", "D", "B", 9)],
        obligations=[("B1", "D", "E", 10), ("B2", "E", "D", 7), ("B3", "F", "E", 3)],
    )
    return MemoryBundle(clear_in_memory(book)[1])


BUNDLE = bundle()
ROOT = json.loads(BUNDLE.files["manifest.json"])["book_root"]
STATEMENT = json.loads(canonical(statement_of(BUNDLE, "D")))


def relined(statement: dict[str, Any], at: int, **members: object) -> None:
    """Change the sealed line of a proof."""
    record = statement["proofs"]["records"][at]
    record["line"] = canonical(json.loads(record["line"]) | members)


def reworded(statement: dict[str, Any], at: int, change: Callable[[str], str]) -> None:
    """Write the sealed line of a proof otherwise."""
    record = statement["proofs"]["records"][at]
    record["line"] = change(record["line"])


CHANGES: list[tuple[Change, str]] = [
    (lambda s: s.update(format="clearing-statement/2"), "its format is not"),
    (lambda s: s["proofs"].update(book_root="00" * 32), "its book root is another"),
    (lambda s: s["proofs"].update(offers_root="00" * 32), "the offers root does not prove inputs/offers.jsonl"),
    (lambda s: s["proofs"].update(book_size=3), "the book root does not prove"),
    (lambda s: s["proofs"]["records"][0]["book"].update(index=0), "the book root does not prove inputs/participants"),
    (lambda s: s["proofs"]["records"][1]["book"]["path"].pop(), "the book root does not prove inputs/offers"),
    (lambda s: s["proofs"]["records"][1]["book"]["path"].append("00"), "the book root does not prove inputs/offers"),
    (lambda s: s["proofs"]["records"][1]["offers"].update(path=[]), "the offers root does not prove inputs/offers"),
    (lambda s: s["proofs"]["records"][1].pop("offers"), "malformed"),
    (lambda s: s["proofs"]["records"][1].update(file="inputs/assets.jsonl"), "malformed"),
    (lambda s: relined(s, 0, balance_micro="5"), "does not prove inputs/participants"),
    (lambda s: relined(s, 0, balance_micro="5"), "opening_micro is not the balance_micro"),
    (lambda s: relined(s, 0, credit_limit_micro="5"), "credit_limit_micro is not"),
    (lambda s: relined(s, 0, participant_id="E"), "inputs/participants.jsonl is another participant's"),
    (lambda s: relined(s, 1, participant_id="E"), "inputs/offers.jsonl is another participant's"),
    (lambda s: relined(s, 3, participant_id="E"), "inputs/stocks.jsonl is another participant's"),
    (lambda s: relined(s, 4, debtor_id="F"), "inputs/obligations.jsonl is between others"),
    (lambda s: reworded(s, 1, lambda line: line.replace(":", ": ", 1)), "is not canonical"),
    (lambda s: s["proofs"]["records"].pop(1), "offers are not those that are proven"),
    (lambda s: s["proofs"]["records"].pop(-1), "obligations are not those that are proven"),
    (lambda s: s["proofs"]["records"].pop(0), "own line is not proven"),
    (lambda s: s["offers"].pop(), "offers are not those that are proven"),
    (lambda s: s["offers"][0].update(deliver_quantity="61"), "stated otherwise than it is sealed"),
    (lambda s: s["offers"][0].update(delivered="61"), "delivers more than it offers"),
    (lambda s: s["offers"][0].update(delivered="1"), "delivers more than it offers, or less than its legs"),
    (lambda s: s["offers"][0]["received"][0].update(quantity="1"), "receives more than it may, or less"),
    (lambda s: s["offers"][0].update(received=[]), "receives more than it may, or less"),
    (lambda s: s["obligations"][0].update(counterparty="F"), "obligation B1 is stated otherwise"),
    (lambda s: s["obligations"][0].update(side="creditor"), "obligation B1 is stated otherwise"),
    (lambda s: s["obligations"][0].update(amount_micro="11"), "obligation B1 is stated otherwise"),
    (lambda s: s["obligations"][0].update(discharged_micro="11"), "not discharged by a part"),
    (lambda s: s["obligations"][0].update(remaining_micro="4"), "not discharged by a part"),
    (lambda s: s["legs"][0].update(premium_micro="1"), "entries are not those of its legs"),
    (lambda s: s["legs"][0].update(value_micro="1"), "entries are not those of its legs"),
    (lambda s: s["legs"].pop(), "entries are not those of its legs"),
    (lambda s: s["account"]["entries"].pop(), "entries are not those of its legs"),
    (lambda s: s["account"]["entries"].append(s["account"]["entries"][0]), "entries are not those of its legs"),
    (lambda s: s["account"].update(closing_micro="5"), "the balance after is not"),
    (lambda s: s.pop("legs"), "malformed: KeyError"),
    (lambda s: s.update(offers=7), "malformed"),
    (lambda s: s["account"].update(closing_micro="x"), "malformed: ValueError"),
]


def test_the_statement_of_the_session_checks() -> None:
    assert check_statement(STATEMENT, ROOT) == []
    assert {record["file"] for record in STATEMENT["proofs"]["records"]} == {
        f"inputs/{name}.jsonl" for name in ("participants", "offers", "stocks", "obligations")
    }
    assert {leg["asset_id"] for leg in STATEMENT["legs"]} == {"A", "B", "INDEX"}


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_a_statement_that_says_something_else_does_not_check(change: Change, said: str) -> None:
    changed = copy.deepcopy(STATEMENT)
    change(changed)
    assert any(said in flaw for flaw in check_statement(changed, ROOT))


def test_a_maximum_binds() -> None:
    statement = json.loads(canonical(statement_of(BUNDLE, "F")))
    assert check_statement(statement, ROOT) == []
    statement["offers"][0]["received"] = [{"alternative": 0, "quantity": "6"}]
    assert "offer O4 receives more than it may, or less than its legs" in check_statement(statement, ROOT)


def test_another_book_root_is_told_for_every_line() -> None:
    flaws = check_statement(STATEMENT, "00" * 32)
    assert len(flaws) == 1 + len(STATEMENT["proofs"]["records"])


@pytest.mark.parametrize("thing", [None, [], {}, "x", 7, {"format": "clearing-statement/1"}])
def test_what_is_no_statement_does_not_check(thing: object) -> None:
    assert len(check_statement(thing, ROOT)) == 1


SEARCHED = {
    "pay": small_book(
        values={"A": 1_000, "B": 1_000},
        offers=[
            offer("O1", "D", "A", 60, ("B", -100_000), conditions={"all_or_none": True}),
            offer("O2", "E", "B", 60, ("A", -50_000)),
        ],
        rulebook=DEFAULTS[2],
    ),
    "returns": small_book(
        values={"A": 1_000, "B": 2_000},
        offers=[offer("O1", "D", "A", 60, (ANY_NAME, 0)), offer("O2", "E", "B", 30, ("A", 0))],
        rulebook=replace(DEFAULTS[2], max_chain=2),
    ),
    "credit": small_book(
        values={"A": 1_000},
        offers=[],
        desks={"D": (0, 1_000, NONE), "E": (0, 0, NONE)},
        obligations=[("B1", "D", "E", 10)],
        rulebook=replace(DEFAULTS[2], obligations="credit"),
    ),
}


@pytest.mark.parametrize("reason", SEARCHED)
def test_what_moves_an_account_beside_legs_is_stated_and_checks(reason: str) -> None:
    session = MemoryBundle(clear_in_memory(SEARCHED[reason])[1])
    root = json.loads(session.files["manifest.json"])["book_root"]
    for desk in ("D", "E"):
        statement = json.loads(canonical(statement_of(session, desk)))
        assert check_statement(statement, root) == []
        assert [each["reason"] for each in statement["account"]["beside_legs"]] == [reason]
        assert WORDS[reason] in "\n".join(statement_lines(statement))
        statement["account"]["beside_legs"][0]["amount_micro"] = "1"
        assert "its entries are not those of its legs" in check_statement(statement, root)
        statement["account"]["beside_legs"][0]["reason"] = "a whim"
        assert check_statement(statement, root) == ["what it states beside its legs has no reason"]


WORDS = {"pay": "by offers searched", "returns": "by returns of gifts", "credit": "by debts with credit"}
