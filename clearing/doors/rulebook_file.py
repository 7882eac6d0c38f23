"""rulebook.toml in, the rulebook and the session's terms out; unknown keys and unsupported values are faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearing.doors.fault_list import FaultList
from clearing.doors.file_bytes import file_bytes
from clearing.doors.rulebook_values import allowance_ppm, time_text, tolerance_micro
from clearing.doors.rulebook_words import ALLOWED
from clearing.doors.toml_text import read_toml, toml_value
from clearing.model.book import SessionTerms
from clearing.model.faults import FaultReason
from clearing.model.rulebook import DEFAULTS, VERSIONS, Rulebook

if TYPE_CHECKING:
    from clearing.doors.rulebook_form import RulebookForm

RULEBOOK_BYTES_MAX = 64 * 2**10


def read_rulebook(path: Path, faults: FaultList) -> tuple[Rulebook, SessionTerms]:
    """What the file states; the defaults when it is absent or a fault was noted."""
    content = file_bytes(path, faults, bytes_max=RULEBOOK_BYTES_MAX, may_be_absent=True)
    stated = None if content is None else _stated(content, faults)
    return (Rulebook(), SessionTerms()) if stated is None else (_rulebook(stated), _terms(stated))


def _stated(content: bytes, faults: FaultList) -> RulebookForm | None:
    document = read_toml(content, faults)
    if document is None:
        return None
    from pydantic import ValidationError  # slow to import, and most books bring no rulebook

    from clearing.doors.rulebook_form import FORMS

    version = _version(document)
    try:
        stated = FORMS[version].model_validate(document)
    except ValidationError as error:
        refused: set[str] = set()
        for wrong in error.errors(include_url=False, include_context=False):
            place = [str(part) for part in wrong["loc"]]
            if (key := _key(place)) not in ALLOWED[version] or wrong["type"] == "extra_forbidden":
                _refuse_key(place, version, faults)
            elif key not in refused:  # each type allowed, and each item of a list, errs for itself
                refused.add(key)
                says = ALLOWED[version][key]
                faults.note(FaultReason.MALFORMED, column=key, found=toml_value(wrong["input"]), allowed=says)
        return None
    if stated.screening == "ring" and stated.max_ring is None:
        faults.note(FaultReason.MISSING, column="max_ring", found="no max_ring", allowed=_MAX_RING_NEEDED)
        return None
    return stated


_MAX_RING_NEEDED = f'with screening = "ring" a max_ring ({ALLOWED[2]["max_ring"]})'


def _version(document: Mapping[str, Any]) -> int:
    """The version whose keys are looked for; where it is none, the last, as it knows every key."""
    version = document.get("version", VERSIONS[0])
    return version if type(version) is int and version in VERSIONS else VERSIONS[-1]


def _refuse_key(place: list[str], version: int, faults: FaultList) -> None:
    key, table = ".".join(place), "session." if len(place) > 1 else ""
    keys = [key for key in ALLOWED[version] if key.startswith("session.") == bool(table)]
    says = f"the keys {', '.join(key.removeprefix(table) for key in keys)}"
    later = next((other for other in VERSIONS if key in ALLOWED[other]), None)
    if later is None:
        faults.note(FaultReason.UNKNOWN, column=key, found="an unknown key", allowed=says)
    else:
        says = f"with version = {later}, which knows {key}; with version = {version} {says}"
        faults.note(FaultReason.UNKNOWN, column=key, found=f"a key of rulebook {later}", allowed=says)


def _key(place: list[str]) -> str:
    """The key that a place in the document belongs to."""
    whole = ".".join(place[:2])
    return whole if any(whole in allowed for allowed in ALLOWED.values()) else place[0]


def _rulebook(stated: RulebookForm) -> Rulebook:
    default = DEFAULTS[stated.version or VERSIONS[0]]
    tolerance = None if stated.residual_tolerance is None else tolerance_micro(stated.residual_tolerance)
    allowance = None if stated.allowance_bps is None else allowance_ppm(stated.allowance_bps)
    cut_off = stated.session.cut_off if stated.session else None
    return Rulebook(
        version=default.version,
        objectives=tuple(stated.objectives or default.objectives),
        netting_form=stated.netting_form or default.netting_form,
        obligations=stated.obligations or default.obligations,
        residual_tolerance_micro=default.residual_tolerance_micro if tolerance is None else tolerance,
        allowance_ppm=default.allowance_ppm if allowance is None else allowance,
        self_crossing=stated.self_crossing or default.self_crossing,
        cut_off=None if cut_off is None else time_text(cut_off),
        max_ring=stated.max_ring,
        max_chain=stated.max_chain,
        screening=stated.screening or default.screening,
        work_limit=stated.work_limit or default.work_limit,
    )


def _terms(stated: RulebookForm) -> SessionTerms:
    session = stated.session
    if session is None:
        return SessionTerms()
    return SessionTerms(id=session.id, salt=None if session.salt is None else bytes.fromhex(session.salt))
