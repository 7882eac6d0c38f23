"""The line of inputs/rulebook.jsonl in, the rulebook out."""

from __future__ import annotations

import re

from clearing.audit.input_lines import RULEBOOK
from clearing.audit.stored_lines import Read, Record, a_time, each_record, flaw, line_fault
from clearing.model.book import AMOUNT_LIMIT
from clearing.model.rulebook import NETTING_FORMS, VERSIONS, Rulebook

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,9}))?").fullmatch


def stored_rulebook(read: Read) -> Rulebook:
    """The rulebook; a version that this engine does not know is a fault."""
    found: list[Rulebook] = []
    each_record(read, RULEBOOK, lambda record: found.append(_rulebook(record)))
    if len(found) != 1:
        raise line_fault(RULEBOOK, 1, f"{len(found)} rulebooks where there must be one")
    return found[0]


def _rulebook(record: Record) -> Rulebook:
    rulebook = Rulebook(
        version=record["version"],
        objectives=tuple(record["objectives"]),
        even_segments=record["even_segments"],
        netting_form=record["netting_form"],
        obligations=record["obligations"],
        residual_tolerance_micro=_count(record["residual_tolerance"], places=6),
        allowance_ppm=_count(record["allowance_bps"], places=2),
        self_crossing=record["self_crossing"],
        cut_off=a_time(record["cut_off"]) if "cut_off" in record else None,
    )
    known = Rulebook()
    if rulebook.version not in VERSIONS or rulebook.netting_form not in NETTING_FORMS:
        raise flaw("its version or netting form is unknown to this engine")
    if (rulebook.objectives, rulebook.even_segments, rulebook.obligations, rulebook.self_crossing) != (
        known.objectives,
        known.even_segments,
        known.obligations,
        known.self_crossing,
    ):
        raise flaw("a key has a value that rulebook 1 does not know")
    return rulebook


def _count(text: str, *, places: int) -> int:
    """A decimal as a count of 10^-places; the inverse of decimal_text."""
    written = _DECIMAL(text)
    if written is None or len(written.group(2) or "") > places:
        raise flaw(f"a decimal is no number of at most {places} places")
    count = int(written.group(1) + (written.group(2) or "").ljust(places, "0"))
    if count >= AMOUNT_LIMIT:
        raise flaw("a decimal is too large")
    return count
