"""Good book folders: what the columns hold, and what makes no difference to them."""

from __future__ import annotations

import csv
import io
import random
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearing.doors import csv_table
from clearing.doors.book_folder import read_book
from clearing.model.book import ANY, INDEX, NONE, Book, Conditions, SessionTerms
from clearing.model.errors import UsageFault
from clearing.model.rulebook import Rulebook
from tests.doors.book_writing import GOOD, with_cell, write_book

REAL = Path(__file__).parents[3] / "shared" / "data" / "books" / "batch-auction-2020"


def plain(book: Book) -> dict[str, Any]:
    """The book as plain lists, so that two can be compared."""

    def columns(table: Any) -> dict[str, Any]:
        found = {name: getattr(table, name) for name in table.__dataclass_fields__}
        return {n: c.tolist() if isinstance(c, np.ndarray) else c for n, c in found.items()}

    tables = ("participants", "assets", "stocks", "offers", "obligations")
    return {**{name: columns(getattr(book, name)) for name in tables}, "rulebook": book.rulebook}


def test_every_column_is_read_in_integers_and_sorted_by_id(tmp_path: Path) -> None:
    book, terms = read_book(write_book(tmp_path))
    found = plain(book)
    assert found["participants"] == {
        "id": ["DESK-A", "DESK-B", "DESK-C"],
        "balance_micro": [-5_000_000, 0, 0],
        "credit_limit_micro": [100_500_000, 50_000_000, 0],
        "balance_cap_micro": [NONE, 1_000_000_000, NONE],
        "texts": {
            "name": {0: "Alpha", 1: "Beta", 2: "Gamma"},
            "country": {0: "NL", 1: "BR"},
            "memo": {0: "first"},
        },
    }
    assert found["assets"] == {
        "id": ["COPPER", "HOURS", "SLOT", "WHEAT"],
        "unit": ["TNE", "HUR", "C62", "TNE"],
        "increment": ["0.001", "0.25", "1", "0.01"],
        "asset_class": ["goods", "capacity", "internal", "goods"],
        "value_micro": [950_000, 1_000_000, 1_000_000, 255_000],
        "texts": {
            "name": {0: "Copper", 1: "Machine hours", 2: "A slot", 3: "Wheat"},
            "hs_code": {0: "7403", 3: "1001"},
            "location": {0: "NLRTM"},
            "window": {0: "2026-03"},
        },
    }
    assert found["stocks"] == {"id": ["S-1"], "participant": [0], "asset": [0], "quantity": [10_000]}
    assert found["offers"] == {
        "id": ["O-1", "O-2", "O-3"],
        "participant": [0, 1, 2],
        "deliver": [0, 3, 1],
        "quantity": [1_500, 6_000, 51],
        "stock": [0, NONE, NONE],
        "alt_start": [0, 2, 3, 4],
        "alt_asset": [3, 1, 0, INDEX],
        "alt_limit_ppm": [-500, 1_025, 0, -50],
        "alt_max": [10_000, 400, NONE, 1_000_001],
        "conditions": {},
        "expires_at": {},
        "memo": {2: "note"},
    }
    assert found["obligations"] == {
        "id": ["D-1", "D-2"],
        "debtor": [0, 1],
        "creditor": [1, 2],
        "amount_micro": [12_500_000, 3_000_000],
        "texts": {"due_date": {0: "2026-02-28"}, "reference": {0: "INV 1"}},
    }
    assert (found["rulebook"], terms) == (Rulebook(), SessionTerms())


def test_conditions_and_expiry_are_read_for_the_offers_that_state_them(tmp_path: Path) -> None:
    offers = GOOD["offers.csv"].replace(
        "O-2,DESK-B,WHEAT,60,COPPER,,,,,,,,,,,",
        "O-2,DESK-B,WHEAT,60,COPPER,,,,60.00,true,0.5,3,DESK-A|DESK-C,DESK-B,2026-01-31T17:00:00.250+01:00,=memo",
    )
    rulebook = '[session]\ncut_off = "2026-01-31T00:00:00Z"\n'
    book, _ = read_book(write_book(tmp_path, offers=offers, rulebook=rulebook))
    assert book.offers.conditions == {
        1: Conditions(
            min_fill=6_000, all_or_none=True, lot=50, max_ring=3, allow=("DESK-A", "DESK-C"), deny=("DESK-B",)
        )
    }
    assert book.offers.expires_at == {1: "2026-01-31T16:00:00.25Z"}
    assert book.offers.memo == {1: "=memo", 2: "note"}


@pytest.mark.parametrize("limit", ["", "0", "0.00"])
def test_an_offer_may_take_anything(tmp_path: Path, limit: str) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER,", f"WHEAT,60,*,{limit}")
    book, _ = read_book(write_book(tmp_path, offers=offers))
    assert book.offers.alt_asset.tolist() == [3, 1, ANY, INDEX]
    assert book.offers.alt_limit_ppm.tolist()[2] == 0
    assert book.offers.alt_max.tolist()[2] == NONE


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (",,,,59.99,,0.08,,,,,", Conditions(min_fill=5_999, lot=8)),
        (",,,,,,60,,,,,", Conditions(lot=6_000)),
        (",,,,60,true,30,,,,,", Conditions(min_fill=6_000, all_or_none=True, lot=3_000)),
    ],
)
def test_a_lot_with_a_multiple_that_fills_is_read(tmp_path: Path, cells: str, asked: Conditions) -> None:
    offers = GOOD["offers.csv"].replace("WHEAT,60,COPPER" + "," * 11, "WHEAT,60,COPPER" + cells)
    assert read_book(write_book(tmp_path, offers=offers))[0].offers.conditions == {1: asked}


def test_a_blank_item_of_a_list_of_maxima_leaves_its_alternative_unbounded(tmp_path: Path) -> None:
    book, _ = read_book(write_book(tmp_path, offers=with_cell("offers.csv", 2, "receive_max", "|7.5")))
    assert book.offers.alt_max[:2].tolist() == [NONE, 30]


def test_conditions_that_ask_nothing_are_none(tmp_path: Path) -> None:
    book, _ = read_book(write_book(tmp_path, offers=with_cell("offers.csv", 2, "all_or_none", "false")))
    assert book.offers.conditions == {}


@pytest.mark.parametrize(
    "memo", ["' OR 1=1--", "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "]]></Nm><Amt>", "ünïcode 例"]
)
def test_a_memo_is_kept_verbatim(tmp_path: Path, memo: str) -> None:
    offers = with_cell("offers.csv", 4, "memo", f'"{memo}"')
    book, _ = read_book(write_book(tmp_path, offers=offers))
    assert book.offers.memo == {2: memo}


def test_a_quoted_cell_may_hold_commas_and_quotation_marks(tmp_path: Path) -> None:
    offers = with_cell("offers.csv", 4, "memo", '"a, ""b"" c"')
    book, _ = read_book(write_book(tmp_path, offers=offers))
    assert book.offers.memo == {2: 'a, "b" c'}


@pytest.mark.parametrize("seed", range(5))
def test_order_spelling_byte_order_mark_and_line_ends_make_no_difference(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    shuffled = {file.removesuffix(".csv"): _respelled(file, text, draw) for file, text in GOOD.items()}
    expected, _ = read_book(write_book(tmp_path / "good"))
    found, _ = read_book(write_book(tmp_path / "shuffled", **shuffled))
    assert plain(found) == plain(expected)


def test_the_size_of_a_chunk_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        f"O-{i:03},DESK-{'ABC'[i % 3]},COPPER,{i + 1}.{i % 9},{'|'.join(['WHEAT', 'HOURS', 'INDEX'][: 1 + i % 3])},"
        f"{'' if i % 4 else '1'},{'' if i % 5 else f'2026-01-01T00:00:{i:02}Z'},{'' if i % 7 else f'memo {i}'}"
        for i in range(60)
    ]
    random.Random(4).shuffle(rows)
    header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,min_fill,expires_at,memo\n"
    rulebook = "[session]\ncut_off = 2026-01-01T00:00:00Z\n"
    folder = write_book(tmp_path, offers=header + "\n".join(rows), rulebook=rulebook)
    expected, _ = read_book(folder)
    assert expected.offers.memo == {i: f"memo {i}" for i in range(0, 60, 7)}
    assert expected.offers.expires_at == {i: f"2026-01-01T00:00:{i:02}Z" for i in range(0, 60, 5)}
    assert sorted(expected.offers.conditions) == list(range(0, 60, 4))
    for size in (1, 7, 60, 61):
        monkeypatch.setattr(csv_table, "CHUNK_ROWS", size)
        assert plain(read_book(folder)[0]) == plain(expected)


def test_an_asset_without_a_fixing_value_has_value_0(tmp_path: Path) -> None:
    book, _ = read_book(write_book(tmp_path, fixing="asset_id,value\nCOPPER,950\n"))
    assert book.assets.value_micro.tolist() == [950_000, 0, 0, 0]


@pytest.mark.parametrize(
    ("value", "increment", "micro"),
    [
        ("0.0010005", "1", 1_000),
        ("0.0010015", "1", 1_002),
        ("0.0010025", "1", 1_002),
        ("0.001002501", "1", 1_003),
        ("3.3333335", "0.5", 1_666_667),
    ],
)
def test_a_value_is_rounded_half_to_even(tmp_path: Path, value: str, increment: str, micro: int) -> None:
    assets = f"asset_id,unit,increment\nCOPPER,TNE,{increment}\n"
    header = GOOD["offers.csv"].splitlines()[0] + "\n"
    folder = write_book(tmp_path, assets=assets, fixing=f"asset_id,value\nCOPPER,{value}\n", stocks=None, offers=header)
    assert read_book(folder)[0].assets.value_micro.tolist() == [micro]


def test_files_with_nothing_but_a_header_are_an_empty_book(tmp_path: Path) -> None:
    headers = {file.removesuffix(".csv"): text.splitlines()[0] + "\n" for file, text in GOOD.items()}
    book, _ = read_book(write_book(tmp_path, **headers))
    assert [len(t.id) for t in (book.participants, book.assets, book.stocks, book.offers, book.obligations)] == [0] * 5
    assert book.offers.alt_start.tolist() == [0]


def test_optional_files_may_be_absent_and_obligations_may_stand_alone(tmp_path: Path) -> None:
    header = GOOD["offers.csv"].splitlines()[0]
    book, _ = read_book(write_book(tmp_path, stocks=None, offers=header))
    assert (len(book.stocks.id), len(book.offers.id), len(book.obligations.id)) == (0, 0, 2)


def test_a_rulebook_given_replaces_the_one_of_the_folder(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "book", rulebook='netting_form = "gross"\n')
    other = tmp_path / "other.toml"
    other.write_text('netting_form = "net"\n')
    assert read_book(folder, rulebook=other)[0].rulebook.netting_form == "net"


def test_a_missing_folder_or_rulebook_is_a_fault_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no such folder"):
        read_book(tmp_path / "absent")
    with pytest.raises(UsageFault, match="no such file"):
        read_book(write_book(tmp_path / "book"), rulebook=tmp_path / "absent.toml")


def test_a_hundred_thousand_rows_are_read_without_an_object_for_each(tmp_path: Path) -> None:
    rows = "\n".join(f"O-{i:06},DESK-B,COPPER,{i % 997 + 1}.5,WHEAT,{i % 300 - 150}" for i in range(100_000))
    header = "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps\n"
    folder = write_book(tmp_path, offers=header + rows)
    tracemalloc.start()
    book, _ = read_book(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert int(book.offers.quantity.sum()) == sum((i % 997 + 1) * 1000 + 500 for i in range(100_000))
    assert int(book.offers.alt_limit_ppm.sum()) == sum((i % 300 - 150) * 100 for i in range(100_000))
    assert peak < 16 * (folder / "offers.csv").stat().st_size


@pytest.mark.skipif(not REAL.is_dir(), reason="needs ../shared/data beside the repository")
def test_a_real_batch_auction_is_read_whole() -> None:
    book, _ = read_book(REAL)
    assert (len(book.offers.id), len(book.assets.id), len(book.participants.id), len(book.stocks.id)) == (
        2_330,
        33,
        1_004,
        1_125,
    )
    assert book.offers.id[0] == "ORD-00007"
    assert int(book.offers.quantity[0]) == 192_921
    assert int(book.offers.alt_limit_ppm[0]) == -17_279


def _respelled(file: str, text: str, draw: random.Random) -> bytes:
    rows = list(csv.reader(io.StringIO(text)))
    columns = list(range(len(rows[0])))
    draw.shuffle(columns)
    body = rows[1:]
    draw.shuffle(body)
    numbers = ("balance", "credit_limit", "increment", "value", "quantity", "deliver_quantity", "amount")
    lines = [",".join(rows[0][c] for c in columns)]
    for row in body:
        cells = [_longer(row[c], draw) if rows[0][c] in numbers else row[c] for c in columns]
        lines.append(",".join(f'"{cell}"' if draw.random() < 0.3 else cell for cell in cells))
    ends = [draw.choice(["\n", "\r\n", "\r"]) for _ in lines[:-1]] + [draw.choice(["", "\n", "\r\n", "\n\n"])]
    mark = "\ufeff" if draw.random() < 0.5 else ""
    return (mark + "".join(line + end for line, end in zip(lines, ends, strict=True))).encode("utf-8")


def _longer(number: str, draw: random.Random) -> str:
    if not number or draw.random() < 0.5:
        return number
    return f"{number}0" if "." in number else f"{number}.000"
