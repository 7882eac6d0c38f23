"""``clearing quote`` tells what an extra offer would get, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.doors.book_writing import write_book
from tests.doors.console import DEMO_BOOK, Console, console_of, demo_book_in


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


HEADER = "offer_id,participant_id,receive_assets,deliver_asset,deliver_quantity,limit_bps"


def _extra(folder: Path, *rows: str) -> Path:
    path = folder / "extra.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_an_extra_offer_gets_what_the_book_with_it_clears_to(console: Console, tmp_path: Path) -> None:
    book = write_book(tmp_path / "book", offers=_with("O-1,DESK-B,WHEAT,60,COPPER,0"), rulebook=None)
    extra = _extra(tmp_path, "Q-1,DESK-A,WHEAT,COPPER,1,0")
    (quoted,) = json.loads(console("quote", book, extra, "--json").out)["quotes"]
    assert (quoted["offer_id"], quoted["fate"], quoted["quantity"]) == ("Q-1", "filled", "1000")
    told = console("quote", book, extra)
    assert told.status == 0
    assert "Q-1 of Alpha was filled in full: it delivers 1 t of Copper." in told.out
    assert "It would receive 37.26 t of Wheat." in " ".join(told.out.split())
    (book / "offers.csv").write_text(_with("O-1,DESK-B,WHEAT,60,COPPER,0") + "Q-1,DESK-A,COPPER,1,WHEAT,0\n")
    cleared = json.loads(console("clear", book, "--out", tmp_path / "out", "--json").out)
    assert cleared["value_cleared_micro"] == str(2 * int(quoted["flow_micro"]))


def _with(*rows: str) -> str:
    header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps"
    return "\n".join([header, *rows]) + "\n"


def test_quote_changes_no_file(console: Console, tmp_path: Path) -> None:
    book = demo_book_in(tmp_path)
    before = {path.name: path.read_bytes() for path in book.iterdir()}
    desk, asset, other = _names(book)
    assert console("quote", book, _extra(tmp_path, f"Q-1,{desk},{other},{asset},1,0")).status == 0
    assert {path.name: path.read_bytes() for path in book.iterdir()} == before


def test_a_fault_of_an_extra_offer_names_its_own_file_and_row(console: Console, tmp_path: Path) -> None:
    desk, asset, other = _names(DEMO_BOOK)
    rows = [f"Q-1,{desk},{other},{asset},1,0", f"Q-2,{desk},{other},{asset},NaN,0"]
    ended = console("quote", DEMO_BOOK, _extra(tmp_path, *rows))
    assert ended.status == 3
    assert "extra.csv:3" in ended.err
    assert "NaN" in ended.err


@pytest.mark.parametrize(
    "text", ["", "offer_id\n", "participant_id\nX\n", "offer_id,participant_id\nX\n", 'offer_id\n"X\n']
)
def test_a_file_that_holds_no_offers_is_an_input_at_fault(console: Console, tmp_path: Path, text: str) -> None:
    (tmp_path / "extra.csv").write_text(text)
    ended = console("quote", DEMO_BOOK, tmp_path / "extra.csv")
    assert ended.status == 3
    assert "extra.csv" in ended.err


def test_a_missing_file_is_wrong_usage(console: Console, tmp_path: Path) -> None:
    assert console("quote", DEMO_BOOK, tmp_path / "none.csv").status == 2


def _names(book: Path) -> tuple[str, str, str]:
    desk = (book / "participants.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    assets = [line.split(",")[0] for line in (book / "assets.csv").read_text(encoding="utf-8").splitlines()[1:3]]
    return desk, assets[0], assets[1]


def test_an_extra_offer_with_an_id_of_the_book_names_no_row_of_another_file(console: Console, tmp_path: Path) -> None:
    ended = console("quote", write_book(tmp_path / "book"), _extra(tmp_path, "O-1,DESK-A,WHEAT,COPPER,1,0"))
    assert ended.status == 3
    assert "extra.csv:2 offer_id: found O-1; allowed: each id once\n" in ended.err


def test_a_quote_in_a_searched_component_tells_its_pay(console: Console, tmp_path: Path) -> None:
    """The desk has no other offer, so that its pay is what its account would move by in premia."""
    rows = ("O-1,DESK-B,WHEAT,200,COPPER,-100,", "O-2,DESK-C,COPPER,3,WHEAT,-50,true")
    header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps,all_or_none"
    rulebook = "version = 2\n"
    book = write_book(tmp_path / "book", offers="\n".join([header, *rows, ""]), rulebook=rulebook)
    extra = tmp_path / "extra.csv"
    extra.write_text(f"{header}\nQ-1,DESK-A,COPPER,2,WHEAT,-80,\n", encoding="utf-8")
    (quoted,) = json.loads(console("quote", book, extra, "--json").out)["quotes"]
    assert quoted["quantity"] != "0"
    assert quoted["premium_micro"] != "0"
    verb = "pays" if quoted["premium_micro"].startswith("-") else "is paid"
    said = " ".join(console("quote", book, extra).out.split())
    assert "It takes 74.51 t of Wheat, asks -80.00 bps" in said
    assert f"Beyond value for value it {verb} 0.19 index units." in said
    (book / "offers.csv").write_text("\n".join([header, *rows, "Q-1,DESK-A,COPPER,2,WHEAT,-80,", ""]))
    assert console("clear", book, "--out", tmp_path / "out").status == 0
    entries = [json.loads(line) for line in (tmp_path / "out/outcome/entries.jsonl").read_text().splitlines()]
    own = [each for each in entries if (each["participant_id"], each["kind"]) == ("DESK-A", "premium")]
    assert [each["amount_micro"] for each in own] == [quoted["premium_micro"]]
