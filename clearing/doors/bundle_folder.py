"""Sealed files in, a folder on disk out, whole or not at all; and a folder in, its files out.

A bundle is written into ``.NAME.partial-xxxxxxxx`` beside its target and renamed when every file is
on the disk. What a killed run leaves behind has that name and is never read as a bundle.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from clearing.audit.canonical import CHUNK_BYTES
from clearing.audit.seal import MANIFEST
from clearing.model.errors import InputFault, OperatingFault, UsageFault

_PARTIAL_NAME = re.compile(r"\..*\.partial-[0-9a-f]{8}", re.DOTALL)
_NAME_SHOWN_MAX = 40
"""Characters of the target's name in the temporary one, so that it never grows too long."""


def check_target(target: Path) -> None:
    """Raise UsageFault unless a new bundle can be put at ``target``: nothing there, its folder writable."""
    if os.path.lexists(target):
        what = "a folder" if target.is_dir() else "a file"
        raise UsageFault(f"{target} exists and is {what}; it is left alone: name a path that does not exist")
    if not target.name:
        raise UsageFault(f"{target} is no path for a new folder; name one that does not exist")
    if not target.parent.is_dir():
        raise UsageFault(f"{target.parent} is no existing folder; make it before writing {target}")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise UsageFault(f"{target.parent} is not writable; {target} cannot be made there")


class BundleWriter:
    """``with BundleWriter(target) as bundle: seal(…, bundle.write)``.

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
        """The sink: one file of the bundle, a chunk at a time."""
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
                _to_disk(path)
            check_target(self._target)
            self._partial.rename(self._target)
            _to_disk(self._target.parent)
        except OSError as error:
            raise _not_written(self._target, error) from error


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_written(path: Path, error: OSError) -> OperatingFault:
    return OperatingFault(f"cannot write {path}: {error.strerror or error}; nothing was left behind")


class BundleFolder:
    """A bundle on disk; files are read when asked for."""

    def __init__(self, folder: Path) -> None:
        """Raise InputFault if ``folder`` holds no complete bundle."""
        self._folder = folder
        if not folder.is_dir():
            what = "a file" if folder.exists() else "missing"
            raise InputFault(f"{folder} is {what}; a bundle is a folder with a {MANIFEST}")
        if _PARTIAL_NAME.fullmatch(folder.resolve().name):
            raise InputFault(f"{folder} is what an interrupted run left behind, no bundle; it can be deleted")
        if not (folder / MANIFEST).is_file():
            raise InputFault(f"{folder} is no bundle: it has no {MANIFEST}")

    def names(self) -> list[str]:
        """Paths of everything in the folder that is not itself a folder, ascending, with ``/``."""
        found: list[str] = []
        for at, folders, files in os.walk(self._folder, onerror=_raise_unreadable):
            linked = [name for name in folders if (Path(at) / name).is_symlink()]
            found += [(Path(at) / name).relative_to(self._folder).as_posix() for name in (*linked, *files)]
        return sorted(found)

    def read(self, path: str) -> bytes:
        """The bytes of one file."""
        return b"".join(self.pieces(path))

    def pieces(self, path: str) -> Iterator[bytes]:
        """The bytes of one file, about 1 MiB at a time."""
        place = self._folder / path
        try:
            with _opened(place) as file:
                while piece := file.read(CHUNK_BYTES):
                    yield piece
        except OSError as error:
            raise InputFault(f"cannot read {place}: {error.strerror or error}") from error


def _raise_unreadable(error: OSError) -> None:
    raise InputFault(f"cannot read {error.filename}: {error.strerror or error}") from error


def _opened(place: Path) -> BinaryIO:
    # A pipe or device by this name could block or never end.
    if not stat.S_ISREG(place.stat().st_mode):
        raise InputFault(f"cannot read {place}: it is no regular file")
    return place.open("rb")
