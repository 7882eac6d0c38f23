"""``clearing import wants``: a want list comes in, the book of its swaps goes to a new folder.

Each item is an asset that moves whole and is worth one index unit, each line an offer of it for one of others.
A dummy ``%x`` is an internal asset of its user: who takes it has to pass on one of what it stands for, once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clearing.doors.fault_list import FaultList, fault_report
from clearing.doors.fault_text import safe_text
from clearing.doors.folder_writer import check_target
from clearing.doors.imports.book_writer import Desk, ImportedBook, Piece, Swap, told_lines, write_imported
from clearing.doors.imports.foreign_names import identifier, name_beside
from clearing.doors.imports.want_file import Listed, WantFile, read_want_file
from clearing.doors.imports.want_lines import DUMMY
from clearing.doors.imports.want_offers import alternatives
from clearing.doors.imports.want_ranks import gap
from clearing.doors.words import count
from clearing.model.errors import BookFault

GAP_NAME = "nothing: keeps a place between priorities"


@dataclass(slots=True)
class Tally:
    """Rows of the book as they come up."""

    desks: dict[str, Desk] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    swaps: list[Swap] = field(default_factory=list)
    gaps: int = 0


def import_wants(file: Path, out: Path) -> int:
    """Write the book of a want list; the exit status. Raises BookFault with every fault of the list."""
    check_target(out)
    faults = FaultList(safe_text(file.name))
    found = read_want_file(file, faults)
    book = _book(found)
    if faults.counts:
        raise BookFault(fault_report([faults]))
    write_imported(book, out)
    for note in found.notes.lines():
        print(note, file=sys.stderr)
    print("\n".join(told_lines(book, out, _read(found))))
    return 0


def _book(found: WantFile) -> ImportedBook:
    ids = {key: _asset_id(listed) for key, listed in found.lines.items()}
    official = found.official or {}
    silent = {name: identifier(name) for name in official if ("", name) not in ids}
    tally = Tally()
    for listed in found.lines.values():
        _add_line(tally, found, listed, ids, silent)
    tally.pieces += [Piece(id, name_beside(official[name], id)) for name, id in silent.items()]
    tally.pieces += [Piece(gap(number), GAP_NAME) for number in range(1, tally.gaps + 1)]
    return ImportedBook(list(tally.desks.values()), tally.pieces, tally.swaps, rulebook=_rulebook(found))


def _add_line(
    tally: Tally,
    found: WantFile,
    listed: Listed,
    ids: Mapping[tuple[str, str], str],
    silent: Mapping[str, str],
) -> None:
    id, desk = ids[listed.key], _desk(found, listed)
    tally.desks.setdefault(desk.participant_id, desk)
    tally.pieces.append(_piece(found, listed, id))
    wanted, gaps = alternatives(found, listed, ids, silent)
    tally.gaps = max(tally.gaps, gaps)
    if wanted:
        tally.swaps.append(Swap(id, desk.participant_id, wanted))


def _asset_id(listed: Listed) -> str:
    dummy = listed.item.startswith(DUMMY)
    return identifier("dummy", listed.user or "", listed.item[1:]) if dummy else identifier(listed.item)


def _desk(found: WantFile, listed: Listed) -> Desk:
    """The user of a line; an item of no user is its own participant, under a name that no user has."""
    if listed.user is not None:
        id, name = identifier(listed.user), found.users[listed.user]
    else:
        id, name = identifier(*(("owner",) if found.users else ()), listed.item), listed.shown
    return Desk(id, name_beside(name, id))


def _piece(found: WantFile, listed: Listed, id: str) -> Piece:
    if listed.item.startswith(DUMMY):
        return Piece(id, f"{listed.shown} of {found.users[listed.user or '']}", "internal")
    name = (found.official or {}).get(listed.item, listed.shown)
    return Piece(id, name_beside(name, id))


def _rulebook(found: WantFile) -> str:
    objectives = [
        "items",
        *(["priority"] if found.options.priorities else []),
        *(["participants"] if found.users else []),
        "lottery",
    ]
    listed = ", ".join(f'"{name}"' for name in objectives)
    return f'version = 2\nobjectives = [{listed}]\nresidual_tolerance = "0"\nself_crossing = "allow"\n'


def _read(found: WantFile) -> str:
    dummies = sum(listed.item.startswith(DUMMY) for listed in found.lines.values())
    sizes = [count(len(found.lines) - dummies, "item")]
    if dummies:
        sizes.append(f"{dummies:,} {'dummy' if dummies == 1 else 'dummies'}")
    users = f" of {count(len(found.users), 'user')}" if found.users else ""
    return f"{' and '.join(sizes)}{users}"
