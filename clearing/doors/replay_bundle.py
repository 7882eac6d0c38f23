"""``clearing replay``: a bundle comes in; the session is computed again and the first difference named."""

from __future__ import annotations

import json
from pathlib import Path

from clearing.audit.replay import Difference, Replayed
from clearing.doors.bundle_folder import BundleFolder
from clearing.doors.stored_manifest import stored_manifest
from clearing.doors.terminal import stage_bar
from clearing.doors.words import count
from clearing.model.proof import Remark
from clearing.service import replay_bundle

STAGES = ("read", "seal", "solve", "certify", "settle", "write")
STATUS_DONE = 0
STATUS_MISMATCH = 4
_REMARK_CHARACTERS_MAX = 300
_LISTED_MAX = 20


def replay(folder: Path, *, as_json: bool) -> int:
    """Print whether the session computes to the very same bytes; the exit status."""
    ended = replayed(folder)
    digest = stored_manifest(BundleFolder(folder)).get("digest")
    print(json.dumps(replay_object(ended, digest)) if as_json else "\n".join(replay_lines(ended, digest)))
    return STATUS_DONE if ended.difference is None else STATUS_MISMATCH


def replayed(folder: Path) -> Replayed:
    """The first difference between the bundle and what its inputs compute to."""
    bundle = BundleFolder(folder)
    with stage_bar(STAGES) as begin:
        return replay_bundle(bundle, progress=begin)


def replay_lines(ended: Replayed, digest: object) -> list[str]:
    """The lines of ``clearing replay``: how it ended, and which searched components stand as recorded or do not."""
    if ended.difference is None:
        return ["replay identical", *_record_lines(ended), f"digest {digest}"]
    rejected = [_remark_line(each) for each in ended.rejected[:_LISTED_MAX]]
    return [f"replay differs: {difference_line(ended.difference)}", *rejected, *_record_lines(ended)]


def replay_object(ended: Replayed, digest: object) -> dict[str, object]:
    """The object of ``clearing replay --json``: members without anything to say are left out."""
    difference = ended.difference
    said: dict[str, object] = {"identical": difference is None, "digest": digest}
    if ended.by_record:
        said["by_record"] = list(ended.by_record)
    for name, remarks in (("weaker", ended.weaker), ("rejected", ended.rejected)):
        if remarks:
            said[name] = [_remark_object(each) for each in remarks]
    if difference is not None:
        said["difference"] = {
            "file": difference.file,
            "line": difference.line,
            "field": difference.field,
            "stored": difference.stored,
            "recomputed": difference.recomputed,
        }
    return said


def _record_lines(ended: Replayed) -> list[str]:
    """Where components stand as recorded, lines that say so."""
    if not ended.by_record:
        return []
    named = ", ".join(ended.by_record[:_LISTED_MAX]) + ", ..." * (len(ended.by_record) > _LISTED_MAX)
    found = f"{count(len(ended.by_record), 'component')} by the recorded witness"
    first = f"{found}, which stands though this machine found another ({named})"
    return [first, *(_remark_line(each) for each in ended.weaker[:_LISTED_MAX])]


def _remark_line(remark: Remark) -> str:
    stage = "" if remark.stage is None else f", {remark.stage}"
    return f"component {remark.component}{stage}: {remark.text[:_REMARK_CHARACTERS_MAX]}"


def difference_line(difference: Difference) -> str:
    """Where, what is stored there, and what was computed."""
    line = "" if difference.line is None else f" line {difference.line}"
    field = "" if difference.field is None else f" {difference.field}"
    absent = "no such file" if not line else "no such line" if not field else "no such field"
    stored, recomputed = (absent if side is None else side for side in (difference.stored, difference.recomputed))
    return f"{difference.file}{line}{field}: stored {stored}, recomputed {recomputed}"


def _remark_object(remark: Remark) -> dict[str, object]:
    return {
        "component": remark.component,
        "stage": remark.stage,
        "text": remark.text[:_REMARK_CHARACTERS_MAX],
    }
