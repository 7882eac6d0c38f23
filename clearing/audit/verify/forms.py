"""The one spelling that each line of each file may have: nothing in, a table of forms out.

A bundle is canonical (RFC 8785): keys ascend, there is no space, a number has one spelling. So every
file has a regular expression that a line either matches, in which case it is canonical and its fields
are of the right type, or does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple


class Kind(NamedTuple):
    """The spelling of one value: what encloses it and what may stand inside."""

    before: str
    inner: str
    after: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a line; ``kept`` fields are handed on, the others only checked."""

    name: str
    kind: Kind
    required: bool = True
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """All fields of a line in ascending order and the pattern of the whole line."""

    path: str
    fields: tuple[Field, ...]
    pattern: re.Pattern[str]


def text(inner: str) -> Kind:
    """A JSON string."""
    return Kind('"', inner, '"')


def listed(kind: Kind) -> Kind:
    """A JSON array of at least one such value."""
    item = f"{kind.before}(?:{kind.inner}){kind.after}"
    return Kind(r"\[", f"{item}(?:,{item})*", r"\]")


def perhaps_none(kind: Kind) -> Kind:
    """A JSON array of any number of such values, its brackets kept."""
    some = listed(kind)
    return Kind("", rf"\[\]|{some.before}{some.inner}{some.after}", "")


def record(*fields: Field) -> Kind:
    """A JSON object with these fields."""
    return Kind(r"\{", _members(fields, capture=False), r"\}")


def form(path: str, *fields: Field) -> Form:
    """The form of a file."""
    ordered = tuple(sorted(fields, key=lambda field: field.name))
    return Form(path, ordered, re.compile(r"(?m)^\{" + _members(ordered, capture=True) + r"\}$"))


def _members(fields: tuple[Field, ...], *, capture: bool) -> str:
    """Members separated by commas; at least one is required, so that the commas are never in doubt."""
    ordered = sorted(fields, key=lambda field: field.name)
    first = next(place for place, field in enumerate(ordered) if field.required)
    parts = []
    for place, field in enumerate(ordered):
        opening = "(" if capture and field.kept else "(?:"
        value = f'"{field.name}":{field.kind.before}{opening}{field.kind.inner}){field.kind.after}'
        member = f"{value}," if place < first else f",{value}" if place > first else value
        parts.append(member if field.required else f"(?:{member})?")
    return "".join(parts)


IDENTIFIER = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
ID = text(IDENTIFIER)
AMOUNT = text("[1-9][0-9]{0,18}")
"""A positive integer."""
WHOLE = text("0|[1-9][0-9]{0,18}")
INTEGER = text("0|-?[1-9][0-9]{0,18}")
LONG = text("0|-?[1-9][0-9]{0,39}")
"""A sum that may pass 64 bits."""
COUNT = Kind("", "0|[1-9][0-9]{0,14}", "")
DECIMAL = text(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{0,8}[1-9])?")
TIME = text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{0,8}[1-9])?Z")
FREE = text(r'(?:[^"\\\x00-\x1f]|\\["\\])*')
MEMO = text(r'(?:[^"\\\x00-\x1f]|\\["\\tr])*')
"""A memo may hold tabs and returns."""
RING = text("R(?:[0-9]{6}|[1-9][0-9]{6,14})")
NODE = text(f"hub|(?:pool|stock|offer|in|out|claim):{IDENTIFIER}")
STATION = text(f"any|hub|rest|(?:pool|stock|offer|in|out|claim):{IDENTIFIER}")
"""A node of a ring, which may also pass residual or anything."""
TRUE = Kind("", "true", "")


def _free(*names: str) -> list[Field]:
    return [Field(name, MEMO if name == "memo" else FREE, required=False, kept=False) for name in names]


_CONDITIONS = (
    Field("min_fill", AMOUNT, required=False),
    Field("all_or_none", TRUE, required=False),
    Field("lot", AMOUNT, required=False),
    Field("max_ring", COUNT, required=False),
    Field("allow", listed(ID), required=False),
    Field("deny", listed(ID), required=False),
)
_TAKEN = text(rf"{IDENTIFIER}|\*")
_ALTERNATIVE = record(Field("asset", _TAKEN), Field("limit_ppm", INTEGER), Field("max", AMOUNT, required=False))
_RECEIVED = record(Field("alternative", COUNT), Field("flow_micro", AMOUNT), Field("quantity", WHOLE))
_SEGMENT = record(Field("flow_micro", AMOUNT), Field("members", listed(ID)))

PARTICIPANTS = form(
    "inputs/participants.jsonl",
    Field("participant_id", ID),
    Field("balance_micro", INTEGER),
    Field("credit_limit_micro", WHOLE),
    Field("balance_cap_micro", WHOLE, required=False),
    *_free("name", "lei", "country", "memo"),
)
ASSETS = form(
    "inputs/assets.jsonl",
    Field("asset_id", ID),
    Field("unit", FREE),
    Field("increment", DECIMAL),
    Field("class", text("goods|receipt|capacity|licence|service|internal")),
    *_free("name", "hs_code", "location", "window"),
)
FIXING = form("inputs/fixing.jsonl", Field("asset_id", ID), Field("value_micro", AMOUNT))
STOCKS = form(
    "inputs/stocks.jsonl",
    Field("stock_id", ID),
    Field("participant_id", ID),
    Field("asset_id", ID),
    Field("quantity", AMOUNT),
)
OBLIGATIONS = form(
    "inputs/obligations.jsonl",
    Field("obligation_id", ID),
    Field("debtor_id", ID),
    Field("creditor_id", ID),
    Field("amount_micro", AMOUNT),
    *_free("due_date", "reference"),
)
OFFERS = form(
    "inputs/offers.jsonl",
    Field("offer_id", ID),
    Field("participant_id", ID),
    Field("deliver_asset", ID),
    Field("deliver_quantity", AMOUNT),
    Field("receive", listed(_ALTERNATIVE)),
    Field("stock_id", ID, required=False),
    Field("expires_at", TIME, required=False),
    *_CONDITIONS,
    *_free("memo"),
)
RULEBOOK = form(
    "inputs/rulebook.jsonl",
    Field("version", COUNT),
    Field("objectives", listed(FREE)),
    Field("even_segments", COUNT),
    Field("netting_form", text("gross|net")),
    Field("obligations", FREE),
    Field("residual_tolerance", DECIMAL),
    Field("allowance_bps", DECIMAL),
    Field("self_crossing", FREE),
    Field("cut_off", TIME, required=False),
    Field("max_ring", COUNT, required=False),
    Field("max_chain", COUNT, required=False),
    Field("screening", text("neighbours|ring"), required=False),
    Field("work_limit", COUNT, required=False),
)
FILLS = form(
    "outcome/fills.jsonl",
    Field("kind", text("offer|obligation")),
    Field("id", ID),
    Field("flow_micro", AMOUNT),
    Field("delivered", WHOLE, required=False),
    Field("received", perhaps_none(_RECEIVED), required=False),
)
REFUSALS = form(
    "outcome/refusals.jsonl",
    Field("offer_id", ID),
    Field("reason", text("unsupported|expired|no_value|too_coarse|self_crossing|no_headroom"), kept=False),
    Field("found", FREE, required=False, kept=False),
    Field("limit", FREE, required=False, kept=False),
)
PREMIA = form(
    "outcome/premia.jsonl",
    Field("asset_id", ID),
    Field("premium_ppm", INTEGER),
    Field("lowest_ppm", INTEGER, required=False, kept=False),
    Field("highest_ppm", INTEGER, required=False, kept=False),
    Field("reference", NODE, required=False, kept=False),
    Field("component", NODE, kept=False),
    Field("traded_micro", WHOLE, kept=False),
)
RINGS = form(
    "outcome/rings.jsonl",
    Field("ring_id", RING),
    Field("nodes", listed(STATION), kept=False),
    Field("flow_micro", AMOUNT, kept=False),
    Field("segments", listed(_SEGMENT), kept=False),
)
LEGS = form(
    "outcome/legs.jsonl",
    Field("giver_offer", ID),
    Field("receiver_offer", ID),
    Field("alternative", COUNT),
    Field("giver", ID, kept=False),
    Field("receiver", ID, kept=False),
    Field("asset_id", ID, kept=False),
    Field("quantity", AMOUNT),
    Field("value_micro", AMOUNT, kept=False),
    Field("premium_micro", INTEGER, kept=False),
    Field("rings", listed(RING), kept=False),
)
ENTRIES = form(
    "outcome/entries.jsonl",
    Field("participant_id", ID),
    Field("kind", text("index|premium|residual")),
    Field("amount_micro", INTEGER),
)
POSITIONS = form(
    "outcome/positions.jsonl",
    Field("participant_id", ID, kept=False),
    Field("asset_id", ID),
    Field("delivered", WHOLE),
    Field("received", WHOLE),
)
INSTRUCTIONS = form(
    "outcome/instructions.jsonl",
    Field("instruction_id", text("I(?:[0-9]{6}|[1-9][0-9]{6,14})")),
    Field("deliverer", ID, kept=False),
    Field("receiver", ID, kept=False),
    Field("asset_id", ID, kept=False),
    Field("quantity", AMOUNT, kept=False),
    Field("value_micro", AMOUNT, kept=False),
    Field("premium_micro", INTEGER, required=False, kept=False),
    Field("rings", listed(RING), kept=False),
    Field("group", text("G(?:[0-9]{6}|[1-9][0-9]{6,14})"), kept=False),
)
FORMS = {
    each.path: each
    for each in (
        ASSETS, FIXING, OBLIGATIONS, OFFERS, PARTICIPANTS, RULEBOOK, STOCKS,
        ENTRIES, FILLS, INSTRUCTIONS, LEGS, POSITIONS, PREMIA, REFUSALS, RINGS,
    )
}  # fmt: skip
CERTIFICATE_PATH = "certificate.json"
MANIFEST_PATH = "manifest.json"
INPUT_PATHS = tuple(sorted(path for path in FORMS if path.startswith("inputs/")))
SEALED_PATHS = frozenset({*FORMS, CERTIFICATE_PATH})
FIXING_RECORD_PATH = "inputs/fixing-record.json"
"""Sealed as well, in the bundles of books that are valued by one."""
FREE_PATHS = frozenset({MANIFEST_PATH, "report.html"})
