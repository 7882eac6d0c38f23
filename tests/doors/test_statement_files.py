"""``clearing statement`` prints and writes one desk's papers; ``check-statement`` checks them without the bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clearing.audit.canonical import canonical
from clearing.doors.bundle_folder import BundleFolder
from clearing.service import statement_of
from tests.doors.console import DEMO_BOOK, Console, console_of


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from clearing.doors.clear_folder import clear_into

    target = tmp_path_factory.mktemp("sessions") / "demo"
    clear_into(target, DEMO_BOOK)
    return target


def test_the_text_is_printed_and_nothing_written_without_out(console: Console, bundle: Path) -> None:
    before = sorted(bundle.parent.rglob("*"))
    ended = console("statement", bundle, "AMBERFIELD")
    assert ended.status == 0
    assert ended.out.startswith("STATEMENT OF Amberfield Grain (AMBERFIELD)\n")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert sorted(bundle.parent.rglob("*")) == before


def test_out_gets_both_files(console: Console, bundle: Path, tmp_path: Path) -> None:
    ended = console("statement", bundle, "AMBERFIELD", "--out", tmp_path / "papers")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "papers").iterdir()}
    assert written == {
        "statement.json": canonical(statement_of(BundleFolder(bundle), "AMBERFIELD")) + "\n",
        "statement.txt": ended.out,
    }


def test_json_is_the_statement(console: Console, bundle: Path) -> None:
    ended = console("statement", bundle, "LOTUS", "--json")
    assert json.loads(ended.out) == statement_of(BundleFolder(bundle), "LOTUS")


def test_the_printed_command_checks_the_written_statement(
    console: Console, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = console("statement", bundle, "AMBERFIELD", "--out", tmp_path / "papers").out
    monkeypatch.chdir(tmp_path / "papers")
    words = text[text.index("clearing check-statement") :].split("\n\n")[0].replace("\\\n", " ").split()
    ended = console(*words[1:])
    assert (ended.status, ended.out) == (0, "the statement checks with this book root\n")
    ended = console(*words[1:], "--json")
    assert json.loads(ended.out) == {"checks": True, "flaws": []}


def test_the_folder_of_papers_checks_as_the_statement_in_it(console: Console, bundle: Path, tmp_path: Path) -> None:
    root = statement_of(BundleFolder(bundle), "AMBERFIELD")["proofs"]["book_root"]
    console("statement", bundle, "AMBERFIELD", "--out", tmp_path / "papers")
    assert console("check-statement", tmp_path / "papers", "--book-root", root).status == 0
    assert console("check-statement", tmp_path / "papers", "--book-root", "00" * 32).status == 4
    ended = console("check-statement", tmp_path, "--book-root", root)
    assert ended.status == 3
    assert "statement.json: No such file" in ended.err


def test_a_changed_statement_does_not_check(console: Console, bundle: Path, tmp_path: Path) -> None:
    statement = statement_of(BundleFolder(bundle), "AMBERFIELD")
    file = tmp_path / "statement.json"
    file.write_text(canonical(statement).replace('"delivered":"800000"', '"delivered":"800001"'), encoding="utf-8")
    ended = console("check-statement", file, "--book-root", statement["proofs"]["book_root"])
    assert ended.status == 4
    assert "the statement does not check: 1 flaw\n  offer O-001 delivers more" in ended.out
    ended = console("check-statement", file, "--book-root", "00" * 32, "--json")
    assert ended.status == 4
    assert json.loads(ended.out)["checks"] is False


def test_an_existing_target_is_left_alone(console: Console, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    ended = console("statement", bundle, "AMBERFIELD", "--out", tmp_path / "papers")
    assert (ended.status, ended.out) == (2, "")
    assert "left alone" in ended.err
    assert list((tmp_path / "papers").iterdir()) == []


def test_an_unknown_participant_is_a_usage_fault_and_writes_nothing(
    console: Console, bundle: Path, tmp_path: Path
) -> None:
    ended = console("statement", bundle, "AMBER\x1b[31m", "--out", tmp_path / "papers")
    assert ended.status == 2
    assert "no participant 'AMBER\\x1b[31m'" in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[" * 100_000])
def test_what_is_no_json_is_an_input_fault(console: Console, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "statement.json"
    file.write_bytes(content)
    ended = console("check-statement", file, "--book-root", "00" * 32)
    assert ended.status == 3
    assert "no JSON text" in ended.err


@pytest.mark.parametrize("root", ["", "a93b", "x" * 64, "00" * 33])
def test_what_is_no_book_root_is_a_usage_fault(console: Console, bundle: Path, tmp_path: Path, root: str) -> None:
    console("statement", bundle, "AMBERFIELD", "--out", tmp_path / "papers")
    ended = console("check-statement", tmp_path / "papers", "--book-root", root)
    assert (ended.status, ended.out) == (2, "")
    assert "a trusted book root is 64 hex digits" in ended.err


def test_a_missing_statement_is_an_input_fault(console: Console, tmp_path: Path) -> None:
    ended = console("check-statement", tmp_path / "none.json", "--book-root", "00" * 32)
    assert ended.status == 3
    assert "cannot read" in ended.err
