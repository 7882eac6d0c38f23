"""The generator: nothing but sizes and seed decide a book."""

from __future__ import annotations

from pathlib import Path

from benchmarks.book_generator import Sizes, write_book

SIZES = Sizes(offers=200, assets=5, desks=20)


def _book(folder: Path, sizes: Sizes, *, seed: int) -> dict[str, bytes]:
    write_book(folder, sizes, seed=seed)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_and_sizes_give_the_same_bytes(tmp_path: Path) -> None:
    assert _book(tmp_path / "a", SIZES, seed=7) == _book(tmp_path / "b", SIZES, seed=7)


def test_another_seed_gives_another_book(tmp_path: Path) -> None:
    assert _book(tmp_path / "a", SIZES, seed=7)["offers.csv"] != _book(tmp_path / "b", SIZES, seed=8)["offers.csv"]


def test_the_tick_is_the_step_of_limits(tmp_path: Path) -> None:
    fine = Sizes(offers=200, assets=5, desks=20, tick="0.01bp")
    books = _book(tmp_path / "a", SIZES, seed=7), _book(tmp_path / "b", fine, seed=7)
    coarse, hundredths = ([row.split(b",")[-1] for row in book["offers.csv"].splitlines()[1:]] for book in books)
    assert len(coarse) == len(hundredths) == 200
    assert not any(b"." in limit for limit in coarse)
    assert all(limit[-3:-2] == b"." for limit in hundredths)


def test_desks_and_assets_are_popular_by_a_power_law(tmp_path: Path) -> None:
    rows = _book(tmp_path / "a", Sizes(2_000, 10, 20), seed=1)["offers.csv"].decode().splitlines()[1:]
    delivered = [row.split(",")[2] for row in rows]
    assert delivered.count("A000") > 3 * delivered.count("A009") > 0
