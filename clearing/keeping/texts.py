"""A text that a command was given in, the same text out, or the fault that says what is allowed."""

from __future__ import annotations

import re

from clearing.model.errors import UsageFault

NAME_MAX = 64
TEXT_MAX = 1_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SHOWN_MAX = 40


def short_name(what: str, text: str) -> str:
    """A key or the name of a batch. Raises UsageFault for anything but printable ASCII of moderate length."""
    if not text.isascii() or not text.isprintable() or not 0 < len(text) <= NAME_MAX:
        raise UsageFault(f"{what} {text[:_SHOWN_MAX]!a}: allowed: 1 to {NAME_MAX} printable ASCII characters")
    return text


def plain_text(what: str, text: str) -> str:
    """A reason or evidence. Raises UsageFault where it is empty, too long, or holds control characters."""
    if _CONTROL.search(text) or not text.strip() or len(text) > TEXT_MAX:
        says = f"1 to {TEXT_MAX:,} characters in one line, no control characters"
        raise UsageFault(f"{what} {text[:_SHOWN_MAX]!a}: allowed: {says}")
    return text
