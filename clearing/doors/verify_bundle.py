"""``clearing verify``: a bundle comes in; every law is checked on it and each breach is named."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from clearing.audit.seal import seal_inputs
from clearing.audit.verify import verify
from clearing.audit.verify.report import LAWS, Report, Violation
from clearing.doors.book_folder import read_book
from clearing.doors.bundle_folder import BundleFolder
from clearing.doors.signing import public_key
from clearing.doors.stored_manifest import stored_digest

STATUS_DONE = 0
STATUS_MISMATCH = 4


def verify_bundle(
    folder: Path, *, key: str | None, digest: str | None, book: Path | None, previous: Path | None, as_json: bool
) -> int:
    """Print how the bundle stands to each law; the exit status."""
    report = verified(folder, key=key, digest=digest, book=book, previous=previous)
    if as_json:
        print(json.dumps(_object(report)))
    else:
        print("\n".join([*law_lines(report), *(f"note: {note}" for note in report.notes)]))
        print(f"digest {report.digest}\n{report.verdict}")
    return STATUS_DONE if report.holds else STATUS_MISMATCH


def verified(
    folder: Path,
    *,
    key: str | None = None,
    digest: str | None = None,
    book: Path | None = None,
    previous: Path | None = None,
) -> Report:
    """What the laws say of the bundle in ``folder``, given what is trusted."""
    return verify(
        BundleFolder(folder),
        key=None if key is None else public_key(key),
        digest=digest,
        book_root=None if book is None else _book_root(book),
        previous=None if previous is None else stored_digest(BundleFolder(previous)),
    )


def law_lines(report: Report) -> list[str]:
    """One line for each law, and under it what breaks it."""
    lines = []
    for law, meaning in LAWS.items():
        broken = report.counts.get(law, 0)
        state = "BROKEN" if broken else "unchecked" if law in report.unchecked else "holds"
        lines.append(f"law {law}  {state:<6}  {meaning}")
        lines += [f"    {_violation_line(each)}" for each in report.violations if each.law == law]
        if law in report.unchecked:
            lines.append(f"    {report.unchecked[law]}")
    return lines


def _violation_line(violation: Violation) -> str:
    place = [violation.file, None if violation.line is None else f"line {violation.line}", violation.field]
    where = " ".join(part for part in place if part)
    return f"{where}: {violation.message}" if where else violation.message


def _book_root(folder: Path) -> str:
    book, _terms = read_book(folder)
    return seal_inputs(book, _consume).book_root.hex()


def _consume(_path: str, chunks: Iterable[bytes]) -> None:
    """A sink that keeps nothing: hashing happens on the way to it."""
    for _chunk in chunks:
        pass


def _object(report: Report) -> dict[str, object]:
    return {
        "holds": report.holds,
        "verdict": report.verdict,
        "digest": report.digest,
        "authenticated": list(report.authenticated),
        "counts": {str(law): number for law, number in report.counts.items()},
        "unchecked": {str(law): why for law, why in report.unchecked.items()},
        "violations": [
            {
                "law": each.law,
                "file": each.file,
                "line": each.line,
                "field": each.field,
                "message": each.message,
            }
            for each in report.violations
        ],
        "notes": list(report.notes),
    }
