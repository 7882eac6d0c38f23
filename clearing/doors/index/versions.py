"""A methodology.toml or a folder of them in, the versions of one index out, each naming the one before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from clearing.audit.methodology_record import methodology_digest
from clearing.doors.fault_list import FaultList, fault_report
from clearing.doors.index.methodology_file import read_methodology
from clearing.model.errors import BookFault, UsageFault
from clearing.model.faults import FaultReason
from clearing.model.methodology import Methodology


def read_versions(path: Path) -> list[Methodology]:
    """All versions, ascending. Raises BookFault with all faults of all files."""
    files = [path] if not path.is_dir() else sorted(file for file in path.glob("*.toml") if file.is_file())
    if not path.exists():
        raise UsageFault(f"{path}: no such file; a methodology is a TOML file, or a folder of its versions")
    if not files:
        raise UsageFault(f"{path} holds no .toml file; a folder of a methodology holds one TOML file a version")
    lists = [FaultList(file.name) for file in files]
    read = [read_methodology(file, faults) for file, faults in zip(files, lists, strict=True)]
    found = [(each, faults) for each, faults in zip(read, lists, strict=True) if each is not None]
    found.sort(key=lambda pair: pair[0].version)
    for before, after in pairwise(found):
        _check_follows(before[0], after[0], after[1])
    report = fault_report(lists)
    if report.counts:
        raise BookFault(report)
    return [each for each, _faults in found]


def _check_follows(before: Methodology, after: Methodology, faults: FaultList) -> None:
    """Two versions of one folder: one index, numbered on, later, and bound by the digest."""
    checks: Sequence[tuple[str, object, bool, str]] = (
        ("index", after.index, after.index == before.index, f"{before.index}, as in the other versions of the folder"),
        ("version", after.version, after.version == before.version + 1, f"{before.version + 1}, each version once"),
        ("effective", after.effective, after.effective > before.effective, f"a day after {before.effective}"),
    )
    for column, found, holds, allowed in checks:
        if not holds:
            faults.note(FaultReason.MISMATCH, column=column, found=str(found), allowed=allowed)
    digest = methodology_digest(before)
    if after.version == before.version + 1 and after.previous != digest:
        allowed = f"{digest}, the digest of version {before.version}"
        faults.note(FaultReason.MISMATCH, column="previous", found=str(after.previous), allowed=allowed)
