"""A statement in, the same in plain text out: 80 columns, amounts in index units, quantities in the asset's unit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from textwrap import wrap
from typing import Any

from clearing.audit.input_lines import OFFERS
from clearing.doors.words import ENTRIES, UNITS, amount, bps, count, refusal_words
from clearing.model.book import ANY_NAME, INDEX_NAME
from clearing.model.faults import Refusal, RefusalReason

WIDTH = 80
STATEMENT_JSON = "statement.json"
BESIDE_WORDS = {
    "index": "  by debts with credit",
    "premium": "  by offers searched",
    "residual": "  by returns of gifts",
}
"""What of an entry no leg shows."""

_Object = Mapping[str, Any]


def statement_lines(statement: _Object) -> list[str]:
    """Everything but the paths of the proofs, which are for a program to follow."""
    words = _Words(statement)
    return [
        *_wrapped(f"STATEMENT OF {words.party(statement['participant_id'])}", 0),
        *_wrapped(f"session  {statement['session']}", 2),
        f"  digest   {statement['digest']}",
        *_section("ACCOUNT, in index units", _account_lines(statement["account"])),
        *_section("OFFERS", (line for offer in statement["offers"] for line in _offer_lines(words, offer))),
        *_section(
            "OBLIGATIONS", (line for each in statement["obligations"] for line in _obligation_lines(words, each))
        ),
        *_section(
            "LEGS, each by one of its own offers",
            (line for leg in statement["legs"] for line in _leg_lines(words, leg)),
        ),
        *_section(
            "INSTRUCTIONS", (line for each in statement["instructions"] for line in _instruction_lines(words, each))
        ),
        *_section("PREMIA of the assets that its offers name", _premium_lines(words, statement["assets"])),
        *_section("PROOF", _proof_lines(statement["proofs"])),
    ]


class _Words:
    """Names and units of what a statement mentions."""

    def __init__(self, statement: _Object) -> None:
        self._assets = {asset["asset_id"]: asset for asset in statement["assets"]}
        self._parties = {party["participant_id"]: party.get("name") for party in statement["counterparties"]}
        self._parties[statement["participant_id"]] = statement.get("name")
        offers = [record["line"] for record in statement["proofs"]["records"] if record["file"] == OFFERS]
        self._sealed = {line["offer_id"]: line for line in map(json.loads, offers)}
        self.searched = any("pay_micro" in offer for offer in statement["offers"])

    def party(self, participant_id: str) -> str:
        """``Amberfield Grain (AMBERFIELD)``, or the id alone."""
        name = self._parties.get(participant_id)
        return participant_id if name is None else f"{name} ({participant_id})"

    def terms(self, offer_id: str) -> str:
        """What the offer takes, as it is sealed: ``milling wheat at -5.00 bps or index units at +0.00 bps``."""
        return " or ".join(
            (
                self.asset(ANY_NAME)
                if term["asset"] == ANY_NAME
                else f"{self.asset(term['asset'])} at {bps(int(term['limit_ppm']))} bps"
            )
            + (f", at most {self.quantity(term['asset'], term['max'])}" if "max" in term else "")
            for term in self._sealed[offer_id]["receive"]
        )

    def has_premium(self, asset_id: str) -> bool:
        """Whether the asset clears by premia; index units need none."""
        return asset_id == INDEX_NAME or "premium_ppm" in self._assets[asset_id]

    def asset(self, asset_id: str) -> str:
        """Its name where it has one, else its id."""
        unnamed = {INDEX_NAME: "index units", ANY_NAME: "anything"}.get(asset_id)
        return unnamed or str(self._assets[asset_id].get("name", asset_id))

    def quantity(self, asset_id: str, increments: str) -> str:
        """An exact quantity: ``410.511 t of milling wheat``."""
        if asset_id == INDEX_NAME:
            return f"{amount(int(increments))} index units"
        asset = self._assets[asset_id]
        quantity = int(increments) * Decimal(asset["increment"])
        unit = UNITS.get(asset["unit"], asset["unit"])
        return f"{quantity:,f} {unit} of {self.asset(asset_id)}"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return ["", title, *(list(lines) or ["  none"])]


def _account_lines(account: _Object) -> Iterator[str]:
    yield _exact("balance before", account["opening_micro"])
    entries = {entry["kind"]: entry["amount_micro"] for entry in account["entries"]}
    beside = {each["kind"]: each["amount_micro"] for each in account.get("beside_legs", ())}
    for kind, label in ENTRIES.items():
        if kind in entries or kind in beside:
            yield _exact(label, entries.get(kind, "0"), sign="+")
        if kind in beside:
            yield _exact(BESIDE_WORDS[kind], beside[kind], sign="+")
    yield _exact("balance after", account["closing_micro"])
    yield _exact("credit limit", account["credit_limit_micro"])
    if "balance_cap_micro" in account:
        yield _exact("balance cap", account["balance_cap_micro"])


def _exact(label: str, micro: str, sign: str = "") -> str:
    """Every micro index unit, so that the lines add up."""
    return f"  {label:<24}{Decimal(int(micro)).scaleb(-6):>{sign}30,.6f}"


def _offer_lines(words: _Words, offer: _Object) -> Iterator[str]:
    fate = offer["fate"].replace("_", " ")
    offered = words.quantity(offer["deliver_asset"], offer["deliver_quantity"])
    yield from _wrapped(f"{offer['offer_id']} {fate}: offers {offered} for {words.terms(offer['offer_id'])}", 2)
    if offer["fate"] == "refused":
        refusal = Refusal(0, RefusalReason(offer["reason"]), offer.get("found"), offer.get("limit"))
        yield from _wrapped(refusal_words(refusal), 6)
    elif offer["fate"] != "unfilled":
        goods = [row for row in offer["received"] if row["asset_id"] != ANY_NAME]
        taken = [words.quantity(row["asset_id"], row["quantity"]) for row in goods]
        delivered = words.quantity(offer["deliver_asset"], offer["delivered"])
        yield from _wrapped(f"delivers {delivered}, receives {' and '.join(taken) or 'nothing, as a gift'}", 6)
        if "pay_micro" in offer:
            pay = Decimal(offer["pay_micro"]).scaleb(-6)
            yield from _wrapped(f"{'pays' if pay < 0 else 'is paid'} {abs(pay):,.6f} beyond value for value", 6)


def _obligation_lines(words: _Words, obligation: _Object) -> Iterator[str]:
    whole, gone, left = (amount(int(obligation[f"{part}_micro"])) for part in ("amount", "discharged", "remaining"))
    way = "owed to" if obligation["side"] == "debtor" else "owed by"
    yield from _wrapped(f"{obligation['obligation_id']} {way} {words.party(obligation['counterparty'])}", 2)
    yield from _wrapped(f"{whole}, of which {gone} set off; {left} remains", 6)


def _leg_lines(words: _Words, leg: _Object) -> Iterator[str]:
    yield from _wrapped(f"{leg['offer_id']} {_movement(words, leg)}", 2)
    yield from _wrapped(_worth(words, leg), 6)


def _instruction_lines(words: _Words, instruction: _Object) -> Iterator[str]:
    yield from _wrapped(f"{instruction['instruction_id']} {_movement(words, instruction)}", 2)
    yield from _wrapped(f"{_worth(words, instruction)}; settles with group {instruction['group']}", 6)


def _movement(words: _Words, row: _Object) -> str:
    way = "to" if row["side"] == "delivers" else "from"
    return f"{row['side']} {words.quantity(row['asset_id'], row['quantity'])} {way} {words.party(row['counterparty'])}"


def _worth(words: _Words, row: _Object) -> str:
    value = f"value {amount(int(row['value_micro']))}"
    if not words.has_premium(row["asset_id"]):
        return f"{value}, pay booked by entry"
    if "premium_micro" not in row:
        return f"{value}, premium booked by entry"
    premium = int(row["premium_micro"])
    return f"{value}, premium {'+' if premium > 0 else ''}{amount(premium)}"


def _premium_lines(words: _Words, assets: list[_Object]) -> Iterator[str]:
    """An id may be long: the figures then go to a line of their own."""
    if words.searched:
        yield from _wrapped(
            "Where an asset has none, trade goes in rings of bounded length or in whole pieces, and each offer is paid "
            "by itself: see OFFERS.",
            2,
        )
    if assets:
        yield f"  {'asset':<30}{'premium bps':>12}{'could lie within':>20}{'cleared':>16}"
    for asset in assets:
        if "premium_ppm" in asset:
            ends = _ends(asset)
            figures = f"{bps(int(asset['premium_ppm'])):>12}{ends:>20}{amount(int(asset['traded_micro'])):>16}"
        else:
            figures = f"{'none':>12}"
        name = asset.get("name", asset["asset_id"])
        if len(name) < 30:
            yield f"  {name:<30}{figures}"
        else:
            yield from _wrapped(name, 2)
            yield f"  {'':<30}{figures}"


def _ends(asset: _Object) -> str:
    lowest, highest = (bps(int(asset[end])) if end in asset else "open" for end in ("lowest_ppm", "highest_ppm"))
    return "exactly this" if lowest == highest != "open" else f"{lowest} {highest}"


def _proof_lines(proofs: _Object) -> list[str]:
    records = count(len(proofs["records"]), "line")
    return [
        *_wrapped(
            f"{records} of the sealed book, every one of this participant, with audit paths (RFC 6962) to the book "
            "root below; the line of each offer and obligation also to the offers root. With the book root from "
            f"a source that you trust, {STATEMENT_JSON} checks without the bundle:",
            2,
        ),
        f"  clearing check-statement {STATEMENT_JSON} \\",
        f"    --book-root {proofs['book_root']}",
        "",
        f"  offers root {proofs['offers_root']}",
    ]


def _wrapped(text: str, indent: int) -> list[str]:
    return wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4))
