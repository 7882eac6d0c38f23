"""A book that is valued by the record of a fixing: read whole, kept whole, and held up where the fixing is."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from clearing.index_service import Sealed, fix_day
from clearing.model.fixing import Quote
from tests.doors.console import Console, console_of
from tests.index.markets import methodology, quoted, reference_prices, repriced

GOODS = ("WHEAT", "MAIZE", "SOY", "UREA", "STEEL", "OIL")
DAYS = ("2024-09-16", "2024-09-17")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@cache
def before() -> Sealed:
    return fix_day(quoted(reference_prices(), day=DAYS[0]), methodology(), day=DAYS[0])


@cache
def halved() -> Sealed:
    """The day after: the dollar is worth half of what it was, so all that is quoted in it costs twice as much."""
    quotes: list[Quote] = repriced(quoted(reference_prices(), day=DAYS[1]), lambda _each: Decimal(2))
    return fix_day(quotes, methodology(), day=DAYS[1], previous=before())


def goods_book(folder: Path, fixing: Sealed) -> Path:
    """Forty offers of goods for goods, with room on every account and one salt."""
    folder.mkdir()
    assets = {each.id: each for each in methodology().assets}
    chance = random.Random(7)
    desks = [f"D{number}" for number in range(8)]
    write(folder / "participants.csv", "participant_id,balance,credit_limit", (f"{desk},0,100000000" for desk in desks))
    write(
        folder / "assets.csv",
        "asset_id,unit,increment",
        (f"{name},{assets[name].unit},{assets[name].increment}" for name in GOODS),
    )
    offers = []
    for number in range(40):
        one, other = chance.sample(GOODS, 2)
        desk, quantity, limit = chance.choice(desks), chance.randrange(50, 5000), chance.randrange(-300, 60)
        offers.append(f"O{number:02},{desk},{one},{quantity},{other},{limit}")
    write(
        folder / "offers.csv", "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps", offers
    )
    (folder / "rulebook.toml").write_text('[session]\nsalt = "5a17"\n')
    (folder / "fixing.json").write_text(fixing.text + "\n", encoding="utf-8")
    return folder


def write(path: Path, header: str, rows: Iterator[str] | list[str]) -> None:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def delivered(bundle: Path) -> dict[str, int]:
    lines = (bundle / "outcome" / "fills.jsonl").read_text(encoding="utf-8").splitlines()
    return {fill["id"]: int(fill["delivered"]) for fill in map(json.loads, lines)}


def micros(fixing: Sealed) -> dict[str, int]:
    return {each.asset: each.value_micro for each in fixing.fixing.values if each.value_micro is not None}


def asset_of(book: Path, offer: str) -> str:
    rows = (book / "offers.csv").read_text(encoding="utf-8").splitlines()
    return next(cells[2] for row in rows if (cells := row.split(","))[0] == offer)


def rounding() -> Fraction:
    """How far the published integers of two goods move against each other at most: half a micro unit in each.

    A partly filled offer takes up what the offers around it leave, so it may move by the rounding of all of them.
    """
    return max(Fraction(1, micros(fixing)[name]) for fixing in (before(), halved()) for name in GOODS)


def test_goods_for_goods_clear_the_same_quantities_whatever_a_currency_does(run: Console, tmp_path: Path) -> None:
    calm, shaken = goods_book(tmp_path / "calm", before()), goods_book(tmp_path / "shaken", halved())
    assert run("clear", calm, "--out", tmp_path / "one").status == 0
    refused = run("clear", shaken, "--out", tmp_path / "two")
    assert refused.status == 3
    assert "SHOCK" in refused.err
    assert "--accept-fixing" in refused.err
    assert not (tmp_path / "two").exists()
    assert run("clear", shaken, "--out", tmp_path / "two", "--accept-fixing", "goods alone").status == 0
    one, other = delivered(tmp_path / "one"), delivered(tmp_path / "two")
    assert len(one) >= 10
    assert one.keys() == other.keys()
    values = micros(before())
    moved = sum(abs(one[offer] - other[offer]) * values[asset_of(calm, offer)] for offer in one)
    assert moved <= 2 * rounding() * sum(one[offer] * values[asset_of(calm, offer)] for offer in one)
    for bundle in ("one", "two"):
        assert run("verify", tmp_path / bundle).status == 0
        assert run("replay", tmp_path / bundle).status == 0
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["accepted_fixing"] == "goods alone"
    kept = (tmp_path / "two" / "inputs" / "fixing-record.json").read_text(encoding="utf-8")
    assert kept == halved().text + "\n"


def test_check_names_the_fixing_and_that_it_holds_sessions_up(run: Console, tmp_path: Path) -> None:
    ended = run("check", goods_book(tmp_path / "book", halved()))
    assert ended.status == 0
    assert "values: COMMON-15, fixing of 2024-09-17: SHOCK" in ended.out
    assert "--accept-fixing" in ended.out
    told = json.loads(run("check", tmp_path / "book", "--json").out)
    assert told["fixing"]["digest"] == halved().digest


def test_nothing_is_accepted_where_nothing_is_held_up(run: Console, tmp_path: Path) -> None:
    book = goods_book(tmp_path / "book", before())
    ended = run("clear", book, "--out", tmp_path / "out", "--accept-fixing", "why not")
    assert ended.status == 3
    assert "there is no fixing to accept" in ended.err
    assert run("clear", book, "--out", tmp_path / "out", "--accept-fixing", " ").status == 2
    assert not (tmp_path / "out").exists()


def test_a_record_beside_a_table_is_a_fault(run: Console, tmp_path: Path) -> None:
    book = goods_book(tmp_path / "book", before())
    write(book / "fixing.csv", "asset_id,value", [f"{name},100" for name in GOODS])
    ended = run("check", book)
    assert ended.status == 3
    assert "fixing.csv beside it" in ended.err


@pytest.mark.parametrize(
    ("before_", "after", "words"),
    [
        ('"status":"DEGRADED"', '"status":"FINAL"', "fixing.json"),
        ('"value_micro":"', '"value_micro":"1', "fixing.json"),
        ('"format"', '"fromat"', "fixing.json"),
    ],
)
def test_a_record_that_does_not_follow_from_its_quotes_is_a_fault(
    run: Console, tmp_path: Path, before_: str, after: str, words: str
) -> None:
    book = goods_book(tmp_path / "book", before())
    text = (book / "fixing.json").read_text(encoding="utf-8")
    assert before_ in text
    (book / "fixing.json").write_text(text.replace(before_, after, 1), encoding="utf-8")
    ended = run("check", book)
    assert ended.status == 3
    assert words in ended.err


def test_an_asset_counted_otherwise_than_in_the_record_is_a_fault(run: Console, tmp_path: Path) -> None:
    book = goods_book(tmp_path / "book", before())
    table = (book / "assets.csv").read_text(encoding="utf-8")
    (book / "assets.csv").write_text(table.replace("WHEAT,TNE,0.001", "WHEAT,TNE,0.01"), encoding="utf-8")
    ended = run("check", book)
    assert ended.status == 3
    assert "0.001, the increment of WHEAT in fixing.json" in ended.err


def test_assets_of_the_record_that_the_book_does_not_trade_are_left_alone(run: Console, tmp_path: Path) -> None:
    book = goods_book(tmp_path / "book", before())
    assert run("check", book).status == 0
    names = {each.asset for each in before().fixing.values}
    assert names > set(GOODS)


def test_a_quote_is_told_at_a_fixing_that_holds_sessions_up(run: Console, tmp_path: Path) -> None:
    book = goods_book(tmp_path / "book", halved())
    extra = tmp_path / "extra.csv"
    header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps"
    write(extra, header, ["EXTRA,D0,WHEAT,100,STEEL,-100"])
    assert run("quote", book, extra).status == 0


def test_a_record_swapped_in_a_bundle_is_found(run: Console, tmp_path: Path) -> None:
    book = goods_book(tmp_path / "book", before())
    assert run("clear", book, "--out", tmp_path / "one").status == 0
    record = tmp_path / "one" / "inputs" / "fixing-record.json"
    record.write_text(record.read_text(encoding="utf-8").replace('"DEGRADED"', '"FINAL"'), encoding="utf-8")
    assert run("verify", tmp_path / "one").status == 4
