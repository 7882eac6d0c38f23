"""A digest or root that somebody trusts in, as they gave it; its plain form out."""

from __future__ import annotations

import re

from clearing.model.errors import UsageFault

_HEX = re.compile("[0-9a-fA-F]{64}", re.ASCII)


def trusted(what: str, text: str) -> str:
    """The 64 hex digits in lower case. Raises UsageFault where it has another form."""
    if not _HEX.fullmatch(text):
        raise UsageFault(f"a trusted {what} is 64 hex digits")
    return text.lower()
