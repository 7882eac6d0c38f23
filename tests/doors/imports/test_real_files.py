"""Want lists of real events and published kidney pools: the known results, through the real commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import Console
from tests.doors.imports.small_imports import cleared

REAL = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is not there")


@pytest.mark.parametrize(
    ("name", "items", "participants"),
    [("xmas-2007", 356, 356), ("gr-2021", 105, 46), ("br-2024-05", 196, 78)],
)
def test_a_real_want_list_trades_what_is_known(
    console: Console, tmp_path: Path, name: str, items: int, participants: int
) -> None:
    book = tmp_path / "book"
    assert console("import", "wants", REAL / "wants" / f"{name}.txt", "--out", book).status == 0
    told = cleared(console, book)
    assert (told["legs"], told["participants_served"], told["optimal"]) == (items, participants, True)


@pytest.mark.parametrize(
    ("number", "max_ring", "max_chain", "transplants"),
    [
        ("080", 4, None, 29),
        ("120", 3, None, 83),
        ("160", 3, None, 159),
        ("127", 3, 3, 82),
        ("170", 3, 3, 175),
        ("127", 3, 2, 82),
        ("170", 3, 2, 175),
    ],
)
def test_a_published_pool_finds_the_known_transplants(
    console: Console, tmp_path: Path, number: str, max_ring: int, max_chain: int | None, transplants: int
) -> None:
    book = tmp_path / "book"
    chain = () if max_chain is None else ("--max-chain", str(max_chain))
    file = REAL / "kidney" / f"00036-00000{number}.wmd"
    assert console("import", "kidney", file, "--out", book, "--max-ring", str(max_ring), *chain).status == 0
    told = cleared(console, book)
    assert (told["legs"], told["optimal"]) == (transplants, True)
