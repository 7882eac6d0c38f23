"""Who forges what obligations with credit discharge, or their proof, is caught by the law that he breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from clearing.model.book import NONE
from clearing.model.rulebook import DEFAULTS
from tests.audit.verify.resealing import Records, records_of, resealed, verified
from tests.books import book
from tests.sessions import clear_in_memory


@cache
def cleared() -> dict[str, bytes]:
    """A owes B and D, who owe C; A's credit is scarce, so that B and D share it."""
    made = book(
        values={},
        desks={"A": (0, 60, NONE), "B": (0, 0, NONE), "C": (0, 0, NONE), "D": (0, 0, NONE)},
        obligations=[("1", "A", "B", 50), ("2", "B", "C", 50), ("3", "A", "D", 50), ("4", "D", "C", 50)],
        rulebook=replace(DEFAULTS[2], obligations="credit"),
    )
    return clear_in_memory(made)[1]


def broken(change: Callable[[Records], None]) -> set[int]:
    return set(verified(resealed(cleared(), change)).counts)


def test_what_is_sealed_holds() -> None:
    report = verified(cleared())
    assert report.holds, report.violations
    stages = records_of(cleared())["certificate.json"][0]["credit_stages"]
    assert [stage["objective"] for stage in stages[:3]] == ["value", "credit", "even"]
    assert {stage["objective"] for stage in stages[3:]} == {"lottery"}


def flows(*amounts: int) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        fills = {each["id"]: each for each in records["outcome/fills.jsonl"]}
        for name, amount in zip("1234", amounts, strict=True):
            fills[name]["flow_micro"] = str(amount)

    return change


def test_one_micro_more_than_credit_leaves_breaks_law_4() -> None:
    assert 4 in broken(flows(31, 31, 30, 30))


def test_a_flow_moved_against_the_proof_breaks_law_5() -> None:
    assert 5 in broken(flows(40, 40, 20, 20))
    assert 5 in broken(flows(0, 0, 0, 0)) | broken(flows(29, 29, 30, 30))


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("node", ["claim:A", "claim:C", "hub"])
def test_a_forged_potential_breaks_law_5(place: int, node: str) -> None:
    def change(records: Records) -> None:
        potentials = records["certificate.json"][0]["credit_stages"][place]["potentials"]
        potentials[node] = str(int(potentials[node]) - 7)

    assert broken(change) == {5}


@pytest.mark.parametrize("place", range(4))
def test_a_forged_value_or_a_missing_stage_breaks_law_5(place: int) -> None:
    def value(records: Records) -> None:
        stage = records["certificate.json"][0]["credit_stages"][place]
        stage["value"] = str(int(stage["value"]) + 1)

    def without(records: Records) -> None:
        del records["certificate.json"][0]["credit_stages"][place]

    assert broken(value) == {5}
    assert broken(without) == {5}


def test_a_certificate_without_its_credit_stages_is_malformed() -> None:
    assert 0 in broken(lambda records: records["certificate.json"][0].pop("credit_stages"))


def test_an_account_that_moves_otherwise_breaks_law_6() -> None:
    def change(records: Records) -> None:
        entries = {each["participant_id"]: each for each in records["outcome/entries.jsonl"]}
        entries["A"]["amount_micro"], entries["C"]["amount_micro"] = "-59", "59"

    assert broken(change) == {6}


def test_rings_that_are_cut_otherwise_break_law_6() -> None:
    def change(records: Records) -> None:
        rings = records["outcome/rings.jsonl"]
        rings[0]["segments"], rings[1]["segments"] = rings[1]["segments"], rings[0]["segments"]

    assert broken(change) == {6}
