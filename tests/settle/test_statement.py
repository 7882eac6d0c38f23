"""A statement holds what concerns its participant and nothing of anybody else; it adds up and checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from clearing.audit.canonical import canonical
from clearing.audit.statement_check import check_statement
from clearing.doors.statement_text import WIDTH, statement_lines
from clearing.model.errors import InputFault, UsageFault
from clearing.model.rulebook import DEFAULTS
from clearing.service import statement_of
from tests.audit.samples import MemoryBundle
from tests.books import book as small_book
from tests.books import offer, random_book
from tests.settle.statements import bundle_of, foreign, ids_in, numbers_in, parties, telling_book

SEEDS = range(5)


def leaks(written: str, bundle: MemoryBundle, statement: Mapping[str, Any]) -> set[str]:
    """Whatever of others stands in a statement as it is written, counterparties apart."""
    ids, numbers = foreign(bundle, statement["participant_id"])
    return (ids - parties(statement)) & ids_in(written) | numbers & numbers_in(written)


def written_forms(statement: Mapping[str, Any]) -> tuple[str, str]:
    return canonical(statement), "\n".join(statement_lines(statement))


@pytest.mark.parametrize("form", ["gross", "net"])
def test_nothing_of_others_stands_in_a_statement_but_counterparties_names(form: str) -> None:
    strangers = secrets = 0
    for seed in SEEDS:
        book = telling_book(seed, netting_form=form)
        bundle = bundle_of(book)
        for own in book.participants.id:
            statement = statement_of(bundle, own)
            ids, numbers = foreign(bundle, own)
            for written in written_forms(statement):
                assert leaks(written, bundle, statement) == set()
                hidden = set(book.participants.id) - parties(statement) - {own}
                assert not any(f"name of {other}" in written.split('"') for other in hidden)
                assert not any(f"memo of {other}" in written.split('"') for other in set(book.participants.id) - {own})
            strangers += len(hidden)
            secrets += len(ids) + len(numbers)
    assert strangers > 15
    assert secrets > 500


@pytest.mark.parametrize("seed", SEEDS)
def test_a_planted_leak_is_seen(seed: int) -> None:
    book = telling_book(seed)
    bundle = bundle_of(book)
    statement = statement_of(bundle, book.participants.id[0])
    ids, numbers = foreign(bundle, book.participants.id[0])
    for planted in sorted(ids - parties(statement)) + sorted(numbers):
        for written in written_forms(statement):
            assert leaks(f"{written} ({planted}).", bundle, statement) == {planted}


@pytest.mark.parametrize("form", ["gross", "net"])
def test_every_statement_checks_with_the_book_root_alone(form: str) -> None:
    seen = {"legs": 0, "instructions": 0, "obligations": 0}
    for seed in range(6):
        book = random_book(seed, offers=40, netting_form=form)
        bundle = bundle_of(book)
        root = json.loads(bundle.files["manifest.json"])["book_root"]
        for own in book.participants.id:
            statement = statement_of(bundle, own)
            assert check_statement(statement, root) == []
            assert check_statement(json.loads(canonical(statement)), root) == []
            seen = {name: count + len(statement[name]) for name, count in seen.items()}
    assert min(seen.values()) > 30


def test_all_statements_together_are_the_session() -> None:
    """Every leg and instruction is told to both sides, every entry, offer and obligation to its own."""
    for form in ("gross", "net"):
        book = random_book(7, offers=60, netting_form=form)
        bundle = bundle_of(book)
        statements = [statement_of(bundle, own) for own in book.participants.id]
        for name in ("legs", "instructions"):
            lines = len(bundle.lines(f"outcome/{name}.jsonl"))
            sides = [row["side"] for statement in statements for row in statement[name]]
            assert sides.count("delivers") == sides.count("receives") == lines > 0
        assert sum(len(statement["offers"]) for statement in statements) == len(book.offers.id)
        assert sum(len(statement["obligations"]) for statement in statements) == 2 * len(book.obligations.id)
        stated = [entry for statement in statements for entry in statement["account"]["entries"]]
        assert len(stated) == len(bundle.lines("outcome/entries.jsonl"))
        assert sum(int(entry["amount_micro"]) for entry in stated) == 0


def test_a_statement_is_the_session_from_ones_own_side() -> None:
    book = small_book(
        values={"A": 1_000, "B": 2_000, "C": 5_000},
        offers=[
            offer("O1", "D", "A", 60, ("B", -100_000)),
            offer("O2", "E", "B", 30, ("A", 100_000)),
            offer("O3", "D", "C", 1, ("A", 0), conditions={"min_fill": 1}),
            offer("O4", "F", "C", 1, ("A", 900_000)),
        ],
        obligations=[("B1", "D", "E", 10), ("B2", "E", "D", 7), ("B3", "F", "E", 3)],
        desks={"D": (1_000, 10**9, 5_000_000), "E": (0, 10**9, -1), "F": (0, 0, -1)},
    )
    statement = statement_of(bundle_of(book), "D")
    assert statement["account"] == {
        "opening_micro": "1000",
        "entries": [{"kind": "premium", "amount_micro": "-6000"}],
        "closing_micro": "-5000",
        "credit_limit_micro": "1000000000",
        "balance_cap_micro": "5000000",
    }
    first, refused = statement["offers"]
    assert (first["fate"], first["delivered"], first["received"][0]["quantity"]) == ("filled", "60", "30")
    assert (refused["fate"], refused["reason"], refused["found"]) == ("refused", "unsupported", "min_fill")
    assert [(leg["side"], leg["counterparty"], leg["quantity"]) for leg in statement["legs"]] == [
        ("delivers", "E", "60"),
        ("receives", "E", "30"),
    ]
    assert sum(int(leg["premium_micro"]) for leg in statement["legs"]) == -6_000
    assert [row["discharged_micro"] for row in statement["obligations"]] == ["7", "7"]
    assert [row["remaining_micro"] for row in statement["obligations"]] == ["3", "0"]
    assert [asset["asset_id"] for asset in statement["assets"]] == ["A", "B", "C"]
    assert [party["participant_id"] for party in statement["counterparties"]] == ["E"]
    assert [record["file"] for record in statement["proofs"]["records"]] == [
        "inputs/participants.jsonl",
        *["inputs/offers.jsonl"] * 2,
        *["inputs/obligations.jsonl"] * 2,
    ]


def test_under_net_netting_an_instruction_names_whoever_is_matched() -> None:
    """X passes A from W on to Y: W is told to deliver to Y, with whom it has no leg."""
    book = small_book(
        values={"A": 1_000, "B": 1_000, "C": 1_000},
        offers=[
            offer("O1", "W", "A", 50, ("B", 0)),
            offer("O2", "X", "B", 50, ("A", 0)),
            offer("O3", "X", "A", 50, ("C", 0)),
            offer("O4", "Y", "C", 50, ("A", 0)),
        ],
    )
    net = replace(book, rulebook=replace(book.rulebook, netting_form="net"))
    statement = statement_of(bundle_of(net), "W")
    legs = {leg["counterparty"] for leg in statement["legs"]}
    told = {row["counterparty"] for row in statement["instructions"]}
    assert told - legs
    assert {party["participant_id"] for party in statement["counterparties"]} == told | legs
    assert not any("premium_micro" in row for row in statement["instructions"])


def test_the_desks_own_words_stay_as_they_are_sealed() -> None:
    """A line proves only as it was sealed: a desk that its own offer denies is named there."""
    book = small_book(
        values={"A": 1_000, "B": 1_000},
        offers=[offer("O1", "W", "A", 5, ("B", 0), conditions={"deny": ("X",)}), offer("O2", "X", "B", 5, ("A", 0))],
    )
    statement = statement_of(bundle_of(book), "W")
    assert '"deny":["X"]' in statement["proofs"]["records"][1]["line"]
    assert statement["counterparties"] == []


def test_a_premium_of_a_component_that_is_named_after_a_desk_does_not_name_it() -> None:
    for seed in range(40):
        book = random_book(seed, offers=40)
        bundle = bundle_of(book)
        named = [json.loads(line)["component"] for line in bundle.lines("outcome/premia.jsonl")]
        if any(name.startswith(("in:", "offer:", "out:", "stock:")) for name in named):
            break
    else:
        pytest.fail("no book has such a component")
    for own in book.participants.id:
        assert "component" not in canonical(statement_of(bundle, own))


def test_the_text_fits_80_columns_and_says_every_offer() -> None:
    book = random_book(3, offers=60)
    bundle = bundle_of(book)
    for own in book.participants.id:
        statement = statement_of(bundle, own)
        lines = statement_lines(statement)
        assert max(map(len, lines)) <= WIDTH
        assert all(any(row["offer_id"] in line for line in lines) for row in statement["offers"])


def test_a_participant_that_the_book_does_not_have_is_a_usage_fault() -> None:
    bundle = bundle_of(random_book(1))
    for name in ("D", "D99", "d0", "\x1b[31m"):
        with pytest.raises(UsageFault, match="no participant"):
            statement_of(bundle, name)


@pytest.mark.parametrize("root", ["book_root", "offers_root"])
def test_lines_under_another_root_are_an_input_fault(root: str) -> None:
    bundle = bundle_of(random_book(1))
    manifest = json.loads(bundle.files["manifest.json"])
    manifest[root] = "00" * 32
    bundle.files["manifest.json"] = json.dumps(manifest).encode()
    with pytest.raises(InputFault, match="another root"):
        statement_of(bundle, "D0")


def test_a_searched_offer_is_told_what_it_is_paid_and_its_legs_claim_no_premium() -> None:
    book = small_book(
        values={"A": 1_000, "B": 1_000},
        offers=[
            offer("O1", "D", "A", 60_000, ("B", -100_000), conditions={"all_or_none": True}),
            offer("O2", "E", "B", 90_000, ("A", -50_000)),
            offer("O3", "E", "A", 5, ("B", 60_000)),
        ],
        rulebook=DEFAULTS[2],
    )
    bundle = bundle_of(book)
    for own, paid, verb in (("D", "-1500000", "pays 1.500000"), ("E", "1500000", "is paid 1.500000")):
        statement = json.loads(canonical(statement_of(bundle, own)))
        assert {entry["kind"]: entry["amount_micro"] for entry in statement["account"]["entries"]} == {"premium": paid}
        assert [each["pay_micro"] for each in statement["offers"]] == [paid, "0"][: len(statement["offers"])]
        text = " ".join(" ".join(statement_lines(statement)).split())
        assert f"{verb} beyond value for value" in text
        assert "pay booked by entry" in text
        assert "premium 0.00" not in text
        assert "each offer is paid by itself" in text
        root = statement["proofs"]["book_root"]
        assert check_statement(statement, root) == []
        statement["offers"][0]["pay_micro"] = "1"
        assert check_statement(statement, root) == ["what its offers are paid is not what it states beside its legs"]
    told = " ".join(statement_lines(statement_of(bundle_of(random_book(7)), "D0")))
    assert "each offer is paid by itself" not in told
