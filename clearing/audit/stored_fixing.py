"""The text of a fixing record in, the fixing out; the inverse of ``record_text``, exact to the byte.

The checks are those of form: every member known, there and of its type, spelled canonically, both digests those of
what they cover. Whether the figures follow from the quotes is for ``verify`` to say, which shares nothing with this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearing.audit.canonical import canonical
from clearing.audit.fixing_record import record_digest
from clearing.audit.methodology_record import methodology_digest
from clearing.audit.record_members import (
    Member,
    count,
    day,
    decimal,
    digest,
    flag,
    free_text,
    identifier,
    list_of,
    member_of,
    members,
    moment,
    optional,
    parsed,
    shaped,
    shown,
    word,
)
from clearing.audit.stored_methodology import stored_methodology
from clearing.model import fixing as model
from clearing.model.errors import InputFault
from clearing.model.methodology import KINDS, RANKS

REASON_CHARACTERS_MAX = 400
_NUMBERS = range(1, 10**9)
_FIGURES = range(10**9)

_any_decimal = decimal()
_positive = decimal(above="0")
_not_negative = decimal(least="0")


def _integer(value: Any, place: str) -> int:
    return int(shaped("[1-9][0-9]{0,3999}", "a positive integer as a text")(value, place))


_RESTATEMENT = {"restates": Member(digest), "reason": Member(free_text(REASON_CHARACTERS_MAX))}
_LAST_VALUE = {"asset": Member(identifier), "value": Member(_positive), "day": Member(day)}
_QUOTE = {
    "source": Member(identifier),
    "base": Member(identifier),
    "quote": Member(identifier),
    "value": Member(shaped("[\x20-\x7e]{1,40}", "1 to 40 printable ASCII characters")),
    "kind": Member(member_of(model.QuoteKind)),
    "time": Member(moment),
    "approvals": optional(list_of(identifier, empty=False)),
}
_REJECT = {"quote": Member(count(_NUMBERS)), "reason": Member(member_of(model.RejectReason))}
_PAIR = {
    "base": Member(identifier),
    "quote": Member(identifier),
    "rung": Member(member_of(model.Rung)),
    "rank": Member(count(RANKS)),
    "sources": Member(list_of(identifier, empty=False)),
    "log_price": Member(_any_decimal),
    "residual": Member(_any_decimal),
    "disputed": optional(flag),
}
_TRIED = {
    "rung": Member(member_of(model.Rung)),
    "rank": optional(count(RANKS)),
    "why": Member(member_of(model.Why)),
    "found": optional(count(_FIGURES)),
    "limit": optional(count(_FIGURES)),
}
_UNPRICED = {
    "asset": Member(identifier),
    "tried": Member(list_of(lambda value, place: _row(model.Tried, _TRIED)(value, place))),
}
_FALLBACK = {
    **_UNPRICED,
    "other": optional(identifier),
    "rung": Member(member_of(model.Rung)),
    "rank": optional(count(RANKS)),
    "related": optional(identifier),
    "day": optional(day),
    "quotes": optional(list_of(count(_NUMBERS), empty=False)),
}
_VALUE = {
    "asset": Member(identifier),
    "log_value": Member(_any_decimal),
    "value": Member(_positive),
    "value_micro": optional(_integer),
    "observed": Member(day),
    "stale": optional(flag),
    "share": optional(_not_negative),
}
_LEFT_OUT = {
    "asset": Member(identifier),
    "kind": Member(word(*KINDS)),
    "share_before": Member(_not_negative),
    "share": Member(_not_negative),
    "difference": Member(_any_decimal),
}
_ALARM = {
    "alarm": Member(member_of(model.Alarm)),
    "asset": optional(identifier),
    "other": optional(identifier),
    "found": optional(_any_decimal),
    "limit": optional(_any_decimal),
}
_ABSENT = {"approvals": (), "quotes": (), "disputed": False, "stale": False}
"""What a member that is left out stands for where it is not None."""


def _row(kind: Any, known: Mapping[str, Member]) -> Any:
    """A reader of one flat record."""

    def read(value: Any, place: str) -> Any:
        stated = members(value, place, known)
        return kind(**{name: _ABSENT.get(name) if each is None else each for name, each in stated.items()})

    return read


def _rows(kind: Any, known: Mapping[str, Member]) -> Member:
    return Member(list_of(_row(kind, known)))


_PREVIOUS = {"digest": Member(digest), "day": Member(day), "values": _rows(model.LastValue, _LAST_VALUE)}
_FIXING = {
    "format": Member(word(model.FIXING_FORMAT)),
    "index": Member(identifier),
    "day": Member(day),
    "revision": Member(count(_NUMBERS)),
    "window_opens": Member(moment),
    "fixing_time": Member(moment),
    "publication_time": Member(moment),
    "challenge_ends": Member(moment),
    "restatement": optional(_row(model.Restatement, _RESTATEMENT)),
    "methodology": Member(stored_methodology),
    "methodology_digest": Member(digest),
    "previous": optional(_row(model.Previous, _PREVIOUS)),
    "quotes": _rows(model.Quote, _QUOTE),
    "rejects": _rows(model.RejectedQuote, _REJECT),
    "pairs": _rows(model.Pair, _PAIR),
    "fallbacks": _rows(model.Fallback, _FALLBACK),
    "values": _rows(model.AssetValue, _VALUE),
    "unpriced": _rows(model.Unpriced, _UNPRICED),
    "residual": Member(_not_negative),
    "stale_share": optional(_not_negative),
    "leave_one_out": _rows(model.LeftOut, _LEFT_OUT),
    "alarms": _rows(model.AlarmRaised, _ALARM),
    "status": Member(member_of(model.FixingStatus)),
    "digest": Member(digest),
}


def read_fixing(text: str) -> tuple[model.Fixing, str]:
    """The fixing and its digest; a line end after the record is allowed. Raises InputFault."""
    text = text.removesuffix("\n")
    record = parsed(text)
    stated = members(record, "", _FIXING)
    if canonical(record) != text:
        raise InputFault("the record is not spelled canonically (RFC 8785): members ascend, no white space")
    fixing = _fixing(stated)
    index, of_methodology = fixing.methodology.index, methodology_digest(fixing.methodology)
    for name, found, wanted in (
        ("index", stated["index"], index),
        ("methodology_digest", stated["methodology_digest"], of_methodology),
        ("digest", stated["digest"], record_digest(fixing)),
    ):
        if found != wanted:
            raise InputFault(f"{name}: {shown(found)}, and what it covers has {wanted}")
    return fixing, stated["digest"]


def _fixing(stated: Mapping[str, Any]) -> model.Fixing:
    derived = ("format", "index", "methodology_digest", "digest")
    return model.Fixing(**{name: value for name, value in stated.items() if name not in derived})
