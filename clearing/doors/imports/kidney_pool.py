"""``clearing import kidney``: a pool of pairs and altruists comes in, the book of their swaps goes to a new folder.

A pair delivers its donor's kidney and takes one that its patient can; an altruist delivers and takes anything: the
last of the chain delivers nothing. A chain counts its transplants.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from clearing.doors.fault_list import FaultList, fault_report
from clearing.doors.fault_text import safe_text
from clearing.doors.folder_writer import check_target
from clearing.doors.imports.book_writer import Desk, ImportedBook, Piece, Swap, told_lines, write_imported
from clearing.doors.imports.kidney_file import KidneyFile, read_kidney_file
from clearing.doors.long_fields import FIELD_BYTES_MAX
from clearing.doors.words import count
from clearing.model.book import ANY_NAME
from clearing.model.errors import BookFault
from clearing.model.faults import FaultReason


def import_kidney(file: Path, out: Path, *, max_ring: int, max_chain: int | None) -> int:
    """Write the book of a pool; the exit status. Raises BookFault with every fault of the pool.

    ``max_ring`` is in pairs, ``max_chain`` in transplants; without it chains may be as long as rings.
    """
    check_target(out)
    faults = FaultList(safe_text(file.name))
    found = read_kidney_file(file, faults)
    ids = {number: name.lower().replace(" ", "-") for number, name in sorted(found.names.items())}
    swaps = [] if faults.counts else list(_swaps(found, ids))
    if faults.counts:
        raise BookFault(fault_report([faults]))
    book = ImportedBook(
        [Desk(id, found.names[number]) for number, id in ids.items()],
        [Piece(id, f"kidney of {found.names[number]}") for number, id in ids.items()],
        swaps,
        rulebook=_rulebook(max_ring, max_ring if max_chain is None else max_chain),
    )
    write_imported(book, out)
    print("\n".join(told_lines(book, out, _read(found))))
    return 0


def _swaps(found: KidneyFile, ids: dict[int, str]) -> Iterator[Swap]:
    """Offers by number; a pair that nobody can give to has none."""
    taker = np.frombuffer(found.taker, dtype=np.int64)
    giver = np.frombuffer(found.giver, dtype=np.int64)
    order = np.lexsort((giver, taker))
    first = np.searchsorted(taker[order], np.arange(len(ids) + 2)).tolist()
    for number, id in ids.items():
        if number in found.altruists:
            yield Swap(id, id, ANY_NAME)
            continue
        givers = giver[order[first[number] : first[number + 1]]].tolist()
        taken = "|".join(ids[each] for each in givers)
        if len(taken) > FIELD_BYTES_MAX:
            allowed = f"arcs into a pair with at most {FIELD_BYTES_MAX:,} bytes of ids"
            shown = f"{found.names[number]} with {count(len(givers), 'arc')}"
            found.faults.note(FaultReason.SIZE, found=shown, allowed=allowed)
        elif taken:
            yield Swap(id, id, taken)


def _rulebook(max_ring: int, max_chain: int) -> str:
    return (
        'version = 2\nobjectives = ["items", "lottery"]\nresidual_tolerance = "0"\n'
        f"max_ring = {max_ring}\nmax_chain = {max_chain}\n"
    )


def _read(found: KidneyFile) -> str:
    pairs, arcs = len(found.names) - len(found.altruists), len(found.giver)
    read = f"{count(pairs, 'pair')}, {count(len(found.altruists), 'altruist')} and {count(arcs, 'arc')}"
    return f"{read}; {count(found.left_out, 'arc')} of weight 0 left out" if found.left_out else read
