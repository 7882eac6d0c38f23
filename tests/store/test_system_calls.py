"""A process that dies at any system call by which its database is written leaves all or nothing. Needs strace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.store.databases import Databases
from tests.store.houses import COMMANDS, founded
from tests.store.kills import ACKNOWLEDGED, gone_on, held
from tests.store.test_kills import ROOT, assert_all_or_nothing

CALLS = {
    "sqlite": "pwrite64,fsync,fdatasync,ftruncate,unlink,rename",
    "postgresql": "sendto,recvfrom,fsync,rename",
}
"""What writes the file, or talks with the server; a bundle is flushed and renamed."""
SIGKILL = -9


def traced(kind: str, command: str, url: str, shelf: Path, log: Path, *, kill_at: int | None) -> tuple[int, bytes]:
    """Status and output of a command that is killed as it enters its call of this number, from 1."""
    injected = [] if kill_at is None else ["-e", f"inject={CALLS[kind]}:signal=SIGKILL:when={kill_at}"]
    watched = ["strace", "-qq", "-o", str(log), "-e", f"trace={CALLS[kind]}", "-e", "signal=none", *injected]
    asked = [*watched, sys.executable, "-m", "tests.store.kills", command, url, str(shelf)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(asked, env=environment, capture_output=True, check=False)
    return ended.returncode, ended.stdout


def killed_at_calls(databases: Databases, command: str, folder: Path, *, first: int, step: int) -> list[dict[str, Any]]:
    base = founded(databases.new())
    log = folder / "calls"

    def attempt(at: int | None) -> dict[str, Any]:
        url, shelf = databases.copy(base), folder / f"shelf-{at}"
        status, said = traced(databases.kind, command, url, shelf, log, kill_at=at)
        assert status in (0, SIGKILL), (status, said)
        databases.settle(url)
        after = held(url)
        databases.settle(url)
        resumed = gone_on(command, url, shelf)
        killed, done = status == SIGKILL, said == ACKNOWLEDGED
        return {"place": at, "killed": killed, "acknowledged": done, "after": after, "resumed": resumed}

    whole = attempt(None)
    calls = len(log.read_text().splitlines())
    before = held(base)
    return [{**whole, "before": before}, *(attempt(at) for at in range(first, calls + 1, step))]


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_at_a_system_call_leaves_no_half_commit(databases: Databases, command: str, tmp_path: Path) -> None:
    step = {"sqlite": 4, "postgresql": 16}[databases.kind]
    assert_all_or_nothing(killed_at_calls(databases, command, tmp_path, first=2, step=step))


@pytest.mark.exhaustive
@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_at_every_system_call_leaves_no_half_commit(
    databases: Databases, command: str, tmp_path: Path
) -> None:
    assert_all_or_nothing(killed_at_calls(databases, command, tmp_path, first=1, step=1))
