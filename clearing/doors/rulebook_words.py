"""Nothing in, what each key of rulebook.toml may be, in words and by version, out."""

from __future__ import annotations

from clearing.doors.rulebook_values import SALT_BYTES_MAX
from clearing.doors.text_columns import ID_ALLOWED
from clearing.doors.times import TIME_ALLOWED
from clearing.model.rulebook import CHAIN_LENGTHS, OBJECTIVES_2, RING_LENGTHS, WORK_LIMITS


def _integers(allowed: range, what: str) -> str:
    return f"{what}: an integer from {allowed[0]:,} to {allowed[-1]:,}"


_TERMS = {
    "session": "a table [session] with the keys id, cut_off, salt",
    "session.id": ID_ALLOWED,
    "session.cut_off": TIME_ALLOWED,
    "session.salt": f"quoted hex digits, two a byte, 1 to {SALT_BYTES_MAX} bytes",
}
_EITHER = {
    "even_segments": "16",
    "netting_form": '"gross" or "net"',
    "residual_tolerance": 'index units as a quoted decimal such as "1": at most 6 digits after the point',
    "allowance_bps": 'bps as a quoted decimal from "0" to "1000000": at most 2 digits after the point',
}
_FIRST = {
    "version": "1 or 2",
    "objectives": '["surplus", "value", "even", "lottery"], exactly these in rulebook 1',
    **_EITHER,
    "obligations": '"set-off" in rulebook 1',
    "self_crossing": '"allow" in rulebook 1',
}
_SECOND = {
    "version": "1 or 2",
    "objectives": f'two or more of {", ".join(OBJECTIVES_2)}, none of them twice, "lottery" last',
    **_EITHER,
    "obligations": '"set-off" or "credit"',
    "self_crossing": '"refuse" or "allow"',
    "max_ring": _integers(RING_LENGTHS, "members of the longest ring"),
    "max_chain": _integers(CHAIN_LENGTHS, "deliveries of the longest chain"),
    "screening": '"neighbours" or "ring"',
    "work_limit": _integers(WORK_LIMITS, "relaxations for each component"),
}
ALLOWED = {1: {**_FIRST, **_TERMS}, 2: {**_SECOND, **_TERMS}}
"""By version, then by key; keys of the table [session] begin with ``session.``."""
