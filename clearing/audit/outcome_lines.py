"""A book and its outcome in, the canonical lines of every outcome/ file and of the certificate out.

Formatted by schema like the inputs; files come in ascending path, lines in the order that the
format names: leading identifiers bytewise, rings by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from clearing.audit.canonical import Lines, canonical, row_batches
from clearing.audit.input_lines import asset_names
from clearing.audit.proof_objects import component_object
from clearing.model.book import Book, Offers
from clearing.model.faults import Refusal
from clearing.model.outcome import Certificate, Fills, Instructions, Legs, Outcome, Premium, Rings, Stage

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

CERTIFICATE = "certificate.json"
ENTRIES = "outcome/entries.jsonl"
FILLS = "outcome/fills.jsonl"
INSTRUCTIONS = "outcome/instructions.jsonl"
LEGS = "outcome/legs.jsonl"
POSITIONS = "outcome/positions.jsonl"
PREMIA = "outcome/premia.jsonl"
REFUSALS = "outcome/refusals.jsonl"
RINGS = "outcome/rings.jsonl"
CERTIFICATE_FORMAT = "clearing-certificate/1"
CERTIFICATE_FORMAT_2 = "clearing-certificate/2"
FIRST_LONG_NUMBER = 1_000_000
"""The first number that six digits do not hold."""


def outcome_files(book: Book, outcome: Outcome) -> Iterator[tuple[str, Iterator[Lines]]]:
    """Path and lines of each file; a file without lines yields no batch."""
    yield CERTIFICATE, iter([[certificate_line(outcome.certificate, version=book.rulebook.version)]])
    yield ENTRIES, _entry_lines(book, outcome)
    yield FILLS, _fill_lines(book, outcome.fills)
    yield INSTRUCTIONS, _instruction_lines(book, outcome.instructions)
    yield LEGS, _leg_lines(book, outcome.legs)
    yield POSITIONS, _position_lines(book, outcome)
    yield PREMIA, _premium_lines(book, outcome.premia)
    yield REFUSALS, _refusal_lines(book, outcome.refusals)
    yield RINGS, _ring_lines(book, outcome.rings)


def ring_id(ring: int) -> str:
    """Ring ids count from 1 in extraction order."""
    return f"R{ring + 1:06d}"


def certificate_line(certificate: Certificate, *, version: int = 1) -> str:
    """The certificate as one canonical object; potentials are written by schema, there may be millions."""
    components, reached, name = "", "", CERTIFICATE_FORMAT
    if version > 1:
        name = CERTIFICATE_FORMAT_2
        components = f'"components":{canonical([component_object(each) for each in certificate.components])},'
        if certificate.credit_stages is not None:
            components += f'"credit_stages":[{_stages(certificate.credit_stages)}],'
        reached = f',"work_limit_reached":{canonical(certificate.work_limit_reached)}'
    return (
        f'{{"bound":"{certificate.bound}",{components}"format":"{name}","gap":"{certificate.gap}",'
        f'"lottery_stages":{certificate.lottery_stages},"optimal":{canonical(certificate.optimal)},'
        f'"stages":[{_stages(certificate.stages)}],"unique":{canonical(certificate.unique)}{reached}}}'
    )


def _stages(stages: Sequence[Stage]) -> str:
    return ",".join(
        f'{{"objective":{canonical(stage.objective)},"potentials":{{'
        + ",".join([f'"{node}":"{stage.potentials[node]}"' for node in sorted(stage.potentials)])
        + f'}},"value":"{stage.value}"}}'
        for stage in stages
    )


def _entry_lines(book: Book, outcome: Outcome) -> Iterator[Lines]:
    names = book.participants.id
    entries = sorted(outcome.entries, key=lambda entry: (entry.participant, entry.kind))
    for first, last in row_batches(len(entries)):
        yield [
            f'{{"amount_micro":"{entry.amount_micro}","kind":"{entry.kind}",'
            f'"participant_id":"{names[entry.participant]}"}}'
            for entry in entries[first:last]
        ]


def _fill_lines(book: Book, fills: Fills) -> Iterator[Lines]:
    """Obligations come first: fills sort by kind, then by id."""
    for first, last in row_batches(len(book.obligations.id)):
        flows = fills.obligation_flow_micro[first:last].tolist()
        yield [
            f'{{"flow_micro":"{flow}","id":"{obligation}","kind":"obligation"}}'
            for obligation, flow in zip(book.obligations.id[first:last], flows, strict=True)
            if flow
        ]
    for first, last in row_batches(len(book.offers.id)):
        yield _offer_fill_batch(book.offers, fills, first=first, last=last)


def _offer_fill_batch(offers: Offers, fills: Fills, *, first: int, last: int) -> Lines:
    starts = offers.alt_start[first : last + 1].tolist()
    low, high = starts[0], starts[-1]
    flows = fills.alt_flow_micro[low:high].tolist()
    quantities = fills.alt_quantity[low:high].tolist()

    def received(a: int, b: int) -> str:
        if b - a == 1 and flows[a - low]:
            return f'{{"alternative":0,"flow_micro":"{flows[a - low]}","quantity":"{quantities[a - low]}"}}'
        return ",".join(
            f'{{"alternative":{at - a},"flow_micro":"{flows[at - low]}","quantity":"{quantities[at - low]}"}}'
            for at in range(a, b)
            if flows[at - low]
        )

    return [
        f'{{"delivered":"{delivered}","flow_micro":"{flow}","id":"{offer}","kind":"offer",'
        f'"received":[{received(a, b)}]}}'
        for delivered, flow, offer, a, b in zip(
            fills.offer_quantity[first:last].tolist(),
            fills.offer_flow_micro[first:last].tolist(),
            offers.id[first:last],
            starts[:-1],
            starts[1:],
            strict=True,
        )
        if flow
    ]


def _instruction_lines(book: Book, instructions: Instructions) -> Iterator[Lines]:
    names, assets = book.participants.id, asset_names(book.assets)
    ring_ids = _quoted_ring_ids(int(instructions.ring.max(initial=-1)) + 1)
    numbers = np.arange(1, len(instructions.quantity) + 1)
    if len(numbers) >= FIRST_LONG_NUMBER:
        # Bytewise, I1000000 sorts before I100001: from a million on this is not the order of numbers.
        numbers = np.array(sorted(numbers.tolist(), key="{:06d}".format), dtype=np.int64)
    for first, last in row_batches(len(numbers)):
        some = numbers[first:last] - 1
        rings = _ring_lists_of(instructions, some, ring_ids)
        premia = _premium_members(instructions, some)
        columns = (
            instructions.asset,
            instructions.deliverer,
            instructions.group,
            instructions.quantity,
            instructions.receiver,
            instructions.value_micro,
        )
        values = (column[some].tolist() for column in columns)
        rows = zip((some + 1).tolist(), premia, rings, *values, strict=True)
        yield [
            f'{{"asset_id":"{assets[asset]}","deliverer":"{names[deliverer]}","group":"G{group + 1:06d}",'
            f'"instruction_id":"I{number:06d}",{premium}"quantity":"{quantity}",'
            f'"receiver":"{names[receiver]}","rings":[{ring_list}],"value_micro":"{value}"}}'
            for number, premium, ring_list, asset, deliverer, group, quantity, receiver, value in rows
        ]


def _ring_lists_of(instructions: Instructions, some: IntArray, ring_ids: Sequence[str]) -> list[str]:
    starts, ends = instructions.ring_start[some], instructions.ring_start[some + 1]
    if (ends - starts == 1).all():
        return [ring_ids[ring] for ring in instructions.ring[starts].tolist()]
    return [
        ",".join([ring_ids[ring] for ring in instructions.ring[a:b].tolist()])
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def _premium_members(instructions: Instructions, some: IntArray) -> list[str]:
    if instructions.premium_micro is None:
        return [""] * len(some)
    return [f'"premium_micro":"{premium}",' for premium in instructions.premium_micro[some].tolist()]


def _string_list(joined: str) -> str:
    """Ids joined by ``","`` as the inside of a JSON list."""
    return f'"{joined}"' if joined else ""


def _leg_lines(book: Book, legs: Legs) -> Iterator[Lines]:
    names, offer_ids, assets = book.participants.id, book.offers.id, asset_names(book.assets)
    ring_ids = _quoted_ring_ids(int(legs.ring.max(initial=-1)) + 1)
    for first, last in row_batches(len(legs.quantity)):
        giving, receiving = legs.giver_offer[first:last], legs.receiver_offer[first:last]
        rows = zip(
            legs.alternative[first:last].tolist(),
            book.offers.deliver[giving].tolist(),
            book.offers.participant[giving].tolist(),
            giving.tolist(),
            legs.premium_micro[first:last].tolist(),
            legs.quantity[first:last].tolist(),
            book.offers.participant[receiving].tolist(),
            receiving.tolist(),
            _ring_lists(legs.ring_start[first : last + 1], legs.ring, ring_ids),
            legs.value_micro[first:last].tolist(),
            strict=True,
        )
        yield [
            f'{{"alternative":{alternative},"asset_id":"{assets[asset]}","giver":"{names[giver]}",'
            f'"giver_offer":"{offer_ids[gives]}","premium_micro":"{premium}","quantity":"{quantity}",'
            f'"receiver":"{names[receiver]}","receiver_offer":"{offer_ids[takes]}",'
            f'"rings":[{rings}],"value_micro":"{value}"}}'
            for alternative, asset, giver, gives, premium, quantity, receiver, takes, rings, value in rows
        ]


def _ring_lists(ring_start: IntArray, ring: IntArray, names: Sequence[str]) -> list[str]:
    """The rings of each row as the inside of a JSON list; ``ring_start`` bounds them, one more than rows."""
    starts = ring_start.tolist()
    low, high = starts[0], starts[-1]
    rings = [names[number] for number in ring[low:high].tolist()]
    if len(rings) == len(starts) - 1:  # nearly always: one ring a row
        return rings
    return [rings[a - low] if b - a == 1 else ",".join(rings[a - low : b - low]) for a, b in pairwise(starts)]


def _quoted_ring_ids(rings: int) -> list[str]:
    return [f'"{ring_id(ring)}"' for ring in range(rings)]


def _position_lines(book: Book, outcome: Outcome) -> Iterator[Lines]:
    names, assets = book.participants.id, asset_names(book.assets)
    positions = sorted(outcome.positions, key=lambda each: (each.participant, assets[each.asset]))
    for first, last in row_batches(len(positions)):
        yield [
            f'{{"asset_id":"{assets[position.asset]}","delivered":"{position.delivered}",'
            f'"participant_id":"{names[position.participant]}","received":"{position.received}"}}'
            for position in positions[first:last]
        ]


def _premium_lines(book: Book, premia: Sequence[Premium]) -> Iterator[Lines]:
    assets = asset_names(book.assets)
    ordered = sorted(premia, key=lambda premium: assets[premium.asset])
    for first, last in row_batches(len(ordered)):
        yield [_premium_line(premium, assets[premium.asset]) for premium in ordered[first:last]]


def _premium_line(premium: Premium, asset: str) -> str:
    fields: dict[str, object] = {
        "asset_id": asset,
        "component": premium.component,
        "premium_ppm": str(premium.premium_ppm),
        "traded_micro": str(premium.traded_micro),
    }
    if premium.lowest_ppm is not None:
        fields["lowest_ppm"] = str(premium.lowest_ppm)
    if premium.highest_ppm is not None:
        fields["highest_ppm"] = str(premium.highest_ppm)
    if premium.reference is not None:
        fields["reference"] = premium.reference
    return canonical(fields)


def _refusal_lines(book: Book, refusals: Sequence[Refusal]) -> Iterator[Lines]:
    ordered = sorted(refusals, key=lambda refusal: refusal.offer)
    for first, last in row_batches(len(ordered)):
        yield [_refusal_line(refusal, book.offers.id[refusal.offer]) for refusal in ordered[first:last]]


def _refusal_line(refusal: Refusal, offer_id: str) -> str:
    fields = {"offer_id": offer_id, "reason": refusal.reason.value}
    if refusal.found is not None:
        fields["found"] = refusal.found
    if refusal.limit is not None:
        fields["limit"] = refusal.limit
    return canonical(fields)


def _ring_lines(book: Book, rings: Rings) -> Iterator[Lines]:
    flows, starts = rings.flow_micro.tolist(), rings.segment_start.tolist()
    for ring, nodes in enumerate(rings.nodes):
        ids = book.obligations.id if rings.of_obligations[ring] else book.offers.id
        segments = _segments(rings, ids, first=starts[ring], last=starts[ring + 1])
        node_list = _string_list('","'.join(nodes))
        yield [
            f'{{"flow_micro":"{flows[ring]}","nodes":[{node_list}],"ring_id":"{ring_id(ring)}",'
            f'"segments":[{segments}]}}'
        ]


def _segments(rings: Rings, ids: Sequence[str], *, first: int, last: int) -> str:
    starts = rings.member_start[first : last + 1].tolist()
    low, high = starts[0], starts[-1]
    members = [f'"{ids[member]}"' for member in rings.member[low:high].tolist()]
    return ",".join(
        [
            f'{{"flow_micro":"{flow}","members":[{",".join(members[a - low : b - low])}]}}'
            for flow, a, b in zip(
                rings.segment_flow_micro[first:last].tolist(), starts[:-1], starts[1:], strict=True
            )
        ]
    )
