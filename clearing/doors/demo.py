"""``clearing demo``: the shipped book is cleared into a bundle, explained, verified and replayed."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from clearing.audit import verify
from clearing.audit.bundle_form import MANIFEST, REPORT
from clearing.doors.bundle_folder import BundleFolder, check_target
from clearing.doors.clear_folder import clear_into
from clearing.doors.demo_story import next_lines, proof_lines, report_lines, story_lines
from clearing.doors.replay_bundle import replayed
from clearing.doors.stored_manifest import stored_manifest
from clearing.doors.verify_bundle import verified
from clearing.model.errors import InputFault

DEMO_SESSION = "clearing-demo"
"""The id in the demo book's rulebook.toml: by it a demo bundle is known."""

STATUS_DONE = 0
STATUS_MISMATCH = 4


def run_demo(out: Path) -> int:
    """Clear the demo book into ``out`` and tell about it; the exit status.

    Raises UsageFault where ``out`` exists and is no demo bundle.
    """
    if not _is_demo_bundle(out):
        check_target(out)
    with resources.as_file(resources.files("clearing") / "demo_book") as book:
        place = Path(tempfile.mkdtemp(prefix=f".{DEMO_SESSION}.", dir=out.parent))
        try:
            session, _seconds = clear_into(place / "new", book)
            _put(place / "new", out, aside=place / "old")
        finally:
            shutil.rmtree(place, ignore_errors=True)
        print("\n".join(story_lines(session)))
        report = verified(out, book=book)
        difference = replayed(out).difference
        print("\n".join(proof_lines(list(verify.report_lines(report)), difference)))
        print("\n".join([*report_lines(out), *next_lines(session, out)]))
    return STATUS_DONE if report.holds and difference is None else STATUS_MISMATCH


def _is_demo_bundle(out: Path) -> bool:
    """Whether a demo wrote all there is in ``out``: a folder to which anything was added is no longer ours."""
    if out.is_symlink() or not out.is_dir():
        return False
    try:
        bundle = BundleFolder(out)
        manifest = stored_manifest(bundle)
        names = set(bundle.names())
    except InputFault:
        return False
    files = manifest.get("files")
    sealed = set(files) if isinstance(files, dict) else set()
    return manifest.get("session") == DEMO_SESSION and names <= sealed | {MANIFEST, REPORT}


def _put(new: Path, out: Path, *, aside: Path) -> None:
    """The new bundle in its place; the one before goes aside first and comes back if that fails."""
    if not os.path.lexists(out):
        new.rename(out)
        return
    out.rename(aside)
    try:
        new.rename(out)
    except BaseException:
        aside.rename(out)
        raise
