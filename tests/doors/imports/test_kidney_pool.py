"""Kidney pools: pairs, altruists and arcs as PrefLib writes them, and the transplants that come of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import Console
from tests.doors.imports.small_imports import FIXTURES, Imported, assert_refused, cleared, imported, legs

POOL = (FIXTURES / "pool.wmd").read_text(encoding="utf-8")


def kidney(console: Console, folder: Path, text: str, *options: object) -> Imported:
    return imported(console, folder, "kidney", text, *options)


def test_an_arc_leads_from_the_donor_of_one_to_the_patient_of_the_other(console: Console, tmp_path: Path) -> None:
    found = kidney(console, tmp_path, POOL)
    assert found.ended.status == 0, found.ended.err
    assert found.takes == {
        "pair-1": ["pair-2"],
        "pair-2": ["pair-1"],
        "pair-3": ["altruist-1"],
        "pair-4": ["pair-3"],
        "altruist-1": ["*"],
    }
    assert found.rows("assets")[0]["name"] == "kidney of Pair 1"
    assert (found.rulebook["max_ring"], found.rulebook["max_chain"]) == (3, 3)
    assert found.rulebook["objectives"] == ["items", "lottery"]


def test_a_chain_counts_its_transplants(console: Console, tmp_path: Path) -> None:
    told = cleared(console, kidney(console, tmp_path, POOL).book)
    assert (told["legs"], told["optimal"]) == (4, True)
    assert ("altruist-1", "pair-3", "altruist-1") in legs(tmp_path / "book")
    (tmp_path / "short").mkdir()
    short = kidney(console, tmp_path / "short", POOL, "--max-chain", "1")
    assert (short.rulebook["max_ring"], short.rulebook["max_chain"]) == (3, 1)
    assert cleared(console, short.book)["legs"] == 3


def test_chains_are_as_long_as_rings_unless_told_otherwise(console: Console, tmp_path: Path) -> None:
    found = kidney(console, tmp_path, POOL.replace("Alturist", "Altruist"), "--max-ring", "2")
    assert (found.rulebook["max_ring"], found.rulebook["max_chain"]) == (2, 2)


def test_a_ring_longer_than_the_longest_is_not_made(console: Console, tmp_path: Path) -> None:
    ring = POOL.replace("2,1,1.0\n", "2,3,1.0\n").replace("3,4,1.0", "3,1,1.0").replace("5,3,1.0", "5,4,1.0")
    told = cleared(console, kidney(console, tmp_path, ring).book)
    assert told["legs"] == 4
    (tmp_path / "short").mkdir()
    assert cleared(console, kidney(console, tmp_path / "short", ring, "--max-ring", "2").book)["legs"] == 1


@pytest.mark.parametrize(
    ("old", "new", "row", "phrase"),
    [
        ("1,2,1.0", "1,2,2.0", ":10", "the weight 1 (or 0, into an altruist)"),
        ("1,2,1.0", "1,2,0.5", ":10", "the weight 1 (or 0, into an altruist)"),
        ("1,2,1.0", "1,2,NaN", ":10", "an arc from,to,weight"),
        ("1,2,1.0", "1;2;1.0", ":10", "an arc from,to,weight"),
        ("1,2,1.0", "1,2", ":10", "an arc from,to,weight"),
        ("1,2,1.0", "01,2,1.0", ":10", "an arc from,to,weight"),
        ("1,2,1.0", "1,9,1.0", ":10", "alternatives that a line # ALTERNATIVE NAME above names"),
        ("1,2,1.0", "1,1,1.0", ":10", "two different alternatives"),
        ("1,2,1.0", "1,2,0.0", ":10", "the weight 1 into a pair"),
        ("1,5,0.0", "1,5,1.0", ":14", "the weight 0 into an altruist, who takes no kidney"),
        ("3,4,1.0", "1,2,1.0", ":12", "each arc once"),
        ("EDGES: 8", "EDGES: 9", ":4", "8, as many as the file has"),
        ("ALTERNATIVES: 5", "ALTERNATIVES: 4", ":3", "5, as many as the file has"),
        ("ALTERNATIVES: 5", "ALTERNATIVES: 5.0", ":3", "a whole number"),
        ("# NUMBER EDGES: 8\n", "", "", "# NUMBER EDGES: n"),
        ("NAME 5: Alturist 1", "NAME 6: Pair 6", ":14", "alternatives that a line"),
        ("Alturist 1", "Nobody 1", ":9", "Pair n, or Altruist n"),
        ("NAME 5: Alturist 1", "NAME 4: Alturist 1", ":9", "each alternative once"),
        ("TYPE: wmd", "TYPE: soc", ":2", "# DATA TYPE: wmd"),
    ],
)
def test_a_malformed_pool_is_told_with_its_row(
    console: Console, tmp_path: Path, old: str, new: str, row: str, phrase: str
) -> None:
    assert old in POOL
    assert_refused(kidney(console, tmp_path, POOL.replace(old, new, 1)), row, "found ", phrase)


def test_two_members_of_one_name_are_told(console: Console, tmp_path: Path) -> None:
    found = kidney(console, tmp_path, POOL.replace("NAME 2: Pair 2", "NAME 2: Pair 1"))
    assert (found.ended.status, found.ended.out) == (3, "")
    assert "pair-1" in found.ended.err
    assert not found.book.exists()


@pytest.mark.parametrize("option", [("--max-ring", "1"), ("--max-chain", "0"), ("--max-ring", "x")])
def test_a_longest_ring_that_cannot_be_is_a_fault_of_usage(
    console: Console, tmp_path: Path, option: tuple[str, str]
) -> None:
    found = kidney(console, tmp_path, POOL, *option)
    assert found.ended.status == 2
    assert not found.book.exists()
