"""Where a house and its bundles stand: what is chosen, and how a bundle takes the place of another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clearing.audit.canonical import Sink
from clearing.doors.house.place import BundleShelf, chosen_bundles, chosen_database
from clearing.model.errors import OperatingFault, UsageFault
from tests.doors.console import Console
from tests.doors.house.houses import RING, AHouse


def writing(text: str, sink: Sink) -> None:
    sink("manifest.json", [json.dumps({"secret": "00", "text": text}).encode()])
    sink("report.html", [b"page of " + text.encode()])


def test_a_bundle_that_no_event_cites_gives_way_to_another_one(tmp_path: Path) -> None:
    shelf = BundleShelf(tmp_path / "sessions")
    shelf.put("S", lambda sink: writing("one", sink), secret="00")
    shelf.put("S", lambda sink: writing("two", sink), secret="00")
    assert shelf.get("S").read("report.html") == b"page of two"
    assert [path.name for path in (tmp_path / "sessions").iterdir()] == ["S"]


def test_a_bundle_of_another_session_is_left_alone(tmp_path: Path) -> None:
    shelf = BundleShelf(tmp_path)
    shelf.put("S", lambda sink: writing("one", sink), secret="00")
    for secret in ("01", ""):
        with pytest.raises(UsageFault, match="another house; choose another folder: --bundles DIR"):
            shelf.put("S", lambda sink: writing("two", sink), secret=secret)
    with pytest.raises(UsageFault):
        shelf.check("S", None)
    (tmp_path / "S" / "manifest.json").write_text("no object")
    with pytest.raises(UsageFault):
        shelf.check("S", "00")
    assert shelf.get("S").read("report.html") == b"page of one"
    assert [path.name for path in tmp_path.iterdir()] == ["S"]


class Trial(AHouse):
    """A second house beside the first one."""

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'trial.db'}"


def test_a_second_house_in_a_folder_leaves_the_bundles_of_the_first_alone(house: AHouse) -> None:
    trial = Trial(house.console, house.folder)
    trial.does("init")
    for name in ("participants", "assets", "fixing"):
        trial.does(name, house.folder / f"{name}.csv")
    for each in (house, trial):
        each.does("submit", each.offers(RING))
    house.does("run", "--batch", "d")
    before = (house.bundles / "S-000001" / "manifest.json").read_bytes()
    events = trial.json("status")
    ended = trial.run("run", "--batch", "d")
    assert ended.status == 2
    assert f"{house.bundles / 'S-000001'} is a bundle of another house" in ended.err
    assert trial.json("status") == events
    assert (house.bundles / "S-000001" / "manifest.json").read_bytes() == before
    house.does("replay", "--all")
    trial.does("run", "--batch", "d", "--bundles", house.folder / "trial")
    trial.does("replay", "--all", "--bundles", house.folder / "trial")
    assert "is done" in trial.does("run", "--batch", "d")


def test_the_same_bundle_stays_as_it_is(tmp_path: Path) -> None:
    shelf = BundleShelf(tmp_path)
    shelf.put("S", lambda sink: writing("one", sink), secret="00")
    before = (tmp_path / "S").stat().st_ino
    shelf.put("S", lambda sink: writing("one", sink), secret="00")
    assert (tmp_path / "S").stat().st_ino == before
    assert [path.name for path in tmp_path.iterdir()] == ["S"]


def test_a_bundle_that_is_not_finished_touches_nothing(tmp_path: Path) -> None:
    shelf = BundleShelf(tmp_path)
    shelf.put("S", lambda sink: writing("one", sink), secret="00")

    def dies(sink: Sink) -> None:
        writing("two", sink)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelf.put("S", dies, secret="00")
    assert shelf.get("S").read("report.html") == b"page of one"
    assert [path.name for path in tmp_path.iterdir()] == ["S"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatingFault, match="cannot write"):
        BundleShelf(tmp_path / "file" / "sessions").put("S", lambda sink: writing("one", sink), secret="00")


def test_the_database_is_the_one_given_else_that_of_the_environment_else_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLEARING_DATABASE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert chosen_database(None).endswith("house.db")
    monkeypatch.setenv("CLEARING_DATABASE", "sqlite:///other.db")
    assert chosen_database(None) == "sqlite:///other.db"
    assert chosen_database("sqlite:///mine.db") == "sqlite:///mine.db"


def test_bundles_go_beside_the_database_unless_a_folder_is_given(tmp_path: Path) -> None:
    assert chosen_bundles(None, f"sqlite:///{tmp_path / 'house.db'}") == tmp_path / "sessions"
    assert chosen_bundles(tmp_path / "own", None) == tmp_path / "own"


def test_a_house_that_is_not_there_is_named_as_it_was_asked_for(console: Console, tmp_path: Path) -> None:
    ended = console("house", "status", "--database", f"sqlite:///{tmp_path / 'none.db'}")
    assert ended.status == 2
    assert f"there is no house at sqlite:///{tmp_path / 'none.db'}; make one: clearing house init" in ended.err
