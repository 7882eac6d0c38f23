"""A bundle that lies in a folder: a path in, names and bytes out. Nothing but regular files is read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


class Folder:
    """The files under a folder; a symbolic link is listed and never followed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Paths of all files and links below the folder, with ``/`` between their parts."""
        found = []
        for parent, folders, files in os.walk(self.path):
            links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
            for name in (*files, *links):
                found.append(os.path.relpath(os.path.join(parent, name), self.path).replace(os.sep, "/"))
        return sorted(found)

    def read(self, path: str) -> bytes:
        """The bytes of one regular file; OSError if it is anything else or cannot be read."""
        at = self.path
        for part in path.split("/"):
            if part in ("", ".", ".."):
                raise OSError(errno.EINVAL, "not a path inside a bundle")
            at = at / part
            if stat.S_ISLNK(at.lstat().st_mode):
                raise OSError(errno.EINVAL, "is a symbolic link")
        if not stat.S_ISREG(at.lstat().st_mode):
            raise OSError(errno.EINVAL, "is not a regular file")
        return at.read_bytes()
