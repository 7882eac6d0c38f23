"""A forger of a searched session who can recompute every digest is still caught, by law 7 or the law that it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from clearing.model.book import Book
from tests.audit.verify.resealing import Files, Record, Records, records_of, resealed, verified
from tests.audit.verify.searched_books import RULEBOOK, random_searched_book
from tests.books import book, offer
from tests.sessions import clear_in_memory

Forge = Callable[[Records], None]


def bounded() -> Book:
    """Rings of at most three, in which some are scarce, beside a circulation."""
    rows = [
        offer("P1", "P", "A", 90, ("B", -5_000)),
        offer("Q1", "Q", "B", 80, ("C", -3_000)),
        offer("R1", "R", "C", 70, ("A", 2_000), conditions={"max_ring": 3}),
        offer("S1", "S", "C", 40, ("A", 1_000)),
        offer("T1", "T", "D", 40, ("E", -1_000)),
        offer("U1", "U", "E", 30, ("D", -1_000)),
    ]
    values = {"A": 1_000, "B": 1_000, "C": 1_000, "D": 5_000, "E": 7_000}
    rulebook = replace(RULEBOOK, residual_tolerance_micro=1_000_000)
    return book(values=values, offers=rows, rulebook=rulebook)


def indivisible() -> Book:
    """All-or-none offers of which not all fit, so that a bound needs a branch."""
    rows = [
        offer("P1", "P", "A", 6, ("B", -5_000), conditions={"all_or_none": True}),
        offer("P2", "V", "A", 5, ("B", -6_000), conditions={"all_or_none": True}),
        offer("P3", "W", "A", 5, ("B", -4_000), conditions={"all_or_none": True}),
        offer("Q1", "Q", "B", 12, ("A", -3_000)),
    ]
    rulebook = replace(
        RULEBOOK,
        objectives=("surplus", "value", "lottery"),
        residual_tolerance_micro=0,
        max_ring=4,
        work_limit=200,
    )
    return book(values={"A": 2_000_000, "B": 2_000_000}, offers=rows, rulebook=rulebook)


def in_lots() -> Book:
    """More is bid for three pieces than there are, and offered in lots of two the third goes nowhere."""
    rows = [
        offer("P1", "P", "A", 2, ("B", -10_000)),
        offer("P2", "V", "A", 3, ("B", -10_000)),
        offer("Q1", "Q", "B", 3, ("A", -4_000), conditions={"lot": 2}),
    ]
    rulebook = replace(RULEBOOK, objectives=("surplus", "value", "lottery"), residual_tolerance_micro=0, max_ring=4)
    return book(values={"A": 1_000, "B": 1_000}, offers=rows, rulebook=rulebook)


def counted() -> Book:
    """R is served though P would gain more; nobody can serve S, so that not all who could be served are."""
    rows = [
        offer("P1", "P", "A", 2, ("B", -10_000)),
        offer("Q1", "Q", "B", 2, ("A", -4_000)),
        offer("R1", "R", "A", 2, ("B", -2_000)),
        offer("S1", "S", "A", 4, ("B", -2_000), conditions={"all_or_none": True}),
    ]
    rulebook = replace(
        RULEBOOK, objectives=("participants", "surplus", "lottery"), residual_tolerance_micro=0, max_ring=4
    )
    return book(values={"A": 2_000_000, "B": 2_000_000}, offers=rows, rulebook=rulebook)


BOOKS = {"bounded": bounded, "indivisible": indivisible, "in_lots": in_lots, "counted": counted}


@cache
def cleared(name: str) -> dict[str, bytes]:
    return clear_in_memory(BOOKS[name]())[1]


def laws_broken(files: Files) -> set[int]:
    return set(verified(files).counts)


def searched(records: Records) -> Record:
    """The certificate's first searched component."""
    return next(each for each in records["certificate.json"][0]["components"] if each["stages"])


def leaves(proof: Record) -> Iterator[Record]:
    if "low" in proof:
        yield from leaves(proof["low"])
        yield from leaves(proof["high"])
    else:
        yield proof


def nudged(amounts: Record, step: int) -> None:
    """Every amount moved by a step, at once."""
    for name in amounts:
        amounts[name] = str(int(amounts[name]) + step)


@pytest.mark.parametrize("name", BOOKS)
def test_what_the_engine_seals_is_verified(name: str) -> None:
    report = verified(cleared(name))
    assert report.holds, report.violations
    assert report.laws == tuple(range(8))


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("field", ["value", "bound", "gap"])
@pytest.mark.parametrize("step", [-1, 1])
def test_another_figure_of_a_stage_breaks_law_7(name: str, field: str, step: int) -> None:
    def forge(records: Records) -> None:
        stage = searched(records)["stages"][0]
        stage[field] = str(int(stage[field]) + step)

    assert laws_broken(resealed(cleared(name), forge)) == {7}


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("step", [-1, 1])
def test_other_rents_break_law_7(name: str, step: int) -> None:
    def forge(records: Records) -> None:
        for stage in searched(records)["stages"]:
            for leaf in leaves(stage["proof"]):
                nudged(leaf["rents"], 7 * step)

    assert laws_broken(resealed(cleared(name), forge)) == {7}


@pytest.mark.parametrize("name", BOOKS)
def test_each_rent_left_out_breaks_law_7(name: str) -> None:
    files = cleared(name)
    rents = [rent for leaf in leaves(_first_proof(files)) for rent in leaf["rents"]]
    assert rents
    for rent in rents:

        def forge(records: Records, rent: str = rent) -> None:
            for leaf in leaves(searched(records)["stages"][0]["proof"]):
                leaf["rents"].pop(rent, None)

        assert 7 in laws_broken(resealed(files, forge)), rent


def _first_proof(files: Files) -> Record:
    proof: Record = searched(records_of(files))["stages"][0]["proof"]
    return proof


def wrong_scale(records: Records) -> None:
    next(leaves(searched(records)["stages"][0]["proof"]))["scale"] = "0"


def wrong_tier(records: Records) -> None:
    searched(records)["tier"] = "rings" if searched(records)["tier"] == "integer" else "integer"


def fewer_components(records: Records) -> None:
    del records["certificate.json"][0]["components"][0]


def fewer_stages(records: Records) -> None:
    searched(records)["stages"].pop()


def other_multiplier(records: Records) -> None:
    leaf = next(leaves(searched(records)["stages"][1]["proof"]))
    leaf["multipliers"][0] = str(int(leaf["multipliers"][0]) + 1)


def potential_of_nobody(records: Records) -> None:
    next(leaves(searched(records)["stages"][0]["proof"]))["potentials"] = {"pool:Z": "5"}


def not_optimal(records: Records) -> None:
    certificate = records["certificate.json"][0]
    certificate["optimal"] = not certificate["optimal"]


def limit_reached(records: Records) -> None:
    assert records["certificate.json"][0]["optimal"]
    records["certificate.json"][0]["work_limit_reached"] = True


def unique(records: Records) -> None:
    records["certificate.json"][0]["unique"] = True


def other_bound(records: Records) -> None:
    certificate = records["certificate.json"][0]
    certificate["bound"] = str(int(certificate["bound"]) - 1)


def other_gap(records: Records) -> None:
    records["certificate.json"][0]["gap"] = "1"


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize(
    "forge",
    [
        wrong_scale, wrong_tier, fewer_components, fewer_stages, other_multiplier, potential_of_nobody,
        not_optimal, unique, other_bound, other_gap,
    ],
)  # fmt: skip
def test_another_certificate_breaks_law_7(name: str, forge: Forge) -> None:
    assert 7 in laws_broken(resealed(cleared(name), forge))


def test_a_limit_reached_without_a_gap_breaks_law_7() -> None:
    assert laws_broken(resealed(cleared("bounded"), limit_reached)) == {7}


@pytest.mark.parametrize(("field", "step"), [("at", -1), ("at", 1), ("above", 1), ("above", -1)])
def test_another_branch_breaks_law_7(field: str, step: int) -> None:
    def forge(records: Records) -> None:
        proof = searched(records)["stages"][0]["proof"]
        assert "low" in proof
        proof[field] = str(int(proof[field]) + step * 2_000_000)

    assert laws_broken(resealed(cleared("indivisible"), forge)) == {7}


def test_swapped_branches_break_law_7() -> None:
    def forge(records: Records) -> None:
        proof = searched(records)["stages"][0]["proof"]
        proof["low"], proof["high"] = proof["high"], proof["low"]

    assert laws_broken(resealed(cleared("indivisible"), forge)) == {7}


@pytest.mark.parametrize("name", BOOKS)
def test_pay_moved_from_desk_to_desk_breaks_law_7(name: str) -> None:
    def forge(records: Records) -> None:
        desks = {"P", "Q", "R", "S", "V", "W"}
        paid = [each for each in records["outcome/entries.jsonl"]
                if each["kind"] == "premium" and each["participant_id"] in desks]  # fmt: skip
        for each, step in zip(paid, (1, -1), strict=False):
            each["amount_micro"] = str(int(each["amount_micro"]) + step)

    assert laws_broken(resealed(cleared(name), forge)) == {7}


def surplus_leaf(records: Records) -> Record:
    """The one leaf that proves the surplus of those who must be served."""
    (leaf,) = leaves(searched(records)["stages"][1]["proof"])
    return leaf


def test_a_proof_holds_the_participants_before_by_a_multiplier() -> None:
    leaf = surplus_leaf(records_of(cleared("counted")))
    worth = int(leaf["multipliers"][0])
    assert worth > 0
    assert 0 < sum(map(int, leaf["served"].values())) < 4 * worth


def larger_multiplier(records: Records) -> None:
    leaf = surplus_leaf(records)
    leaf["multipliers"][0] = str(2 * int(leaf["multipliers"][0]))


def smaller_multiplier(records: Records) -> None:
    leaf = surplus_leaf(records)
    leaf["multipliers"][0] = str(int(leaf["multipliers"][0]) // 2)


def negative_multiplier(records: Records) -> None:
    leaf = surplus_leaf(records)
    leaf["multipliers"][0] = f"-{leaf['multipliers'][0]}"


def no_multiplier(records: Records) -> None:
    surplus_leaf(records)["multipliers"][0] = "0"


def nobody_served(records: Records) -> None:
    del surplus_leaf(records)["served"]


def heavier(records: Records) -> None:
    leaf = surplus_leaf(records)
    for name in leaf["served"]:
        leaf["served"][name] = str(int(leaf["multipliers"][0]) + 1)


def lighter(records: Records) -> None:
    nudged(surplus_leaf(records)["served"], -1)


def another_served(records: Records) -> None:
    surplus_leaf(records)["served"]["Z"] = "1"


def without_the_last_term(records: Records) -> None:
    """As if what those weigh less than the multiplier were not to be paid: the bound of one who forgot it."""
    leaf, stage = surplus_leaf(records), searched(records)["stages"][1]
    short = 4 * int(leaf["multipliers"][0]) - sum(map(int, leaf["served"].values()))
    stage["bound"] = str(int(stage["bound"]) + short // int(leaf["scale"]))
    stage["gap"] = str(int(stage["value"]) - int(stage["bound"]))


@pytest.mark.parametrize(
    "forge",
    [
        larger_multiplier, smaller_multiplier, negative_multiplier, no_multiplier, nobody_served, heavier, lighter,
        another_served, without_the_last_term,
    ],
)  # fmt: skip
def test_another_multiplier_or_weight_of_participants_before_breaks_law_7(forge: Forge) -> None:
    found = laws_broken(resealed(cleared("counted"), forge))
    assert 7 in found
    assert found <= {0, 7}, "a number that no multiplier can be is no certificate"


def last_ring(records: Records) -> Record:
    return records["outcome/rings.jsonl"][-1]


def larger_flow(records: Records) -> None:
    ring = last_ring(records)
    ring["flow_micro"] = ring["segments"][0]["flow_micro"] = str(int(ring["flow_micro"]) + 1)


def turned(records: Records) -> None:
    ring = last_ring(records)
    ring["nodes"].append(ring["nodes"].pop(0))
    members: list[Any] = ring["segments"][0]["members"]
    members.append(members.pop(0))


def gone(records: Records) -> None:
    del records["outcome/rings.jsonl"][-1]


def doubled(records: Records) -> None:
    again = {**last_ring(records), "ring_id": f"R{len(records['outcome/rings.jsonl']) + 1:06d}"}
    records["outcome/rings.jsonl"].append(again)


def renumbered(records: Records) -> None:
    last_ring(records)["ring_id"] = "R000099"


def parted(records: Records) -> None:
    segment = last_ring(records)["segments"][0]
    part = int(segment["flow_micro"]) - 1
    last_ring(records)["segments"] = [{**segment, "flow_micro": str(part)}, {**segment, "flow_micro": "1"}]


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("forge", [larger_flow, turned, gone, doubled, renumbered, parted])
def test_another_ring_of_a_searched_component_breaks_law_7(name: str, forge: Forge) -> None:
    assert laws_broken(resealed(cleared(name), forge)) == {7}


SOUND = [seed for seed in range(160) if seed != 103]
"""Book 103 asks for a lot that no quantity of its offer is a multiple of: no reader lets it in."""


@pytest.mark.parametrize("seed", SOUND)
def test_random_searched_sessions_hold(seed: int) -> None:
    report = verified(clear_in_memory(random_searched_book(seed))[1])
    assert report.holds, report.violations
