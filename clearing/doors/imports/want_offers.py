"""One line of a want list comes in with the ids of all items; the ``receive_assets`` of its offer go out.

Left out, as TradeMaximizer does, each with a note: what nobody lists, what repeats itself, the item itself, other
items of the same user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from clearing.doors.imports.want_file import Listed, WantFile
from clearing.doors.imports.want_lines import (
    DUMMY,
    EXPLICIT_ALLOWED,
    ITEM_ALLOWED,
    Refused,
    dummy_refused,
    is_item,
)
from clearing.doors.imports.want_ranks import RANK_MAX, Ranked, gaps_of, spread
from clearing.doors.long_fields import FIELD_BYTES_MAX
from clearing.model.faults import FaultReason

UNKNOWN = "wanted items that the list has not, left out"
REPEATED = "items wanted twice in a line, the first kept"
ITSELF = "items wanted for themselves, left out"
OWN = "wanted items of the same user, left out"
STEP = ";"

_PRIORITY = re.compile(r"([^=]+)=([1-9][0-9]{0,4})")


class Want(NamedTuple):
    """One word of a line: a name folded, as written, and its priority where the word states one."""

    name: str
    shown: str
    priority: int | None = None


def alternatives(
    found: WantFile, listed: Listed, ids: Mapping[tuple[str, str], str], silent: Mapping[str, str]
) -> tuple[str, int]:
    """What the item's offer takes, ``|`` between two, empty for nothing; and the free ranks that were filled.

    ``ids`` are those of all lines, ``silent`` those of official items without a line.
    """
    wanted = _ranked(found, listed, ids, silent)
    gaps = gaps_of(wanted) if found.options.priorities else 0
    if gaps > RANK_MAX:
        shown = f"{listed.shown}: a priority of {wanted[-1].rank:,}"
        found.refuse(listed.row, Refused(shown, f"priorities up to {RANK_MAX:,}"), FaultReason.SIZE)
        return "", 0
    taken = "|".join(spread(wanted) if found.options.priorities else [want.asset_id for want in wanted])
    if len(taken) > FIELD_BYTES_MAX:
        shown = f"{listed.shown} for {len(taken):,} bytes of ids"
        allowed = f"wanted items, gaps of priority included, with at most {FIELD_BYTES_MAX:,} bytes of ids"
        found.refuse(listed.row, Refused(shown, allowed), FaultReason.SIZE)
    return taken, gaps


def _ranked(
    found: WantFile, listed: Listed, ids: Mapping[tuple[str, str], str], silent: Mapping[str, str]
) -> list[Ranked]:
    wanted: dict[str, Ranked] = {}
    options, own, rank = found.options, ids[listed.key], 1
    for want in _wants(found, listed):
        if want is None:
            rank += options.big_step
            continue
        rank = want.priority or rank
        id = _wanted_id(listed, want.name, ids, silent)
        kind = _left_out(found, listed, want.name, id, own, wanted)
        if kind is None and id is not None:
            wanted[id] = Ranked(rank, id)
            rank += options.small_step
        elif kind is not None:
            found.notes.add(kind, want.shown)
    return list(wanted.values())


def _wants(found: WantFile, listed: Listed) -> Iterator[Want | None]:
    """The words of a line, None for a semicolon; what is no word is noted as a fault and passed over."""
    for word in listed.wants.replace(STEP, f" {STEP} ").split(" "):
        if word == STEP:
            yield None
        elif word:
            want = _want(found, listed, word)
            if isinstance(want, Refused):
                found.refuse(listed.row, want)
            else:
                yield want


def _want(found: WantFile, listed: Listed, word: str) -> Want | Refused:
    options = found.options
    stated = _PRIORITY.fullmatch(word) if options.explicit else None
    name, priority = (word, None) if stated is None else (stated[1], int(stated[2]))
    if not is_item(name):
        return Refused(word, EXPLICIT_ALLOWED if options.explicit else ITEM_ALLOWED)
    refused = dummy_refused(name, listed.user, options) if name.startswith(DUMMY) else None
    return refused or Want(options.folded(name), name, priority)


def _wanted_id(
    listed: Listed, name: str, ids: Mapping[tuple[str, str], str], silent: Mapping[str, str]
) -> str | None:
    if name.startswith(DUMMY):
        return ids.get((listed.user or "", name))
    return ids.get(("", name)) or silent.get(name)


def _left_out(
    found: WantFile, listed: Listed, name: str, id: str | None, own: str, wanted: Mapping[str, Ranked]
) -> str | None:
    """Why the item is not taken; None where it is."""
    if id is None:
        return UNKNOWN
    if id == own:
        return ITSELF
    if id in wanted:
        return REPEATED
    owner = None if name.startswith(DUMMY) else found.lines.get(("", name))
    if listed.user is not None and owner is not None and owner.user == listed.user:
        return OWN
    return None
