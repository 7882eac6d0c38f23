"""Each law by itself: what breaks it is attributed to it, and what is just within it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

import pytest

from clearing.model.rulebook import Rulebook
from tests.audit.verify.resealing import (
    UNSEALED,
    Record,
    Records,
    canonical,
    cleared,
    records_of,
    resealed,
    settled_again,
    verified,
)
from tests.books import book, offer
from tests.sessions import clear_in_memory


def fill(records: Records, kind: str = "offer") -> Record:
    return next(each for each in records["outcome/fills.jsonl"] if each["kind"] == kind)


def messages(files: dict[str, bytes], law: int) -> str:
    return " / ".join(each.message for each in verified(files).violations if each.law == law)


# Law 0


@pytest.mark.parametrize("field", ["offers_root", "book_root"])
def test_another_root_breaks_law_0(field: str) -> None:
    files = cleared(1)
    manifest = json.loads(files["manifest.json"])
    manifest[field] = "ab" * 32
    covered = canonical({name: value for name, value in manifest.items() if name not in UNSEALED})
    manifest["digest"] = sha256(covered).hexdigest()
    report = verified({**files, "manifest.json": canonical(manifest) + b"\n"})
    assert [(each.law, each.field) for each in report.violations] == [(0, field)]


def test_a_disclosed_secret_that_makes_the_salt_holds() -> None:
    files = cleared(1)
    secret = b"sixteen secrets!"
    root = bytes.fromhex(json.loads(files["manifest.json"])["offers_root"])

    def salted(salt: bytes) -> dict[str, bytes]:
        files = clear_in_memory(book_of_two(), salt=salt)[1]
        return resealed(files, lambda records: records["manifest.json"][0].update(secret=secret.hex()))

    root = bytes.fromhex(json.loads(salted(b"x")["manifest.json"])["offers_root"])
    assert verified(salted(sha256(secret + root).digest())).holds
    assert set(verified(salted(sha256(secret).digest())).counts) == {0}


# Law 1


def test_entries_that_do_not_sum_to_zero_break_law_1() -> None:
    def change(records: Records) -> None:
        entry = records["outcome/entries.jsonl"][0]
        entry["amount_micro"] = str(int(entry["amount_micro"]) * 2)

    assert set(verified(resealed(cleared(1), change)).counts) == {1, 6}


def test_positions_that_do_not_match_break_law_1() -> None:
    def change(records: Records) -> None:
        position = records["outcome/positions.jsonl"][0]
        position["delivered"] = str(int(position["delivered"]) + 1)

    assert set(verified(resealed(cleared(1), change)).counts) == {1, 6}


def test_fills_that_do_not_match_break_law_1() -> None:
    def change(records: Records) -> None:
        one = fill(records)
        one["delivered"] = str(int(one["delivered"]) + 1)

    assert 1 in verified(resealed(cleared(1), change)).counts


# Law 2


def enlarged(amount: int) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        for each in records["outcome/fills.jsonl"]:
            if each["kind"] == "offer":
                each["delivered"] = str(int(each["delivered"]) + amount)
                for received in each["received"]:
                    received["quantity"] = str(int(received["quantity"]) + amount)

    return change


def test_quantities_maxima_and_stocks_in_increments_are_law_2() -> None:
    seen = ""
    for seed in range(12):
        seen += messages(resealed(cleared(seed), enlarged(10**6)), 2)
    assert "delivers more than the" in seen
    assert "receives more than its maximum" in seen
    assert "increments, " in seen


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("offers", "deliver_quantity", "delivers more than the 1 increments offered"),
        ("stocks", "quantity", "holds 1 increments"),
        ("obligations", "amount_micro", "is discharged by more than 1"),
    ],
)
def test_quantities_stocks_and_debts_in_value_are_law_2(path: str, field: str, words: str) -> None:
    seen = ""
    for seed in range(6):

        def change(records: Records) -> None:
            for row in records[f"inputs/{path}.jsonl"]:
                row[field] = "1"

        seen += messages(resealed(cleared(seed), change), 2)
    assert words in seen


def test_a_refused_offer_has_no_fill() -> None:
    def change(records: Records) -> None:
        name = fill(records)["id"]
        line = {"offer_id": name, "reason": "no_value", "found": "A0"}
        records["outcome/refusals.jsonl"] = sorted(
            [*records["outcome/refusals.jsonl"], line], key=lambda each: str(each["offer_id"])
        )

    assert "is refused and filled" in messages(resealed(cleared(1), change), 2)


def book_of_two(**desks: tuple[int, int, int]):  # type: ignore[no-untyped-def]
    rows = [offer("P1", "P", "A", 10, ("B", -70_000)), offer("Q1", "Q", "B", 8, ("A", -50_000))]
    return book(values={"A": 1_000, "B": 1_000}, offers=rows, desks=desks)


@pytest.mark.parametrize(("credit", "refused"), [(500, False), (499, True)])
def test_a_need_of_exactly_the_headroom_fits(credit: int, refused: bool) -> None:
    # 10 increments of 1,000 µ at 7 % less the allowance of 2 %: 500 µ.
    files = clear_in_memory(book_of_two(P=(0, credit, -1)))[1]
    assert bool(files["outcome/refusals.jsonl"]) == refused
    assert verified(files).holds


def test_times_compare_as_times() -> None:
    cut_off = "2026-01-31T16:00:00Z"
    rows = [
        offer("P1", "P", "A", 10, ("B", 0), expires_at="2026-01-31T16:00:00.5Z"),
        offer("P2", "P", "A", 10, ("B", 0), expires_at=cut_off),
        offer("P3", "P", "A", 10, ("B", 0), expires_at="2026-01-31T15:59:59.9Z"),
        offer("Q1", "Q", "B", 30, ("A", 0)),
    ]
    files = clear_in_memory(book(values={"A": 1_000, "B": 1_000}, offers=rows, rulebook=Rulebook(cut_off=cut_off)))[1]
    refused = [each["offer_id"] for each in records_of(files)["outcome/refusals.jsonl"]]
    assert refused == ["P2", "P3"]
    assert verified(files).holds


# Law 3


def moved_premium(amount: int) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        premium = max(records["outcome/premia.jsonl"], key=lambda each: int(each["traded_micro"]))
        premium["premium_ppm"] = str(int(premium["premium_ppm"]) + amount)
        settled_again(records)

    return change


@pytest.mark.parametrize("amount", [-(10**8), 10**8])
def test_premia_that_do_not_pay_the_limits_break_law_3(amount: int) -> None:
    files = resealed(cleared(1), moved_premium(amount))
    assert set(verified(files).counts) == {3, 5}
    said = messages(files, 3)
    assert "the premia pay" in said
    assert "is paid" in said
    assert "ends at" in said


# Law 4


def test_a_fill_that_does_not_balance_breaks_law_4() -> None:
    def change(records: Records) -> None:
        one = fill(records)
        one["flow_micro"] = one["received"][0]["flow_micro"] = str(int(one["flow_micro"]) - 1)

    files = resealed(cleared(2), change)
    assert "more than it passes on" in messages(files, 4)


def test_an_offer_that_delivers_another_value_than_it_receives_breaks_law_4() -> None:
    def change(records: Records) -> None:
        one = fill(records)
        one["flow_micro"] = str(int(one["flow_micro"]) - 1)

    assert "delivers" in messages(resealed(cleared(2), change), 4)


def test_an_account_past_its_cap_breaks_law_4() -> None:
    rows = [offer("P1", "P", "A", 10, ("INDEX", 0)), offer("Q1", "Q", "INDEX", 10_000, ("A", 0))]
    files = clear_in_memory(book(values={"A": 1_000}, offers=rows, desks={"P": (0, 0, 10_000)}))[1]
    assert verified(files).holds

    def lower(records: Records) -> None:
        for row in records["inputs/participants.jsonl"]:
            if row["participant_id"] == "P":
                row["balance_cap_micro"] = "9999"

    assert set(verified(resealed(files, lower)).counts) == {4}
    assert "account P, hub -> in:P carries 10000 of at most 9999" in messages(resealed(files, lower), 4)


# Law 5


def test_the_lower_of_two_equal_weights_is_the_median() -> None:
    files = clear_in_memory(book_of_two())[1]
    premia = {each["asset_id"]: each["premium_ppm"] for each in records_of(files)["outcome/premia.jsonl"]}
    assert premia == {"A": "0", "B": "70000"}
    assert verified(files).holds


def test_the_unit_left_over_goes_by_the_lottery() -> None:
    rows = [
        offer("P1", "P", "A", 1, ("B", 0)),
        offer("Q1", "Q", "B", 1, ("A", 0)),
        offer("R1", "R", "B", 1, ("A", 0)),
    ]
    favoured = set()
    for byte in range(16):
        files = clear_in_memory(book(values={"A": 1_001, "B": 1_001}, offers=rows), salt=bytes([byte]))[1]
        assert verified(files).holds
        flows = {each["id"]: int(each["flow_micro"]) for each in records_of(files)["outcome/fills.jsonl"]}
        favoured.add(max(("Q1", "R1"), key=flows.__getitem__))
    assert favoured == {"Q1", "R1"}


# Law 6


def test_premia_are_rounded_half_to_even() -> None:
    for quantity, premium in ((1, "0"), (3, "2"), (2, "1")):
        # At 500 ppm, 1,000 µ an increment: half a µ each.
        rows = [offer("P1", "P", "A", quantity, ("B", 500)), offer("Q1", "Q", "B", 9, ("A", -500))]
        files = clear_in_memory(book(values={"A": 1_000, "B": 1_000}, offers=rows))[1]
        legs = {each["asset_id"]: each["premium_micro"] for each in records_of(files)["outcome/legs.jsonl"]}
        assert premium in {each.lstrip("-") for each in legs.values()}
        assert verified(files).holds
