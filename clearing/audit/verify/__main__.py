"""``python -m clearing.audit.verify BUNDLE``: a folder in, a report on standard output and an exit status out.

A file in its place is the record of a fixing, a folder of such files several, which are held against each other.
Status 0: every law holds. 1: the report could not be printed. 2: usage. 3: there is no bundle and no record.
4: a law is broken.
"""

from __future__ import annotations

import argparse
import errno
import gc
import json
import os
import re
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from clearing.audit.verify import (
    Given,
    Report,
    is_record,
    read_public_key,
    report_lines,
    report_record,
    verify,
    verify_fixing,
    verify_fixings,
)
from clearing.audit.verify.forms import MANIFEST_PATH, SEALED_PATHS

HOLDS, UNPRINTED, NO_BUNDLE, BROKEN = 0, 1, 3, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one bundle, one record of a fixing or a folder of them; the exit status."""
    parser = _parser()
    stated = parser.parse_args(arguments)
    try:
        records = _records(stated.bundle)
    except OSError as broken:
        return _nothing(stated.bundle, f"cannot be read: {broken.strerror}")
    if records:
        return _verify_records(parser, stated, records)
    folder = Folder(stated.bundle)
    key = _trusted_key(parser, stated.key)
    # Nothing that verify makes refers back to itself, so that looking for cycles only costs time.
    gc.disable()
    try:
        report = verify(
            folder,
            key=key,
            digest=stated.digest,
            book_root=stated.book_root,
            previous=Folder(stated.previous) if stated.previous else None,
        )
    except OSError as broken:
        return _nothing(stated.bundle, f"is no bundle: manifest.json: {broken.strerror}")
    _print(report, as_json=stated.json)
    return HOLDS if report.holds else BROKEN


def _records(path: Path) -> list[Given]:
    """The file as a record, or the .json files of a folder that is no bundle; nothing where there are none."""
    if path.is_file():
        return [Given(path.name, path.read_bytes())]
    if not path.is_dir():
        return []
    names = Folder(path).names()
    if {MANIFEST_PATH, *SEALED_PATHS} & set(names):
        return []
    given = [Given(name, Folder(path).read(name)) for name in names if name.endswith(".json")]
    return given if any(is_record(each.content) for each in given) else []


def _verify_records(parser: argparse.ArgumentParser, stated: argparse.Namespace, records: Sequence[Given]) -> int:
    if stated.key or stated.book_root or (len(records) > 1 and (stated.digest or stated.previous)):
        parser.error("--key and --book-root are for bundles, --digest and --previous for a bundle or one record")
    if len(records) == 1:
        try:
            previous = stated.previous.read_bytes() if stated.previous else None
        except OSError as broken:
            return _nothing(stated.previous, f"cannot be read: {broken.strerror}")
        content, name = records[0].content, records[0].name
        report = verify_fixing(content, name=name, digest=stated.digest, previous=previous)
        _print(report, as_json=stated.json)
        return HOLDS if report.holds else BROKEN
    reports = verify_fixings(records)
    if stated.json:
        _say(json.dumps({name: report_record(report) for name, report in reports}, indent=2))
    else:
        for name, report in reports:
            wrong = [f"  {line}" for line in report_lines(report) if " broken: " in line]
            _say("\n".join([f"{ascii(name)[1:-1]}: {report.verdict}", *wrong]))
    return HOLDS if all(report.holds for _name, report in reports) else BROKEN


def _nothing(path: Path, why: str) -> int:
    print(f"{ascii(str(path))[1:-1]} {why}", file=sys.stderr)
    return NO_BUNDLE


def _print(report: Report, *, as_json: bool) -> None:
    _say(json.dumps(report_record(report), indent=2) if as_json else "\n".join(report_lines(report)))


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as error:
        # Python flushes once more at exit: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            print(f"standard output: {error.strerror}; what was to be printed is not all there", file=sys.stderr)
        sys.exit(UNPRINTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m clearing.audit.verify", description="Check a sealed session against the laws."
    )
    parser.add_argument("bundle", type=Path, help="folder of the bundle, or record of a fixing, or a folder of these")
    parser.add_argument("--key", metavar="PUB", help="trusted public key: 64 hex digits, or a file (PEM or raw)")
    parser.add_argument("--digest", type=_hex_32, metavar="HEX", help="trusted digest of the bundle")
    parser.add_argument("--book-root", type=_hex_32, metavar="HEX", help="trusted root over all inputs")
    parser.add_argument("--previous", type=Path, metavar="BUNDLE", help="the bundle, or record, before")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _hex_32(text: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("must be 64 hex digits")
    return text.lower()


def _trusted_key(parser: argparse.ArgumentParser, stated: str | None) -> bytes | None:
    if stated is None:
        return None
    if re.fullmatch("[0-9a-fA-F]{64}", stated):
        return bytes.fromhex(stated)
    try:
        key = read_public_key(Path(stated).read_bytes())
    except OSError as broken:
        parser.error(f"--key: {broken.strerror}")
    if key is None:
        parser.error("--key: neither 64 hex digits nor a file with an Ed25519 public key")
    return key


class Folder:
    """A bundle in a folder: the files under a folder; a symbolic link is listed and never followed."""

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


if __name__ == "__main__":
    sys.exit(main())
