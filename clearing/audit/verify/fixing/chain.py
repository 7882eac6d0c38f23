"""A record and those given with it in, what it says of them and of itself that does not hold out.

A fixing hands its values to the next one; one with status NO FIX hands on those it was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from clearing.audit.verify.fixing.compare import differences
from clearing.audit.verify.fixing.form import Flaw

Record = Mapping[str, Any]


def own_flaws(record: Record) -> Iterator[Flaw]:
    """What a record says of its day, revision and values handed down that cannot be."""
    day, effective = record["day"], record["methodology"]["effective"]
    if day < effective:
        yield "day", f"is {day}, before the methodology takes effect on {effective}"
    if (record["revision"] > 1) != ("restatement" in record):
        yield "restatement", f"is there from revision 2 on, and this is revision {record['revision']}"
    before = record.get("previous")
    if before is None:
        return
    if before["day"] >= day:
        yield "previous.day", f"is {before['day']} and must be before {day}"
    for number, each in enumerate(before["values"], 1):
        if each["day"] > before["day"]:
            yield f"previous.values[{number}].day", f"is {each['day']} and must not be after {before['day']}"
    for number, (one, other) in enumerate(pairwise(before["values"]), 2):
        if one["asset"] >= other["asset"]:
            yield f"previous.values[{number}].asset", f"is {other['asset']} and must come after {one['asset']}"


def link_flaws(record: Record, others: Sequence[Record]) -> Iterator[Flaw]:
    """What it says of the others given that they do not say themselves."""
    by_digest = {other["digest"]: other for other in others}
    before = by_digest.get(record.get("previous", {}).get("digest"))
    if before is not None:
        yield from _handed_flaws(record, before)
    restated = by_digest.get(record.get("restatement", {}).get("restates"))
    if restated is not None:
        for name, found, expected in (
            ("index", record["index"], restated["index"]),
            ("day", record["day"], restated["day"]),
            ("revision", record["revision"], restated["revision"] + 1),
        ):
            if found != expected:
                yield name, f"is {found} and should be {expected}, after what it restates"
    own = (record["index"], record["day"], record["revision"])
    for other in others:
        if (other["index"], other["day"], other["revision"]) == own and other["digest"] != record["digest"]:
            yield "revision", f"is {record['revision']}, as that of another record given, {other['digest']}"


def _handed_flaws(record: Record, before: Record) -> Iterator[Flaw]:
    if record["index"] != before["index"]:
        yield "index", f"is {record['index']}, and the fixing before is of {before['index']}"
    if record["day"] <= before["day"]:
        yield "day", f"is {record['day']}, and the fixing before is of {before['day']}"
    yield from differences("previous", record["previous"], handed_on(before))
    own, earlier = record["methodology"], before["methodology"]
    digest = before["methodology_digest"]
    if own["version"] < earlier["version"]:
        yield "methodology.version", f"is {own['version']}, and the fixing before has {earlier['version']}"
    if own["version"] == earlier["version"] and record["methodology_digest"] != digest:
        message = f"is {record['methodology_digest']}, and version {own['version']} of the fixing before has {digest}"
        yield "methodology_digest", message
    if own["version"] == earlier["version"] + 1 and own.get("previous") != digest:
        message = f"is {own.get('previous', 'absent')}, and the version of the fixing before has {digest}"
        yield "methodology.previous", message


def handed_on(before: Record) -> dict[str, Any]:
    """The member ``previous`` of the fixing that follows."""
    if before["status"] == "NO FIX":
        kept = before.get("previous", {"day": before["day"], "values": []})
        return {"digest": before["digest"], "day": kept["day"], "values": kept["values"]}
    values = [{"asset": each["asset"], "value": each["value"], "day": each["observed"]} for each in before["values"]]
    return {"digest": before["digest"], "day": before["day"], "values": values}


def not_before(record: Record, before: Record | None) -> str | None:
    """Why the record given as the one before is not that one."""
    if before is None:
        return "the file given as the fixing before is no fixing record"
    stated = record.get("previous", {}).get("digest", "absent")
    if stated != before["digest"]:
        return f"is {stated}, and the fixing given as the one before has {before['digest']}"
    return None


def notes(record: Record, others: Sequence[Record]) -> Iterator[str]:
    """Which of the records that it names were not given."""
    digests = {other["digest"] for other in others}
    for what, digest in (
        ("the fixing before", record.get("previous", {}).get("digest")),
        ("the revision that it restates", record.get("restatement", {}).get("restates")),
    ):
        if digest is not None and digest not in digests:
            yield f"{what}, {digest}, was not given: what it handed down is taken as stated"
