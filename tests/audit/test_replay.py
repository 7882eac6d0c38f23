"""Replay names the first file, line and member that differ, and nothing when all is equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from clearing.audit.canonical import Sink, canonical
from clearing.audit.replay import Difference, first_difference
from clearing.audit.stored_book import read_stored_book, read_stored_terms
from clearing.service import outcome_of
from tests.audit.samples import SALT, MemoryBundle, seal, sealed

BOOK, OUTCOME, _ = sealed(1)


def stored_bundle(**terms: Any) -> MemoryBundle:
    bundle = MemoryBundle()
    seal(BOOK, OUTCOME, bundle.write, **terms)
    return bundle


def replayed(bundle: MemoryBundle) -> Difference | None:
    """Against a fresh sealing of the same session."""
    return first_difference(bundle, lambda sink: seal(BOOK, OUTCOME, sink))


def test_a_session_recomputed_from_its_own_inputs_is_identical() -> None:
    bundle = stored_bundle(session_id="S-x", previous="ab" * 32, sign=lambda _digest: ("aa", "bb"))

    def recompute(sink: Sink) -> None:
        book, terms = read_stored_book(bundle.read), read_stored_terms(bundle.read)
        outcome = outcome_of(book, terms.session.salt or b"")
        seal(book, outcome, sink, session_id=terms.session.id, previous=terms.previous)

    assert first_difference(bundle, recompute) is None


@pytest.mark.parametrize("piece_length", [1, 7, 1_000, 10**6])
def test_equal_bundles_have_no_difference_however_they_are_read(piece_length: int) -> None:
    bundle = stored_bundle()
    bundle.piece_length = piece_length
    assert replayed(bundle) is None


def test_signature_and_maker_and_report_are_not_compared() -> None:
    bundle = stored_bundle(made_by={"engine": "other"}, sign=lambda _digest: ("aa", "bb"))
    bundle.files["report.html"] = b"<p>"
    assert replayed(bundle) is None


PLANTED = [
    ("inputs/participants.jsonl", "balance_micro", "7"),
    ("inputs/assets.jsonl", "class", "licence"),
    ("inputs/fixing.jsonl", "value_micro", "7"),
    ("inputs/stocks.jsonl", "quantity", "7777"),
    ("inputs/obligations.jsonl", "amount_micro", "7"),
    ("inputs/offers.jsonl", "receive/0/limit_ppm", "7"),
    ("inputs/rulebook.jsonl", "objectives/3", "draw"),
    ("outcome/fills.jsonl", "flow_micro", "7"),
    ("outcome/refusals.jsonl", "reason", "no reason"),
    ("outcome/premia.jsonl", "premium_ppm", "7777777"),
    ("outcome/rings.jsonl", "segments/0/members/0", "O-none"),
    ("outcome/legs.jsonl", "alternative", 7),
    ("outcome/entries.jsonl", "kind", "tip"),
    ("outcome/positions.jsonl", "delivered", "7777777"),
    ("outcome/instructions.jsonl", "rings/0", "R999999"),
    ("certificate.json", "stages/0/potentials/pool:A0", "77"),
    ("manifest.json", "counts/offers", 7),
]


@pytest.mark.parametrize(("path", "place", "value"), PLANTED)
@pytest.mark.parametrize("which", [0, -1])
def test_a_planted_difference_is_named(path: str, place: str, value: Any, which: int) -> None:
    bundle = stored_bundle()
    lines = bundle.lines(path)
    line = which % len(lines)
    record = json.loads(lines[line])
    *above, last = [int(step) if step.isdigit() else step for step in place.split("/")]
    at: Any = record
    for step in above:
        at = at[step]
    genuine = at[last]
    at[last] = value
    lines[line] = canonical(record).encode()
    bundle.files[path] = b"\n".join(lines) + b"\n"
    expected = Difference(path, line + 1, f"/{place}", json.dumps(value), json.dumps(genuine))
    assert replayed(bundle) == expected


def test_every_file_of_a_bundle_has_a_planted_difference() -> None:
    assert sorted(path for path, *_ in PLANTED) == stored_bundle().names()


def change_lines(bundle: MemoryBundle, path: str, change: Callable[[list[bytes]], list[bytes]]) -> list[bytes]:
    lines = bundle.lines(path)
    bundle.files[path] = b"".join(line + b"\n" for line in change(lines))
    return lines


OFFERS = "inputs/offers.jsonl"


def test_a_deleted_line_is_named_where_it_stood() -> None:
    bundle = stored_bundle()
    lines = change_lines(bundle, OFFERS, lambda lines: lines[:4] + lines[5:])
    difference = replayed(bundle)
    assert difference is not None
    assert (difference.file, difference.line) == (OFFERS, 5)
    assert difference.field is not None
    assert lines[4] != lines[5]


def test_a_deleted_last_line_is_absent() -> None:
    bundle = stored_bundle()
    lines = change_lines(bundle, OFFERS, lambda lines: lines[:-1])
    difference = replayed(bundle)
    assert difference is not None
    assert (difference.file, difference.line, difference.field) == (OFFERS, len(lines), None)
    assert difference.stored is None
    assert (difference.recomputed or "").startswith('{"deliver_asset"')


@pytest.mark.parametrize("piece_length", [1, 10**6])
def test_an_extra_last_line_is_named(piece_length: int) -> None:
    for extra in (b'{"extra":"\x1b[31m\xc3\xbc"}', b"\xff", b""):
        bundle = stored_bundle()
        bundle.piece_length = piece_length
        lines = change_lines(bundle, OFFERS, lambda lines: [*lines, extra])  # noqa: B023
        difference = replayed(bundle)
        assert difference is not None
        assert (difference.file, difference.line) == (OFFERS, len(lines) + 1)
        assert difference.stored is not None
        assert difference.stored.isascii()
        assert difference.stored.isprintable()
        assert difference.recomputed is None


def test_a_missing_line_end_at_the_end_is_a_difference() -> None:
    bundle = stored_bundle()
    bundle.files[OFFERS] = bundle.files[OFFERS][:-1]
    difference = replayed(bundle)
    assert difference is not None
    assert (difference.file, difference.line) == (OFFERS, len(stored_bundle().lines(OFFERS)))
    assert difference.stored != difference.recomputed


def test_other_spellings_of_one_record_differ_as_a_whole_line() -> None:
    for path in (OFFERS, "certificate.json", "manifest.json"):
        bundle = stored_bundle()
        bundle.files[path] = bundle.files[path].replace(b":", b": ", 1)
        difference = replayed(bundle)
        assert difference is not None
        assert (difference.file, difference.line, difference.field) == (path, 1, None)
        assert difference.stored != difference.recomputed


def test_a_line_that_is_no_json_is_shown_as_it_is() -> None:
    for planted in (b"\xff\x00", b"[" * 100_000, b"7", b"null"):
        for path in (OFFERS, "manifest.json"):
            bundle = stored_bundle()
            change_lines(bundle, path, lambda lines: [planted, *lines[1:]])  # noqa: B023
            difference = replayed(bundle)
            assert difference is not None
            assert (difference.file, difference.line) == (path, 1)
            assert difference.stored is not None
            assert difference.stored.isprintable()
            assert len(difference.stored) <= 200


def test_types_are_compared_not_only_values() -> None:
    bundle = stored_bundle()
    bundle.files["inputs/rulebook.jsonl"] = bundle.files["inputs/rulebook.jsonl"].replace(
        b'"version":1', b'"version":true'
    )
    expected = Difference("inputs/rulebook.jsonl", 1, "/version", "true", "1")
    assert replayed(bundle) == expected


def test_a_missing_file_and_an_extra_file_are_differences() -> None:
    for path in stored_bundle().names():
        bundle = stored_bundle()
        del bundle.files[path]
        assert replayed(bundle) == Difference(path, None, None, None, "the file")
    bundle = stored_bundle()
    bundle.files["outcome/extra.jsonl"] = b""
    assert replayed(bundle) == Difference("outcome/extra.jsonl", None, None, "the file", None)


def test_the_first_difference_in_the_order_of_sealing_is_named_and_ends_the_recomputation() -> None:
    bundle = stored_bundle()
    for path in ("inputs/offers.jsonl", "inputs/assets.jsonl", "outcome/legs.jsonl"):
        bundle.files[path] = b"{}\n" + bundle.files[path]
    sealed_paths: list[str] = []

    def recompute(sink: Sink) -> None:
        def noting(path: str, chunks: Any) -> None:
            sealed_paths.append(path)
            sink(path, chunks)

        seal(BOOK, OUTCOME, noting)

    difference = first_difference(bundle, recompute)
    assert difference is not None
    assert difference.file == "inputs/assets.jsonl"
    assert sealed_paths == ["inputs/assets.jsonl"]


def test_another_salt_is_a_difference_of_the_manifest() -> None:
    bundle = stored_bundle()
    bundle.files["manifest.json"] = bundle.files["manifest.json"].replace(SALT.hex().encode(), b"00" * 32)
    difference = replayed(bundle)
    assert difference == Difference("manifest.json", 1, "/salt", f'"{"00" * 32}"', f'"{SALT.hex()}"')


def test_every_flipped_byte_outside_signature_and_maker_is_a_difference() -> None:
    whole = stored_bundle()
    for path in whole.names():
        content = whole.files[path]
        end = content.index(b'"made_by"') if path == "manifest.json" else len(content)
        for at in range(0, end, max(1, end // 60)):
            bundle = stored_bundle()
            bundle.files[path] = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            difference = replayed(bundle)
            assert difference is not None, (path, at)
            assert difference.file == path
            assert difference.line == content.count(b"\n", 0, at) + 1
