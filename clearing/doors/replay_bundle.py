"""``clearing replay``: a bundle comes in; the session is computed again and the first difference named."""

from __future__ import annotations

import json
from pathlib import Path

from clearing.audit.replay import Difference
from clearing.doors.bundle_folder import BundleFolder
from clearing.doors.stored_manifest import stored_manifest
from clearing.doors.terminal import stage_bar
from clearing.service import replay_bundle

STAGES = ("read", "seal", "solve", "certify", "settle", "write")
STATUS_DONE = 0
STATUS_MISMATCH = 4


def replay(folder: Path, *, as_json: bool) -> int:
    """Print whether the session computes to the very same bytes; the exit status."""
    difference = replayed(folder)
    digest = stored_manifest(BundleFolder(folder)).get("digest")
    if as_json:
        print(json.dumps(_object(difference, digest)))
    elif difference is None:
        print(f"replay identical\ndigest {digest}")
    else:
        print(f"replay differs: {difference_line(difference)}")
    return STATUS_DONE if difference is None else STATUS_MISMATCH


def replayed(folder: Path) -> Difference | None:
    """The first difference between the bundle and what its inputs compute to."""
    bundle = BundleFolder(folder)
    with stage_bar(STAGES) as begin:
        return replay_bundle(bundle, progress=begin)


def difference_line(difference: Difference) -> str:
    """Where, what is stored there, and what was computed."""
    line = "" if difference.line is None else f" line {difference.line}"
    field = "" if difference.field is None else f" {difference.field}"
    absent = "no such file" if not line else "no such line" if not field else "no such field"
    stored, recomputed = (absent if side is None else side for side in (difference.stored, difference.recomputed))
    return f"{difference.file}{line}{field}: stored {stored}, recomputed {recomputed}"


def _object(difference: Difference | None, digest: object) -> dict[str, object]:
    if difference is None:
        return {"identical": True, "digest": digest}
    return {
        "identical": False,
        "digest": digest,
        "difference": {
            "file": difference.file,
            "line": difference.line,
            "field": difference.field,
            "stored": difference.stored,
            "recomputed": difference.recomputed,
        },
    }
