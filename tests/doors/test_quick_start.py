"""The door for Python programs: the same session as the console's, exact rows, frames without a float."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas
import pytest

import clearing
from clearing import (
    AssetPremium,
    BookAndTerms,
    BookFault,
    Cleared,
    OfferFill,
    OperatingFault,
    Received,
    clear,
    open_session,
    read_book,
)
from clearing.audit.verify import verify
from clearing.audit.verify.__main__ import Folder
from clearing.doors import frames
from clearing.model.errors import InputFault, LawBroken, UsageFault
from tests.books import book, offer, random_book
from tests.doors.book_writing import with_cell, write_book
from tests.doors.console import DEMO_BOOK, Console, console_of

SALT = bytes(range(32))


@pytest.fixture(scope="module")
def demo() -> Cleared:
    return clear(read_book(DEMO_BOOK))


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture(scope="module")
def three() -> Cleared:
    """Two desks swap, the larger offer partly filled; the third and fifth offer find nobody, the fourth is refused."""
    return clear(
        BookAndTerms(
            book(
                values={"COPPER": 7_000, "GOLD": 5_000, "STEEL": 3_000, "WHEAT": 3_000},
                offers=[
                    offer("1", "X", "COPPER", 30, ("STEEL", 0)),
                    offer("2", "Y", "STEEL", 42, ("WHEAT", 0), ("COPPER", -1_000)),
                    offer("3", "Z", "WHEAT", 5, ("COPPER", 9_000)),
                    offer("4", "Z", "WHEAT", 5, ("STEEL", 0), conditions={"min_fill": 2}),
                    offer("5", "Z", "GOLD", 1, ("WHEAT", 0)),
                ],
            )
        )
    )


# Loading


def test_importing_the_package_loads_nothing_and_a_name_loads_what_it_needs() -> None:
    program = (
        "import sys, clearing; before = set(sys.modules)\n"
        "assert not before & {'numpy', 'typing', 'clearing.doors'}, before\n"
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


# Rows


def test_every_offer_has_its_fate(three: Cleared) -> None:
    """42 STEEL is 126,000 µ, which is 18 COPPER: offer 1 delivers 18 of 30."""
    one, two, nobody, refused, _ = three.fills
    assert one == OfferFill(
        "1", "X", "COPPER", "partly_filled", Decimal(18), Decimal("0.600000"), (Received("STEEL", Decimal(42)),), None
    )
    assert two == OfferFill(
        "2", "Y", "STEEL", "filled", Decimal(42), Decimal(1), (Received("COPPER", Decimal(18)),), None
    )
    assert nobody == OfferFill("3", "Z", "WHEAT", "unfilled", Decimal(0), Decimal(0), (), None)
    assert refused == OfferFill(
        "4", "Z", "WHEAT", "refused", Decimal(0), Decimal(0), (), "asks for min_fill, which rulebook 1 does not know"
    )


def test_fates_are_counted_as_in_the_manifest(demo: Cleared) -> None:
    counts = demo.session.manifest.record["counts"]
    assert isinstance(counts, dict)
    statuses = [fill.status for fill in demo.fills]
    assert statuses.count("filled") == counts["filled_offers"] > 0
    assert statuses.count("partly_filled") == counts["partly_filled_offers"] > 0
    assert statuses.count("refused") == counts["refused"] > 0
    assert all((fill.share == 1) == (fill.status == "filled") for fill in demo.fills)
    assert all((fill.share == 0) >= (fill.status in ("refused", "unfilled")) for fill in demo.fills)


def test_quantities_are_in_the_unit_of_their_asset(demo: Cleared) -> None:
    """O-001 delivers 800 t of wheat in steps of a kilogram, O-003 takes index units in millionths."""
    fills = {fill.offer_id: fill for fill in demo.fills}
    assert fills["O-001"].delivered == Decimal("800")
    assert fills["O-003"].received == (Received("INDEX", Decimal("30670")),)


def test_a_share_is_rounded_down_so_that_only_a_filled_offer_has_all() -> None:
    cleared = clear(
        BookAndTerms(
            book(
                values={"A": 1_000, "B": 1_000},
                offers=[offer("1", "X", "A", 10**8, ("B", 0)), offer("2", "Y", "B", 10**8 - 1, ("A", 0))],
            )
        )
    )
    assert [(fill.status, fill.share) for fill in cleared.fills] == [
        ("partly_filled", Decimal("0.999999")),
        ("filled", Decimal(1)),
    ]


def test_premia_are_in_basis_points_and_an_open_end_is_absent(three: Cleared) -> None:
    """Nobody takes GOLD: nothing keeps its premium from falling."""
    copper, gold, steel, wheat = three.premia
    assert copper == AssetPremium("COPPER", Decimal(0), Decimal(0), Decimal(0), Decimal("0.126"))
    assert steel == AssetPremium("STEEL", Decimal(0), Decimal(0), Decimal(0), Decimal("0.126"))
    assert (wheat.lowest_bps, wheat.highest_bps) == (Decimal(-10), Decimal(90))
    assert (gold.lowest_bps is None, gold.highest_bps is None) == (True, False)
    assert gold.traded == 0


# Frames


def test_frames_hold_what_the_session_decided_in_exact_integers(demo: Cleared) -> None:
    tables = demo.to_frames()
    legs, premia = tables["legs"], tables["premia"]
    assert len(legs) == len(demo.session.outcome.legs.quantity)
    assert tables["entries"].groupby("kind")["amount_micro"].sum().eq(0).all()
    assert premia["lowest_ppm"].dtype == pandas.Int64Dtype()
    numbers = [column for table in tables.values() for name, column in table.items() if _is_number(str(name))]
    assert len(numbers) > 20
    assert all(str(column.dtype) in ("int64", "Int64") for column in numbers)
    assert legs.groupby("asset_id")["quantity"].sum().to_dict() == {
        asset: group["delivered"].sum() for asset, group in tables["positions"].groupby("asset_id")
    }


def _is_number(column: str) -> bool:
    return column.endswith(("_micro", "_ppm")) or column in {
        "quantity", "delivered", "alternative", "segment", "position",
    }  # fmt: skip


def test_frames_say_the_same_as_the_lines_of_the_bundle(demo: Cleared, tmp_path: Path) -> None:
    bundle = demo.seal(tmp_path / "bundle")
    tables = demo.to_frames()
    for name in ("premia", "legs", "entries", "positions", "instructions", "rings"):
        text = (bundle / f"outcome/{name}.jsonl").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        assert len(lines) == len(tables[name]) > 0
        for column in sorted({*lines[0]} & {*tables[name]}):
            stored = [_text(line.get(column)) for line in lines]
            assert [_text(cell) for cell in tables[name][column].tolist()] == stored, (name, column)


def _text(cell: Any) -> str:
    if isinstance(cell, list):
        return "|".join(cell)
    return "" if cell is None or pandas.isna(cell) else str(cell)


def test_members_lie_in_their_segments_in_ring_order(tmp_path: Path) -> None:
    cleared = clear(BookAndTerms(random_book(2)))
    rings = (cleared.seal(tmp_path / "bundle") / "outcome/rings.jsonl").read_text().splitlines()
    expected = [
        (ring["ring_id"], number, place, member, int(segment["flow_micro"]))
        for ring in map(json.loads, rings)
        for number, segment in enumerate(ring["segments"])
        for place, member in enumerate(segment["members"])
    ]
    members = cleared.to_frames()["members"]
    columns = ["ring_id", "segment", "position", "id", "flow_micro"]
    assert list(members[columns].itertuples(index=False, name=None)) == expected
    assert max(number for _, number, *_ in expected) > 0
    assert {*members["kind"]} == {"obligation", "offer"}
    obligations = {*cleared.to_frames()["obligations"]["obligation_id"]}
    assert [kind == "obligation" for kind in members["kind"]] == [each in obligations for each in members["id"]]


def test_received_names_the_alternative_within_its_offer(three: Cleared) -> None:
    rows = three.to_frames()["received"].to_dict("records")
    assert [(row["offer_id"], row["alternative"], row["asset_id"], row["quantity"]) for row in rows] == [
        ("1", 0, "STEEL", 42),
        ("2", 1, "COPPER", 18),
    ]


def test_an_empty_book_makes_empty_frames() -> None:
    tables = clear(BookAndTerms(book(values={}))).to_frames()
    assert {name: len(table) for name, table in tables.items()} == dict.fromkeys(tables, 0)


def test_frames_are_of_polars_where_pandas_is_missing(three: Cleared, monkeypatch: pytest.MonkeyPatch) -> None:
    def frame(columns: dict[str, Any], *, schema_overrides: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        return columns, schema_overrides

    stand_in = SimpleNamespace(DataFrame=frame, Int64="int64", String="text")
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", stand_in)
    columns, kinds = three.to_frames()["premia"]
    assert kinds == {"asset_id": "text", "lowest_ppm": "int64", "highest_ppm": "int64"}
    assert None in columns["lowest_ppm"]
    assert columns["premium_ppm"].dtype == "int64"


def test_without_either_the_fault_says_what_to_install(three: Cleared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(UsageFault, match="frames need pandas or polars") as caught:
        three.to_frames()
    assert str(caught.value) == frames.NEEDED


def files_in(bundle: Path) -> dict[str, bytes]:
    paths = sorted(path for path in bundle.rglob("*") if path.is_file())
    return {path.relative_to(bundle).as_posix(): path.read_bytes() for path in paths}
