"""``clearing clear``: a book folder comes in, a sealed bundle and its summary go out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from clearing.audit.bundle_form import REPORT
from clearing.doors.book_fixing import checked_reason
from clearing.doors.book_folder import read_book
from clearing.doors.bundle_folder import BundleFolder, BundleWriter, check_target
from clearing.doors.report.page import report_chunks
from clearing.doors.session_lines import session_lines
from clearing.doors.signing import signer
from clearing.doors.stored_manifest import stored_digest
from clearing.doors.terminal import StageClock, stage_bar
from clearing.service import SearchSolver, Session, clear_book, summary

STATUS_UNPROVEN = 5
STAGES = ("read", "seal", "solve", "certify", "settle", "write")


def clear_folder(
    folder: Path,
    out: Path,
    *,
    rulebook: Path | None,
    keyfile: Path | None,
    previous: Path | None,
    accept_fixing: str | None,
    as_json: bool,
) -> int:
    """Clear the book in ``folder`` into a new bundle at ``out`` and print what became of it; the exit status."""
    check_target(out)
    accepted = checked_reason(accept_fixing)
    session, seconds = clear_into(
        out, folder, rulebook=rulebook, keyfile=keyfile, previous=previous, accepted=accepted
    )
    if as_json:
        print(json.dumps({**summary(session), "seconds": seconds}))
    else:
        print("\n".join([*session_lines(session), f"bundle     {out}"]))
    for note in session.notes:
        print(f"clearing: {note}; what it might have found is missing", file=sys.stderr)
    return 0 if session.outcome.certificate.optimal else STATUS_UNPROVEN


def clear_into(
    out: Path,
    folder: Path,
    *,
    rulebook: Path | None = None,
    keyfile: Path | None = None,
    previous: Path | None = None,
    accepted: str | None = None,
) -> tuple[Session, dict[str, float]]:
    """The session, sealed at ``out``, and the seconds that each stage took."""
    sign = None if keyfile is None else signer(keyfile)
    digest_before = None if previous is None else stored_digest(BundleFolder(previous))
    with SearchSolver() as solver, stage_bar(STAGES) as show:
        clock = StageClock(show)
        clock.begin("read")
        book, terms = read_book(folder, rulebook=rulebook, ruled=solver.start_for)
        terms = replace(terms, accepted_fixing=accepted)
        with BundleWriter(out) as bundle:
            session = clear_book(
                book,
                terms,
                bundle.write,
                previous=digest_before,
                sign=sign,
                progress=clock.begin,
                search_solver=solver,
            )
            bundle.write(REPORT, report_chunks(session))
        seconds = clock.stop()
    # Sealing the inputs is writing too; the published stages are five.
    seconds["write"] += seconds.pop("seal")
    return session, {stage: round(spent, 6) for stage, spent in seconds.items()}
