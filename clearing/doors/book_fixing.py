"""fixing.json, the record of a fixing, in; its head and the book's assets with its values out.

A record is taken only whole: spelled as it was published, and following from its own quotes.
"""

from __future__ import annotations

from pathlib import Path

from clearing.doors.fault_list import FaultList
from clearing.doors.file_bytes import BOM, file_bytes
from clearing.doors.text_columns import TEXT_ALLOWED
from clearing.model.book import Assets, BookFixing
from clearing.model.errors import UsageFault
from clearing.model.faults import FaultReason

FIXING_RECORD = "fixing.json"
FIXING_TABLE = "fixing.csv"
RECORD_BYTES_MAX = 64 * 2**20
RECORD_ALLOWED = "the record of a fixing as `clearing index fix` wrote it"
REASON_CHARACTERS_MAX = 400


def read_fixing(path: Path, faults: FaultList) -> BookFixing | None:
    """The record; None where it is absent or a fault was noted."""
    content = file_bytes(path, faults, bytes_max=RECORD_BYTES_MAX, may_be_absent=True)
    if content is None:
        return None
    from clearing.audit.book_fixing import book_fixing
    from clearing.audit.stored_lines import MALFORMED, reason_of
    from clearing.audit.verify.law2_fixing import record_flaws

    text = content.removeprefix(BOM).decode().removesuffix("\n")
    try:
        fixing = book_fixing(text)
    except MALFORMED as error:
        faults.note(FaultReason.MALFORMED, row=1, found=reason_of(error), allowed=RECORD_ALLOWED)
        return None
    for field, message in record_flaws(f"{text}\n".encode()):
        faults.note(FaultReason.MISMATCH, row=1, column=field, found=message, allowed=RECORD_ALLOWED)
    return None if faults.counts else fixing


def refuse_both(faults: FaultList) -> None:
    """Note that a folder has both a record and a table."""
    allowed = f"one of {FIXING_TABLE} and {FIXING_RECORD}: which of them values the book must be plain"
    faults.note(FaultReason.IMPOSSIBLE, found=f"{FIXING_TABLE} beside it", allowed=allowed)


def values_of(assets: Assets, fixing: BookFixing, faults: FaultList) -> Assets:
    """The assets with the record's values; one that is counted otherwise than in the record is a fault."""
    from clearing.audit.book_fixing import fixed_assets, valued

    fixed = fixed_assets(fixing)
    for row, name in enumerate(assets.id):
        if name in fixed:
            _check(name, "unit", assets.unit[row], fixed[name].unit, faults)
            _check(name, "increment", assets.increment[row], fixed[name].increment, faults)
    return valued(assets, fixing)


def _check(name: str, column: str, found: str, fixed: str, faults: FaultList) -> None:
    if found != fixed:
        allowed = f"{fixed}, the {column} of {name} in {FIXING_RECORD}"
        faults.note(FaultReason.MISMATCH, column=column, found=f"{found} for {name}", allowed=allowed)


def checked_reason(reason: str | None) -> str | None:
    """The reason of ``--accept-fixing``. Raises UsageFault for one that could not stand in a manifest."""
    if reason is not None and not (reason.strip() and len(reason) <= REASON_CHARACTERS_MAX and reason.isprintable()):
        raise UsageFault(f"--accept-fixing takes {TEXT_ALLOWED}, of 1 to {REASON_CHARACTERS_MAX} characters")
    return reason


def fixing_words(fixing: BookFixing) -> str:
    """Which fixing values a book, in a few words."""
    revision = f", revision {fixing.revision}" if fixing.revision > 1 else ""
    return f"{fixing.index}, fixing of {fixing.day}{revision}: {fixing.status}"


def fixing_lines(fixing: BookFixing | None) -> list[str]:
    """A line for the fixing where there is one, and another where it holds sessions up."""
    if fixing is None:
        return []
    held = f"no session is cleared at {fixing.status} without --accept-fixing REASON"
    return [f"values: {fixing_words(fixing)}", *([held] if fixing.held else [])]


def fixing_object(fixing: BookFixing) -> dict[str, object]:
    """The same for ``--json``."""
    return {
        "index": fixing.index,
        "day": fixing.day,
        "revision": fixing.revision,
        "status": fixing.status,
        "digest": fixing.digest,
    }
