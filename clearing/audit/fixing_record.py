"""A fixing in, the canonical text that is published as its record out, and the digest that it goes by."""

from __future__ import annotations

from enum import Enum
from hashlib import sha256
from typing import Any

from clearing.audit.canonical import canonical
from clearing.audit.methodology_record import Members, members_of, methodology_digest, methodology_members, plain
from clearing.model.fixing import FIXING_FORMAT, AssetValue, Fixing, Previous, Tried


def record_text(fixing: Fixing) -> str:
    """The record on one line, without a line end, with its digest."""
    members = fixing_members(fixing)
    return canonical({**members, "digest": _digest(members)})


def record_digest(fixing: Fixing) -> str:
    """SHA-256 in hex of the canonical text of all members but the digest."""
    return _digest(fixing_members(fixing))


def fixing_members(fixing: Fixing) -> Members:
    """All members of the record but its digest."""
    stated = {
        "format": FIXING_FORMAT,
        "index": fixing.methodology.index,
        "day": fixing.day,
        "revision": fixing.revision,
        "window_opens": fixing.window_opens,
        "fixing_time": fixing.fixing_time,
        "publication_time": fixing.publication_time,
        "challenge_ends": fixing.challenge_ends,
        "restatement": None if fixing.restatement is None else _row(fixing.restatement),
        "methodology": methodology_members(fixing.methodology),
        "methodology_digest": methodology_digest(fixing.methodology),
        "previous": None if fixing.previous is None else _previous(fixing.previous),
        "quotes": [_row(each) for each in fixing.quotes],
        "rejects": [_row(each) for each in fixing.rejects],
        "pairs": [_row(each) for each in fixing.pairs],
        "fallbacks": [{**_row(each), "tried": _tried(each.tried)} for each in fixing.fallbacks],
        "values": [_value(each) for each in fixing.values],
        "unpriced": [{"asset": each.asset, "tried": _tried(each.tried)} for each in fixing.unpriced],
        "residual": plain(fixing.residual),
        "stale_share": None if fixing.stale_share is None else plain(fixing.stale_share),
        "leave_one_out": [_row(each) for each in fixing.leave_one_out],
        "alarms": [_row(each) for each in fixing.alarms],
        "status": fixing.status.value,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _digest(members: Members) -> str:
    return sha256(canonical(members).encode()).hexdigest()


def _row(stated: Any) -> Members:
    """A record's members: words of enums, lists, flags that are set; nothing of what is absent."""
    found = {}
    for name, value in members_of(stated).items():
        if isinstance(value, Enum):
            found[name] = value.value
        elif isinstance(value, tuple):
            found[name] = list(value)
        else:
            found[name] = value
    return {name: value for name, value in found.items() if value is not False and value != []}


def _tried(tried: tuple[Tried, ...]) -> list[Members]:
    return [_row(each) for each in tried]


def _value(value: AssetValue) -> Members:
    members = _row(value)
    if value.value_micro is not None:
        members["value_micro"] = str(value.value_micro)
    return members


def _previous(previous: Previous) -> Members:
    return {
        "digest": previous.digest,
        "day": previous.day,
        "values": [_row(each) for each in previous.values],
    }
