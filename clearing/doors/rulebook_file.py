"""rulebook.toml in, the rulebook and the session's terms out; unknown keys and unsupported values are faults."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from clearing.doors.fault_list import FaultList
from clearing.doors.file_bytes import BOM, file_bytes
from clearing.doors.rulebook_values import SALT_BYTES_MAX, allowance_ppm, time_text, tolerance_micro
from clearing.doors.text_columns import ID_ALLOWED
from clearing.doors.times import TIME_ALLOWED
from clearing.model.book import SessionTerms
from clearing.model.faults import FaultReason
from clearing.model.rulebook import Rulebook

if TYPE_CHECKING:
    from clearing.doors.rulebook_form import RulebookForm

RULEBOOK_BYTES_MAX = 64 * 2**10
ALLOWED = {
    "version": "1",
    "objectives": '["surplus", "value", "even", "lottery"], exactly these',
    "even_segments": "16",
    "netting_form": '"gross" or "net"',
    "obligations": '"set-off"',
    "residual_tolerance": 'index units as a quoted decimal such as "1": at most 6 digits after the point',
    "allowance_bps": 'bps as a quoted decimal from "0" to "1000000": at most 2 digits after the point',
    "self_crossing": '"allow"',
    "session": "a table [session] with the keys id, cut_off, salt",
    "session.id": ID_ALLOWED,
    "session.cut_off": TIME_ALLOWED,
    "session.salt": f"quoted hex digits, two a byte, 1 to {SALT_BYTES_MAX} bytes",
}


def read_rulebook(path: Path, faults: FaultList) -> tuple[Rulebook, SessionTerms]:
    """What the file states; the defaults when it is absent or a fault was noted."""
    content = file_bytes(path, faults, bytes_max=RULEBOOK_BYTES_MAX, may_be_absent=True)
    stated = None if content is None else _stated(content, faults)
    return (Rulebook(), SessionTerms()) if stated is None else (_rulebook(stated), _terms(stated))


def _stated(content: bytes, faults: FaultList) -> RulebookForm | None:
    try:
        document = tomllib.loads(content.removeprefix(BOM).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        faults.note(FaultReason.MALFORMED, found=str(error), allowed="TOML 1.0")
        return None
    from pydantic import ValidationError  # slow to import, and most books bring no rulebook

    from clearing.doors.rulebook_form import RulebookForm

    try:
        return RulebookForm.model_validate(document)
    except ValidationError as error:
        refused: set[str] = set()
        for wrong in error.errors(include_url=False, include_context=False):
            place = [str(part) for part in wrong["loc"]]
            if wrong["type"] == "extra_forbidden":
                _refuse_key(place, faults)
            elif (key := _key(place)) not in refused:  # each type allowed, and each item of a list, errs for itself
                refused.add(key)
                faults.note(FaultReason.MALFORMED, column=key, found=repr(wrong["input"]), allowed=ALLOWED[key])
        return None


def _refuse_key(place: list[str], faults: FaultList) -> None:
    table = "session." if len(place) > 1 else ""
    keys = [key for key in ALLOWED if key.startswith("session.") == bool(table)]
    says = f"the keys {', '.join(key.removeprefix(table) for key in keys)}"
    faults.note(FaultReason.UNKNOWN, column=".".join(place), found="an unknown key", allowed=says)


def _key(place: list[str]) -> str:
    """The key that a place in the document belongs to."""
    return ".".join(place[:2]) if ".".join(place[:2]) in ALLOWED else place[0]


def _rulebook(stated: RulebookForm) -> Rulebook:
    default = Rulebook()
    tolerance = None if stated.residual_tolerance is None else tolerance_micro(stated.residual_tolerance)
    allowance = None if stated.allowance_bps is None else allowance_ppm(stated.allowance_bps)
    cut_off = stated.session.cut_off if stated.session else None
    return Rulebook(
        netting_form=stated.netting_form or default.netting_form,
        residual_tolerance_micro=default.residual_tolerance_micro if tolerance is None else tolerance,
        allowance_ppm=default.allowance_ppm if allowance is None else allowance,
        cut_off=None if cut_off is None else time_text(cut_off),
    )


def _terms(stated: RulebookForm) -> SessionTerms:
    session = stated.session
    if session is None:
        return SessionTerms()
    return SessionTerms(id=session.id, salt=None if session.salt is None else bytes.fromhex(session.salt))
