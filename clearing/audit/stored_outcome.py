"""The outcome/ files and certificate of a bundle in, the outcome they were sealed from out; the inverse of
``seal_outcome``.

As with the book, the checks keep a stranger's bytes from breaking what reads an outcome: references
known, integers in range, lines in order, what a line repeats of the book as the book has it. Whether
the outcome follows from the book is for the laws to say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from clearing.audit.bundle_form import BUNDLE_FORMAT, MANIFEST
from clearing.audit.outcome_lines import (
    CERTIFICATE,
    CERTIFICATE_FORMAT,
    CERTIFICATE_FORMAT_2,
    ENTRIES,
    POSITIONS,
    PREMIA,
    REFUSALS,
)
from clearing.audit.proof_objects import component_of
from clearing.audit.stored_fills import stored_fills
from clearing.audit.stored_legs import stored_instructions, stored_legs
from clearing.audit.stored_lines import MALFORMED, Read, Record, a_text, each_record, flaw, reason_of
from clearing.audit.stored_rings import stored_rings
from clearing.model.book import INDEX, INDEX_NAME, Book
from clearing.model.errors import InputFault
from clearing.model.faults import Refusal, RefusalReason
from clearing.model.outcome import Certificate, Entry, Outcome, Position, Premium, Stage, Totals

_ENTRY_KINDS = ("index", "premium", "residual")


def read_stored_outcome(read: Read, book: Book) -> Outcome:
    """The sealed outcome of ``book``. Raises InputFault, naming file and line, where a file is none of seal_outcome.

    The totals are those of the manifest.
    """
    participant_of = {name: row for row, name in enumerate(book.participants.id)}
    offer_of = {name: row for row, name in enumerate(book.offers.id)}
    asset_of = {name: row for row, name in enumerate(book.assets.id)}
    rings = stored_rings(read, book, offer_of, asset_of)
    ring_count = len(rings.nodes)
    asset_of[INDEX_NAME] = INDEX
    return Outcome(
        refusals=_refusals(read, offer_of),
        fills=stored_fills(read, book, offer_of),
        certificate=_certificate(read),
        premia=_premia(read, asset_of),
        rings=rings,
        legs=stored_legs(read, book, offer_of, ring_count),
        entries=_entries(read, participant_of),
        positions=_positions(read, participant_of, asset_of),
        instructions=stored_instructions(read, book, participant_of, ring_count),
        totals=_totals(read),
    )


def _certificate(read: Read) -> Certificate:
    try:
        record = json.loads(read(CERTIFICATE).decode())
        if record["format"] not in (CERTIFICATE_FORMAT, CERTIFICATE_FORMAT_2):
            raise flaw(f"its format is neither {CERTIFICATE_FORMAT} nor {CERTIFICATE_FORMAT_2}")
        return Certificate(
            stages=[_stage(stage) for stage in record["stages"]],
            unique=_flag(record["unique"]),
            optimal=_flag(record["optimal"]),
            bound=int(record["bound"]),
            gap=int(record["gap"]),
            lottery_stages=int(record["lottery_stages"]),
            components=tuple(component_of(each) for each in record.get("components", ())),
            credit_stages=[_stage(stage) for stage in record["credit_stages"]] if "credit_stages" in record else None,
            work_limit_reached=_flag(record.get("work_limit_reached", False)),
        )
    except MALFORMED as error:
        raise InputFault(f"{CERTIFICATE} is no certificate of {CERTIFICATE_FORMAT}: {reason_of(error)}") from error


def _stage(stage: Record) -> Stage:
    potentials = {a_text(node): int(potential) for node, potential in stage["potentials"].items()}
    return Stage(a_text(stage["objective"]), int(stage["value"]), potentials)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise flaw("unique or optimal is neither true nor false")
    return value


def _refusals(read: Read, offer_of: dict[str, int]) -> Sequence[Refusal]:
    refusals: list[Refusal] = []

    def add(record: Record) -> None:
        offer = offer_of[record["offer_id"]]
        if refusals and offer <= refusals[-1].offer:
            raise flaw("it stands out of order")
        reason = RefusalReason(record["reason"])
        refusals.append(Refusal(offer, reason, _optional(a_text, record, "found"), _optional(a_text, record, "limit")))

    each_record(read, REFUSALS, add)
    return tuple(refusals)


def _optional(taken: Callable[[Any], Any], record: Record, name: str) -> Any:
    return taken(record[name]) if name in record else None


def _premia(read: Read, asset_of: dict[str, int]) -> Sequence[Premium]:
    premia: list[Premium] = []

    def add(record: Record) -> None:
        asset = asset_of[record["asset_id"]]
        if asset <= (premia[-1].asset if premia else INDEX):
            raise flaw("it stands out of order or names INDEX")
        premia.append(
            Premium(
                asset=asset,
                premium_ppm=int(record["premium_ppm"]),
                lowest_ppm=_optional(int, record, "lowest_ppm"),
                highest_ppm=_optional(int, record, "highest_ppm"),
                reference=_optional(a_text, record, "reference"),
                component=a_text(record["component"]),
                traded_micro=int(record["traded_micro"]),
            )
        )

    each_record(read, PREMIA, add)
    return premia


def _entries(read: Read, participant_of: dict[str, int]) -> Sequence[Entry]:
    entries: list[Entry] = []
    keys = [(-1, "")]

    def add(record: Record) -> None:
        entry = Entry(participant_of[record["participant_id"]], record["kind"], int(record["amount_micro"]))
        if entry.kind not in _ENTRY_KINDS:
            raise flaw(f"its kind is none of {', '.join(_ENTRY_KINDS)}")
        _next_key(keys, (entry.participant, entry.kind))
        entries.append(entry)

    each_record(read, ENTRIES, add)
    return entries


def _positions(read: Read, participant_of: dict[str, int], asset_of: dict[str, int]) -> Sequence[Position]:
    positions: list[Position] = []
    keys = [(-1, "")]

    def add(record: Record) -> None:
        participant, asset = participant_of[record["participant_id"]], record["asset_id"]
        _next_key(keys, (participant, asset))
        positions.append(Position(participant, asset_of[asset], int(record["delivered"]), int(record["received"])))

    each_record(read, POSITIONS, add)
    return positions


def _next_key(keys: list[tuple[int, str]], key: tuple[int, str]) -> None:
    if key <= keys[-1]:
        raise flaw("it stands out of order")
    keys[-1] = key


def _totals(read: Read) -> Totals:
    try:
        manifest = json.loads(read(MANIFEST).decode())
        if manifest["format"] != BUNDLE_FORMAT:
            raise flaw(f"its format is not {BUNDLE_FORMAT}")
        counts, sums = manifest["counts"], manifest["sums"]
        return Totals(
            filled_offers=int(counts["filled_offers"]),
            partly_filled_offers=int(counts["partly_filled_offers"]),
            value_cleared_micro=int(sums["value_cleared_micro"]),
            obligations_cleared_micro=int(sums["obligations_cleared_micro"]),
            surplus_micro_ppm=int(sums["surplus_micro_ppm"]),
            participants_served=int(counts["participants_served"]),
            longest_ring=int(counts["longest_ring"]),
            segments=int(counts["segments"]),
            groups=int(counts["groups"]),
        )
    except MALFORMED as error:
        raise InputFault(f"{MANIFEST} is no manifest of {BUNDLE_FORMAT}: {reason_of(error)}") from error
