"""Forged potentials of a searched component's leaves, and forged claims that agree with each other: law 7 sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from clearing.model.book import Book
from tests.audit.verify.resealing import Record, Records, records_of, resealed, verified
from tests.audit.verify.searched_books import RULEBOOK
from tests.audit.verify.test_resealed_searched import laws_broken, leaves, searched
from tests.books import book, offer
from tests.sessions import clear_in_memory

VALUES = {"A": 2_000_000, "B": 2_000_000, "C": 2_000_000}
STAGES = ("surplus", "value", "lottery")
FAR = 10**16
"""Further than any row's price."""


def listed() -> Book:
    """Tier rings, without a longest ring: who denies whom takes the pools apart."""
    rows = [
        offer("P1", "P", "A", 900, ("B", -5_000), conditions={"deny": ("R",)}),
        offer("Q1", "Q", "B", 800, ("A", -3_000)),
        offer("R1", "R", "B", 700, ("A", -4_000)),
        offer("S1", "S", "A", 400, ("B", 1_000)),
        offer("T1", "T", "A", 300, ("C", -2_000)),
        offer("U1", "U", "C", 500, ("B", -2_000)),
    ]
    rulebook = replace(RULEBOOK, objectives=STAGES)
    return book(values=dict.fromkeys("ABC", 1_000), offers=rows, rulebook=rulebook)


def whole() -> Book:
    """Tier integer, without a longest ring, where not all of what is in pieces fits."""
    rows = [
        offer("P1", "P", "A", 6, ("B", -5_000), conditions={"all_or_none": True}),
        offer("P2", "V", "A", 5, ("B", -6_000), conditions={"lot": 5}),
        offer("Q1", "Q", "B", 9, ("C", -3_000)),
        offer("R1", "R", "C", 9, ("A", -1_000)),
        offer("S1", "S", "B", 2, ("A", 2_000)),
    ]
    rulebook = replace(RULEBOOK, objectives=STAGES, residual_tolerance_micro=0, work_limit=200)
    return book(values=VALUES, offers=rows, rulebook=rulebook)


def listed_in_pieces() -> Book:
    """Tier integer with both: whole pieces, and pools taken apart."""
    rows = [
        offer("P1", "P", "A", 6, ("B", -5_000), conditions={"all_or_none": True, "deny": ("R",)}),
        offer("Q1", "Q", "B", 5, ("A", -3_000)),
        offer("R1", "R", "B", 4, ("A", -4_000), conditions={"min_fill": 2}),
        offer("S1", "S", "A", 3, ("B", 1_000)),
    ]
    rulebook = replace(RULEBOOK, objectives=STAGES, residual_tolerance_micro=0, work_limit=200)
    return book(values=VALUES, offers=rows, rulebook=rulebook)


BOOKS = {"listed": (listed, "rings"), "whole": (whole, "integer"), "listed in pieces": (listed_in_pieces, "integer")}


@cache
def cleared(name: str) -> dict[str, bytes]:
    return clear_in_memory(BOOKS[name][0]())[1]


def all_leaves(records: Records) -> Iterator[Record]:
    for stage in searched(records)["stages"]:
        yield from leaves(stage["proof"])


def forged_at(place: int, change: Callable[[Record], object]) -> Callable[[Records], None]:
    """Change the potentials of one leaf."""

    def forge(records: Records) -> None:
        change(list(all_leaves(records))[place].setdefault("potentials", {}))

    return forge


def proofs(name: str) -> Iterator[tuple[int, Record]]:
    """Place and potentials of each leaf that has some."""
    for place, leaf in enumerate(all_leaves(records_of(cleared(name)))):
        if leaf.get("potentials"):
            yield place, leaf["potentials"]


@pytest.mark.parametrize("name", BOOKS)
def test_what_the_engine_seals_is_verified_and_has_potentials(name: str) -> None:
    report = verified(cleared(name))
    assert report.holds, report.violations
    assert searched(records_of(cleared(name)))["tier"] == BOOKS[name][1]
    assert list(proofs(name))


def test_pools_that_are_taken_apart_have_potentials_of_their_own() -> None:
    kinds = {
        node.partition(":")[0] for name in BOOKS for _, potentials in proofs(name) for node in potentials
    }
    assert {"pool", "give", "take", "open"} <= kinds


def without_parts(potentials: Record) -> None:
    """The nodes of pools that are taken apart left out: conflicts may not matter to a proof."""
    for node in [each for each in potentials if each.startswith(("give:", "take:", "open:"))]:
        del potentials[node]


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("step", [-FAR, FAR])
def test_every_potential_moved_far_breaks_law_7(name: str, step: int) -> None:
    files, seen = cleared(name), 0
    written = list(all_leaves(records_of(files)))
    for place, potentials in proofs(name):
        plain_holds = not laws_broken(resealed(files, forged_at(place, without_parts)))
        for node, amount in potentials.items():
            forge = forged_at(place, lambda each, n=node, a=amount: each.update({n: str(int(a) + step)}))  # type: ignore[misc]
            # A node of one offer alone matters to no leaf in which a branch closes that offer.
            needed = node.startswith("pool:") or not (plain_holds or written[place].get("by_offer"))
            assert laws_broken(resealed(files, forge)) in ([{7}] if needed else [{7}, set()]), (place, node)
            seen += needed
    assert seen >= 2


@pytest.mark.parametrize("name", BOOKS)
def test_every_leaf_needs_its_potentials(name: str) -> None:
    """Left out altogether, turned round, or one node's in the place of another's."""
    seen = 0
    for place, potentials in proofs(name):
        turned = {node: str(-int(amount)) for node, amount in potentials.items()}
        for change in (lambda each: each.clear(), lambda each, t=turned: each.update(t)):  # type: ignore[misc]
            broken = laws_broken(resealed(cleared(name), forged_at(place, change)))
            assert broken <= {0, 7}, place
            seen += 7 in broken
    assert seen >= len(list(proofs(name)))


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize(
    "node", ["pool:Z", "give:Z", "take:P1", "take:Z:A", "open:Z", "stock:A", "offer:P1", "P1|0", "any", ""]
)
def test_a_potential_of_no_node_breaks_law_7(name: str, node: str) -> None:
    (place, _), *_ = proofs(name)
    forge = forged_at(place, lambda each: each.update({node: "1"}))
    assert laws_broken(resealed(cleared(name), forge)) == {7}


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("wrong", ["0", "+1", "1.0", "", 1, None])
def test_a_potential_that_is_no_integer_in_text_is_malformed(name: str, wrong: object) -> None:
    (place, potentials), *_ = proofs(name)
    forge = forged_at(place, lambda each: each.update({next(iter(potentials)): wrong}))
    assert 0 in laws_broken(resealed(cleared(name), forge))


# Claims that agree with each other


def restated(records: Records) -> None:
    """The sums and flags of the certificate made to follow from its stages."""
    certificate = records["certificate.json"][0]
    stages = [stage for each in certificate["components"] for stage in each["stages"]]
    for stage in stages:
        stage["gap"] = str(int(stage["value"]) - int(stage["bound"]))
    firsts = [stage for stage in stages if stage["objective"] == stages[0]["objective"]]
    circulation = int(certificate["stages"][0]["value"])
    certificate["bound"] = str(circulation + sum(int(stage["bound"]) for stage in firsts))
    certificate["gap"] = str(sum(int(stage["gap"]) for stage in firsts))
    certificate["optimal"] = all(stage["gap"] == "0" for stage in stages if stage["objective"] != "lottery")


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("field", ["bound", "value"])
@pytest.mark.parametrize("step", [-1, 1])
def test_a_figure_moved_with_all_that_follows_from_it_breaks_law_7(name: str, field: str, step: int) -> None:
    for place in range(len(STAGES)):

        def forge(records: Records, place: int = place) -> None:
            stage = searched(records)["stages"][place]
            stage[field] = str(int(stage[field]) + step)
            restated(records)

        assert laws_broken(resealed(cleared(name), forge)) == {7}, place


def flag(field: str, value: object) -> Callable[[Records], None]:
    def forge(records: Records) -> None:
        certificate = records["certificate.json"][0]
        assert certificate[field] != value
        certificate[field] = value

    return forge


@pytest.mark.parametrize("name", BOOKS)
def test_each_false_claim_of_the_whole_breaks_law_7_alone(name: str) -> None:
    certificate = records_of(cleared(name))["certificate.json"][0]
    assert certificate["unique"] is False
    for field, value in (
        ("unique", True),
        ("optimal", not certificate["optimal"]),
        ("bound", str(int(certificate["bound"]) + 1)),
        ("bound", str(int(certificate["bound"]) - 1)),
        ("gap", str(int(certificate["gap"]) + 1)),
    ):
        assert laws_broken(resealed(cleared(name), flag(field, value))) == {7}, field
    if certificate["optimal"]:
        assert laws_broken(resealed(cleared(name), flag("work_limit_reached", True))) == {7}


def test_some_book_is_proven_and_claims_no_limit() -> None:
    certificates = [records_of(cleared(name))["certificate.json"][0] for name in BOOKS]
    assert any(each["optimal"] and not each["work_limit_reached"] for each in certificates)
