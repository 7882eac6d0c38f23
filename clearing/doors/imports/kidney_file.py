"""A kidney pool in PrefLib's ``.wmd`` comes in; pairs, altruists and who can give to whom go out.

    # NUMBER ALTERNATIVES: 3
    # NUMBER EDGES: 2
    # ALTERNATIVE NAME 1: Pair 1
    1,2,1.0

The arc ``1,2,1.0`` says that the donor of pair 1 can give to the patient of pair 2.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from clearing.doors.fault_list import FaultList
from clearing.doors.imports.text_lines import numbered_lines
from clearing.model.faults import FaultReason

MEMBERS_MAX = 1_000_000
NAME_ALLOWED = f"# ALTERNATIVE NAME n: Pair n, or Altruist n (Alturist n), n from 1 to {MEMBERS_MAX:,}"
COUNT_ALLOWED = "a whole number of at most 9 digits"
ARC_ALLOWED = "an arc from,to,weight such as 1,2,1.0: two alternatives and the weight 1 (or 0, into an altruist)"

_NAME = re.compile(r"# ?ALTERNATIVE NAME ([1-9][0-9]{0,6}): (Pair|Alturist|Altruist) ([1-9][0-9]{0,6})")
_COUNT = re.compile(r"# ?NUMBER (ALTERNATIVES|EDGES): ([0-9]{1,9})")
_HEADING = re.compile(r"# ?(ALTERNATIVE NAME|NUMBER ALTERNATIVES|NUMBER EDGES)\b")
_TYPE = re.compile(r"# ?DATA TYPE: *(.*)")
_ARC = re.compile(r"([1-9][0-9]{0,6}),([1-9][0-9]{0,6}),([01])(?:\.0*)?")


@dataclass(slots=True)
class KidneyFile:
    """All that the file says."""

    faults: FaultList
    names: dict[int, str] = field(default_factory=dict)
    """Number of a pair or altruist -> its name, ``Pair 1`` or ``Altruist 1``."""
    altruists: set[int] = field(default_factory=set)
    giver: array[int] = field(default_factory=lambda: array("q"))
    """Of the arcs of weight 1, in the order of the file; ..."""
    taker: array[int] = field(default_factory=lambda: array("q"))
    row: array[int] = field(default_factory=lambda: array("q"))
    """... and the row that each stands in."""
    left_out: int = 0
    """Arcs of weight 0 into altruists: nobody gives to those."""
    stated: dict[str, tuple[int, int]] = field(default_factory=dict)
    """ALTERNATIVES and EDGES -> the row that counts them, and the count."""


def read_kidney_file(path: Path, faults: FaultList) -> KidneyFile:
    """The whole pool; what is wrong goes to ``faults``. Raises BookFault where the file cannot be read at all."""
    found = KidneyFile(faults)
    for row, line in numbered_lines(path, faults):
        if line.startswith("#"):
            _take_heading(found, row, line)
        else:
            _take_arc(found, row, line)
    _refuse_repeated(found)
    _refuse_counts(found)
    return found


def _take_heading(found: KidneyFile, row: int, line: str) -> None:
    if name := _NAME.fullmatch(line):
        _take_name(found, row, int(name[1]), f"{'Pair' if name[2] == 'Pair' else 'Altruist'} {name[3]}", line)
    elif stated := _COUNT.fullmatch(line):
        earlier = found.stated.setdefault(stated[1], (row, int(stated[2])))
        if earlier[0] != row:
            found.faults.note(FaultReason.DUPLICATE, row=row, found=line, allowed=f"once; row {earlier[0]:,} has it")
    elif heading := _HEADING.match(line):
        allowed = NAME_ALLOWED if heading[1] == "ALTERNATIVE NAME" else COUNT_ALLOWED
        found.faults.note(FaultReason.MALFORMED, row=row, found=line, allowed=allowed)
    elif (kind := _TYPE.fullmatch(line)) and kind[1] != "wmd":
        found.faults.note(FaultReason.MISMATCH, row=row, found=line, allowed="# DATA TYPE: wmd")


def _take_name(found: KidneyFile, row: int, number: int, name: str, line: str) -> None:
    if number > MEMBERS_MAX:
        found.faults.note(FaultReason.TOO_LARGE, row=row, found=line, allowed=NAME_ALLOWED)
    elif number in found.names:
        found.faults.note(FaultReason.DUPLICATE, row=row, found=line, allowed="each alternative once")
    else:
        found.names[number] = name
        if name.startswith("Altruist"):
            found.altruists.add(number)


def _take_arc(found: KidneyFile, row: int, line: str) -> None:
    arc = _ARC.fullmatch(line)
    if arc is None:
        found.faults.note(FaultReason.MALFORMED, row=row, found=line, allowed=ARC_ALLOWED)
        return
    giver, taker, weighs = int(arc[1]), int(arc[2]), arc[3] == "1"
    if giver not in found.names or taker not in found.names:
        allowed = "alternatives that a line # ALTERNATIVE NAME above names"
        found.faults.note(FaultReason.UNKNOWN, row=row, found=line, allowed=allowed)
    elif giver == taker:
        found.faults.note(FaultReason.IMPOSSIBLE, row=row, found=line, allowed="two different alternatives")
    elif weighs == (taker in found.altruists):
        allowed = "the weight 0 into an altruist, who takes no kidney" if weighs else "the weight 1 into a pair"
        found.faults.note(FaultReason.IMPOSSIBLE, row=row, found=line, allowed=allowed)
    elif weighs:
        found.giver.append(giver)
        found.taker.append(taker)
        found.row.append(row)
    else:
        found.left_out += 1


def _refuse_repeated(found: KidneyFile) -> None:
    """Arcs that an earlier row has; among a million of them none is compared with each."""
    giver, taker = (np.frombuffer(column, dtype=np.int64) for column in (found.giver, found.taker))
    code = taker * (MEMBERS_MAX + 1) + giver
    order = np.argsort(code, kind="stable")
    again = order[1:][np.diff(code[order]) == 0]
    for i in np.sort(again).tolist():
        shown = f"{found.giver[i]},{found.taker[i]}"
        found.faults.note(FaultReason.DUPLICATE, row=found.row[i], found=shown, allowed="each arc once")


def _refuse_counts(found: KidneyFile) -> None:
    """The counts of the header against what is there; only where every line could be read."""
    if found.faults.counts:
        return
    there = {"ALTERNATIVES": len(found.names), "EDGES": len(found.giver) + found.left_out}
    for what, number in there.items():
        row, stated = found.stated.get(what, (None, None))
        if stated is None:
            found.faults.note(FaultReason.MISSING, found=f"no count of {what.lower()}", allowed=f"# NUMBER {what}: n")
        elif stated != number:
            shown, allowed = f"# NUMBER {what}: {stated}", f"{number:,}, as many as the file has"
            found.faults.note(FaultReason.MISMATCH, row=row, found=shown, allowed=allowed)
    missing = next((n for n in range(1, len(found.names) + 1) if n not in found.names), None)
    if missing is not None:
        allowed = f"each from 1 to {len(found.names):,}"
        found.faults.note(FaultReason.MISSING, found=f"no alternative {missing:,}", allowed=allowed)
