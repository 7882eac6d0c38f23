"""A house in; its log, proofs about its journal, checkpoints, and replays of its past out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from clearing.doors.house.place import BundleShelf, chosen_bundles, chosen_house
from clearing.doors.signing import public_key
from clearing.doors.trusted import trusted
from clearing.doors.words import amount, count
from clearing.keeping import history, past
from clearing.model.errors import InputFault, UsageFault
from clearing.model.house import Kind

STATUS_WRONG = 4
_UNSHOWN = ("keyed", "rulebook", "counts", "sums")
"""What of a body is too long for a line; --json has it."""
_PROOF_BYTES_MAX = 16 * 2**20


def show_log(
    database: str | None, *, kind: str | None, actor: str | None, about: str | None, after: int, as_json: bool
) -> int:
    """Events that are all that is asked: a line for people each, or its canonical JSON."""
    if kind is not None and kind not in [each.value for each in Kind]:
        raise UsageFault(f"--kind {kind[:80]!a} is no kind of event; allowed: {', '.join(Kind)}")
    for event, text in history.log(chosen_house(database), kind=kind, actor=actor, about=about, after=after):
        if as_json:
            print(text)
            continue
        lists = [f"{count(bound.lines, 'line')} of {name}" for name, bound in event.payload.items()]
        said = [f"{name} {_short(value)}" for name, value in event.body.items() if name not in _UNSHOWN]
        who = f"{event.seq:>6}  {event.at}  {event.actor:<12}  {event.kind.value:<24}"
        print(f"{who}  {', '.join(lists + said)}".rstrip())
    return 0


def prove_offer(database: str | None, offer_id: str) -> int:
    """Print the proof that an offer stands in the journal."""
    print(json.dumps(history.proof_of_offer(chosen_house(database), offer_id), indent=1))
    return 0


def prove_growth(database: str | None, first: int, second: int) -> int:
    """Print the proof that the journal only grew."""
    print(json.dumps(history.proof_of_growth(chosen_house(database), first, second), indent=1))
    return 0


def make_checkpoint(database: str | None, keyfile: Path | None) -> int:
    """Print the note that a witness keeps."""
    print(history.journal_checkpoint(chosen_house(database, keyfile)), end="")
    return 0


def check_proof(file: Path, *, checkpoint: Path | None, root: str | None, key: str | None, as_json: bool) -> int:
    """Check a receipt or proof without the house. Status 4 where it does not hold."""
    public, root = None if key is None else public_key(key), None if root is None else trusted("root", root)
    proof, note = _object(file), None if checkpoint is None else _content(checkpoint).decode("utf-8", "replace")
    found = history.check_proof(proof, note=note, root=root, key=public)
    trust = "" if (checkpoint or root or key) else "; nothing trusted was given: --checkpoint, --root or --key"
    if as_json:
        print(json.dumps({"holds": not found, "wrong": found}))
    else:
        print("\n".join(f"wrong: {each}" for each in found) or f"it holds{trust}")
    return STATUS_WRONG if found else 0


def replay_all(database: str | None, *, bundles: Path | None, as_json: bool) -> int:
    """Replay every clearing that the journal cites. Status 4 where one differs."""
    house, shelf = chosen_house(database), BundleShelf(chosen_bundles(bundles, database))
    status, rows = 0, []
    for each in past.replay_all(house, shelf):
        status = STATUS_WRONG if each.wrong is not None else status
        by = "" if each.by == "bundle" else ", its bundle is lost: from the journal alone"
        ended = f"identical{by}" if each.wrong is None else f"differs: {each.wrong}"
        row = {"session": each.session_id, "bundle": each.bundle, "rulebook": each.rulebook, "digest": each.digest}
        rows.append({**row, "by": each.by, "wrong": each.wrong})
        if not as_json:
            print(f"{each.bundle:<12}  rulebook {each.rulebook}  {each.digest[:12]}  {ended}", flush=True)
    if as_json:
        print(json.dumps({"identical": status == 0, "clearings": rows}))
    return status


def what_if(
    database: str | None,
    session_id: str,
    *,
    rulebook: Path | None,
    out: list[str],
    bundles: Path | None,
    as_json: bool,
) -> int:
    """Clear a past session under other terms, and tell who would have gained and lost; nothing is entered."""
    from clearing.doors.house.session_commands import house_rulebook

    if rulebook is None and not out:
        raise UsageFault("say what is to be other: --rulebook FILE, --without PARTICIPANT, or both")
    terms = None if rulebook is None else house_rulebook(rulebook)
    house, shelf = chosen_house(database), BundleShelf(chosen_bundles(bundles, database))
    found = past.what_if(house, shelf, session_id, rulebook=terms, out=out)
    print(json.dumps(found) if as_json else "\n".join(_what_if_lines(found)))
    return 0


def _what_if_lines(found: Mapping[str, Any]) -> list[str]:
    other = f"rulebook {found['rulebook']}" + (f", without {', '.join(found['without'])}" if found["without"] else "")
    lines = [
        f"WHAT IF: session {found['session']} under {other}. Not binding: nothing is entered anywhere.",
        f"cleared, in index units: {amount(int(found['had_cleared_micro']))} -> "
        f"{amount(int(found['would_clear_micro']))}{'' if found['optimal'] else ' (not proven to be the optimum)'}",
        "",
        f"{'participant':<24}{'delivered':>18}{'would deliver':>18}{'gain':>14}{'would gain':>14}",
    ]
    for desk in found["participants"]:
        delivered = (amount(int(desk[f"{moment}_delivered_micro"])) for moment in ("had", "would"))
        gains = (_gain(desk[f"{moment}_gain_micro_ppm"]) for moment in ("had", "would"))
        lines.append(f"{desk['participant_id']:<24}{''.join(f'{each:>18}' for each in delivered)}"
                     f"{''.join(f'{each:>14}' for each in gains)}")  # fmt: skip
    return lines if found["participants"] else [*lines, "nobody would have had anything else"]


def _gain(micro_ppm: str) -> str:
    return f"{Decimal(int(micro_ppm)).scaleb(-12):z,.2f}"


def _object(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(_content(file))
    except (ValueError, RecursionError) as error:
        raise InputFault(f"{file} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise InputFault(f"{file} holds no proof; allowed: one JSON object, as house proof prints it")
    return found


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(_PROOF_BYTES_MAX)
    try:
        with file.open("rb") as opened:
            return opened.read(_PROOF_BYTES_MAX)
    except OSError as error:
        raise InputFault(f"cannot read {file}: {error.strerror or error}") from error


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:16]}…"
