"""A report in, text for people or one JSON record for programs out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clearing.audit.verify.report import Report, Violation


def report_lines(report: Report) -> Iterator[str]:
    """Every law with its verdict, then what is broken, then what the whole comes to."""
    for law, meaning in report.meanings.items():
        if law not in report.laws:
            continue
        verdict = "BROKEN" if law in report.counts else "not checked" if law in report.unchecked else "ok"
        yield f"law {law}  {verdict:<11}  {meaning}"
        if law in report.unchecked:
            yield f"         because {report.unchecked[law]}"
    for violation in report.violations:
        yield f"law {violation.law} broken: {_place(violation)}{violation.message}"
    unlisted = sum(report.counts.values()) - len(report.violations)
    if unlisted:
        yield f"and {unlisted} more"
    for note in report.notes:
        yield f"note: {note}"
    yield f"digest {report.digest or 'unknown'}"
    yield report.verdict


def report_record(report: Report) -> dict[str, Any]:
    """The report as one JSON object."""
    return {
        "holds": report.holds,
        "verdict": report.verdict,
        "digest": report.digest,
        "authenticated": list(report.authenticated),
        "violations_by_law": {str(law): count for law, count in report.counts.items()},
        "unchecked": {str(law): why for law, why in report.unchecked.items()},
        "violations": [
            {"law": each.law, "file": each.file, "line": each.line, "field": each.field, "message": each.message}
            for each in report.violations
        ],
        "notes": list(report.notes),
    }


def _place(violation: Violation) -> str:
    parts = [violation.file or "bundle"]
    if violation.line is not None:
        parts.append(f"line {violation.line}")
    if violation.field is not None:
        parts.append(violation.field)
    return ", ".join(parts) + ": "
