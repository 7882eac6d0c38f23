"""Commands that move sessions: founding a house, one batch, a veto; what they print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearing.audit.input_lines import rulebook_line
from clearing.doors.fault_list import FaultList, fault_report
from clearing.doors.house.place import BundleShelf, chosen_bundles, chosen_database, chosen_house
from clearing.doors.rulebook_file import read_rulebook
from clearing.doors.words import amount, count
from clearing.keeping import sessions
from clearing.keeping.batch import Batch, run_batch
from clearing.model.errors import BookFault, UsageFault
from clearing.model.faults import FaultReason
from clearing.model.rulebook import Rulebook

if TYPE_CHECKING:
    from clearing.service import Session

STATUS_UNPROVEN = 5
STATUS_WRONG = 4


def found(database: str | None, *, rulebook: Path | None, veto_minutes: int) -> int:
    """Make the database of a house and found it."""
    from clearing.wiring import make_house

    line = rulebook_line(house_rulebook(rulebook)).encode()
    url = chosen_database(database)
    sessions.found_house(make_house(url), line, veto_minutes=veto_minutes)
    print(f"a house at {url}; its first session is open")
    print("next: clearing house participants FILE, assets FILE, fixing FILE, submit FILE; then clearing house run")
    return 0


def migrate(database: str | None) -> int:
    """Bring the database of a house up to the version of this package."""
    from clearing.wiring import migrate_house

    before, after = migrate_house(chosen_database(database))
    if before == after:
        print(f"the house is of version {after} already: nothing was to be done")
    else:
        print(f"the house was of version {before} and is of version {after} now")
    return 0


def check(database: str | None, *, as_json: bool) -> int:
    """Check the journal and make every projection anew; what is wrong is printed, status 4."""
    wrongs = chosen_house(database).store.check()
    if as_json:
        print(json.dumps({"wrong": wrongs}))
    else:
        print("\n".join(wrongs) or "the journal holds, and every table is what it makes")
    return STATUS_WRONG if wrongs else 0


def run(
    database: str | None,
    keyfile: Path | None,
    *,
    bundles: Path | None,
    batch: str | None,
    fixing: Path | None,
    accept_fixing: str | None,
    as_json: bool,
) -> int:
    """One batch. Status 5 where a session cleared without proof of optimality."""
    from clearing.doors.house.register_files import fixing_file
    from clearing.doors.report.page import report_chunks

    if accept_fixing is not None and fixing is None:
        raise UsageFault("--accept-fixing goes with --fixing FILE, the record that it accepts")
    house = chosen_house(database, keyfile)
    shelf = BundleShelf(chosen_bundles(bundles, database))
    name = house.surroundings.clock()[:10] if batch is None else batch

    done = run_batch(
        house,
        batch=name,
        fix=None if fixing is None else fixing_file(house, fixing, accept_fixing=accept_fixing),
        clear=lambda session_id: sessions.clear(house, session_id, shelf, page=report_chunks),
        check=lambda session: shelf.check(sessions.bundle_name(session), session.secret),
    )
    _tell(done, name, as_json=as_json)
    return 0 if all(each.outcome.certificate.optimal for each in done.cleared) else STATUS_UNPROVEN


def veto(
    database: str | None,
    session_id: str,
    *,
    participant_id: str | None,
    offer_id: str | None,
    ground: str,
    evidence: str,
    as_json: bool,
) -> int:
    """Leave a participant or an offer out of a session that is not final."""
    house = chosen_house(database)
    if participant_id is not None and offer_id is None:
        session = sessions.veto_participant(house, session_id, participant_id, ground=ground, evidence=evidence)
    elif offer_id is not None and participant_id is None:
        session = sessions.veto_offer(house, session_id, offer_id, ground=ground, evidence=evidence)
    else:
        raise UsageFault("a veto names either --participant or --offer")
    found = {"session": session.session_id, "state": session.state, "vetoed": json.loads(session.vetoed)}
    words = f"{session_id} leaves out {participant_id or f'offer {offer_id}'}; it is {session.state}"
    print(json.dumps(found) if as_json else f"{words}, to be cleared anew: clearing house run")
    return 0


def change_rulebook(database: str | None, file: Path) -> int:
    """Set another rulebook for the sessions to come."""
    seq = sessions.set_rulebook(chosen_house(database), rulebook_line(house_rulebook(file)).encode())
    print(f"the rulebook of the sessions to come is that of {file.name}: event {seq}")
    return 0


def house_rulebook(file: Path | None) -> Rulebook:
    """The rulebook of a file, or the default one; a house makes its sessions itself, so none is in it."""
    if file is None:
        return Rulebook()
    if not file.is_file():
        raise UsageFault(f"{file}: no such file; a rulebook is a TOML file")
    faults = FaultList(file.name)
    rulebook, terms = read_rulebook(file, faults)
    if rulebook.cut_off is not None or terms.id is not None or terms.salt is not None:
        says = "no such table, as a house makes its sessions itself"
        faults.note(FaultReason.IMPOSSIBLE, column="session", found="a table [session]", allowed=says)
    report = fault_report([faults])
    if report.counts:
        raise BookFault(report)
    return rulebook


def _tell(done: Batch, batch: str, *, as_json: bool) -> None:
    if not done.held:
        print("clearing: another run is at work; nothing was done", file=sys.stderr)
    if as_json:
        print(json.dumps(_batch_object(done, batch)))
        return
    says = {(each.manifest.session, "cleared"): _cleared(each) for each in done.cleared}
    says |= {(name, "fixed"): f"by the values of event {seq}, {at}" for name, (seq, at) in done.valued.items()}
    for session_id, step in done.steps:
        print(f"{session_id}  {step:<8}  {says.get((session_id, step), '')}".rstrip())
    if done.waits_until is not None:
        print("\n".join(_waits(done, batch)))
    elif done.held and not done.steps and done.session is not None:
        print(f"batch {batch} is done: session {done.session.session_id} is {done.session.state}")


def _waits(done: Batch, batch: str) -> Iterator[str]:
    before = done.session if done.session is not None and done.session.batch != batch else None
    whose = "" if before is None else f"session {before.session_id} of batch {before.batch} "
    yield f"{whose}waits for a veto until {done.waits_until}"
    if before is not None:
        yield f"batch {batch} was not begun: run it again then"


def _cleared(session: Session) -> str:
    """``31 of 60 offers filled, 7 in part; 912,345.00 index units in 40 rings``."""
    totals, outcome = session.outcome.totals, session.outcome
    filled = f"{totals.filled_offers:,} of {count(len(session.book.offers.id), 'offer')} filled"
    partly = f", {totals.partly_filled_offers:,} in part" if totals.partly_filled_offers else ""
    rings = count(len(outcome.rings.nodes), "ring")
    refused = f", {len(outcome.refusals):,} refused" if outcome.refusals else ""
    return f"{filled}{partly}{refused}; {amount(totals.value_cleared_micro)} index units in {rings}"


def _batch_object(done: Batch, batch: str) -> dict[str, Any]:
    from clearing.service import summary

    found: dict[str, Any] = {"batch": batch, "held": done.held, "steps": [list(step) for step in done.steps]}
    if done.session is not None:
        found["session"] = {name: value for name, value in asdict(done.session).items() if value is not None}
    if done.waits_until is not None:
        found["waits_until"] = done.waits_until
    found["valued"] = {name: {"event": seq, "at": at} for name, (seq, at) in done.valued.items()}
    found["cleared"] = [summary(session) for session in done.cleared]
    return found
