"""A sealed outcome reads back as it was; what is not a sealed outcome is named by file and line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clearing.audit.stored_book import read_stored_book
from clearing.audit.stored_outcome import read_stored_outcome
from clearing.model.book import Book
from clearing.model.errors import InputFault
from clearing.model.outcome import Outcome
from clearing.service import open_session, outcome_of
from tests.audit.samples import SALT, MemoryBundle, furnished_book, seal
from tests.audit.test_stored_book import assert_same
from tests.audit.verify.searched_books import random_searched_book
from tests.books import book as small_book
from tests.books import offer, random_book

Change = Callable[[dict[str, Any]], object]


def sealed_outcome(book: Book) -> tuple[Outcome, MemoryBundle]:
    outcome, bundle = outcome_of(book, SALT), MemoryBundle()
    seal(book, outcome, bundle.write)
    return outcome, bundle


def assert_reads_back(book: Book) -> Outcome:
    outcome, bundle = sealed_outcome(book)
    assert_same(plain(outcome), plain(read_stored_outcome(bundle.read, read_stored_book(bundle.read))), "outcome")
    return outcome


def plain(outcome: Outcome) -> Outcome:
    """With lists for sequences, so that only what they hold is compared."""
    certificate, rings = outcome.certificate, outcome.rings
    return replace(
        outcome,
        certificate=replace(
            certificate,
            stages=list(certificate.stages),
            components=[replace(each, stages=list(each.stages)) for each in certificate.components],
        ),
        refusals=list(outcome.refusals),
        premia=list(outcome.premia),
        entries=list(outcome.entries),
        positions=list(outcome.positions),
        rings=replace(rings, nodes=list(rings.nodes), of_obligations=list(rings.of_obligations)),
    )


@pytest.mark.parametrize("form", ["gross", "net"])
@pytest.mark.parametrize("seed", range(25))
def test_an_outcome_reads_back_as_it_was_sealed(seed: int, form: str) -> None:
    assert_reads_back(random_book(seed, offers=60, netting_form=form))
    assert_reads_back(furnished_book(seed, netting_form=form))


@pytest.mark.parametrize("seed", [8, 13, 25, 57, 92, 131])
def test_a_searched_outcome_reads_back_as_it_was_sealed(seed: int) -> None:
    assert_reads_back(random_searched_book(seed))


def test_searched_rings_that_read_back_pass_residual_and_take_anything() -> None:
    nodes = {node for seed in (8, 13, 57, 92) for ring in outcome_of(random_searched_book(seed), SALT).rings.nodes
             for node in ring}  # fmt: skip
    assert {"rest", "any", "hub"} <= nodes


def test_every_column_that_reads_back_is_used_by_some_book() -> None:
    outcomes = [outcome_of(random_book(seed, offers=60), SALT) for seed in range(25)]
    assert any(outcome.rings.member_alternative.any() for outcome in outcomes)
    assert any(any(outcome.rings.of_obligations) and not all(outcome.rings.of_obligations) for outcome in outcomes)
    assert any(outcome.legs.alternative.any() for outcome in outcomes)
    assert any((outcome.instructions.group > 0).any() for outcome in outcomes)
    assert any(premium.reference for outcome in outcomes for premium in outcome.premia)


@pytest.mark.parametrize("form", ["gross", "net"])
def test_an_outcome_in_which_nothing_happens_reads_back(form: str) -> None:
    rulebook = replace(small_book(values={}).rulebook, netting_form=form)
    assert_reads_back(replace(small_book(values={}), rulebook=rulebook))
    assert_reads_back(replace(lonely(), rulebook=rulebook))


def lonely() -> Book:
    return small_book(values={"A": 1_000, "B": 2_000}, offers=[offer("O1", "D", "A", 5, ("B", 0))])


def test_instructions_are_read_by_their_numbers() -> None:
    """Bytewise I1000000 sorts before I100001: lines of a million instructions are not in the order of numbers."""
    book = random_book(3, offers=60)
    outcome, bundle = sealed_outcome(book)
    path = "outcome/instructions.jsonl"
    lines = bundle.lines(path)
    assert len(lines) > 3
    bundle.files[path] = b"".join(line + b"\n" for line in [*lines[1:], lines[0]])
    assert_same(outcome.instructions, read_stored_outcome(bundle.read, book).instructions, "instructions")


def ring_book() -> Book:
    return small_book(
        values={"A": 1_000, "B": 2_000, "C": 3_000},
        offers=[
            offer("O1", "D", "A", 60, ("B", 0)),
            offer("O2", "E", "B", 30, ("C", 0), ("A", 0)),
            offer("O3", "F", "C", 20, ("A", 0), ("B", 0)),
            offer("O4", "E", "B", 10, ("A", -500_000), conditions={"min_fill": 2}),
            offer("O5", "F", "INDEX", 7_000, ("A", 0)),
            offer("O6", "D", "A", 10, ("INDEX", 0)),
        ],
        obligations=[("B1", "D", "E", 10), ("B2", "E", "D", 7)],
    )


CHANGES: list[tuple[str, int, Change | None, str]] = [
    ("fills", 1, lambda r: r.update(kind="swap"), "neither offer nor obligation"),
    ("fills", 1, lambda r: r.update(id="B9"), '"B9" is missing or names nothing'),
    ("fills", 2, lambda r: r.update(id="B1"), "out of order"),
    ("fills", 3, lambda r: r.update(flow_micro="0"), "is not between"),
    ("fills", 3, lambda r: r.update(delivered="-1"), "is not between"),
    ("fills", 3, lambda r: r["received"][0].update(alternative=1), "no such alternative"),
    ("fills", 3, lambda r: r["received"][0].update(alternative="0"), "no such alternative"),
    ("fills", 3, lambda r: r["received"].append(dict(r["received"][0])), "out of order"),
    ("fills", 3, lambda r: r.update(received=5), "wrong type"),
    ("fills", 3, lambda r: r["received"][0].update(quantity=str(2**63)), "wrong type or size"),
    ("refusals", 1, lambda r: r.update(offer_id="O9"), '"O9" is missing'),
    ("refusals", 1, lambda r: r.update(reason="dislike"), "wrong type"),
    ("refusals", 1, lambda r: r.update(found="\x1b"), "control characters"),
    ("premia", 1, lambda r: r.update(asset_id="INDEX"), "out of order"),
    ("premia", 2, lambda r: r.update(asset_id="A"), "out of order"),
    ("premia", 2, lambda r: r.update(premium_ppm="x"), "wrong type"),
    ("premia", 2, lambda r: r.pop("component"), '"component" is missing'),
    ("rings", 1, lambda r: r.update(ring_id="R000002"), "not numbered"),
    ("rings", 1, lambda r: r.update(nodes=["hub"]), "fewer than two nodes"),
    ("rings", 1, lambda r: r["segments"][0]["members"].pop(), "more or fewer members"),
    ("rings", 1, lambda r: r["segments"][0].update(members=["O9", "O9"]), '"O9" is missing'),
    ("rings", 1, lambda r: r["segments"][0].update(flow_micro="0"), "is not between"),
    ("rings", 2, lambda r: r.update(nodes=r["nodes"][::-1]), "does not take what the ring passes"),
    ("rings", 2, lambda r: r.update(nodes=["pool:Z", *r["nodes"][1:]]), '"Z" is missing'),
    ("legs", 1, lambda r: r.update(giver_offer="O9"), '"O9" is missing'),
    ("legs", 1, lambda r: r.update(alternative=7), "no such alternative"),
    ("legs", 1, lambda r: r.update(alternative=-1), "no such alternative"),
    ("legs", 1, lambda r: r.update(alternative="0"), "wrong type"),
    ("legs", 1, lambda r: r.update(giver="F"), "not those of its offers"),
    ("legs", 1, lambda r: r.update(receiver="D"), "not those of its offers"),
    ("legs", 1, lambda r: r.update(asset_id="C"), "no such alternative for the asset"),
    ("legs", 1, lambda r: r.update(giver_offer="O2", giver="E"), "not those of its offers"),
    ("legs", 1, lambda r: r.update(quantity="0"), "is not between"),
    ("legs", 1, lambda r: r.update(rings=[]), "names no ring"),
    ("legs", 1, lambda r: r.update(rings=["R000001", "R000001"]), "out of order"),
    ("legs", 1, lambda r: r.update(rings=["R999999"]), '"R999999" is missing'),
    ("legs", 2, None, "out of order"),
    ("entries", 1, lambda r: r.update(kind="gift"), "its kind is none of"),
    ("entries", 1, lambda r: r.update(amount_micro="1.5"), "wrong type"),
    ("entries", 2, None, "out of order"),
    ("positions", 1, lambda r: r.update(participant_id="Z"), '"Z" is missing'),
    ("positions", 1, lambda r: r.update(asset_id="Z"), '"Z" is missing'),
    ("positions", 2, None, "out of order"),
    ("instructions", 1, lambda r: r.update(instruction_id="I1"), "six digits or more"),
    ("instructions", 1, lambda r: r.update(instruction_id="I000009"), "run from I000001"),
    ("instructions", 1, lambda r: r.update(group="G000099"), "is not between"),
    ("instructions", 1, lambda r: r.update(group=5), "wrong type"),
    ("instructions", 1, lambda r: r.update(asset_id="INDEX"), '"INDEX" is missing'),
    ("instructions", 1, lambda r: r.pop("premium_micro"), '"premium_micro" is missing'),
    ("instructions", 1, lambda r: r.update(value_micro="0"), "is not between"),
    ("instructions", 1, lambda r: r.update(deliverer="F", receiver="E"), "out of order"),
]
"""File, line, change (None: the line before once more), what the fault says."""


@pytest.mark.parametrize(("name", "line", "change", "said"), CHANGES)
def test_a_malformed_line_is_an_input_fault(name: str, line: int, change: Change | None, said: str) -> None:
    book = ring_book()
    _, bundle = sealed_outcome(book)
    path = f"outcome/{name}.jsonl"
    lines = bundle.lines(path)
    if change is None:
        lines.insert(line - 1, lines[line - 2])
    else:
        record = json.loads(lines[line - 1])
        change(record)
        lines[line - 1] = json.dumps(record).encode()
    bundle.files[path] = b"".join(each + b"\n" for each in lines)
    with pytest.raises(InputFault) as fault:
        read_stored_outcome(bundle.read, book)
    assert path in str(fault.value)
    assert said in str(fault.value)
    number = int(str(fault.value).split(" line ")[1].split(":")[0])
    assert abs(number - line) <= 1


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (path, content)
        for path in ("certificate.json", "manifest.json")
        for content in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format":"other"}')
    ],
)
def test_a_malformed_certificate_or_manifest_is_an_input_fault(path: str, content: bytes) -> None:
    book = ring_book()
    _, bundle = sealed_outcome(book)
    bundle.files[path] = content
    with pytest.raises(InputFault, match=path.replace(".", r"\.") + " is no "):
        read_stored_outcome(bundle.read, book)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("stages"),
        lambda r: r.update(unique="true"),
        lambda r: r.update(optimal=1),
        lambda r: r["stages"][0].pop("potentials"),
        lambda r: r["stages"][0]["potentials"].update(hub=None),
        lambda r: r.update(bound={}),
    ],
)
def test_a_malformed_member_of_the_certificate_is_an_input_fault(change: Change) -> None:
    book = ring_book()
    _, bundle = sealed_outcome(book)
    record = json.loads(bundle.files["certificate.json"])
    change(record)
    bundle.files["certificate.json"] = json.dumps(record).encode()
    with pytest.raises(InputFault, match=r"certificate\.json is no certificate"):
        read_stored_outcome(bundle.read, book)


def test_a_premium_under_net_netting_is_an_input_fault() -> None:
    book = replace(ring_book(), rulebook=replace(ring_book().rulebook, netting_form="net"))
    _, bundle = sealed_outcome(ring_book())
    with pytest.raises(InputFault, match=r"instructions\.jsonl line 1: it has a premium"):
        read_stored_outcome(bundle.read, book)


def test_premia_beyond_62_bits_read_back_as_they_are() -> None:
    book = ring_book()
    outcome, bundle = sealed_outcome(book)
    lines = bundle.lines("outcome/legs.jsonl")
    record = json.loads(lines[0])
    record["premium_micro"] = str(2**70)
    lines[0] = json.dumps(record).encode()
    bundle.files["outcome/legs.jsonl"] = b"".join(each + b"\n" for each in lines)
    premia = read_stored_outcome(bundle.read, book).legs.premium_micro
    assert premia.tolist() == [2**70, *outcome.legs.premium_micro.tolist()[1:]]
    assert outcome.legs.premium_micro.dtype == np.int64


def test_a_session_opens_as_it_was_cleared() -> None:
    book = random_book(5, offers=60)
    outcome, bundle = sealed_outcome(book)
    session = open_session(bundle)
    assert_same(book, session.book)
    assert_same(plain(outcome), plain(session.outcome), "outcome")
    assert session.manifest.record == json.loads(bundle.files["manifest.json"])
    assert session.manifest.digest == session.manifest.record["digest"]


@pytest.mark.parametrize("member", ["digest", "book_root", "offers_root", "files", "session"])
def test_a_manifest_without_its_digests_is_an_input_fault(member: str) -> None:
    _, bundle = sealed_outcome(ring_book())
    record = json.loads(bundle.files["manifest.json"])
    for wrong in ({}, {member: "x" * 65}, {member: {"inputs/offers.jsonl": "x"}}):
        changed = {name: value for name, value in record.items() if name != member} | wrong
        bundle.files["manifest.json"] = json.dumps(changed).encode()
        with pytest.raises(InputFault, match=r"manifest\.json is no manifest"):
            open_session(bundle)
