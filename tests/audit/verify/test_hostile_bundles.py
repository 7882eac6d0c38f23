"""Whatever bytes a bundle holds, verify names file and line and never fails itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from clearing.audit.verify import verify
from clearing.audit.verify.forms import FORMS
from clearing.audit.verify.report import LISTED_PER_LAW_MAX
from tests.audit.verify.resealing import MemoryBundle, records_of, resealed, rewritten, sealed_again, verified
from tests.books import random_book
from tests.sessions import clear_in_memory

FILES = next(
    files
    for files in (clear_in_memory(random_book(seed))[1] for seed in range(1, 60))
    if all(files[path] for path in FORMS)
)
DEEP = b"[" * 100_000 + b"]" * 100_000


def with_first_value(line: bytes, value: bytes) -> bytes:
    """The line with the value of its first field replaced."""
    name = line.split(b":")[0]
    return name + b":" + value + b"}"


HOSTILE_LINES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda line: line[: len(line) // 2],
    "empty": lambda line: b"",
    "no object": lambda line: b'["x"]',
    "a float": lambda line: with_first_value(line, b"1.5"),
    "an exponent": lambda line: with_first_value(line, b"1e400"),
    "NaN": lambda line: with_first_value(line, b"NaN"),
    "true for a number": lambda line: with_first_value(line, b"true"),
    "null": lambda line: with_first_value(line, b"null"),
    "5,000 digits": lambda line: with_first_value(line, b"9" * 5_000),
    "5,000 digits in text": lambda line: with_first_value(line, b'"' + b"9" * 5_000 + b'"'),
    "depth 100,000": lambda line: with_first_value(line, DEEP),
    "invalid UTF-8": lambda line: line.replace(b'"', b'"\xff\xfe', 1),
    "overlong UTF-8": lambda line: line.replace(b'"', b'"\xc0\xaf', 1),
    "UTF-16": lambda line: line.decode().encode("utf-16"),
    "a lone surrogate": lambda line: with_first_value(line, b'"\\ud800"'),
    "a surrogate's bytes": lambda line: with_first_value(line, b'"\xed\xa0\x80"'),
    "a control character": lambda line: line.replace(b'"', b'"\x01', 1),
    "a key twice": lambda line: line[:-1] + b"," + line[1:],
    "a field too many": lambda line: line[:-1] + b',"zzz":"1"}',
    "no fields": lambda line: b"{}",
    "a space": lambda line: line.replace(b":", b": ", 1),
    "keys out of order": lambda line: b'{"zz":"1",' + line[1:],
    "an escape that needs none": lambda line: b'{"\\u%04x' % line[2] + line[3:],
    "a carriage return": lambda line: line + b"\r",
    "a byte-order mark": lambda line: b"\xef\xbb\xbf" + line,
    "two objects": lambda line: line + line,
    "a look-alike": lambda line: line.replace(b":", "\u2236".encode(), 1),
}


@pytest.mark.parametrize("kind", HOSTILE_LINES)
@pytest.mark.parametrize("path", sorted(FORMS))
def test_a_hostile_line_is_named(path: str, kind: str) -> None:
    def spoil(content: bytes) -> bytes:
        lines = content.split(b"\n")
        at = (len(lines) - 1) // 2
        return b"\n".join([*lines[:at], HOSTILE_LINES[kind](lines[at]), *lines[at + 1 :]])

    line = (FILES[path].count(b"\n")) // 2 + 1
    report = verified(rewritten(FILES, path, spoil))
    named = [(each.file, each.line) for each in report.violations if each.law == 0]
    assert (path, line) in named, report.violations
    assert all(each.message.isascii() and each.message.isprintable() for each in report.violations)


@pytest.mark.parametrize("path", sorted(FORMS))
def test_a_last_line_without_a_line_feed_is_named(path: str) -> None:
    report = verified(rewritten(FILES, path, lambda content: content[:-1]))
    assert (report.violations[0].law, report.violations[0].file) == (0, path)
    assert report.violations[0].line == FILES[path].count(b"\n")


HOSTILE_NUMBERS = ["-0", "00", "01", "+1", "1.0", "1e3", " 1", "١", "0x1", "", "-", "9" * 41, "1_000"]


@pytest.mark.parametrize("number", HOSTILE_NUMBERS)
def test_an_integer_has_one_spelling(number: str) -> None:
    for path, field in (
        ("inputs/participants.jsonl", "balance_micro"),
        ("outcome/premia.jsonl", "premium_ppm"),
        ("outcome/fills.jsonl", "flow_micro"),
        ("outcome/entries.jsonl", "amount_micro"),
    ):
        files = resealed(FILES, lambda records, p=path, f=field: records[p][0].update({f: number}))
        found = [(each.law, each.file, each.line, each.field) for each in verified(files).violations]
        assert (0, path, 1, field) in found


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]\n", b"null\n", b"\xff\n", b'{"a":1,"a":1}\n', b'{"a":1.5}\n', DEEP, b'"\\ud800"\n',
        b'{"format":' + b"9" * 5_000 + b"}\n", b"{}\n", b'{"stages":[{}]}\n',
    ],
)  # fmt: skip
def test_a_manifest_or_certificate_that_is_none_is_named(content: bytes) -> None:
    report = verified({**FILES, "manifest.json": content})
    assert set(report.counts) == {0}
    assert report.violations[0].file == "manifest.json"
    assert set(report.unchecked) == {1, 2, 3, 4, 5, 6}
    report = verified(rewritten(FILES, "certificate.json", lambda _: content))
    assert [(each.law, each.file) for each in report.violations] == [(0, "certificate.json")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "clearing-bundle/2"), ("session", "../x"), ("salt", ""), ("salt", "ab" * 65), ("salt", "AB" * 32),
        ("counts", {}), ("counts", None), ("counts", True), ("sums", {"value_cleared_micro": 1}), ("files", []),
        ("made_by", "x"), ("rulebook_version", True), ("rulebook_version", "1"), ("digest", 5),
        ("signature", {"key": "x"}), ("previous", "x"), ("secret", ""), ("extra", 1), ("offers_root", None),
    ],
)  # fmt: skip
def test_a_field_of_the_manifest_has_its_form(field: str, value: object) -> None:
    manifest = json.loads(FILES["manifest.json"])
    manifest[field] = value
    content = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    report = verified({**FILES, "manifest.json": content})
    assert (0, "manifest.json", 1, field) in [(e.law, e.file, e.line, e.field) for e in report.violations]


def test_a_manifest_with_a_true_count_is_named() -> None:
    def change(records: dict[str, list[dict[str, dict[str, object]]]]) -> None:
        records["manifest.json"][0]["counts"]["groups"] = True

    assert verified(resealed(FILES, change)).violations[0].field == "counts"


@pytest.mark.parametrize(
    "change",
    [
        lambda stage: stage.pop("value"),
        lambda stage: stage.update(value=5),
        lambda stage: stage.update(extra="1"),
        lambda stage: stage.update(potentials=[]),
        lambda stage: stage["potentials"].update(hub=1),
        lambda stage: stage["potentials"].update(hub="-0"),
        lambda stage: stage["potentials"].update(hub="9" * 5_000),
    ],
)
def test_a_stage_of_the_certificate_has_its_form(change: Callable[[dict[str, object]], None]) -> None:
    report = verified(resealed(FILES, lambda records: change(records["certificate.json"][0]["stages"][0])))
    assert (report.violations[0].law, report.violations[0].file) == (0, "certificate.json")


@pytest.mark.parametrize("potentials", [{}, {"pool:ZZZ": "0"}])
def test_potentials_are_those_of_the_nodes(potentials: dict[str, str]) -> None:
    def change(records: dict[str, list[dict[str, list[dict[str, object]]]]]) -> None:
        records["certificate.json"][0]["stages"][1]["potentials"] = potentials

    report = verified(resealed(FILES, change))
    assert set(report.counts) == {5}


@pytest.mark.parametrize("path", sorted({*FILES} - {"manifest.json"}))
def test_a_file_that_is_missing_is_named(path: str) -> None:
    left = {name: content for name, content in FILES.items() if name != path}
    for files in (left, sealed_again(left)):
        report = verified(files)
        assert 0 in report.counts
        assert any(each.file == path and "missing" in each.message for each in report.violations)


def test_a_file_too_many_is_named_and_a_report_is_allowed() -> None:
    assert verified({**FILES, "report.html": b"<p>"}).holds
    extra = {**FILES, "outcome/notes.jsonl": b"{}\n"}
    assert [each.file for each in verified(extra).violations] == ["outcome/notes.jsonl"]
    listed = [(each.file, each.law) for each in verified(sealed_again(extra)).violations]
    assert listed == [("manifest.json", 0), ("outcome/notes.jsonl", 0)]


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "outcome/../manifest.json", "report.html"])
def test_a_path_that_no_bundle_has_is_never_read(path: str) -> None:
    manifest = json.loads(FILES["manifest.json"])
    manifest["files"][path] = "00" * 32
    asked: list[str] = []

    class Watched(MemoryBundle):
        def read(self, path: str) -> bytes:
            asked.append(path)
            return super().read(path)

    report = verify(Watched({**FILES, "manifest.json": json.dumps(manifest).encode()}))
    assert any(each.field == "files" and path in each.message for each in report.violations)
    assert sorted(asked) == sorted(FILES)


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_flipped_byte_is_caught(path: str) -> None:
    draw = random.Random(path)
    content = FILES[path]
    unsealed = range(0)
    if path == "manifest.json":
        start = content.index(b'"made_by":')
        unsealed = range(start, content.index(b"}", start))
    for _ in range(40):
        at = draw.randrange(len(content))
        if at in unsealed:
            continue
        flipped = bytearray(content)
        flipped[at] ^= 1 << draw.randrange(8)
        report = verified({**FILES, path: bytes(flipped)})
        assert report.counts, (path, at)
        assert any(each.file in (path, "manifest.json") for each in report.violations)


def test_a_line_deleted_or_moved_without_resealing_is_caught() -> None:
    for path in FORMS:
        lines = FILES[path].splitlines(keepends=True)
        for changed in (lines[1:], lines[:-1], lines[::-1]):
            if changed == lines:
                continue
            report = verified({**FILES, path: b"".join(changed)})
            assert 0 in report.counts
            assert any(each.file == path for each in report.violations)


def test_many_violations_are_counted_and_a_few_listed() -> None:
    content = b"{}\n" * 5_000
    report = verified(rewritten(FILES, "outcome/rings.jsonl", lambda _: content))
    assert report.counts[0] == 5_000
    assert len(report.violations) == LISTED_PER_LAW_MAX


BAD_INPUTS = [
    ("participants", {"balance_micro": str(2**62)}),
    ("participants", {"participant_id": "Dx"}),
    ("assets", {"asset_id": "INDEX"}),
    ("fixing", {"value_micro": "999"}),
    ("fixing", {"asset_id": "ZZ"}),
    ("stocks", {"participant_id": "nobody"}),
    ("stocks", {"asset_id": "INDEX"}),
    ("stocks", {"quantity": str(2**62)}),
    ("obligations", {"debtor_id": "nobody"}),
    ("obligations", {"creditor_id": "nobody"}),
    ("offers", {"participant_id": "nobody"}),
    ("offers", {"deliver_asset": "ZZ"}),
    ("offers", {"stock_id": "ZZ"}),
    ("offers", {"expires_at": "2030-01-01T00:00:00Z"}),
    ("offers", {"deliver_quantity": str(2**62)}),
    ("offers", {"receive": [{"asset": "ZZ", "limit_ppm": "0"}]}),
    ("offers", {"receive": [{"asset": "A0", "limit_ppm": "0"}, {"asset": "A0", "limit_ppm": "0"}]}),
    ("offers", {"receive": [{"asset": "A0", "limit_ppm": "-1000001"}]}),
    ("offers", {"receive": [{"asset": "A0", "limit_ppm": "0", "max": str(2**62)}]}),
]


@pytest.mark.parametrize(("name", "fields"), BAD_INPUTS)
def test_what_no_book_may_hold_breaks_law_2(name: str, fields: dict[str, object]) -> None:
    path = f"inputs/{name}.jsonl"
    # The second line, so that an id that sorts late does not come before the first.
    at = -1 if fields.get("participant_id") == "Dx" or fields.get("asset_id") == "ZZ" else 0
    report = verified(resealed(FILES, lambda records: records[path][at].update(fields)))
    assert set(report.unchecked) <= {1, 2, 3, 4, 5, 6}
    assert 2 in report.counts or (name == "assets" and 0 in report.counts), report.violations


def test_deliver_equal_receive_debtor_equal_creditor_and_strange_stocks_break_law_2() -> None:
    def same_asset(records: dict[str, list[dict[str, object]]]) -> None:
        row = records["inputs/offers.jsonl"][0]
        row["receive"] = [{"asset": row["deliver_asset"], "limit_ppm": "0"}]

    def same_party(records: dict[str, list[dict[str, object]]]) -> None:
        row = records["inputs/obligations.jsonl"][0]
        row["debtor_id"] = row["creditor_id"]

    def strange_stock(records: dict[str, list[dict[str, object]]]) -> None:
        row = next(each for each in records["inputs/offers.jsonl"] if "stock_id" in each)
        row["participant_id"] = "D0" if row["participant_id"] != "D0" else "D1"

    def shared_internal(records: dict[str, list[dict[str, object]]]) -> None:
        for row in records["inputs/assets.jsonl"]:
            row["class"] = "internal"

    for change in (same_asset, same_party, strange_stock, shared_internal):
        assert set(verified(resealed(FILES, change)).counts) == {2}, change.__name__


def test_a_disclosed_secret_makes_the_salt() -> None:
    manifest = json.loads(FILES["manifest.json"])
    manifest["secret"] = "ab" * 16
    files = sealed_again({**FILES, "manifest.json": json.dumps(manifest).encode()})
    assert ("salt", 0) in [(each.field, each.law) for each in verified(files).violations]


def test_records_are_what_the_files_say() -> None:
    assert records_of(FILES)["manifest.json"][0]["format"] == "clearing-bundle/1"
