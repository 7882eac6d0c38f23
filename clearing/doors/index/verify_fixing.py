"""``clearing index verify``: fixing records come in; every figure is computed again and each breach is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from clearing.audit.verify import Report, report_lines, report_record, verify_fixing
from clearing.audit.verify.fixing import Given, verify_fixings
from clearing.doors.index.record_file import RECORD_BYTES_MAX, record_files
from clearing.doors.trusted import trusted
from clearing.doors.words import count
from clearing.model.errors import InputFault, UsageFault

STATUS_DONE = 0
STATUS_MISMATCH = 4


def verify_index(paths: Sequence[Path], *, previous: Path | None, digest: str | None, as_json: bool) -> int:
    """Print how each record stands to each law, of many only those that do not hold; the exit status.

    Raises UsageFault where ``previous`` or ``digest`` is given with many, or ``digest`` is none.
    """
    digest = None if digest is None else trusted("digest", digest)
    files = record_files(paths)
    if len(files) > 1 and (previous is not None or digest is not None):
        raise UsageFault(f"--previous and --digest are of one record; {len(files):,} are named")
    reports = _reports(files, digest=digest, previous=previous)
    broken = [(name, report) for name, report in reports if not report.holds]
    if as_json:
        print(json.dumps({"holds": not broken, "records": [{"file": n, **report_record(r)} for n, r in reports]}))
    else:
        print("\n".join(_lines(reports, broken)))
    return STATUS_MISMATCH if broken else STATUS_DONE


def _reports(files: Sequence[Path], *, digest: str | None, previous: Path | None) -> list[tuple[str, Report]]:
    given = [Given(file.name, _content(file)) for file in files]
    if len(given) > 1:
        return verify_fixings(given)
    before, (one,) = None if previous is None else _content(previous), given
    return [(one.name, verify_fixing(one.content, name=one.name, digest=digest, previous=before))]


def _lines(reports: Sequence[tuple[str, Report]], broken: Sequence[tuple[str, Report]]) -> list[str]:
    if len(reports) == 1:
        return list(report_lines(reports[0][1]))
    lines = [line for name, report in broken for line in (f"{name}:", *report_lines(report))]
    if broken:
        return [*lines, f"{len(broken):,} of {count(len(reports), 'record')} do not hold"]
    return [f"{count(len(reports), 'record')}: every figure follows from its own quotes, to the last digit"]


def _content(file: Path) -> bytes:
    """The bytes; what is in them is for verify to judge."""
    try:
        if not file.is_file():
            raise InputFault(f"{file}: no such file; a fixing record is what `clearing index fix` wrote")
        if file.stat().st_size > RECORD_BYTES_MAX:
            raise InputFault(f"{file} is larger than {RECORD_BYTES_MAX:,} bytes; no fixing record is")
        return file.read_bytes()
    except OSError as error:
        raise InputFault(f"{file} cannot be read: {error.strerror or error}") from error
