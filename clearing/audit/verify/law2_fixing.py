"""Law 2, the values: a book that a fixing record values has that record's values, and the record follows from itself.

The record is recomputed from its own quotes, methodology and values handed down. One whose status is SHOCK or NO FIX
clears a session only where the manifest says why it was accepted.
"""

from __future__ import annotations

import json
from typing import Any

from clearing.audit.verify.book import Assets, Book
from clearing.audit.verify.fixing import verify_fixing
from clearing.audit.verify.forms import ASSETS, FIXING, FIXING_RECORD_PATH, MANIFEST_PATH
from clearing.audit.verify.law0_seal import Seal
from clearing.audit.verify.report import Findings, shown

HELD_STATUSES = ("SHOCK", "NO FIX")


def check_fixing(seal: Seal, book: Book | None, found: Findings) -> None:
    """The record, where the manifest lists one, and what the manifest accepts."""
    accepted = seal.manifest.get("accepted_fixing")
    if FIXING_RECORD_PATH not in seal.manifest["files"]:
        if accepted is not None:
            found.add(2, "there is no fixing record to accept", MANIFEST_PATH, 1, "accepted_fixing")
        return
    content = seal.take(FIXING_RECORD_PATH)
    if content is None:
        return
    wrong = record_flaws(content)
    for field, message in wrong:
        found.add(2, message, FIXING_RECORD_PATH, 1, field)
    if wrong:
        return
    record = json.loads(content)
    held = record["status"] in HELD_STATUSES
    if held and accepted is None:
        message = f"is missing, and the fixing has the status {record['status']}"
        found.add(2, message, MANIFEST_PATH, 1, "accepted_fixing")
    if accepted is not None and not held:
        found.add(2, f"the fixing is {record['status']}: nothing to accept", MANIFEST_PATH, 1, "accepted_fixing")
    if book is not None:
        _check_values(record, book.assets, found)


def record_flaws(content: bytes) -> list[tuple[str | None, str]]:
    """Field and message of everything that keeps a record, one line with its end, from following from itself."""
    if not content.endswith(b"\n"):
        return [(None, "must end with a line feed")]
    return [(violation.field, violation.message) for violation in verify_fixing(content).violations]


def _check_values(record: dict[str, Any], assets: Assets, found: Findings) -> None:
    """Every asset of the book that the fixing values has this value, counted in the same way; no other has one."""
    priced = {asset["id"]: asset for asset in record["methodology"]["assets"]}
    micro = {value["asset"]: value.get("value_micro") for value in record["values"]}
    for row, name in enumerate(assets.name[: len(assets.unit)]):
        expected = micro.get(name)
        if expected is not None:
            for field, stated in (("unit", json.loads(f'"{assets.unit[row]}"')), ("increment", assets.increment[row])):
                if priced[name][field] != stated:
                    message = f"is {shown(stated)}, and in the fixing record {shown(priced[name][field])}"
                    found.add(2, message, ASSETS.path, row + 1, field)
        if assets.value[row] != int(expected or 0):
            message = f"{name} is valued {assets.value[row]}, and {expected or 'not at all'} in the fixing record"
            found.add(2, message, FIXING.path)
