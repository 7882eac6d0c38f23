"""The console command: what it prints where, its exit statuses, and that it leaves nothing half done."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clearing.doors import check_book, clear_folder
from clearing.doors.command_line import STATUSES, TRACEBACK_VARIABLE
from clearing.model.errors import LawBroken, OperatingFault
from tests.doors.book_writing import write_book
from tests.doors.console import DEMO_BOOK, Console, changed, console_of, demo_book_in

CLEAR_KEYS = [
    "session", "digest", "offers", "refused", "obligations", "filled_offers", "partly_filled_offers",
    "value_cleared_micro", "obligations_cleared_micro", "surplus_micro_ppm", "rings", "legs", "instructions",
    "participants_served", "longest_ring", "optimal", "gap", "unique", "seconds",
]  # fmt: skip


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo book, cleared once."""
    bundle = tmp_path_factory.mktemp("sealed") / "bundle"
    clear_folder.clear_into(bundle, DEMO_BOOK)
    return bundle


@pytest.fixture
def bundle(sealed: Path, tmp_path: Path) -> Path:
    """A copy of the sealed demo session that a test may change."""
    return Path(shutil.copytree(sealed, tmp_path / "bundle"))


def digest_of(bundle: Path) -> str:
    return str(json.loads((bundle / "manifest.json").read_bytes())["digest"])


# clear


def test_clear_json_is_one_object_with_the_contract_keys(console: Console, tmp_path: Path) -> None:
    ended = console("clear", DEMO_BOOK, "--out", tmp_path / "bundle", "--json")
    assert (ended.status, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert list(told) == CLEAR_KEYS
    assert list(told["seconds"]) == ["read", "solve", "certify", "settle", "write"]
    assert told["digest"] == digest_of(tmp_path / "bundle")
    assert (told["optimal"], told["gap"], told["unique"]) == (True, "0", True)
    assert isinstance(told["value_cleared_micro"], str)


def test_clear_says_in_words_what_became_of_the_book(console: Console, tmp_path: Path) -> None:
    ended = console("clear", DEMO_BOOK, "--out", tmp_path / "bundle")
    assert (ended.status, ended.err) == (0, "")
    assert "proven optimal, unique" in ended.out
    assert digest_of(tmp_path / "bundle") in ended.out
    assert str(tmp_path / "bundle") in ended.out


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_clear_leaves_an_existing_path_alone(console: Console, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "bundle"
    if kind == "folder":
        out.mkdir()
    elif kind == "file":
        out.write_text("kept")
    else:
        out.symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    ended = console("clear", DEMO_BOOK, "--out", out)
    assert ended.status == 2
    assert "left alone" in ended.err
    assert sorted(tmp_path.rglob("*")) == before


def test_clear_with_a_fault_names_file_row_and_column_and_writes_nothing(
    console: Console, tmp_path: Path
) -> None:
    book = demo_book_in(tmp_path)
    changed(book / "offers.csv", "O-003,AMBERFIELD,WHEAT,150", "O-003,AMBERFIELD,WHEAT,NaN")
    ended = console("clear", book, "--out", tmp_path / "bundle", "--json")
    assert (ended.status, ended.out) == (3, "")
    assert "offers.csv:4 deliver_quantity: found NaN" in ended.err
    assert "1 fault" in ended.err
    assert sorted(tmp_path.iterdir()) == [book]


def test_clear_takes_another_rulebook(console: Console, tmp_path: Path) -> None:
    rulebook = tmp_path / "net.toml"
    rulebook.write_text('netting_form = "net"\n[session]\nid = "other"\ncut_off = "2026-09-15T16:00:00Z"\n')
    ended = console("clear", DEMO_BOOK, "--out", tmp_path / "bundle", "--rulebook", rulebook, "--json")
    assert json.loads(ended.out)["session"] == "other"
    assert '"netting_form":"net"' in (tmp_path / "bundle/inputs/rulebook.jsonl").read_text()


def test_clear_records_the_session_before(console: Console, tmp_path: Path, bundle: Path) -> None:
    ended = console("clear", DEMO_BOOK, "--out", tmp_path / "next", "--previous", bundle)
    assert ended.status == 0
    assert json.loads((tmp_path / "next/manifest.json").read_bytes())["previous"] == digest_of(bundle)
    assert console("verify", tmp_path / "next", "--previous", bundle).status == 0
    assert console("verify", bundle, "--previous", tmp_path / "next").status == 4


def test_a_session_before_with_a_false_digest_is_no_input(
    console: Console, tmp_path: Path, bundle: Path
) -> None:
    changed(bundle / "manifest.json", '"session":"clearing-demo"', '"session":"clearing-dem0"')
    ended = console("clear", DEMO_BOOK, "--out", tmp_path / "next", "--previous", bundle)
    assert ended.status == 3
    assert "does not have the digest that it states" in ended.err
    assert not (tmp_path / "next").exists()


def test_an_interrupt_leaves_nothing_behind(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_book: object, _terms: object, sink: object, **_more: object) -> None:
        assert callable(sink)
        sink("inputs/offers.jsonl", [b"{}\n"])
        raise KeyboardInterrupt

    monkeypatch.setattr(clear_folder, "clear_book", interrupted)
    ended = console("clear", DEMO_BOOK, "--out", tmp_path / "bundle")
    assert (ended.status, ended.out) == (130, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [LawBroken("entries do not sum to zero"), MemoryError("too large")])
def test_the_unexpected_is_told_in_short_and_in_full_when_asked(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(*_arguments: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(clear_folder, "clear_book", failing)
    monkeypatch.delenv(TRACEBACK_VARIABLE, raising=False)
    short = console("clear", DEMO_BOOK, "--out", tmp_path / "bundle")
    assert (short.status, short.out) == (1, "")
    assert f"unexpected {type(error).__name__}: {error}" in short.err
    assert TRACEBACK_VARIABLE in short.err
    assert "Traceback" not in short.err
    monkeypatch.setenv(TRACEBACK_VARIABLE, "1")
    assert "Traceback" in console("clear", DEMO_BOOK, "--out", tmp_path / "bundle").err
    assert list(tmp_path.iterdir()) == []


# check


def test_check_lists_every_refusal_with_its_figures(console: Console) -> None:
    ended = console("check", DEMO_BOOK)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "no faults: 12 participants, 15 assets, 5 stocks, 60 offers, 10 obligations",
        "values: COMMON-15, fixing of 2026-09-15: FINAL",
        "O-025: asks for min_fill, which rulebook 1 does not know",
        "O-050: expired at 2026-09-14T12:00:00Z; the cut-off was 2026-09-15T16:00:00Z",
        "O-058: could cost 1,617.08 index units of credit; 1,000.00 are left",
        "3 refusals: 1 unsupported, 1 expired, 1 no_headroom",
    ]


def test_check_json_counts_and_lists_refusals(console: Console) -> None:
    told = json.loads(console("check", DEMO_BOOK, "--json").out)
    assert (told["faults"], told["refused"]) == ({}, 3)
    assert told["refused_by_reason"] == {"unsupported": 1, "expired": 1, "no_headroom": 1}
    assert told["refusals"][2] == {
        "offer_id": "O-058", "reason": "no_headroom", "found": "1617076800", "limit": "1000000000",
    }  # fmt: skip


def test_check_names_the_alternatives_that_are_not_kept(console: Console, tmp_path: Path) -> None:
    offers = (
        "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps\n"
        "O-1,DESK-A,COPPER,1,WHEAT,-3\nO-2,DESK-A,WHEAT,1,COPPER|HOURS,3|0\nO-3,DESK-A,WHEAT,1,COPPER,2\n"
    )
    book = write_book(tmp_path, offers=offers, rulebook="version = 2\n")
    told = console("check", book).out.splitlines()
    crossing = "would close a ring of the desk's own offers at limits that sum to nothing or less"
    assert told[-2:] == [f"O-2: does not take Copper, which {crossing}", "1 alternative not kept"]
    assert told[-4].startswith("O-3: closes a ring of the desk's own offers")
    asked = json.loads(console("check", book, "--json").out)
    assert asked["not_kept"] == [{"offer_id": "O-2", "alternative": 0}]
    assert asked["refusals"] == [{"offer_id": "O-3", "reason": "self_crossing", "found": "-100", "limit": "0"}]


def test_check_shows_a_thousand_refusals_and_counts_all(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_book, "REFUSALS_SHOWN_MAX", 1)
    lines = console("check", DEMO_BOOK).out.splitlines()
    assert lines[3:] == ["... and 2 more", "3 refusals: 1 unsupported, 1 expired, 1 no_headroom"]


def test_check_lists_every_fault(console: Console, tmp_path: Path) -> None:
    book = demo_book_in(tmp_path)
    changed(book / "offers.csv", "O-003,AMBERFIELD", "O-003,NOBODY")
    changed(book / "assets.csv", "SOY,soybeans,TNE,0.001", "SOY,soybeans,TNE,-1")
    told = console("check", book)
    assert told.status == 3
    assert "assets.csv:4 increment: found -1" in told.err
    assert "offers.csv:4 participant_id: found NOBODY" in told.err
    asked = console("check", book, "--json")
    assert asked.status == 3
    faults = json.loads(asked.out)
    assert sum(faults["faults"].values()) == len(faults["fault_list"]) >= 2
    assert faults["fault_list"][0]["file"] == "assets.csv"


# verify


def test_verify_tells_law_by_law_and_how_far_to_trust(console: Console, bundle: Path) -> None:
    ended = console("verify", bundle)
    assert (ended.status, ended.err) == (0, "")
    assert [line.split()[:3] for line in ended.out.splitlines()[:7]] == [["law", str(n), "ok"] for n in range(7)]
    assert ended.out.splitlines()[-1] == "consistent, inputs not authenticated"


def test_verify_trusts_a_digest_and_a_book(console: Console, bundle: Path, tmp_path: Path) -> None:
    ended = console("verify", bundle, "--digest", digest_of(bundle), "--book", DEMO_BOOK)
    assert ended.status == 0
    assert "authenticated by digest, book root" in ended.out
    assert console("verify", bundle, "--digest", "0" * 64).status == 4
    other = demo_book_in(tmp_path)
    changed(other / "offers.csv", "O-003,AMBERFIELD,WHEAT,150", "O-003,AMBERFIELD,WHEAT,151")
    ended = console("verify", bundle, "--book", other)
    assert ended.status == 4
    assert "book_root" in ended.out


def test_a_trusted_digest_that_is_none_is_wrong_usage(console: Console, bundle: Path) -> None:
    ended = console("verify", bundle, "--digest", digest_of(bundle)[:-1])
    assert (ended.status, ended.out, ended.err) == (2, "", "clearing: a trusted digest is 64 hex digits\n")


def test_verify_names_law_file_and_line_of_a_flipped_byte(console: Console, bundle: Path) -> None:
    changed(bundle / "outcome/premia.jsonl", '"premium_ppm":"-', '"premium_ppm":"')
    ended = console("verify", bundle)
    assert ended.status == 4
    assert "law 0  BROKEN" in ended.out
    assert "outcome/premia.jsonl" in ended.out
    told = json.loads(console("verify", bundle, "--json").out)
    assert told["holds"] is False
    assert any(each["file"] == "outcome/premia.jsonl" for each in told["violations"])


def test_verify_finds_a_missing_manifest_or_file(console: Console, bundle: Path) -> None:
    (bundle / "outcome/legs.jsonl").unlink()
    ended = console("verify", bundle)
    assert ended.status == 4
    assert "outcome/legs.jsonl" in ended.out
    (bundle / "manifest.json").unlink()
    ended = console("verify", bundle)
    assert ended.status == 4
    assert "manifest.json" in ended.out


def test_a_signed_session_verifies_by_its_key_alone(console: Console, tmp_path: Path) -> None:
    keys = {}
    for name in ("own", "other"):
        keys[name] = tmp_path / f"{name}.key"
        keys[name].write_bytes(private_pem())
    bundle = tmp_path / "bundle"
    assert console("clear", DEMO_BOOK, "--out", bundle, "--sign", keys["own"]).status == 0
    ended = console("verify", bundle, "--key", public_hex(keys["own"]))
    assert ended.status == 0
    assert "authenticated by key" in ended.out
    assert console("verify", bundle, "--key", public_hex(keys["other"])).status == 4


def private_pem() -> bytes:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )


def public_hex(keyfile: Path) -> str:
    from cryptography.hazmat.primitives import serialization as form

    key = form.load_pem_private_key(keyfile.read_bytes(), None)
    return key.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw).hex()


# replay


def test_replay_is_identical_and_says_the_digest(console: Console, bundle: Path) -> None:
    ended = console("replay", bundle)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == ["replay identical", f"digest {digest_of(bundle)}"]
    assert json.loads(console("replay", bundle, "--json").out) == {
        "identical": True, "digest": digest_of(bundle),
    }  # fmt: skip


def test_replay_names_the_first_file_line_and_field_that_differ(console: Console, bundle: Path) -> None:
    changed(bundle / "outcome/premia.jsonl", '"premium_ppm":"-', '"premium_ppm":"')
    ended = console("replay", bundle)
    assert ended.status == 4
    assert "outcome/premia.jsonl line 2 /premium_ppm: stored " in ended.out
    difference = json.loads(console("replay", bundle, "--json").out)["difference"]
    assert (difference["file"], difference["line"]) == ("outcome/premia.jsonl", 2)


# usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["clear"],
        ["clear", DEMO_BOOK],
        ["clear", DEMO_BOOK, "--out"],
        ["clear", DEMO_BOOK, "--out", "x", "--unknown"],
        ["nothing"],
        ["verify"],
        ["replay", "a", "b"],
    ],
)
def test_wrong_usage_is_status_2(console: Console, arguments: list[str | Path]) -> None:
    ended = console(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_what_is_no_bundle_is_an_input_at_fault(console: Console, tmp_path: Path, command: str) -> None:
    ended = console(command, tmp_path / "nowhere")
    assert (ended.status, ended.out) == (3, "")
    assert "nowhere" in ended.err


def test_every_operating_fault_has_a_status() -> None:
    def kinds(kind: type[OperatingFault]) -> set[type[OperatingFault]]:
        return {kind}.union(*(kinds(below) for below in kind.__subclasses__()))

    for kind in kinds(OperatingFault):
        assert any(issubclass(kind, row) for row, _status in STATUSES)
    assert STATUSES[-1][0] is OperatingFault


def test_help_and_version_load_nothing_heavy() -> None:
    script = (
        "import sys; from clearing.doors import command_line\n"
        "sys.argv = ['clearing', '--help']\n"
        "try: command_line.main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'ortools', 'networkx', 'pydantic', 'cryptography'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
    assert "Usage: clearing" in ran.stdout
