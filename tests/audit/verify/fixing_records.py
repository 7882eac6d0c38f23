"""Fixings made by the index in, their records as bytes out; and records changed and sealed again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

from clearing.audit.fixing_record import record_digest, record_text
from clearing.index.fixing import fix, handed_on
from clearing.model.fixing import Fixing, Restatement
from tests.audit.verify.fixing_worlds import DAY, drawn_market, methodology, quiet_market
from tests.audit.verify.resealing import canonical

Record = dict[str, Any]


def content_of(fixing: Fixing) -> bytes:
    """The file of a fixing."""
    return f"{record_text(fixing)}\n".encode()


def resealed(record: Record) -> bytes:
    """The record with both digests made to agree."""
    sealed = {name: value for name, value in record.items() if name != "digest"}
    sealed["methodology_digest"] = sha256(canonical(sealed["methodology"])).hexdigest()
    sealed["digest"] = sha256(canonical(sealed)).hexdigest()
    return canonical(sealed) + b"\n"


def changed(content: bytes, change: Callable[[Record], object]) -> bytes:
    """The record after a change, sealed again."""
    record: Record = copy.deepcopy(json.loads(content))
    change(record)
    return resealed(record)


@cache
def quiet_days() -> tuple[Fixing, ...]:
    """Two days of a market without trouble, the second one restated as well."""
    first = fix(quiet_market(), methodology(), day=DAY)
    day = following_day(DAY)
    before = handed_on(first, record_digest(first))
    second = fix(quiet_market(day), methodology(), day=day, previous=before)
    again = Restatement(record_digest(second), "a source withdrew a quote")
    quotes = [each for each in quiet_market(day) if each.source != "S4" or each.base != "TIN"]
    third = fix(quotes, methodology(), day=day, previous=before, revision=2, restatement=again)
    return first, second, third


@cache
def halved_day() -> Fixing:
    """The day after the first, on which one currency has halved."""
    first, day = quiet_days()[0], following_day(DAY)
    halved = [
        replace(each, value=f"{Decimal(each.value) / 2:f}") if each.base == "JPY" else each
        for each in quiet_market(day)
    ]
    return fix(halved, methodology(), day=day, previous=handed_on(first, record_digest(first)))


@cache
def troubled_days(seed: int) -> tuple[Fixing, ...]:
    """Four days of drawn markets, the first of them quiet where the seed is odd."""
    terms = methodology(trimmed_from=5 + seed % 3, trim=("0.2", "0.1")[seed // 2 % 2])
    quotes = quiet_market() if seed % 2 else drawn_market(10 * seed + 9)
    found = [fix(quotes, terms, day=DAY)]
    for number in range(3):
        day = following_day(found[-1].day, 1 + seed % 3)
        before = handed_on(found[-1], record_digest(found[-1]))
        quotes += drawn_market(10 * seed + number, day)
        found.append(fix(quotes, terms, day=day, previous=before))
    return tuple(found)


def following_day(day: str, days: int = 1) -> str:
    """The day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every text, number and flag of a record with the way to it."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*place, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from leaves(each, (*place, number))
    else:
        yield place, value
