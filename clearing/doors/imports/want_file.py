"""A want list's file comes in; its options, official names and lines, each with its row, go out.

Options come before official names, and both before the first line: what they change holds for the whole list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from clearing.doors.fault_list import FaultList
from clearing.doors.imports.notes import Notes
from clearing.doors.imports.text_lines import numbered_lines
from clearing.doors.imports.want_lines import (
    DUMMY,
    ITEM_ALLOWED,
    LINE_ALLOWED,
    Refused,
    WantLine,
    is_item,
    read_want_line,
)
from clearing.doors.imports.want_options import WantOptions
from clearing.model.faults import FaultReason

ITEMS_MAX = 1_000_000
BEGIN, END = "!BEGIN-OFFICIAL-NAMES", "!END-OFFICIAL-NAMES"
OFFICIAL_ALLOWED = f"{ITEM_ALLOWED}, no dummy; then, after a space or colon, any description"
DESCRIPTION_CHARACTERS_MAX = 200
NOT_OFFICIAL = "items offered that are not among the official names, their lines left out"


class Listed(NamedTuple):
    """One line of the list; names folded as the options say, ``shown`` as written."""

    row: int
    user: str | None
    item: str
    wants: str
    shown: str

    @property
    def key(self) -> tuple[str, str]:
        """What no second line may offer: an item, or a dummy of its user."""
        return (self.user or "", self.item) if self.item.startswith(DUMMY) else ("", self.item)


@dataclass(slots=True)
class WantFile:
    """All that the file says, and what was wrong in it."""

    faults: FaultList
    options: WantOptions = field(default_factory=WantOptions)
    notes: Notes = field(default_factory=Notes)
    official: dict[str, str] | None = None
    """Name -> name as written, with its description; None where the list has no such block."""
    users: dict[str, str] = field(default_factory=dict)
    """Name -> name as first written."""
    lines: dict[tuple[str, str], Listed] = field(default_factory=dict)

    def refuse(self, row: int, refused: Refused, reason: FaultReason = FaultReason.MALFORMED) -> None:
        """Note a fault of one line."""
        self.faults.note(reason, row=row, found=refused.found, allowed=refused.allowed)


def read_want_file(path: Path, faults: FaultList) -> WantFile:
    """Every line of the file; what is wrong goes to ``faults``. Raises BookFault where it cannot be read at all."""
    found = WantFile(faults)
    in_official = 0
    for row, line in numbered_lines(path, faults):
        mark = line.upper()
        if line.startswith("#"):
            if line.startswith("#!"):
                _take_options(found, row, line)
        elif mark in (BEGIN, END):
            in_official = _take_mark(found, row, mark, in_official)
        elif in_official:
            _take_official(found, row, line)
        elif line.startswith("!"):
            found.refuse(row, Refused(line, f"{BEGIN}, {END} or {LINE_ALLOWED}"))
        elif len(found.lines) < ITEMS_MAX:
            _take_line(found, row, line)
        else:
            found.refuse(row, Refused("more lines", f"at most {ITEMS_MAX:,} items"), FaultReason.SIZE)
            break
    if in_official:
        found.refuse(in_official, Refused(f"{BEGIN} without an end", f"{END} after the last name"))
    if not found.lines and not faults.counts:
        faults.note(FaultReason.MISSING, found="no line that offers an item", allowed=f"lines {LINE_ALLOWED}")
    return found


def _take_options(found: WantFile, row: int, line: str) -> None:
    if found.lines or found.official is not None:
        found.refuse(row, Refused(line, "options before official names and before the first item"))
        return
    for word in line[2:].split():
        allowed = found.options.take(word, found.notes)
        if allowed is not None:
            found.refuse(row, Refused(word, allowed))


def _take_mark(found: WantFile, row: int, mark: str, in_official: int) -> int:
    """The row in which the block of official names began, 0 outside it."""
    if mark == END:
        if not in_official:
            found.refuse(row, Refused(END, f"{BEGIN} before it"))
        return 0
    if found.official is not None or found.lines:
        found.refuse(row, Refused(BEGIN, "one block of official names, before the first item"))
    found.official = found.official or {}
    return row


def _take_official(found: WantFile, row: int, line: str) -> None:
    name, rest = _split(line)
    if not is_item(name) or name.startswith(DUMMY):
        found.refuse(row, Refused(name or line, OFFICIAL_ALLOWED))
        return
    official = {} if found.official is None else found.official
    folded = found.options.folded(name)
    if folded in official:
        found.refuse(row, Refused(name, "each official name once"), FaultReason.DUPLICATE)
    official[folded] = _described(name, rest)


def _split(line: str) -> tuple[str, str]:
    end = re.search(r"[ :]", line)
    return (line, "") if end is None else (line[: end.start()], line[end.start() :])


def _described(name: str, rest: str) -> str:
    """The name with its description, without the arrow or colon between them."""
    description = rest.lstrip(" :=>-")
    if len(description) > DESCRIPTION_CHARACTERS_MAX:
        description = f"{description[:DESCRIPTION_CHARACTERS_MAX]}..."
    return f"{name} {description}".rstrip(" ")


def _take_line(found: WantFile, row: int, line: str) -> None:
    read = read_want_line(line, found.options)
    if isinstance(read, Refused):
        found.refuse(row, read)
        return
    listed = _listed(row, read, found.options.folded)
    if found.official is not None and not read.item.startswith(DUMMY) and listed.item not in found.official:
        found.notes.add(NOT_OFFICIAL, read.item)
        return
    if listed.user is not None and read.user is not None:
        found.users.setdefault(listed.user, read.user)
    earlier = found.lines.setdefault(listed.key, listed)
    if earlier is not listed:
        found.refuse(row, Refused(read.item, f"one line an item; row {earlier.row:,} has it"), FaultReason.DUPLICATE)


def _listed(row: int, read: WantLine, folded: Callable[[str], str]) -> Listed:
    user = None if read.user is None else folded(read.user)
    return Listed(row, user, folded(read.item), read.wants, read.item)
