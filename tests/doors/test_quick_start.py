"""The door for Python programs: the same session as the console's, sealed, signed, reported and explained alike."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import clearing
from clearing import (
    BookAndTerms,
    BookFault,
    Cleared,
    OperatingFault,
    clear,
    open_session,
    read_book,
)
from clearing.audit.verify import verify
from clearing.audit.verify.__main__ import Folder
from clearing.model.errors import InputFault, LawBroken, UsageFault
from tests.books import book, offer
from tests.doors.book_writing import with_cell, write_book
from tests.doors.console import DEMO_BOOK, Console, console_of
from tests.doors.small_sessions import demo_session

SALT = bytes(range(32))


@pytest.fixture
def demo() -> Cleared:
    return demo_session()


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


# Loading


def test_importing_the_package_loads_nothing_and_a_name_loads_what_it_needs() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "import clearing; loaded = set(sys.modules) - before\n"
        "assert loaded == {'clearing'}, loaded\n"
        "import clearing.audit.verify\n"
        "assert not set(sys.modules) & {'numpy', 'clearing.doors', 'clearing.model'}\n"
        "assert 'read_book' in dir(clearing)\n"
        "from clearing import clear, read_book\n"
        "assert callable(clear) and 'numpy' in sys.modules and 'pandas' not in sys.modules\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_every_public_name_is_there_and_no_other() -> None:
    assert [name for name in clearing.__all__ if not hasattr(clearing, name)] == []
    with pytest.raises(AttributeError, match="has no attribute 'clean'"):
        _ = clearing.clean  # type: ignore[attr-defined]


def test_type_checkers_see_the_public_names_and_no_other(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from clearing import Cleared, clear, read_book\n"
        "result: Cleared = clear(read_book('book'), salt=b'')\n"
        "first: str = result.fills[0].offer_id\n"
        "reveal_type(clear)\n"
        "clear(7)\n"
        "from clearing import clean\n"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(program)],
        cwd=Path(clearing.__file__).parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in ran.stdout.splitlines() if "program.py:" in line]
    assert [line.split("program.py:")[1][:1] for line in lines] == ["4", "5", "6"]
    assert "BookAndTerms" in lines[0]


# The session


def test_a_book_clears_to_the_digest_of_the_console(console: Console, demo: Cleared, tmp_path: Path) -> None:
    ended = console("clear", DEMO_BOOK, "--out", tmp_path / "console")
    assert ended.out == f"{demo.summary()}\nbundle     {tmp_path / 'console'}\n"
    assert demo.digest in ended.out
    assert (demo.id, demo.optimal, demo.unique) == ("clearing-demo", True, True)


def test_a_sealed_session_is_the_console_s_bundle_byte_for_byte(
    console: Console, demo: Cleared, tmp_path: Path
) -> None:
    assert console("clear", DEMO_BOOK, "--out", tmp_path / "console").status == 0
    assert demo.seal(tmp_path / "python") == tmp_path / "python"
    assert files_in(tmp_path / "python") == files_in(tmp_path / "console")


def test_a_sealed_session_can_be_signed(demo: Cleared, tmp_path: Path) -> None:
    key = tmp_path / "session.key"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    demo.seal(str(tmp_path / "signed"), sign=str(key))
    assert "signature" not in demo.session.manifest.record
    assert '"signature"' in (tmp_path / "signed/manifest.json").read_text()
    assert verify(Folder(tmp_path / "signed")).holds


def test_an_opened_session_is_the_one_that_was_sealed(demo: Cleared, tmp_path: Path) -> None:
    bundle = demo.seal(tmp_path / "bundle")
    opened = open_session(str(bundle))
    assert (opened.summary(), opened.fills, opened.premia) == (demo.summary(), demo.fills, demo.premia)
    assert opened.digest == demo.digest
    for name, table in demo.to_frames().items():
        assert table.equals(opened.to_frames()[name]), name
    assert files_in(opened.seal(tmp_path / "again")) == files_in(bundle)


def test_a_folder_that_is_no_bundle_is_a_fault_of_input(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match=r"no manifest\.json"):
        open_session(tmp_path)


def test_sealing_leaves_an_existing_path_alone(demo: Cleared, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="left alone"):
        demo.seal(tmp_path)


def test_a_session_whose_outcome_was_changed_is_never_written(tmp_path: Path) -> None:
    cleared = clear(read_book(DEMO_BOOK))
    cleared.session.outcome.fills.offer_quantity[0] += 1
    with pytest.raises(LawBroken, match="not the one that was sealed"):
        cleared.seal(tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_the_report_of_a_session_is_that_of_its_bundle(demo: Cleared, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("an older one")
    assert demo.report(str(page)) == page
    assert page.read_bytes() == (demo.seal(tmp_path / "bundle") / "report.html").read_bytes()
    assert demo.digest in page.read_text()
    with pytest.raises(OperatingFault, match="cannot write"):
        demo.report(tmp_path / "missing" / "report.html")


def test_an_offer_is_explained_as_on_the_console(console: Console, demo: Cleared, tmp_path: Path) -> None:
    bundle = demo.seal(tmp_path / "bundle")
    for offer_id in ("O-001", "O-049", "O-058"):
        assert demo.explain(offer_id).split() == console("explain", bundle, offer_id).out.split()
    with pytest.raises(UsageFault, match="no offer 'O-999'"):
        demo.explain("O-999")


def test_a_salt_given_replaces_that_of_the_book(demo: Cleared) -> None:
    salted = clear(read_book(DEMO_BOOK), salt=SALT)
    assert salted.session.manifest.record["salt"] == SALT.hex()
    assert salted.id == "clearing-demo"
    assert salted.digest != demo.digest


@pytest.mark.parametrize("length", [0, 65])
def test_a_salt_of_another_length_is_a_fault_of_usage(length: int) -> None:
    with pytest.raises(UsageFault, match=f"a salt of {length} bytes; 1 to 64 are allowed"):
        clear(read_book(DEMO_BOOK), salt=bytes(length))


def test_a_session_records_the_one_before(demo: Cleared, tmp_path: Path) -> None:
    before = demo.seal(tmp_path / "before")
    after = clear(read_book(DEMO_BOOK), previous=before)
    assert after.session.manifest.record["previous"] == demo.digest
    with pytest.raises(InputFault):
        clear(read_book(DEMO_BOOK), previous=tmp_path / "missing")


def test_another_rulebook_is_read_in_place_of_the_book_s_own(tmp_path: Path) -> None:
    rules = tmp_path / "net.toml"
    rules.write_text('netting_form = "net"\n[session]\ncut_off = "2026-09-15T16:00:00Z"\n')
    given = read_book(str(DEMO_BOOK), rulebook=str(rules))
    assert (given.book.rulebook.netting_form, given.terms.id) == ("net", None)
    assert clear(given).to_frames()["instructions"]["premium_micro"].isna().all()


def test_a_book_at_fault_says_where_in_notes(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", offers=with_cell("offers.csv", 2, "deliver_quantity", "NaN"))
    with pytest.raises(BookFault, match="1 fault in the book") as caught:
        read_book(folder)
    assert any("offers.csv:2 deliver_quantity: found NaN" in note for note in caught.value.__notes__)
    assert isinstance(caught.value, OperatingFault)


def test_notes_of_many_faults_are_few_and_end_with_the_counts(tmp_path: Path) -> None:
    rows = "".join(f"D{n},x\n" for n in range(100))
    folder = write_book(tmp_path / "book", participants=f"participant_id,balance\n{rows}")
    with pytest.raises(BookFault) as caught:
        read_book(folder)
    notes = caught.value.__notes__
    assert len(notes) == 20
    assert notes[-2] == "..."
    assert "faults: " in notes[-1]


def test_a_book_out_of_range_says_so_in_notes() -> None:
    large = book(
        values={"A": 2**40, "B": 1_000},
        offers=[offer("1", "X", "A", 2**30, ("B", 0)), offer("2", "Y", "B", 1, ("A", 0))],
    )
    with pytest.raises(BookFault) as caught:
        clear(BookAndTerms(large))
    assert caught.value.__notes__


def test_books_and_sessions_show_themselves_in_a_line(demo: Cleared) -> None:
    assert repr(read_book(DEMO_BOOK)) == "<book of 12 participants and 60 offers>"
    assert repr(demo) == f"<cleared session clearing-demo, digest {demo.digest[:12]}…>"


def files_in(bundle: Path) -> dict[str, bytes]:
    paths = sorted(path for path in bundle.rglob("*") if path.is_file())
    return {path.relative_to(bundle).as_posix(): path.read_bytes() for path in paths}
