"""Pools as files: what is written is read again, and the real files have the arcs that they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.pools.pool import Pool, read_wmd, write_kep, write_wmd
from benchmarks.pools.trials import SHARED

POOL = Pool(3, 1, ((0, 1), (1, 0), (1, 2), (3, 2)))
KIDNEY = SHARED / "kidney"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_wmd(POOL, tmp_path / "pool.wmd")
    assert read_wmd(tmp_path / "pool.wmd") == POOL


def test_every_pair_closes_the_chain_of_every_altruist_with_weight_zero(tmp_path: Path) -> None:
    write_wmd(POOL, tmp_path / "pool.wmd")
    lines = (tmp_path / "pool.wmd").read_text(encoding="ascii").splitlines()
    assert [line for line in lines if line.endswith(",0.0")] == ["1,4,0.0", "2,4,0.0", "3,4,0.0"]
    assert "# NUMBER EDGES: 7" in lines
    assert sum(not line.startswith("#") for line in lines) == 7


def test_kep_solver_gets_a_donor_for_each_member_and_a_patient_for_each_pair(tmp_path: Path) -> None:
    write_kep(POOL, tmp_path / "pool.json")
    pool = json.loads((tmp_path / "pool.json").read_text(encoding="ascii"))
    assert [patient["id"] for patient in pool["recipients"]] == ["P0", "P1", "P2"]
    given = {
        donor["id"]: (donor["paired_recipients"], [arc["recipient"] for arc in donor["outgoing_transplants"]])
        for donor in pool["donors"]
    }
    assert given == {
        "D0": (["P0"], ["P1"]),
        "D1": (["P1"], ["P0", "P2"]),
        "D2": (["P2"], []),
        "D3": ([], ["P2"]),
    }


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1,2", "line 4: '1,2' is not"),
        ("1,1,1.0", "from 1 to 1"),
        ("1,3,1.0", "from 1 to 3"),
        ("4,1,1.0", "from 4 to 1"),
    ],
)
def test_an_arc_that_cannot_be_is_told(tmp_path: Path, line: str, complaint: str) -> None:
    names = "".join(f"# ALTERNATIVE NAME {n}: {kind} {n}\n" for n, kind in ((1, "Pair"), (2, "Pair"), (3, "Alturist")))
    (tmp_path / "pool.wmd").write_text(f"{names}{line}\n", encoding="ascii")
    with pytest.raises(SystemExit, match=complaint):
        read_wmd(tmp_path / "pool.wmd")


def test_pairs_come_first(tmp_path: Path) -> None:
    (tmp_path / "pool.wmd").write_text("# ALTERNATIVE NAME 1: Alturist 1\n# ALTERNATIVE NAME 2: Pair 2\n")
    with pytest.raises(SystemExit, match="a pair after an altruist"):
        read_wmd(tmp_path / "pool.wmd")


@pytest.mark.skipif(not KIDNEY.is_dir(), reason="../shared/data/kidney is not there")
@pytest.mark.parametrize(
    ("file", "pairs", "altruists", "arcs"),
    [("00036-00000160.wmd", 256, 0, 17_359), ("00036-00000170.wmd", 256, 12, 19_617 - 12 * 256)],
)
def test_published_pools_have_the_arcs_that_they_say(file: str, pairs: int, altruists: int, arcs: int) -> None:
    pool = read_wmd(KIDNEY / file)
    assert (pool.pairs, pool.altruists, len(pool.arcs)) == (pairs, altruists, arcs)
