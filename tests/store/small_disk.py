"""A folder comes in and is a disk of a few megabytes from then on, until the block ends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

FREE_STEP = 16_384


@contextmanager
def small_disk(folder: Path, *, kib: int) -> Iterator[Path]:
    """Mounts memory on a new folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=0777", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def may_mount() -> bool:
    """Whether this machine lets us."""
    try:
        with TemporaryDirectory(prefix="clearing-disk-") as above, small_disk(Path(above) / "disk", kib=64):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def filled(disk: Path, *, but: int) -> Iterator[None]:
    """The disk has so many bytes left, and is as it was afterwards."""
    filler = disk / "filler"
    left = os.statvfs(disk)
    size = max(0, left.f_bavail * left.f_frsize - but)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    try:
        yield
    finally:
        filler.unlink()
