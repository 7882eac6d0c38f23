"""Single values of rulebook.toml in, what they mean in integers and text out; None if they mean nothing."""

from __future__ import annotations

import re
from datetime import datetime

from clearing.doors.decimals import LIMIT, MICRO, Flaw, Step, count_of
from clearing.doors.times import utc_text

SALT_BYTES_MAX = 64
ALLOWANCE_PPM_MAX = 100_000_000

_SALT = re.compile(rf"(?:[0-9a-fA-F]{{2}}){{1,{SALT_BYTES_MAX}}}", re.ASCII)


def tolerance_micro(text: str) -> int | None:
    """Index units as micro index units."""
    micro, flaw = count_of(text, MICRO)
    return micro if flaw is Flaw.NONE else None


def allowance_ppm(text: str) -> int | None:
    """Basis points as ppm, not negative."""
    ppm, flaw = count_of(text, Step(1, 2), LIMIT)
    return ppm if flaw is Flaw.NONE and not text.startswith("-") and ppm <= ALLOWANCE_PPM_MAX else None


def is_salt(text: str) -> bool:
    """Whether the text is hex digits, two a byte, of 1 to SALT_BYTES_MAX bytes."""
    return _SALT.fullmatch(text) is not None


def time_text(value: str | datetime) -> str | None:
    """An RFC 3339 text or a TOML time with offset as canonical UTC text."""
    return utc_text(value.isoformat() if isinstance(value, datetime) else value)
