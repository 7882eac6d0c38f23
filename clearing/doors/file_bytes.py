"""One input file in, its bytes out: a regular file of bounded size in UTF-8."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from clearing.doors.fault_list import FaultList
from clearing.model.errors import InputFault
from clearing.model.faults import FaultReason

FILE_BYTES_MAX = 256 * 2**20
BOM = codecs.BOM_UTF8
DECODED_BYTES = 2**20


def file_bytes(
    path: Path, faults: FaultList, *, bytes_max: int = FILE_BYTES_MAX, may_be_absent: bool = False
) -> bytes | None:
    """The bytes of the file, valid UTF-8; None when it is absent or a fault was noted."""
    try:
        if not path.is_file():
            if path.exists() or not may_be_absent:
                found = "not a file" if path.exists() else "no such file"
                faults.note(FaultReason.MISSING, found=found, allowed=f"a file {path.name}")
            return None
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            content = stream.read(size + 1) if size <= bytes_max else b""
    except OSError as error:
        raise InputFault(f"{path.name} cannot be read: {error.strerror or error}") from error
    if size > bytes_max:
        faults.note(FaultReason.SIZE, found=f"{size:,} bytes", allowed=f"at most {bytes_max:,} bytes")
        return None
    if len(content) != size:
        raise InputFault(f"{path.name} changed while it was read")
    return content if _is_utf8(content, faults) else None


def row_of(content: bytes, offset: int) -> int:
    """The line, counted from 1, that holds the byte at ``offset``; a return, a newline or both end a line."""
    newlines, returns = content.count(b"\n", 0, offset), content.count(b"\r", 0, offset)
    return 1 + newlines + returns - content.count(b"\r\n", 0, offset)


def _is_utf8(content: bytes, faults: FaultList) -> bool:
    offset = _first_invalid(content)
    if offset is None:
        return True
    faults.note(
        FaultReason.ENCODING,
        row=row_of(content, offset),
        found=f"byte 0x{content[offset]:02x} at offset {offset:,}",
        allowed="UTF-8",
    )
    return False


def _first_invalid(content: bytes) -> int | None:
    """In blocks, so that the decoded text of a large file is never held whole."""
    if content.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    for begin in range(0, len(content), DECODED_BYTES):
        pending = len(decoder.getstate()[0])
        block = content[begin : begin + DECODED_BYTES]
        try:
            decoder.decode(block, final=begin + DECODED_BYTES >= len(content))
        except UnicodeDecodeError as error:
            return begin - pending + error.start
    return None
