"""The line of inputs/rulebook.jsonl in, the rulebook out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clearing.audit.input_lines import RULEBOOK
from clearing.audit.stored_lines import Read, Record, a_time, each_record, flaw, line_fault
from clearing.model.book import AMOUNT_LIMIT
from clearing.model.rulebook import (
    CHAIN_LENGTHS,
    DEFAULTS,
    NETTING_FORMS,
    OBLIGATIONS,
    RING_LENGTHS,
    SCREENINGS,
    SELF_CROSSINGS,
    VERSIONS,
    WORK_LIMITS,
    Rulebook,
    are_objectives,
)

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,9}))?").fullmatch
_SEGMENTS = (DEFAULTS[1].even_segments,)
_WORDS: Mapping[int, Mapping[str, Sequence[object]]] = {
    1: {"even_segments": _SEGMENTS, "obligations": ("set-off",), "self_crossing": ("allow",)},
    2: {
        "even_segments": _SEGMENTS,
        "obligations": OBLIGATIONS,
        "self_crossing": SELF_CROSSINGS,
        "screening": SCREENINGS,
    },
}
_COUNTS = {"max_ring": RING_LENGTHS, "max_chain": CHAIN_LENGTHS, "work_limit": WORK_LIMITS}
_LATER_KEYS = (*_COUNTS, "screening")


def stored_rulebook(read: Read) -> Rulebook:
    """The rulebook; a version that this engine does not know is a fault."""
    found: list[Rulebook] = []
    each_record(read, RULEBOOK, lambda record: found.append(_rulebook(record)))
    if len(found) != 1:
        raise line_fault(RULEBOOK, 1, f"{len(found)} rulebooks where there must be one")
    return found[0]


def _rulebook(record: Record) -> Rulebook:
    version = record["version"]
    if type(version) is not int or version not in VERSIONS or record["netting_form"] not in NETTING_FORMS:
        raise flaw("its version or netting form is unknown to this engine")
    later = {key: record[key] for key in _LATER_KEYS if key in record}
    if version == 1 and later:
        raise flaw(f"{min(later)} is no key of rulebook 1")
    words, counts = _WORDS[version], {key: allowed for key, allowed in _COUNTS.items() if key in later}
    if (
        not are_objectives(record["objectives"], version)
        or not all(record[key] in allowed for key, allowed in words.items())
        or not all(type(record[key]) is int and record[key] in allowed for key, allowed in counts.items())
        or (version > 1 and "work_limit" not in record)
    ):
        raise flaw(f"a key has a value that rulebook {version} does not know")
    if later.get("screening") == "ring" and "max_ring" not in later:
        raise flaw("screening of rings needs a max_ring")
    return Rulebook(
        version=version,
        objectives=tuple(record["objectives"]),
        even_segments=record["even_segments"],
        netting_form=record["netting_form"],
        obligations=record["obligations"],
        residual_tolerance_micro=_count(record["residual_tolerance"], places=6),
        allowance_ppm=_count(record["allowance_bps"], places=2),
        self_crossing=record["self_crossing"],
        cut_off=a_time(record["cut_off"]) if "cut_off" in record else None,
        **later,
    )


def _count(text: str, *, places: int) -> int:
    """A decimal as a count of 10^-places; the inverse of decimal_text."""
    written = _DECIMAL(text)
    if written is None or len(written.group(2) or "") > places:
        raise flaw(f"a decimal is no number of at most {places} places")
    count = int(written.group(1) + (written.group(2) or "").ljust(places, "0"))
    if count >= AMOUNT_LIMIT:
        raise flaw("a decimal is too large")
    return count
