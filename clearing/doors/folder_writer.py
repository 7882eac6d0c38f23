"""Files in, a folder on disk out, whole or not at all.

A folder is written into ``.NAME.partial-xxxxxxxx`` beside its target and renamed when every file is
on the disk. What a killed run leaves behind has that name and is never read as a bundle.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from clearing.audit.bundle_form import MANIFEST
from clearing.model.errors import OperatingFault, UsageFault

PARTIAL_NAME = re.compile(r"\..*\.partial-[0-9a-f]{8}", re.DOTALL)
_NAME_SHOWN_MAX = 40
"""Characters of the target's name in the temporary one, so that it never grows too long."""


def check_target(target: Path) -> None:
    """Raise UsageFault unless a folder can be put at ``target``: nothing there, its folder writable, in no bundle."""
    if os.path.lexists(target):
        what = "a folder" if target.is_dir() else "a file"
        raise UsageFault(f"{target} exists and is {what}; it is left alone: name a path that does not exist")
    if not target.name:
        raise UsageFault(f"{target} is no path for a new folder; name one that does not exist")
    if not target.parent.is_dir():
        raise UsageFault(f"{target.parent} is no existing folder; make it before writing {target}")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise UsageFault(f"{target.parent} is not writable; {target} cannot be made there")
    within = target.parent.resolve()
    for folder in (within, *within.parents):
        if os.path.lexists(folder / MANIFEST) and (folder / "inputs").is_dir():
            raise UsageFault(f"{folder} is a sealed bundle: {target} would break its seal; name a path outside it")


class FolderWriter:
    """``with FolderWriter(target) as folder: folder.write("name", chunks)``.

    The target appears when the block ends well. Whatever else ends it, an interrupt included, removes
    all that was written.
    """

    def __init__(self, target: Path) -> None:
        check_target(target)
        self._target = target
        self._partial = target.parent / f".{target.name[:_NAME_SHOWN_MAX]}.partial-{secrets.token_hex(4)}"
        self._written: list[Path] = []

    def __enter__(self) -> Self:
        try:
            self._partial.mkdir()
        except OSError as error:
            raise _not_written(self._target, error) from error
        return self

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        """The sink: one file of the folder, a chunk at a time."""
        place = self._partial / path
        try:
            place.parent.mkdir(exist_ok=True)
            with place.open("xb") as file:
                for chunk in chunks:
                    file.write(chunk)
        except OSError as error:
            raise _not_written(self._target / path, error) from error
        self._written.append(place)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._complete()
        finally:
            # After a rename nothing is left under this name.
            shutil.rmtree(self._partial, ignore_errors=True)

    def _complete(self) -> None:
        try:
            for path in (*self._written, *sorted({path.parent for path in self._written}), self._partial):
                to_disk(path)
            check_target(self._target)
            self._partial.rename(self._target)
            to_disk(self._target.parent)
        except OSError as error:
            raise _not_written(self._target, error) from error


def to_disk(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_written(path: Path, error: OSError) -> OperatingFault:
    return OperatingFault(f"cannot write {path}: {error.strerror or error}; nothing was left behind")
