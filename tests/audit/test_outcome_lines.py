"""Outcome lines against records built one by one and written by the rfc8785 package."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import rfc8785

from clearing.audit.outcome_lines import certificate_line, outcome_files
from clearing.audit.seal import seal_outcome
from clearing.model.book import Book
from clearing.model.outcome import Certificate, Instructions, Outcome, Stage
from clearing.service import outcome_of
from tests.audit.samples import SALT, MemoryBundle, furnished_book
from tests.books import book as small_book

FILES = ("entries", "fills", "instructions", "legs", "positions", "premia", "refusals", "rings")


def ring_names(rings: Any) -> list[str]:
    return [f"R{int(ring) + 1:06d}" for ring in rings]


def expected_records(book: Book, outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """One list for each file, in no particular order."""
    desks, offers = book.participants.id, book.offers

    def asset_name(index: int) -> str:
        return "INDEX" if index < 0 else book.assets.id[index]

    return {
        "entries": [
            {"participant_id": desks[e.participant], "kind": e.kind, "amount_micro": str(e.amount_micro)}
            for e in outcome.entries
        ],
        "fills": offer_fills(book, outcome) + obligation_fills(book, outcome),
        "instructions": instruction_records(outcome.instructions, desks, asset_name),
        "legs": leg_records(book, outcome, asset_name),
        "positions": [
            {
                "participant_id": desks[p.participant],
                "asset_id": asset_name(p.asset),
                "delivered": str(p.delivered),
                "received": str(p.received),
            }
            for p in outcome.positions
        ],
        "premia": [premium_record(p, asset_name(p.asset)) for p in outcome.premia],
        "refusals": [
            present(offer_id=offers.id[r.offer], reason=r.reason.value, found=r.found, limit=r.limit)
            for r in outcome.refusals
        ],
        "rings": ring_records(book, outcome),
    }


def present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def offer_fills(book: Book, outcome: Outcome) -> list[dict[str, Any]]:
    fills, start = outcome.fills, book.offers.alt_start
    return [
        {
            "kind": "offer",
            "id": book.offers.id[i],
            "flow_micro": str(fills.offer_flow_micro[i]),
            "delivered": str(fills.offer_quantity[i]),
            "received": [
                {
                    "alternative": at - int(start[i]),
                    "flow_micro": str(fills.alt_flow_micro[at]),
                    "quantity": str(fills.alt_quantity[at]),
                }
                for at in range(start[i], start[i + 1])
                if fills.alt_flow_micro[at]
            ],
        }
        for i in range(len(book.offers.id))
        if fills.offer_flow_micro[i]
    ]


def obligation_fills(book: Book, outcome: Outcome) -> list[dict[str, Any]]:
    flows = outcome.fills.obligation_flow_micro
    return [
        {"kind": "obligation", "id": book.obligations.id[i], "flow_micro": str(flows[i])}
        for i in range(len(flows))
        if flows[i]
    ]


def instruction_records(instructions: Instructions, desks: Any, asset_name: Any) -> list[dict[str, Any]]:
    premia, start = instructions.premium_micro, instructions.ring_start
    return [
        present(
            instruction_id=f"I{i + 1:06d}",
            deliverer=desks[instructions.deliverer[i]],
            receiver=desks[instructions.receiver[i]],
            asset_id=asset_name(instructions.asset[i]),
            quantity=str(instructions.quantity[i]),
            value_micro=str(instructions.value_micro[i]),
            premium_micro=None if premia is None else str(premia[i]),
            rings=ring_names(instructions.ring[start[i] : start[i + 1]]),
            group=f"G{instructions.group[i] + 1:06d}",
        )
        for i in range(len(instructions.quantity))
    ]


def leg_records(book: Book, outcome: Outcome, asset_name: Any) -> list[dict[str, Any]]:
    desks, offers, legs = book.participants.id, book.offers, outcome.legs
    return [
        {
            "giver_offer": offers.id[gives],
            "receiver_offer": offers.id[takes],
            "alternative": int(legs.alternative[i]),
            "giver": desks[offers.participant[gives]],
            "receiver": desks[offers.participant[takes]],
            "asset_id": asset_name(offers.deliver[gives]),
            "quantity": str(legs.quantity[i]),
            "value_micro": str(legs.value_micro[i]),
            "premium_micro": str(legs.premium_micro[i]),
            "rings": ring_names(legs.ring[legs.ring_start[i] : legs.ring_start[i + 1]]),
        }
        for i, (gives, takes) in enumerate(zip(legs.giver_offer, legs.receiver_offer, strict=True))
    ]


def premium_record(premium: Any, asset: str) -> dict[str, Any]:
    ends = {"lowest_ppm": premium.lowest_ppm, "highest_ppm": premium.highest_ppm}
    return present(
        asset_id=asset,
        premium_ppm=str(premium.premium_ppm),
        reference=premium.reference,
        component=premium.component,
        traded_micro=str(premium.traded_micro),
        **{name: None if ppm is None else str(ppm) for name, ppm in ends.items()},
    )


def ring_records(book: Book, outcome: Outcome) -> list[dict[str, Any]]:
    rings = outcome.rings
    records = []
    for r, nodes in enumerate(rings.nodes):
        ids = book.obligations.id if rings.of_obligations[r] else book.offers.id
        segments = [
            {
                "flow_micro": str(rings.segment_flow_micro[s]),
                "members": [ids[m] for m in rings.member[rings.member_start[s] : rings.member_start[s + 1]]],
            }
            for s in range(rings.segment_start[r], rings.segment_start[r + 1])
        ]
        records.append(
            {
                "ring_id": f"R{r + 1:06d}",
                "nodes": list(nodes),
                "flow_micro": str(rings.flow_micro[r]),
                "segments": segments,
            }
        )
    return records


SORT_KEYS = {
    "entries": ("participant_id", "kind"),
    "fills": ("kind", "id"),
    "instructions": ("instruction_id",),
    "legs": ("giver_offer", "receiver_offer", "alternative"),
    "positions": ("participant_id", "asset_id"),
    "premia": ("asset_id",),
    "refusals": ("offer_id",),
    "rings": ("ring_id",),
}


def assert_lines_are_as_expected(book: Book, outcome: Outcome) -> dict[str, int]:
    bundle = MemoryBundle()
    seal_outcome(book, outcome, bundle.write)
    lines_in = {}
    for name, records in expected_records(book, outcome).items():
        records.sort(key=lambda record: tuple(record[key] for key in SORT_KEYS[name]))
        lines = bundle.lines(f"outcome/{name}.jsonl")
        assert lines == [rfc8785.dumps(record) for record in records], name
        lines_in[name] = len(lines)
    return lines_in


@pytest.mark.parametrize("netting_form", ["gross", "net"])
def test_every_outcome_line_is_the_canonical_record(netting_form: str) -> None:
    seen = dict.fromkeys(FILES, 0)
    for seed in range(15):
        book = furnished_book(seed, offers=40, netting_form=netting_form)
        for name, count in assert_lines_are_as_expected(book, outcome_of(book, SALT)).items():
            seen[name] += count
    assert min(seen.values()) > 0, seen


def test_lines_are_sorted_whatever_the_order_of_the_outcome() -> None:
    book = furnished_book(4, offers=40)
    outcome = outcome_of(book, SALT)
    assert len(outcome.entries) > 1
    assert len(outcome.premia) > 1
    turned = replace(
        outcome,
        refusals=outcome.refusals[::-1],
        premia=outcome.premia[::-1],
        entries=outcome.entries[::-1],
        positions=outcome.positions[::-1],
    )
    assert_lines_are_as_expected(book, turned)


def test_index_sorts_by_its_name_among_positions() -> None:
    for seed in range(12):
        book = furnished_book(seed, offers=40)
        later = replace(book, assets=replace(book.assets, id=[f"Z{name}" for name in book.assets.id]))
        outcome = outcome_of(book, SALT)
        assert_lines_are_as_expected(book, outcome)
        assert_lines_are_as_expected(later, outcome)
        if any(position.asset < 0 for position in outcome.positions):
            return
    raise AssertionError("no book traded INDEX")


def test_instruction_ids_past_a_million_sort_bytewise() -> None:
    count = 1_000_001
    book = furnished_book(0)
    zeros = np.zeros(count, dtype=np.int64)
    instructions = Instructions(
        zeros, zeros + 1, zeros, zeros, zeros, None, np.zeros(count + 1, dtype=np.int64), zeros[:0], zeros
    )
    outcome = replace(outcome_of(book, SALT), instructions=instructions)
    files = dict(outcome_files(book, outcome))
    ids = [
        line.partition('"instruction_id":"')[2].partition('"')[0]
        for lines in files["outcome/instructions.jsonl"]
        for line in lines
    ]
    assert len(ids) == count
    assert ids == sorted(ids)
    assert ids.index("I1000000") == ids.index("I100000") + 1


@pytest.mark.parametrize("seed", range(5))
def test_the_certificate_is_the_canonical_record(seed: int) -> None:
    certificate = outcome_of(furnished_book(seed), SALT).certificate
    assert certificate_line(certificate).encode() == rfc8785.dumps(certificate_record(certificate))


def test_a_certificate_without_stages_is_the_canonical_record() -> None:
    for stages in ((), (Stage("surplus", 0, {}),), (Stage("value", -5, {"pool:B": -1, "hub": 0}),)):
        certificate = Certificate(stages, unique=False, optimal=False, bound=-7, gap=3, lottery_stages=0)
        assert certificate_line(certificate).encode() == rfc8785.dumps(certificate_record(certificate))


def certificate_record(certificate: Certificate) -> dict[str, Any]:
    return {
        "format": "clearing-certificate/1",
        "stages": [
            {
                "objective": stage.objective,
                "value": str(stage.value),
                "potentials": {node: str(ppm) for node, ppm in stage.potentials.items()},
            }
            for stage in certificate.stages
        ],
        "unique": certificate.unique,
        "optimal": certificate.optimal,
        "bound": str(certificate.bound),
        "gap": str(certificate.gap),
        "lottery_stages": certificate.lottery_stages,
    }


def test_a_session_that_clears_nothing_has_every_file() -> None:
    book = small_book(values={})
    bundle = MemoryBundle()
    seal_outcome(book, outcome_of(book, SALT), bundle.write)
    assert bundle.names() == ["certificate.json", *(f"outcome/{name}.jsonl" for name in FILES)]
    assert all(bundle.files[f"outcome/{name}.jsonl"] == b"" for name in FILES)
