"""One line of a want list comes in; who offers which item, and the text of what is wanted, go out.

    (Ann Lee) 123-OTHE : 078-MANC 456-CHES

User and colon may be left out unless the list's options ask for them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from clearing.doors.imports.foreign_names import NAME_CHARACTERS_MAX, is_name
from clearing.doors.imports.want_options import WantOptions

LINE_ALLOWED = "(user) item : wanted wanted ..."
ITEM_ALLOWED = f"an item: 1 to {NAME_CHARACTERS_MAX} printable ASCII characters other than space and ( ) : ; # ="
EXPLICIT_ALLOWED = f"{ITEM_ALLOWED}; then, if wanted, = and a priority from 1 to 99999"
USER_ALLOWED = (
    f"one user in parentheses at the front, 1 to {NAME_CHARACTERS_MAX} printable ASCII characters other than ( ) : ; #"
)
COMMENT_ALLOWED = "# at the beginning of a line only"
DUMMY = "%"

_NOT_IN_NAME = re.compile(r"[ ():;#=]")
_NOT_IN_USER = re.compile(r"[():;#]")


class WantLine(NamedTuple):
    """A line taken apart; names as written."""

    user: str | None
    item: str
    wants: str


class Refused(NamedTuple):
    """What is wrong in a line."""

    found: str
    allowed: str


def read_want_line(line: str, options: WantOptions) -> WantLine | Refused:
    """The parts of a line without control characters and not blank, or what keeps it from being read."""
    if "#" in line:
        return Refused(line[line.index("#") :], COMMENT_ALLOWED)
    user, rest = _user(line)
    if user is not None and not is_user(user):
        return Refused(f"({user})" if ")" in line else line, USER_ALLOWED)
    if "(" in rest or ")" in rest or not rest:
        return Refused(line, f"{LINE_ALLOWED}, with {USER_ALLOWED}")
    if user is None and options.require_usernames:
        return Refused(line, f"{LINE_ALLOWED}, with a user: the list says REQUIRE-USERNAMES")
    item, colon, wants = _parts(rest)
    if not colon and options.require_colons:
        return Refused(line, f"{LINE_ALLOWED}, with a colon: the list says REQUIRE-COLONS")
    if ":" in wants:
        return Refused(line, f"{LINE_ALLOWED}, with one colon")
    refused = _item_refused(item, user, options)
    return refused or WantLine(user, item, wants)


def is_item(name: str) -> bool:
    """Whether a list can name an item so; a dummy's percent sign included."""
    return is_name(name) and name != DUMMY and not _NOT_IN_NAME.search(name)


def is_user(name: str) -> bool:
    """Whether a list can name a user so."""
    return is_name(name) and not _NOT_IN_USER.search(name)


def dummy_refused(name: str, user: str | None, options: WantOptions) -> Refused | None:
    """Why a dummy cannot stand in a line of this user."""
    if not options.allow_dummies:
        return Refused(name, "items only: for dummies the list says ALLOW-DUMMIES")
    if user is None:
        return Refused(name, "a dummy in a line with a user: dummies belong to the user who names them")
    return None


def _item_refused(item: str, user: str | None, options: WantOptions) -> Refused | None:
    if not is_item(item):
        return Refused(item or ":", f"one item before the colon; {ITEM_ALLOWED}")
    return dummy_refused(item, user, options) if item.startswith(DUMMY) else None


def _user(line: str) -> tuple[str | None, str]:
    """The user as written but for repeated spaces, None for none, and the rest of the line."""
    if not line.startswith("("):
        return None, line
    name, _close, rest = line[1:].partition(")")
    return re.sub(" +", " ", name).strip(" "), rest.strip(" ")


def _parts(rest: str) -> tuple[str, str, str]:
    """Item, colon (empty for none), and what is wanted."""
    item, colon, wants = rest.partition(":")
    if colon:
        return item.strip(" "), colon, wants
    end = re.search(r"[ ;]", rest)
    return (rest, "", "") if end is None else (rest[: end.start()], "", rest[end.start() :])
