"""Books of desks with conditions at the size of a session: what is found is proven to one part in 100,000."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from clearing.audit.verify import verify
from clearing.audit.verify.__main__ import Folder
from clearing.doors.bundle_folder import BundleFolder, BundleWriter
from clearing.engine.admission import admit
from clearing.engine.search.rows import build_rows
from clearing.engine.search.search import Searched, search
from clearing.engine.search.tiers import INTEGER, find_tiers
from clearing.engine.search.witness import is_feasible
from clearing.model.book import NONE, Book, SessionTerms
from clearing.model.proof import Branch
from clearing.model.rulebook import DEFAULTS
from clearing.service import clear_book, replay_bundle
from clearing.solvers.apart import SolverApart
from tests.books import book, offer

ASSETS = 50


def desks(offers: int, *, whole: float, half: float, seed: int, work_limit: int = 2_000) -> Book:
    """Offers of one asset for another around a market; shares of them all or none, or with a minimum of half."""
    draw = Random(seed)
    names = [f"A{number:02d}" for number in range(ASSETS)]
    values = {name: draw.randrange(2_000, 90_000) for name in names}
    premium = {name: draw.gauss(0, 20_000) for name in names}
    rows = []
    for number in range(offers):
        gives, takes = draw.sample(names, 2)
        quantity, share = draw.randrange(50, 5_000), draw.random()
        asked: dict[str, object] = {}
        if share < whole:
            asked = {"all_or_none": True}
        elif share < whole + half:
            asked = {"min_fill": quantity // 2}
        limit = int(premium[gives] - premium[takes] + draw.gauss(0, 10_000))
        desk = f"D{draw.randrange(offers // 10)}"
        conditions = {"conditions": asked} if asked else {}
        rows.append(offer(f"O{number:05d}", desk, gives, quantity, (takes, limit), **conditions))
    accounts = {f"D{number}": (0, 10**15, NONE) for number in range(offers // 10)}
    rulebook = replace(DEFAULTS[2], self_crossing="allow", work_limit=work_limit)
    return book(values=values, offers=rows, desks=accounts, rulebook=rulebook)


def searched(made: Book) -> Searched:
    admission = admit(made)
    (tier,) = find_tiers(made, admission)
    assert tier.tier == INTEGER
    with SolverApart() as solver:
        found = search(build_rows(made, admission, tier), bytes(32), solver)
        assert not solver.failures
    assert is_feasible(found.component, found.rings)
    return found


def test_three_hundred_offers_are_proven_to_a_fiftieth_by_a_small_tree() -> None:
    found = searched(desks(300, whole=0.3, half=0.3, seed=1, work_limit=60))
    surplus = found.proof.stages[0]
    assert found.limit_reached
    assert isinstance(surplus.proof, Branch), "the relaxation alone is not enough"
    assert 0 < surplus.value - surplus.bound <= -surplus.value // 50


@pytest.mark.exhaustive
def test_three_thousand_offers_are_proven_to_one_part_in_a_hundred_thousand(tmp_path: Path) -> None:
    """Through everything that a session is: cleared, sealed, verified and replayed. Takes several minutes."""
    surplus = sealed_surplus(desks(3_000, whole=0.3, half=0.3, seed=1), tmp_path)
    assert 0 <= surplus["value"] - surplus["bound"] <= -surplus["value"] // 100_000


@pytest.mark.exhaustive
def test_three_thousand_offers_of_all_or_none_have_a_good_answer_and_an_honest_gap(tmp_path: Path) -> None:
    surplus = sealed_surplus(desks(3_000, whole=1, half=0, seed=1), tmp_path)
    assert surplus["value"] < 0
    assert 0 <= surplus["value"] - surplus["bound"] <= -surplus["value"] // 100


def sealed_surplus(made: Book, folder: Path) -> dict[str, int]:
    """Value and bound of the surplus as the bundle says them, once ``verify`` and ``replay`` agree."""
    begun = time.perf_counter()
    with BundleWriter(folder / "bundle") as bundle:
        clear_book(made, SessionTerms(salt=bytes(32)), bundle.write)
    cleared = time.perf_counter()
    assert not verify(Folder(folder / "bundle")).violations
    verified = time.perf_counter()
    assert replay_bundle(BundleFolder(folder / "bundle")).difference is None
    replayed = time.perf_counter()
    (component,) = json.loads((folder / "bundle/certificate.json").read_text())["components"]
    first = component["stages"][0]
    size = sum(path.stat().st_size for path in (folder / "bundle").rglob("*") if path.is_file())
    told = {name: int(first[name]) for name in ("value", "bound")}
    gap = (told["value"] - told["bound"]) / -told["value"]
    spent = f"clear {cleared - begun:.0f} s, verify {verified - cleared:.0f} s, replay {replayed - verified:.0f} s"
    print(f"{spent}, {size / 2**20:.1f} MiB, {told}, gap {gap:.1e}")
    return told
