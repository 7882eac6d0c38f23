"""A session names the one before it by digest, and verify follows the name."""

from __future__ import annotations

import json

from tests.audit.verify.resealing import Files, MemoryBundle, Records, resealed, verified
from tests.books import random_book
from tests.sessions import clear_in_memory


def chained(previous: Files, following: Files) -> dict[str, bytes]:
    digest = json.loads(previous["manifest.json"])["digest"]
    return resealed(following, lambda records: records["manifest.json"][0].update(previous=digest))


def with_closing_balances(previous: Files) -> dict[str, bytes]:
    """A session with the desks of another, opening as that one closed."""
    closing: dict[str, int] = {}
    for line in previous["inputs/participants.jsonl"].splitlines():
        row = json.loads(line)
        closing[row["participant_id"]] = int(row["balance_micro"])
    for line in previous["outcome/entries.jsonl"].splitlines():
        row = json.loads(line)
        closing[row["participant_id"]] += int(row["amount_micro"])

    def change(records: Records) -> None:
        desk = {"country": "CH", "credit_limit_micro": "0"}
        people = [{**desk, "participant_id": name, "balance_micro": str(closing[name])} for name in closing]
        records["inputs/participants.jsonl"] = people
        for path in records:
            if path.endswith(".jsonl") and path not in (
                "inputs/participants.jsonl",
                "inputs/assets.jsonl",
                "inputs/fixing.jsonl",
                "inputs/rulebook.jsonl",
            ):
                records[path] = []
        manifest, certificate = records["manifest.json"][0], records["certificate.json"][0]
        manifest["counts"] = dict.fromkeys(manifest["counts"], 0)
        manifest["counts"] |= {"participants": len(people), "assets": len(records["inputs/assets.jsonl"])}
        manifest["sums"] = dict.fromkeys(manifest["sums"], "0")
        for stage in certificate["stages"]:
            stage |= {"potentials": {}, "value": "0"}
        certificate["bound"] = "0"

    return resealed(previous, change)


FIRST = clear_in_memory(random_book(1))[1]
SECOND = chained(FIRST, with_closing_balances(FIRST))


def test_a_chain_holds_and_says_that_accounts_go_on() -> None:
    report = verified(SECOND, previous=MemoryBundle(FIRST))
    assert report.holds, report.violations
    count = FIRST["inputs/participants.jsonl"].count(b"\n")
    assert report.notes == (
        f"of {count} accounts {count} were in the session before, and 0 of these open differently from how they closed",
    )


def test_accounts_that_open_differently_are_a_note() -> None:
    moved = resealed(SECOND, lambda records: records["inputs/participants.jsonl"][0].update(balance_micro="123456789"))
    report = verified(moved, previous=MemoryBundle(FIRST))
    assert report.holds
    assert "1 of these open differently" in report.notes[0]


def test_another_session_before_breaks_law_0() -> None:
    other = clear_in_memory(random_book(2))[1]
    for bundle in (other, {}, {"manifest.json": b"{}\n"}):
        report = verified(SECOND, previous=MemoryBundle(bundle))
        assert set(report.counts) == {0}
        assert report.violations[0].field == "previous"


def test_a_session_before_that_was_tampered_with_breaks_law_0() -> None:
    tampered = {**FIRST, "outcome/entries.jsonl": b""}
    report = verified(SECOND, previous=MemoryBundle(tampered))
    assert [(each.law, each.field) for each in report.violations] == [(0, "previous")]


def test_a_session_that_names_none_breaks_law_0() -> None:
    report = verified(with_closing_balances(FIRST), previous=MemoryBundle(FIRST))
    assert [(each.law, each.field) for each in report.violations] == [(0, "previous")]
