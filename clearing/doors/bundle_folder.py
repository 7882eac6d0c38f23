"""A folder on disk in, the files of the bundle in it out; a bundle is written by the folder writer."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from clearing.audit.bundle_form import MANIFEST
from clearing.audit.canonical import CHUNK_BYTES
from clearing.doors.folder_writer import PARTIAL_NAME, FolderWriter, check_target
from clearing.model.errors import InputFault

__all__ = ["BundleFolder", "BundleWriter", "check_target"]

BundleWriter = FolderWriter
"""``with BundleWriter(target) as bundle: seal(…, bundle.write)``."""


class BundleFolder:
    """A bundle on disk; files are read when asked for."""

    def __init__(self, folder: Path) -> None:
        """Raise InputFault if ``folder`` holds no complete bundle."""
        self._folder = folder
        if not folder.is_dir():
            what = "a file" if folder.exists() else "missing"
            raise InputFault(f"{folder} is {what}; a bundle is a folder with a {MANIFEST}")
        if PARTIAL_NAME.fullmatch(folder.resolve().name):
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
