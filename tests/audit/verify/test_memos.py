"""A memo with tabs and returns, which a book may hold, is sealed, verified and replayed; other texts have none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearing.service import replay_bundle
from tests.audit.samples import MemoryBundle
from tests.audit.verify.resealing import Records, resealed, verified
from tests.books import book, offer
from tests.sessions import clear_in_memory

MEMO = "\t=1+1\r\t"


def files() -> dict[str, bytes]:
    plain = book(
        values={"A": 1_000, "B": 1_000},
        offers=[offer("O1", "D", "A", 5, ("B", 0)), offer("O2", "E", "B", 5, ("A", 0))],
        obligations=[("B1", "D", "E", 5)],
    )
    return clear_in_memory(
        replace(
            plain,
            participants=replace(plain.participants, texts={"memo": {0: MEMO}, "name": {0: "x"}}),
            assets=replace(plain.assets, texts={"name": {0: "x"}}),
            obligations=replace(plain.obligations, texts={"reference": {0: "x"}}),
            offers=replace(plain.offers, memo={1: MEMO}),
        )
    )[1]


def test_a_memo_may_hold_tabs_and_returns() -> None:
    bundle = files()
    assert bundle["inputs/offers.jsonl"].count(rb"\t=1+1\r\t") == 1
    assert bundle["inputs/participants.jsonl"].count(rb"\t=1+1\r\t") == 1
    assert verified(bundle).holds
    assert replay_bundle(MemoryBundle(bundle)).difference is None


@pytest.mark.parametrize(
    ("path", "member", "text"),
    [
        ("inputs/participants.jsonl", "name", "a\tb"),
        ("inputs/assets.jsonl", "name", "a\rb"),
        ("inputs/obligations.jsonl", "reference", "a\tb"),
        ("inputs/participants.jsonl", "memo", "a\nb"),
        ("inputs/offers.jsonl", "memo", "a\x1bb"),
    ],
)
def test_other_control_characters_break_the_seal(path: str, member: str, text: str) -> None:
    def change(records: Records) -> None:
        next(each for each in records[path] if member in each)[member] = text

    report = verified(resealed(files(), change))
    assert not report.holds
    assert any(path in line and member in line for line in map(str, report.violations))
