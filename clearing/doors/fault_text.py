"""A fault report in, lines for people out; nothing found in a file reaches a terminal raw."""

from __future__ import annotations

from clearing.model.faults import Fault, FaultReport

FOUND_CHARACTERS_MAX = 60


def fault_lines(report: FaultReport) -> list[str]:
    """One line per listed fault, then what was not listed, then the counts by reason."""
    lines = [_fault_line(fault) for fault in report.listed]
    total = sum(report.counts.values())
    if total > len(report.listed):
        lines.append(f"... and {total - len(report.listed):,} more")
    by_reason = sorted(report.counts.items(), key=lambda counted: counted[0].value)
    counted = ", ".join(f"{count:,} {reason.value}" for reason, count in by_reason)
    lines.append(f"{total:,} fault{'s' if total != 1 else ''}: {counted}")
    return lines


def safe_text(text: str, limit: int = FOUND_CHARACTERS_MAX) -> str:
    """Printable ASCII, everything else escaped, so that look-alikes show; long texts are cut."""
    cut = text[:limit]
    shown = cut if cut.isascii() and cut.isprintable() else "".join(map(_escaped, cut))
    return shown if len(text) <= limit else f"{shown[:limit]}... ({len(text):,} characters)"


def _fault_line(fault: Fault) -> str:
    place = fault.file if fault.row is None else f"{fault.file}:{fault.row}"
    if fault.column is not None:
        place += f" {safe_text(fault.column)}"
    found = f"found {fault.found}; " if fault.found else ""
    return f"{place}: {found}allowed: {fault.allowed}"


def _escaped(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
