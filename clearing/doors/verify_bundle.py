"""``clearing verify``: a bundle comes in; every law is checked on it and each breach is named."""

from __future__ import annotations

import json
from pathlib import Path

from clearing.audit.verify import Report, report_lines, report_record, verify
from clearing.audit.verify.__main__ import Folder
from clearing.doors.bundle_folder import BundleFolder
from clearing.doors.folder_writer import PARTIAL_NAME
from clearing.doors.signing import public_key
from clearing.doors.trusted import trusted

STATUS_DONE = 0
STATUS_MISMATCH = 4


def verify_bundle(
    folder: Path, *, key: str | None, digest: str | None, book: Path | None, previous: Path | None, as_json: bool
) -> int:
    """Print how the bundle stands to each law; the exit status.

    Raises UsageFault where ``digest`` is none.
    """
    digest = None if digest is None else trusted("digest", digest)
    report = verified(folder, key=key, digest=digest, book=book, previous=previous)
    print(json.dumps(report_record(report)) if as_json else "\n".join(report_lines(report)))
    return STATUS_DONE if report.holds else STATUS_MISMATCH


def verified(
    folder: Path,
    *,
    key: str | None = None,
    digest: str | None = None,
    book: Path | None = None,
    previous: Path | None = None,
) -> Report:
    """What the laws say of the bundle in ``folder``, given what is trusted. Raises InputFault where there is none."""
    return verify(
        _bundle(folder),
        key=None if key is None else public_key(key),
        digest=digest,
        book_root=None if book is None else _book_root(book),
        previous=None if previous is None else _bundle(previous),
    )


def _bundle(folder: Path) -> Folder:
    """The folder as verify itself reads it. A bundle that has lost its manifest is for verify to find."""
    if not (folder / "inputs").is_dir() or PARTIAL_NAME.fullmatch(folder.resolve().name):
        BundleFolder(folder)
    return Folder(folder)


def _book_root(folder: Path) -> str:
    from clearing.audit.canonical import discard
    from clearing.audit.seal import seal_inputs
    from clearing.doors.book_folder import read_book

    book, _terms = read_book(folder)
    return seal_inputs(book, discard).book_root.hex()

