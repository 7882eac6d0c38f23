"""The manifest binds every byte of a bundle."""

from __future__ import annotations

import json
from hashlib import sha256

import rfc8785

from clearing.audit.seal import seal_inputs
from clearing.service import outcome_of
from tests.audit.samples import SALT, MemoryBundle, furnished_book, seal, sealed
from tests.audit.test_merkle import defined_root
from tests.books import book as small_book


def test_files_lists_the_digest_of_every_other_file() -> None:
    _, _, bundle = sealed(1)
    manifest = json.loads(bundle.files["manifest.json"])
    others = {path: content for path, content in bundle.files.items() if path != "manifest.json"}
    assert manifest["files"] == {path: sha256(content).hexdigest() for path, content in others.items()}


def test_roots_are_trees_over_the_lines() -> None:
    for book in (furnished_book(2), small_book(values={})):
        bundle = MemoryBundle()
        inputs = seal_inputs(book, bundle.write)
        offers, debts = bundle.lines("inputs/offers.jsonl"), bundle.lines("inputs/obligations.jsonl")
        every = [line for path in bundle.names() for line in bundle.lines(path)]
        assert inputs.offers_root == defined_root(offers + debts)
        assert inputs.book_root == defined_root(every)
        assert set(inputs.files) == set(bundle.files)


def test_the_manifest_is_canonical_and_its_digest_leaves_out_signature_and_maker() -> None:
    signed: list[bytes] = []

    def sign(digest: bytes) -> tuple[str, str]:
        signed.append(digest)
        return "aa" * 32, "bb" * 64

    _, _, bundle = sealed(1, sign=sign, previous="cd" * 32, session_id="S-one")
    content = bundle.files["manifest.json"]
    manifest = json.loads(content)
    assert content == rfc8785.dumps(manifest) + b"\n"
    covered = {k: v for k, v in manifest.items() if k not in ("digest", "signature", "made_by")}
    assert manifest["digest"] == sha256(rfc8785.dumps(covered)).hexdigest()
    assert signed == [bytes.fromhex(manifest["digest"])]
    assert manifest["made_by"] == {"engine": "test", "python": "3", "solvers": []}
    assert manifest["signature"] == {"key": "aa" * 32, "value": "bb" * 64}
    assert covered.keys() == {
        *("format", "session", "salt", "rulebook_version", "counts", "sums"),
        *("files", "offers_root", "book_root", "previous"),
    }
    assert (manifest["session"], manifest["previous"], manifest["salt"]) == (
        "S-one",
        "cd" * 32,
        SALT.hex(),
    )


def test_a_session_without_an_id_is_named_by_its_book_root() -> None:
    _, _, bundle = sealed(1)
    manifest = json.loads(bundle.files["manifest.json"])
    assert manifest["session"] == f"S-{manifest['book_root'][:12]}"
    assert not manifest.keys() & {"previous", "signature", "secret"}


def test_the_digest_does_not_depend_on_what_made_the_bundle() -> None:
    book = furnished_book(1)
    outcome = outcome_of(book, SALT)
    digests = {
        seal(book, outcome, MemoryBundle().write, made_by={"engine": engine}).digest for engine in ("1", "2")
    }
    other = seal(book, outcome, MemoryBundle().write, previous="00" * 32).digest
    assert len(digests) == 1
    assert other not in digests


def test_counts_and_sums_are_those_of_the_files() -> None:
    book, outcome, bundle = sealed(1)
    manifest = json.loads(bundle.files["manifest.json"])
    counts, sums = manifest["counts"], manifest["sums"]
    lines = {path: list(map(json.loads, bundle.lines(path))) for path in bundle.names() if "/" in path}
    for name in ("participants", "assets", "stocks", "offers", "obligations"):
        assert counts[name] == len(lines[f"inputs/{name}.jsonl"])
    for name, path in (("refused", "refusals"), ("rings", "rings"), ("legs", "legs")):
        assert counts[name] == len(lines[f"outcome/{path}.jsonl"])
    assert counts["instructions"] == len(lines["outcome/instructions.jsonl"]) > 0
    assert counts["groups"] == len({line["group"] for line in lines["outcome/instructions.jsonl"]})
    assert counts["segments"] == sum(len(ring["segments"]) for ring in lines["outcome/rings.jsonl"])
    members = [len(s["members"]) for ring in lines["outcome/rings.jsonl"] for s in ring["segments"]]
    assert counts["longest_ring"] == max(members)
    cleared = {"offer": 0, "obligation": 0}
    for fill in lines["outcome/fills.jsonl"]:
        cleared[fill["kind"]] += int(fill["flow_micro"])
    assert sums["value_cleared_micro"] == str(cleared["offer"])
    assert sums["obligations_cleared_micro"] == str(cleared["obligation"])
    filled = sum(fill["kind"] == "offer" for fill in lines["outcome/fills.jsonl"])
    assert counts["filled_offers"] + counts["partly_filled_offers"] == filled
    assert len(counts) == 15
    assert counts["participants_served"] == outcome.totals.participants_served <= len(book.participants.id)
