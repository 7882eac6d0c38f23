"""Books in which a leak would show, their bundles, and what of a bundle a participant has no claim to see."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clearing.doors.words import amount
from clearing.model.book import NONE, Book
from tests.audit.samples import MemoryBundle
from tests.books import random_book
from tests.sessions import clear_in_memory

DESKS = sorted(["XQ", "XQ-7", "XQ-77", "XQ-7.7", "XQ.7", "XQ:7", "XQ7"])
"""Each a prefix of another or next to it."""
DIGITS_MIN = 6
"""Shorter numbers occur by chance."""

Record = Mapping[str, Any]


def telling_book(seed: int, *, netting_form: str = "gross", offers: int = 12) -> Book:
    """A random book whose quantities and amounts are large and of one owner each, with names and memos."""
    draw, book = random.Random(seed), random_book(seed, offers=offers, netting_form=netting_form)
    desks = DESKS[: len(book.participants.id)]
    alt_max = [most if most == NONE else _large(draw, most) for most in book.offers.alt_max.tolist()]
    return replace(
        book,
        participants=replace(
            book.participants,
            id=desks,
            balance_micro=_column(_large(draw, abs(each)) for each in book.participants.balance_micro.tolist()),
            credit_limit_micro=_column(_large(draw, each) for each in book.participants.credit_limit_micro.tolist()),
            texts={name: {i: f"{name} of {desk}" for i, desk in enumerate(desks)} for name in ("name", "memo")},
        ),
        offers=replace(
            book.offers,
            id=sorted(f"W{i}" for i in range(offers)),
            quantity=_column(_large(draw, each) for each in book.offers.quantity.tolist()),
            alt_max=_column(alt_max),
        ),
        stocks=replace(book.stocks, quantity=_column(_large(draw, each) for each in book.stocks.quantity.tolist())),
        obligations=replace(
            book.obligations,
            amount_micro=_column(_large(draw, each) for each in book.obligations.amount_micro.tolist()),
        ),
    )


def _large(draw: random.Random, number: int) -> int:
    return number * 10_000_000 + draw.randint(1_000_000, 9_999_999)


def _column(values: Any) -> Any:
    return np.array(list(values), dtype=np.int64)


def bundle_of(book: Book) -> MemoryBundle:
    return MemoryBundle(clear_in_memory(book)[1])


def parties(statement: Record) -> set[str]:
    """The counterparties that a statement may name: of legs, obligations and instructions."""
    rows = [*statement["legs"], *statement["obligations"], *statement["instructions"]]
    return {row["counterparty"] for row in rows}


def foreign(bundle: MemoryBundle, own: str) -> tuple[set[str], set[str]]:
    """(ids of other desks, their offers, obligations and stocks; their numbers of six digits and more).

    A line is the participant's own if it names the participant or one of its offers; numbers that such a line
    holds are no secret, nor are premia.
    """
    own_ids: set[str] = {own}
    ids: set[str] = set()
    own_numbers: set[int] = set()
    numbers: set[int] = set()
    for name in ("participants", "offers", "stocks", "obligations"):
        for record in _records(bundle, f"inputs/{name}.jsonl"):
            named = {record[key] for key in ("participant_id", "debtor_id", "creditor_id") if key in record}
            id = next(
                record[key] for key in ("offer_id", "stock_id", "obligation_id", "participant_id") if key in record
            )
            (own_ids if own in named else ids).add(id)
            (own_numbers if own in named else numbers).update(_numbers(record))
    for path in sorted(bundle.files):
        if path.startswith("outcome/"):
            for record in _records(bundle, path):
                public = path.endswith("premia.jsonl")
                mine = public or any(record.get(key) in own_ids for key in _OWNERS)
                (own_numbers if mine else numbers).update(_numbers(record))
    return ids - own_ids, _written(numbers) - _written(own_numbers)


_OWNERS = ("participant_id", "giver", "receiver", "deliverer", "offer_id", "id")


def _records(bundle: MemoryBundle, path: str) -> list[Record]:
    return [json.loads(line) for line in bundle.lines(path)]


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _numbers(member)
    elif isinstance(value, list):
        for member in value:
            yield from _numbers(member)
    elif isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        yield abs(int(value))


def _written(numbers: set[int]) -> set[str]:
    """As digits, and as the digits of an amount with two decimals."""
    texts = {str(number) for number in numbers} | {re.sub("[^0-9]", "", amount(number)) for number in numbers}
    return {text for text in texts if len(text) >= DIGITS_MIN}


def ids_in(text: str) -> set[str]:
    """Everything in a text that could be an id, with and without what may stand behind it in prose."""
    found = set(re.findall(r"[A-Za-z0-9._:-]+", text))
    return found | {each.rstrip(".:-") for each in found}


def numbers_in(text: str) -> set[str]:
    """Every run of digits, thousands separators and points apart."""
    plain = re.sub(r"(?<=[0-9])[,.](?=[0-9])", "", text)
    return set(re.findall(r"[0-9]+", plain))
