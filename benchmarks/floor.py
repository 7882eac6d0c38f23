"""A book and its bundle come in; the seconds of the least input and output that a session needs go out, as JSON.

    python -m benchmarks.floor BOOK BUNDLE

The floor is one csv.reader pass over the book's files, and the bundle's own bytes through SHA-256 to a file
that reaches the disk. The bundle is read into memory before the clock starts.
"""

from __future__ import annotations

import argparse
import csv
import gc
import hashlib
import json
import os
import tempfile
import time
from pathlib import Path

PIECE = 1 << 20


def floor_seconds(book: Path, bundle: Path) -> tuple[float, float]:
    """Seconds of reading, seconds of hashing and writing."""
    sealed = b"".join(path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file())
    # The engine reads with garbage collection off too.
    gc.disable()
    begun = time.perf_counter()
    _read(book)
    was_read = time.perf_counter()
    _write(sealed, beside=bundle)
    return was_read - begun, time.perf_counter() - was_read


def _read(book: Path) -> None:
    for path in sorted(book.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for _row in csv.reader(file):
                pass


def _write(sealed: bytes, *, beside: Path) -> None:
    digest = hashlib.sha256()
    with tempfile.TemporaryFile(dir=beside.parent) as file:
        for at in range(0, len(sealed), PIECE):
            digest.update(sealed[at : at + PIECE])
            file.write(sealed[at : at + PIECE])
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    """Time the floor of the book and bundle that the arguments name."""
    parser = argparse.ArgumentParser(description="Time the least input and output that a session needs.")
    parser.add_argument("book", type=Path)
    parser.add_argument("bundle", type=Path)
    asked = parser.parse_args()
    read, write = floor_seconds(asked.book, asked.bundle)
    print(json.dumps({"floor read": read, "floor write": write, "floor": read + write}))


if __name__ == "__main__":
    main()
