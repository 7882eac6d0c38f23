"""A disk that is full refuses a command cleanly, whatever was in the middle, and nothing is lost; with room it goes on.

The disk is a small one in memory. Where a machine lets nobody mount one, a limit on the size of files stands for it.
"""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.store.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.store.houses import COMMANDS, founded, opened
from tests.store.kills import ACKNOWLEDGED, forked, gone_on, held
from tests.store.small_disk import filled, may_mount, small_disk

MOUNTS = may_mount()
KINDS = ("disk", "limit") if MOUNTS else ("limit",)
PAGE = 4096


def performed(command: str, url: str, shelf: Path) -> Callable[[], bytes]:
    def work() -> bytes:
        COMMANDS[command](opened(url), shelf)
        return ACKNOWLEDGED

    return work


def assert_refused_cleanly(said: bytes, after: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether there was room for all of it."""
    assert after["wrong"] == []
    assert after["kinds"] == whole["kinds"][: len(after["kinds"])]
    if said == ACKNOWLEDGED:
        assert after["head"] == whole["head"]
        return True
    assert json.loads(said)["error"].startswith("OperatingFault: "), said
    return False


def calm(databases: Databases, base_url: str, command: str, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the house holds after the command, and after all that follows, when there is room."""
    url, shelf = databases.copy(base_url), folder / "calm"
    forked(performed(command, url, shelf))
    whole = held(url)
    databases.settle(url)
    return whole, gone_on(command, url, shelf)


def tried(disk: Path, base_url: str, command: str, rooms: range) -> set[bool]:
    """Whether there was room, at each of these rooms in bytes."""
    whole, last = calm(SqliteDatabases(disk.parent), base_url, command, disk.parent)
    had_room = set()
    for room in rooms:
        place = disk / str(room)
        place.mkdir()
        url, shelf = SqliteDatabases(place).copy(base_url), place / "sessions"
        with filled(disk, but=room):
            _status, said = forked(performed(command, url, shelf))
        had_room.add(assert_refused_cleanly(said, held(url), whole))
        assert gone_on(command, url, shelf)["head"] == last["head"]
        shutil.rmtree(place)
    return had_room


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("command", "most"), [("submit", 140_000), ("close", 140_000), ("run", 900_000)])
def test_a_full_disk_refuses_and_with_room_it_goes_on(tmp_path: Path, kind: str, command: str, most: int) -> None:
    base_url = founded(SqliteDatabases(tmp_path).new())
    if kind == "limit":
        assert limited(tmp_path, base_url, command, range(PAGE, most // 2, most // 10)) == {True, False}
        return
    with small_disk(tmp_path / "disk", kib=4096) as disk:
        assert tried(disk, base_url, command, range(0, most, most // 7)) == {True, False}


def limited(folder: Path, base_url: str, command: str, rooms: range) -> set[bool]:
    """The same where no file may grow beyond so many bytes."""
    whole, last = calm(SqliteDatabases(folder), base_url, command, folder)
    had_room = set()
    for room in rooms:
        url, shelf = SqliteDatabases(folder).copy(base_url), folder / str(room)

        def work(room: int = room, url: str = url, shelf: Path = shelf) -> bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            return performed(command, url, shelf)()

        _status, said = forked(work)
        had_room.add(assert_refused_cleanly(said, held(url), whole))
        assert gone_on(command, url, shelf)["head"] == last["head"]
    return had_room


def opened_to_all(folder: str) -> Path:
    """The server runs as a user of its own."""
    Path(folder).chmod(0o711)
    return Path(folder)


if MOUNTS:

    @pytest.mark.parametrize("command", COMMANDS)
    def test_a_full_disk_of_postgresql_refuses_and_with_room_it_goes_on(
        tmp_path: Path, postgres: PostgresDatabases, command: str
    ) -> None:
        """The tables are on the small disk, the server's own files are not."""
        base_url = founded(postgres.new())
        whole, last = calm(postgres, base_url, command, tmp_path)
        with (
            TemporaryDirectory(prefix="clearing-disk-") as above,
            small_disk(opened_to_all(above) / "disk", kib=40_000) as disk,
            postgres.space(disk) as at,
        ):
            had_room = set()
            for room in (0, PAGE * 2, PAGE * 10, PAGE * 60):
                url, shelf = postgres.copy(base_url, space=at), tmp_path / str(room)
                with filled(disk, but=room):
                    _status, said = forked(performed(command, url, shelf))
                postgres.settle(url)
                had_room.add(assert_refused_cleanly(said, held(url), whole))
                assert gone_on(command, url, shelf)["head"] == last["head"]
                postgres.drop(url)
            assert had_room == {True, False}
