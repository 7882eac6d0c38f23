"""A statement and a book root that is trusted in, everything that does not fit out; the standard library is enough.

The book root proves what came in: the participant's own line, offers, stocks and obligations. What came out is
added up: fills within offers, premia and index of legs and residuals into entries, entries into the balance.
That the session itself keeps the laws is for ``verify`` to say, which needs the bundle that the digest names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from clearing.audit.canonical import canonical
from clearing.audit.inclusion import leaf_hash, root_from_path
from clearing.audit.input_lines import OBLIGATIONS, OFFERS, PARTICIPANTS, STOCKS

STATEMENT_FORMAT = "clearing-statement/1"
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
_REASONS = {"index": "credit", "premium": "pay", "residual": "returns"}
"""What may move an account beside legs: obligations with credit, pay of offers that were searched, gifts' returns."""
_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch

_Object: TypeAlias = Mapping[str, Any]


def check_statement(statement: Any, book_root: str) -> list[str]:
    """What is wrong with a statement, in words; nothing when all of it checks against ``book_root`` (hex)."""
    try:
        if statement["format"] != STATEMENT_FORMAT:
            return [f"its format is not {STATEMENT_FORMAT}"]
        return [*_proof_flaws(statement["proofs"], book_root), *_flaws(statement)]
    except _MALFORMED as error:
        return [f"it is malformed: {type(error).__name__}"]


def _proof_flaws(proofs: _Object, book_root: str) -> Iterator[str]:
    if proofs["book_root"] != book_root:
        yield "its book root is another"
    for record in proofs["records"]:
        for tree in ("book", "offers"):
            if tree == "offers" and record["file"] not in (OFFERS, OBLIGATIONS):
                continue
            leaf, place = leaf_hash(record["line"].encode()), record[tree]
            if _root(leaf, place, proofs[f"{tree}_size"]) != (book_root if tree == "book" else proofs["offers_root"]):
                yield f"the {tree} root does not prove {record['file']} {_shown(record['line'])}"


def _root(leaf: bytes, place: _Object, size: int) -> str | None:
    path = [bytes.fromhex(node) for node in place["path"] if _DIGEST(node)]
    if len(path) != len(place["path"]):
        return None
    try:
        return root_from_path(leaf, index=place["index"], size=size, path=path).hex()
    except ValueError:
        return None


def _flaws(statement: _Object) -> Iterator[str]:
    lines: dict[str, list[_Object]] = {PARTICIPANTS: [], OFFERS: [], STOCKS: [], OBLIGATIONS: []}
    for record in statement["proofs"]["records"]:
        line = json.loads(record["line"])
        if canonical(line) != record["line"]:
            yield f"{record['file']} {_shown(record['line'])} is not canonical"
        lines[record["file"]].append(line)
    yield from _foreign_lines(statement, lines)
    yield from _offer_flaws(statement, {line["offer_id"]: line for line in lines[OFFERS]})
    yield from _obligation_flaws(statement, {line["obligation_id"]: line for line in lines[OBLIGATIONS]})
    yield from _account_flaws(statement, lines[PARTICIPANTS])


def _foreign_lines(statement: _Object, lines: Mapping[str, list[_Object]]) -> Iterator[str]:
    own = statement["participant_id"]
    for path in (PARTICIPANTS, OFFERS, STOCKS):
        yield from (
            f"a line of {path} is another participant's" for line in lines[path] if line["participant_id"] != own
        )
    for line in lines[OBLIGATIONS]:
        if own not in (line["debtor_id"], line["creditor_id"]):
            yield f"a line of {OBLIGATIONS} is between others"


def _offer_flaws(statement: _Object, sealed: Mapping[str, _Object]) -> Iterator[str]:
    offers = statement["offers"]
    if sorted(sealed) != [offer["offer_id"] for offer in offers]:
        yield "its offers are not those that are proven"
        return
    given, taken = _leg_sums(statement["legs"])
    for offer in offers:
        id, line = offer["offer_id"], sealed[offer["offer_id"]]
        if (offer["deliver_asset"], offer["deliver_quantity"]) != (line["deliver_asset"], line["deliver_quantity"]):
            yield f"offer {id} is stated otherwise than it is sealed"
        delivered = int(offer.get("delivered", "0"))
        if not given.get(id, 0) <= delivered <= int(line["deliver_quantity"]):
            yield f"offer {id} delivers more than it offers, or less than its legs"
        received = {row["alternative"]: row for row in offer.get("received", ())}
        for alternative in {place for name, place in taken if name == id} | received.keys():
            term = line["receive"][alternative]
            quantity = int(received[alternative]["quantity"]) if alternative in received else 0
            most = int(term["max"]) if "max" in term else quantity
            if not taken.get((id, alternative), 0) <= quantity <= most:
                yield f"offer {id} receives more than it may, or less than its legs"


def _leg_sums(legs: list[_Object]) -> tuple[dict[str, int], dict[tuple[str, int], int]]:
    """What legs deliver by offer, and receive by offer and alternative."""
    given: dict[str, int] = {}
    taken: dict[tuple[str, int], int] = {}
    for leg in legs:
        id, quantity = leg["offer_id"], int(leg["quantity"])
        if leg["side"] == "delivers":
            given[id] = given.get(id, 0) + quantity
        else:
            taken[id, leg["alternative"]] = taken.get((id, leg["alternative"]), 0) + quantity
    return given, taken


def _obligation_flaws(statement: _Object, sealed: Mapping[str, _Object]) -> Iterator[str]:
    own, obligations = statement["participant_id"], statement["obligations"]
    if sorted(sealed) != [obligation["obligation_id"] for obligation in obligations]:
        yield "its obligations are not those that are proven"
        return
    for obligation in obligations:
        id, line = obligation["obligation_id"], sealed[obligation["obligation_id"]]
        amount, discharged = int(line["amount_micro"]), int(obligation["discharged_micro"])
        other = line["creditor_id"] if line["debtor_id"] == own else line["debtor_id"]
        side = "debtor" if line["debtor_id"] == own else "creditor"
        if (obligation["counterparty"], obligation["side"], int(obligation["amount_micro"])) != (other, side, amount):
            yield f"obligation {id} is stated otherwise than it is sealed"
        if not 0 <= discharged <= amount or int(obligation["remaining_micro"]) != amount - discharged:
            yield f"obligation {id} is not discharged by a part of its amount"


def _account_flaws(statement: _Object, sealed: list[_Object]) -> Iterator[str]:
    account = statement["account"]
    if len(sealed) != 1:
        yield "the participant's own line is not proven"
        return
    for name, stated in (("balance_micro", "opening_micro"), ("credit_limit_micro", "credit_limit_micro")):
        if sealed[0][name] != account[stated]:
            yield f"{stated} is not the {name} that is sealed"
    entries = {entry["kind"]: int(entry["amount_micro"]) for entry in account["entries"]}
    due = _entries(statement["legs"])
    beside = account.get("beside_legs", ())
    for each in beside:
        if _REASONS.get(each["kind"]) != each["reason"]:
            yield "what it states beside its legs has no reason"
            return
        due[each["kind"]] += int(each["amount_micro"])
    paid = [int(offer["pay_micro"]) for offer in statement["offers"] if "pay_micro" in offer]
    if paid and sum(paid) != sum(int(each["amount_micro"]) for each in beside if each["kind"] == "premium"):
        yield "what its offers are paid is not what it states beside its legs"
    if len(entries) != len(account["entries"]) or {kind: due[kind] for kind in due if due[kind]} != entries:
        yield "its entries are not those of its legs"
    if int(account["opening_micro"]) + sum(entries.values()) != int(account["closing_micro"]):
        yield "the balance after is not the balance before and the entries"


def _entries(legs: list[_Object]) -> dict[str, int]:
    """What the legs make of the account, by kind."""
    entries = {"index": 0, "premium": 0, "residual": 0}
    for leg in legs:
        value = int(leg["value_micro"]) * (1 if leg["side"] == "delivers" else -1)
        entries["index"] -= value if leg["asset_id"] == "INDEX" else 0
        entries["premium"] += int(leg["premium_micro"])
        entries["residual"] += value
    return entries


def _shown(line: str) -> str:
    return ascii(line if len(line) <= 60 else line[:59] + "…")
