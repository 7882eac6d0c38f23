"""A sealed book reads back as it was; what is not a sealed book is named by file and line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from clearing.audit.seal import seal_inputs
from clearing.audit.stored_book import read_stored_book, read_stored_terms
from clearing.model.book import Book
from clearing.model.errors import InputFault
from clearing.model.rulebook import DEFAULTS, Rulebook
from tests.audit.samples import CUT_OFF, SALT, MemoryBundle, furnished_book, sealed
from tests.books import book as small_book
from tests.books import offer

Change = Callable[[dict[str, Any]], object]


def assert_same(one: Any, other: Any, at: str = "book") -> None:
    """Equal to the last column, arrays by value and type."""
    if is_dataclass(one) and not isinstance(one, type):
        assert type(one) is type(other), at
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{at}.{field.name}")
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, at
        assert one.dtype in (np.int64, np.bool_), at
        assert one.tolist() == other.tolist(), at
    else:
        assert one == other, at


def stored(book: Book) -> MemoryBundle:
    bundle = MemoryBundle()
    seal_inputs(book, bundle.write)
    return bundle


@pytest.mark.parametrize("seed", range(30))
def test_a_book_reads_back_as_it_was_sealed(seed: int) -> None:
    book = furnished_book(seed, netting_form="net" if seed % 2 else "gross")
    assert_same(book, read_stored_book(stored(book).read))


def test_books_without_lines_and_of_many_chunks_read_back() -> None:
    rows = [offer(f"O{i:05d}", "D", "A", i + 1, ("B", -i, i + 1), ("INDEX", 2)) for i in range(3_000)]
    for book in (small_book(values={}), small_book(values={"A": 1_000, "B": 2_000}, offers=rows)):
        assert_same(book, read_stored_book(stored(book).read))


@pytest.mark.parametrize(
    "rulebook",
    [
        DEFAULTS[2],
        Rulebook(version=2, objectives=("items", "lottery"), self_crossing="refuse", max_chain=4),
        Rulebook(version=2, max_ring=3, max_chain=1_000, screening="ring", work_limit=100_000, cut_off=CUT_OFF),
    ],
)
def test_a_book_of_rulebook_2_reads_back(rulebook: Rulebook) -> None:
    rows = [
        offer("O1", "D", "A", 12, ("*", 0), conditions={"all_or_none": True, "lot": 3, "max_ring": 1_000}),
        offer("O2", "E", "B", 12, ("A", 5), conditions={"min_fill": 7, "lot": 4, "allow": ("D",), "deny": ("E",)}),
    ]
    book = small_book(values={"A": 1_000, "B": 2_000}, offers=rows, rulebook=rulebook)
    bundle = stored(book)
    assert_same(book, read_stored_book(bundle.read))
    assert b'"receive":[{"asset":"*","limit_ppm":"0"}]' in bundle.lines("inputs/offers.jsonl")[0]


def test_rulebook_1_reads_back_what_nobody_could_fill() -> None:
    rows = [offer("O1", "D", "A", 10, ("B", 0), conditions={"min_fill": 7, "lot": 6, "deny": ("D",), "allow": ("D",)})]
    book = small_book(values={"A": 1_000, "B": 2_000}, offers=rows)
    assert_same(book, read_stored_book(stored(book).read))


def test_a_residual_tolerance_of_one_micro_reads_back() -> None:
    book = small_book(values={})
    book = replace(book, rulebook=replace(book.rulebook, residual_tolerance_micro=1, allowance_ppm=0))
    assert_same(book, read_stored_book(stored(book).read))


def test_terms_are_those_of_the_manifest() -> None:
    _, _, bundle = sealed(1, session_id="S-one", previous="ab" * 32)
    terms = read_stored_terms(bundle.read)
    assert (terms.session.id, terms.session.salt, terms.previous) == ("S-one", SALT, "ab" * 32)
    _, _, first = sealed(1)
    assert read_stored_terms(first.read).previous is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"format":"clearing-bundle/2","salt":"00","session":"S"}',
        b'{"format":"clearing-bundle/1","salt":"0","session":"S"}',
        b'{"format":"clearing-bundle/1","salt":7,"session":"S"}',
        b'{"format":"clearing-bundle/1","salt":"00","session":"../x"}',
        b'{"format":"clearing-bundle/1","salt":"00","session":"S","previous":"00"}',
    ],
)
def test_a_malformed_manifest_is_an_input_fault(content: bytes) -> None:
    with pytest.raises(InputFault, match=r"manifest\.json is no manifest"):
        read_stored_terms(lambda _path: content)


def plain_book() -> Book:
    return small_book(
        values={"A": 1_000, "B": 2_000},
        offers=[
            offer("O1", "D", "A", 5, ("B", 0)),
            offer("O2", "E", "B", 5, ("A", 0), ("INDEX", 0, 7), stock="S1"),
            offer("O3", "D", "A", 5, ("B", 0), conditions={"min_fill": 2, "max_ring": 3, "allow": ("E",)}),
        ],
        stocks=[("S1", "E", "B", 9), ("S2", "D", "A", 9)],
        obligations=[("B1", "D", "E", 10)],
    )


CHANGES: list[tuple[str, int, Change, str]] = [
    ("participants", 2, lambda r: r.pop("participant_id"), '"participant_id" is missing'),
    ("participants", 1, lambda r: r.update(participant_id=5), "wrong type"),
    ("participants", 2, lambda r: r.update(participant_id="D"), "out of order"),
    ("participants", 1, lambda r: r.update(participant_id="D\u202e"), "is no id"),
    ("participants", 1, lambda r: r.update(balance_micro=str(2**62)), "is not between"),
    ("participants", 1, lambda r: r.update(balance_micro=str(2**64)), "wrong type or size"),
    ("participants", 1, lambda r: r.update(balance_micro="9" * 5_000), "wrong type or size"),
    ("participants", 1, lambda r: r.update(credit_limit_micro="-1"), "is not between"),
    ("participants", 2, lambda r: r.update(balance_cap_micro="-2"), "is not between"),
    ("participants", 1, lambda r: r.update(memo="a\x07b"), "control characters"),
    ("participants", 1, lambda r: r.update(name="a\tb"), "control characters"),
    ("participants", 1, lambda r: r.update(memo=["x"]), "wrong type"),
    ("assets", 1, lambda r: r.update(asset_id="INDEX"), "reserved"),
    ("assets", 2, lambda r: r.pop("class"), '"class" is missing'),
    *(
        ("assets", 1, lambda r, wrong=wrong: r.update(increment=wrong), "its increment is no decimal")
        for wrong in ("", "0", "0.0", "1.0", "-1", "1e3", "01", "x", "0.0000000001")
    ),
    ("assets", 1, lambda r: r.update(increment=1), "wrong type"),
    ("fixing", 2, lambda r: r.update(asset_id="C"), '"C" is missing or names nothing'),
    ("fixing", 1, lambda r: r.update(value_micro="999"), "is not between"),
    ("stocks", 1, lambda r: r.update(asset_id="INDEX"), '"INDEX" is missing or names nothing'),
    ("stocks", 2, lambda r: r.update(quantity="0"), "is not between"),
    ("stocks", 2, lambda r: r.update(quantity=None), "wrong type"),
    ("obligations", 1, lambda r: r.update(creditor_id="D"), "debtor and creditor"),
    ("obligations", 1, lambda r: r.update(amount_micro="x"), "wrong type"),
    ("offers", 2, lambda r: r.update(offer_id="O1"), "out of order"),
    ("offers", 1, lambda r: r.update(participant_id="Z"), '"Z" is missing or names nothing'),
    ("offers", 3, lambda r: r.update(deliver_quantity="0"), "is not between"),
    ("offers", 3, lambda r: r.update(stock_id="S9"), '"S9" is missing or names nothing'),
    ("offers", 1, lambda r: r.update(stock_id="S1"), "its stock is another"),
    ("offers", 2, lambda r: r.update(stock_id="S2"), "its stock is another"),
    ("offers", 3, lambda r: r.update(receive=[]), "receives nothing"),
    ("offers", 1, lambda r: r.update(receive=7), "wrong type"),
    ("offers", 1, lambda r: r["receive"][0].update(asset="A"), "receives what it delivers"),
    ("offers", 2, lambda r: r["receive"][1].update(asset="A"), "one asset twice"),
    ("offers", 2, lambda r: r["receive"][1].update(max="-3"), "is not between"),
    ("offers", 3, lambda r: r["receive"][0].update(limit_ppm="-1000001"), "is not between"),
    ("offers", 3, lambda r: r.update(max_ring="3"), "max_ring is no number"),
    ("offers", 3, lambda r: r.update(all_or_none=1), "all_or_none no boolean"),
    ("offers", 3, lambda r: r.update(min_fill="x"), "wrong type"),
    ("offers", 3, lambda r: r.update(allow=[3]), "wrong type"),
    ("offers", 1, lambda r: r.update(expires_at="tomorrow"), "no canonical UTC time"),
    ("rulebook", 1, lambda r: r.update(version=3), "unknown to this engine"),
    ("rulebook", 1, lambda r: r.update(version=True), "unknown to this engine"),
    ("rulebook", 1, lambda r: r.update(version=2), '"screening" is missing'),
    ("rulebook", 1, lambda r: r.update(max_ring=3), "max_ring is no key of rulebook 1"),
    ("rulebook", 1, lambda r: r.update(screening="neighbours"), "screening is no key of rulebook 1"),
    ("rulebook", 1, lambda r: r.update(netting_form="none"), "unknown to this engine"),
    ("rulebook", 1, lambda r: r.update(even_segments=8), "rulebook 1 does not know"),
    ("rulebook", 1, lambda r: r.update(allowance_bps="0.001"), "no number of at most 2 places"),
    ("rulebook", 1, lambda r: r.update(residual_tolerance="9" * 18), "too large"),
    ("rulebook", 1, lambda r: r.update(cut_off="2026-01-31"), "no canonical UTC time"),
]


LATER_CHANGES: list[tuple[str, int, Change, str]] = [
    ("rulebook", 1, lambda r: r.update(objectives=["surplus"]), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(objectives=["lottery", "value"]), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(objectives=["even", "even", "lottery"]), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(even_segments=8), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(obligations="ignore"), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(self_crossing="ask"), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(screening="all"), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(max_ring=1), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(max_ring="3"), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(max_ring=True), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(max_chain=0), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(work_limit=100_001), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.pop("work_limit"), "rulebook 2 does not know"),
    ("rulebook", 1, lambda r: r.update(screening="ring"), "screening of rings needs a max_ring"),
    ("offers", 1, lambda r: r.update(deliver_asset="*"), '"*" is missing or names nothing'),
    ("offers", 2, lambda r: r["receive"][1].update(asset="*"), "anything is not all that it takes"),
    ("offers", 3, lambda r: r["receive"][0].update(asset="*", limit_ppm="1"), "anything has a limit"),
    ("offers", 3, lambda r: r["receive"][0].update(asset="*", limit_ppm="0", max="1"), "anything has a limit"),
    ("offers", 3, lambda r: r.update(min_fill="10000"), "its minimum fill is not 1 to its quantity"),
    ("offers", 3, lambda r: r.update(min_fill="0"), "its minimum fill is not 1 to its quantity"),
    ("offers", 3, lambda r: r.update(lot="10000"), "no multiple of its lot is a fill"),
    ("offers", 3, lambda r: r.update(lot="0"), "no multiple of its lot is a fill"),
    ("offers", 3, lambda r: r.update(deliver_quantity="10", min_fill="7", lot="6"), "no multiple of its lot"),
    ("offers", 3, lambda r: r.update(deliver_quantity="10", all_or_none=True, lot="3"), "its lot does not divide"),
    ("offers", 3, lambda r: r.update(max_ring=1), "its longest ring is not 2 to 1000"),
    ("offers", 3, lambda r: r.update(max_ring=1_001), "its longest ring is not 2 to 1000"),
    ("offers", 3, lambda r: r.update(allow=["Z"]), "an unknown participant"),
    ("offers", 3, lambda r: r.update(allow=["D"], deny=["D"]), "allows and denies one participant"),
]


@pytest.mark.parametrize(
    ("name", "line", "change", "message", "rulebook"),
    [*((*change, Rulebook()) for change in CHANGES), *((*change, DEFAULTS[2]) for change in LATER_CHANGES)],
)
def test_a_changed_line_is_named_by_file_and_line(
    name: str, line: int, change: Change, message: str, rulebook: Rulebook
) -> None:
    bundle = stored(replace(plain_book(), rulebook=rulebook))
    path = f"inputs/{name}.jsonl"
    lines = bundle.lines(path)
    record = json.loads(lines[line - 1])
    change(record)
    lines[line - 1] = json.dumps(record).encode()
    bundle.files[path] = b"\n".join(lines) + b"\n"
    with pytest.raises(InputFault) as caught:
        read_stored_book(bundle.read)
    assert str(caught.value).startswith(f"{path} line {line}: ")
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{},{}", "not JSON"),
        (b"7", "wrong type"),
        (b"[]", "wrong type"),
        (b'"text"', "wrong type"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_a_line_that_is_no_record_is_named(line: bytes, message: str) -> None:
    bundle = stored(plain_book())
    lines = bundle.lines("inputs/offers.jsonl")
    bundle.files["inputs/offers.jsonl"] = b"\n".join([*lines[:2], line, lines[2]]) + b"\n"
    with pytest.raises(InputFault, match=rf"inputs/offers\.jsonl line 3: .*{message}"):
        read_stored_book(bundle.read)


def test_two_lines_that_only_together_make_json_are_named() -> None:
    bundle = stored(plain_book())
    lines = bundle.lines("inputs/stocks.jsonl")
    bundle.files["inputs/stocks.jsonl"] = b"[" + b"\n".join(lines) + b"]\n"
    with pytest.raises(InputFault, match=r"inputs/stocks\.jsonl line 1: it is not JSON"):
        read_stored_book(bundle.read)


def test_a_file_cut_short_is_named_at_its_last_line() -> None:
    bundle = stored(plain_book())
    bundle.files["inputs/offers.jsonl"] = bundle.files["inputs/offers.jsonl"][:-1]
    with pytest.raises(InputFault, match=r"inputs/offers\.jsonl line 3: it does not end"):
        read_stored_book(bundle.read)


def test_a_missing_or_second_rulebook_is_a_fault() -> None:
    bundle = stored(plain_book())
    once = bundle.files["inputs/rulebook.jsonl"]
    for content in (b"", once * 2):
        bundle.files["inputs/rulebook.jsonl"] = content
        with pytest.raises(InputFault, match="where there must be one"):
            read_stored_book(bundle.read)
