"""A name of another system comes in, an id of a book goes out: the name itself where it is an id.

Any other name keeps what an id may hold of it, and 12 hex digits of its SHA-256 after a colon tell it from its like:
``326-CARC+`` becomes ``326-CARC_:`` and the digits. The id depends on nothing but the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from clearing.doors.fault_text import safe_text
from clearing.doors.long_fields import ID_CHARACTERS_MAX
from clearing.doors.text_columns import ID
from clearing.model.book import INDEX_NAME
from clearing.model.errors import InputFault

NAME_CHARACTERS_MAX = 64
NAME_ALLOWED = f"a name of 1 to {NAME_CHARACTERS_MAX} printable ASCII characters, no space at either end"

_DIGITS = 12
_HEAD_MAX = ID_CHARACTERS_MAX - _DIGITS - 1
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")


def is_name(text: str) -> bool:
    """Whether the text can be told apart by eye: short, ASCII, printable, without space at its ends."""
    return 0 < len(text) <= NAME_CHARACTERS_MAX and text.isascii() and text.isprintable() and text == text.strip()


def identifier(*parts: str) -> str:
    """The id of a name, or of several that belong together, joined with colons."""
    plain = ":".join(parts)
    if ID.fullmatch(plain) and plain != INDEX_NAME:
        return plain
    head = _NOT_IN_ID.sub("_", "-".join(parts)).lstrip("._-")[:_HEAD_MAX] or "x"
    return f"{head}:{sha256(plain.encode('utf-8')).hexdigest()[:_DIGITS]}"


def name_beside(name: str, id: str) -> str:
    """What the name column holds: the name where the id does not say it."""
    return "" if name == id else name


def check_distinct(ids: Iterable[str], what: str) -> None:
    """Raises InputFault where two names have one id, which takes a name written to look like another's id."""
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise InputFault(f"two {what} would have the id {safe_text(id)}; rename one of them")
        seen.add(id)
