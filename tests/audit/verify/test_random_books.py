"""What the engine seals holds under every law: random books in which each feature binds, in both netting forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.audit.verify.resealing import MemoryBundle, verified
from tests.books import book, offer, random_book
from tests.sessions import clear_in_memory


@pytest.mark.parametrize("tens", range(15))
def test_every_law_holds_for_random_books(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        form = "net" if seed % 3 == 0 else "gross"
        files = clear_in_memory(random_book(seed, netting_form=form))[1]
        report = verified(files)
        assert report.holds, (seed, report.violations, report.unchecked)


@pytest.mark.parametrize("seed", range(3))
def test_every_law_holds_for_larger_books(seed: int) -> None:
    report = verified(clear_in_memory(random_book(seed, offers=300))[1])
    assert report.holds, (report.violations, report.unchecked)


def test_every_law_holds_where_nothing_can_be_cleared() -> None:
    for rows in ([], [offer("P1", "P", "A", 3, ("B", 0))]):
        files = clear_in_memory(book(values={"A": 1_000, "B": 2_000}, offers=rows))[1]
        assert verified(files).holds
    assert verified(clear_in_memory(book(values={}))[1]).holds


def test_every_law_holds_where_one_desk_trades_with_itself() -> None:
    rows = [
        offer(f"{one}{two}{n}", "P", one, 7 + n, (two, 0), (three, -10))
        for n in range(4)
        for one, two, three in ("ABC", "BCA", "CAB")
    ]
    files = clear_in_memory(book(values={"A": 1_009, "B": 2_003, "C": 3_001}, offers=rows))[1]
    assert files["outcome/fills.jsonl"]
    assert not files["outcome/legs.jsonl"]
    assert verified(files).holds


def test_the_offers_root_is_the_salt_where_none_is_given() -> None:
    files = clear_in_memory(random_book(5), salt=None)[1]
    manifest = json.loads(files["manifest.json"])
    assert manifest["salt"] == manifest["offers_root"]
    assert verified(files).holds


def test_a_real_book_holds() -> None:
    folder = Path(__file__).parents[4] / "shared" / "data" / "books" / "batch-auction-2020"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, which is no part of the project")
    from clearing.doors.book_folder import read_book

    files = clear_in_memory(read_book(folder)[0])[1]
    assert verified(files).holds
    assert json.loads(files["manifest.json"])["sums"]["surplus_micro_ppm"] == "3477602834210380"


def test_a_bundle_is_any_mapping_of_names() -> None:
    bundle = MemoryBundle({})
    with pytest.raises(FileNotFoundError):
        bundle.read("manifest.json")
