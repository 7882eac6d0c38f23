"""The file of a fixing record in, the fixing with its text and digest out."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from clearing.audit.stored_fixing import read_fixing
from clearing.index_service import Sealed
from clearing.model.errors import InputFault, UsageFault

RECORD_BYTES_MAX = 64 * 2**20


def read_record(file: Path) -> Sealed:
    """One record, its form and digests checked. Raises UsageFault where there is no file, InputFault for no record."""
    text = record_text_of(file)
    try:
        fixing, digest = read_fixing(text)
    except InputFault as fault:
        raise InputFault(f"{file.name} is no fixing record: {fault}") from fault
    return Sealed(fixing, text.removesuffix("\n"), digest)


def record_text_of(file: Path) -> str:
    """The text of a file that may be a record."""
    try:
        # A pipe or device by this name could block or never end.
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputFault(f"{file} is no regular file; a fixing record is one JSON file")
        if found.st_size > RECORD_BYTES_MAX:
            raise InputFault(f"{file} has {found.st_size:,} bytes; a fixing record has at most {RECORD_BYTES_MAX:,}")
        return file.read_bytes().decode()
    except FileNotFoundError as error:
        raise UsageFault(f"{file}: no such file; a fixing record is what `clearing index fix` wrote") from error
    except OSError as error:
        raise InputFault(f"{file} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputFault(f"{file.name} is no fixing record: it is not UTF-8") from error


def record_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and of folders among them every .json file. Raises UsageFault where there is none."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        within = sorted(path / name for name in os.listdir(path) if name.endswith(".json"))
        if not within:
            raise UsageFault(f"{path} holds no .json file; fixing records are JSON files")
        found += within
    return found
