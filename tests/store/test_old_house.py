"""A house of the first version is brought up to date, checks, replays all its sessions and goes on."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from clearing import __version__
from clearing.audit.verify import verify
from clearing.audit.verify.__main__ import Folder
from clearing.doors.house.place import BundleShelf
from clearing.keeping.accounts import statement
from clearing.keeping.past import replay_all
from clearing.model.errors import UsageFault
from clearing.wiring import make_house, migrate_house
from tests.store.databases import Databases
from tests.store.houses import WORLD, opened, run
from tests.store.old_house import DUMP, old_house

DIGESTS = ("cdde2da3", "88b868cb", "6d6631f2", "c1e9874d", "30eea021", "b895dc03")
"""Of its sessions' last bundles."""
CLEARINGS = 7
LOST = "the bundle is lost, and the book computes to [0-9a-f]{64}; what was searched may be another of equal value, .*"


def test_a_house_of_another_version_is_not_opened(databases: Databases) -> None:
    with pytest.raises(UsageFault, match="is of version 0001, this is 0003; bring it up to date: clearing"):
        opened(old_house(databases))


@pytest.mark.parametrize(
    ("made_by", "wrong"),
    [("0.1.0", None), (__version__, "certificate.json line 1 /bound differs"), (None, LOST)],
)
def test_an_old_house_is_brought_up_to_date_and_replays(
    databases: Databases, tmp_path: Path, made_by: str | None, wrong: str | None
) -> None:
    """One clearing was left unproven by the version that did it, and no other can find the very same without it."""
    for kept in ("S-000005", "S-000005.2", "S-000006"):
        shutil.copytree(DUMP.parent / kept, tmp_path / kept)
    if made_by is None:
        shutil.rmtree(tmp_path / "S-000005")
    else:
        manifest = tmp_path / "S-000005" / "manifest.json"
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace('"engine":"0.1.0"', f'"engine":"{made_by}"'), encoding="utf-8")
    house = make_house(old_house(databases), surroundings=WORLD)
    assert house.store.check() == []
    with house.store.reading() as facts:
        sessions = facts.sessions()[:-1]
    assert tuple((each.digest or "")[:8] for each in sessions) == DIGESTS
    replayed = list(replay_all(house, BundleShelf(tmp_path)))
    assert [each.wrong for each in replayed if each.bundle != "S-000005"] == [None] * (CLEARINGS - 1)
    [unproven] = [each.wrong for each in replayed if each.bundle == "S-000005"]
    assert unproven == wrong or (wrong and unproven and re.fullmatch(wrong, unproven))
    assert {each.rulebook for each in replayed} == {1, 2}


def test_bringing_a_house_up_to_date_tells_from_where(databases: Databases) -> None:
    url = old_house(databases)
    assert [migrate_house(url), migrate_house(url)] == [("0001", "0003"), ("0003", "0003")]


def test_an_old_house_goes_on(databases: Databases, tmp_path: Path) -> None:
    house = make_house(old_house(databases), surroundings=WORLD)
    done = run(house, tmp_path)
    assert done.session is not None
    assert (done.session.session_id, done.session.state) == ("S-000007", "final")
    assert not verify(Folder(tmp_path / "S-000007")).violations
    assert house.store.check() == []
    told = [statement(house, name, first=None, last=None) for name in ("ANNA", "BO", "CARL", "DORA", "EMIL")]
    assert all(each["entries"] for each in told)
    assert sum(int(each["closing_micro"]) for each in told) == 0
