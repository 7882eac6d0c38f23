"""A bundle on disk in, its files out as they were sealed: another byte is a fault of the input.

That the session keeps the laws is for ``verify`` to say; here what was changed since is not taken for what was sealed.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from clearing.audit.bundle_form import MANIFEST
from clearing.doors.bundle_folder import BundleFolder
from clearing.doors.stored_manifest import sealed_manifest
from clearing.model.errors import InputFault


class SealedFolder(BundleFolder):
    """A bundle whose manifest has its digest; each file is put to the manifest's word when it has been read."""

    def __init__(self, folder: Path) -> None:
        """Raise InputFault if ``folder`` holds no complete bundle, or the manifest is not as it was sealed."""
        super().__init__(folder)
        files = sealed_manifest(self).get("files")
        self._digests = files if isinstance(files, dict) else {}

    def pieces(self, path: str) -> Iterator[bytes]:
        """The bytes of one file; raises InputFault after the last if they are not those that were sealed."""
        found = sha256()
        for piece in super().pieces(path):
            found.update(piece)
            yield piece
        if path != MANIFEST and self._digests.get(path) != found.hexdigest():
            raise InputFault(f"{path} is not as it was sealed; clearing verify tells what is wrong with the bundle")
