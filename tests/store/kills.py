"""A command and a database come in; it is killed at every statement and commit, each time in a copy of its own.

    python -m tests.store.kills COMMAND URL FOLDER FIRST STEP   with the server's URL in CLEARING_TEST_SERVER
    python -m tests.store.kills COMMAND URL FOLDER              runs the command once, for who kills it from outside

Prints one JSON line a kill: where it was, whether an answer was out, what the database held after it, and after the
command was given again. A process is a fork of this one, so that only the first pays for its imports.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

import clearing.service
import clearing.store.check
import clearing.store.schema  # noqa: F401
from tests.store.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.store.houses import COMMANDS, head, kinds, opened, run
from tests.store.plants import plant

ACKNOWLEDGED = b"acknowledged"


class Fuse:
    """Counts statements and commits, and kills its process at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at, self.seen, self.names = at, 0, list[str]()

    def light(self) -> None:
        """Watch every engine of this process."""
        event.listen(Engine, "before_cursor_execute", lambda _c, _u, statement, *_: self.burn(f"before {statement}"))
        event.listen(Engine, "after_cursor_execute", lambda _c, _u, statement, *_: self.burn(f"after {statement}"))
        event.listen(Engine, "commit", lambda _connection: self.burn("before the commit"))
        event.listen(Engine, "checkin", lambda *_: self.burn("after the transaction"))

    def burn(self, name: str) -> None:
        """One step further."""
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen += 1
        self.names.append(name[:60])


def main(command: str, base: str, folder: Path, first: int, step: int) -> None:
    """Kill at each place of ``range(first, all, step)``, and last when the answer is out."""
    server = os.environ.get("CLEARING_TEST_SERVER")
    databases: Databases = SqliteDatabases(folder) if server is None else PostgresDatabases(server)
    shelves = iter(range(10**6))

    def attempt(at: int | None) -> dict[str, Any]:
        url, shelf = databases.copy(base), folder / f"{command}-{next(shelves)}"
        status, said = forked(lambda: perform(command, url, shelf, at))
        databases.settle(url)
        after = held(url)
        databases.settle(url)
        return {
            "killed": os.WIFSIGNALED(status),
            "acknowledged": said.startswith(ACKNOWLEDGED),
            "places": json.loads(said.removeprefix(ACKNOWLEDGED) or b"[]"),
            "after": after,
            "resumed": gone_on(command, url, shelf),
        }

    before = held(base)
    databases.settle(base)
    whole = attempt(None)
    print(json.dumps({"place": "none", "before": before, **whole}), flush=True)
    for at in [*range(first, len(whole["places"]), step), len(whole["places"])]:
        place = whole["places"][at] if at < len(whole["places"]) else "after the answer"
        print(json.dumps({"place": f"{at} {place}", **attempt(at)}), flush=True)


def perform(command: str, url: str, shelf: Path, at: int | None) -> bytes:
    """The command, with a fuse."""
    fuse = Fuse(at)
    fuse.light()
    plant(os.environ.get("CLEARING_TEST_PLANT", ""))
    COMMANDS[command](opened(url), shelf)
    return ACKNOWLEDGED + json.dumps(fuse.names).encode()


def resume(command: str, url: str, shelf: Path) -> bytes:
    """The command again where it can be given again, then a batch, as cron would."""
    if command == "submit":
        COMMANDS[command](opened(url), shelf)
    run(opened(url), shelf)
    return state(url)


def state(url: str) -> bytes:
    """What a house holds."""
    house = opened(url)
    found = {"head": head(house), "kinds": kinds(house), "wrong": house.store.check()}
    return json.dumps(found).encode()


def held(url: str) -> dict[str, Any]:
    """The same, read by a process of its own."""
    found: dict[str, Any] = json.loads(forked(partial(state, url))[1])
    return found


def gone_on(command: str, url: str, shelf: Path) -> dict[str, Any]:
    """What a house holds when a process of its own has resumed."""
    found: dict[str, Any] = json.loads(forked(partial(resume, command, url, shelf))[1])
    return found


def forked(work: Callable[[], bytes]) -> tuple[int, bytes]:
    """Exit status of a process of its own, and what it said before it ended or died."""
    return _ended(_begun(work))


def together(works: Sequence[Callable[[], bytes]]) -> list[bytes]:
    """What processes say that run at the same time."""
    return [_ended(begun)[1] for begun in [_begun(work) for work in works]]


def _begun(work: Callable[[], bytes]) -> tuple[int, int]:
    """The process and the pipe that it speaks into."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        try:
            os.write(writes, work())
            os._exit(0)
        except BaseException as error:
            os.write(writes, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
            os._exit(1)
    os.close(writes)
    return child, reads


def _ended(begun: tuple[int, int]) -> tuple[int, bytes]:
    child, reads = begun
    with os.fdopen(reads, "rb") as pipe:
        said = pipe.read()
    _child, status = os.waitpid(child, 0)
    return status, said


if __name__ == "__main__":
    if len(sys.argv) == 4:
        sys.stdout.write(perform(sys.argv[1], sys.argv[2], Path(sys.argv[3]), None)[: len(ACKNOWLEDGED)].decode())
    else:
        main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
