"""A text file of another system comes in, its lines with their numbers go out; lines no one can read are faults."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from clearing.doors.fault_list import FaultList, fault_report
from clearing.doors.file_bytes import BOM, file_bytes
from clearing.doors.long_fields import FIELD_BYTES_MAX
from clearing.model.errors import BookFault
from clearing.model.faults import FaultReason

LINE_BYTES_MAX = FIELD_BYTES_MAX
LINE_ALLOWED = f"a line of at most {LINE_BYTES_MAX:,} bytes"
TEXT_ALLOWED = "text without control characters (tab apart)"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def numbered_lines(path: Path, faults: FaultList) -> Iterator[tuple[int, str]]:
    """Lines from 1, blank ones left out, tabs as spaces, none at the ends; a return, a newline or both end a line.

    Raises BookFault where the file is not there, too large or not in UTF-8. Other faults are noted.
    """
    content = file_bytes(path, faults)
    if content is None:
        raise BookFault(fault_report([faults]))
    return _lines(content.removeprefix(BOM), faults)


def _lines(content: bytes, faults: FaultList) -> Iterator[tuple[int, str]]:
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for row, raw in enumerate(io.BytesIO(content), 1):
        if len(raw) > LINE_BYTES_MAX:
            start = raw[:80].decode("utf-8", "replace")[:20]
            faults.note(FaultReason.SIZE, row=row, found=f"{start}... ({len(raw):,} bytes)", allowed=LINE_ALLOWED)
            continue
        line = raw.decode("utf-8").replace("\t", " ").strip(" \n")
        control = None if line.isprintable() else _CONTROL.search(line)
        if control is not None:
            near = line[max(0, control.start() - 20) : control.start() + 20]
            faults.note(FaultReason.MALFORMED, row=row, found=near, allowed=TEXT_ALLOWED)
        elif line:
            yield row, line
