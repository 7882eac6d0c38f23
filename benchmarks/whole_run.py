"""A command comes in; what it printed, its seconds and its peak memory go out.

Only the standard library is imported here and by what runs it: on Linux the peak memory of a child is never
less than what its parent held when it started the child.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class WholeRun:
    """One operating-system process from its start to its end."""

    printed: str
    seconds: float
    cpu: float
    mib: float
    status: int = 0


class CommandFailed(SystemExit):
    """A command ended with a status that it should not; its text is what the command printed."""


def run_whole(
    command: Sequence[str], place: Path, *, patience: float | None = None, allowed: Container[int] = (0,)
) -> WholeRun | None:
    """Run a command of this checkout to its end; None when it took more than ``patience`` seconds.

    Raises CommandFailed when its status is none of the ``allowed`` ones.
    """
    out, err = place / "stdout", place / "stderr"
    with out.open("wb") as printed, err.open("wb") as complained:
        begun = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=printed, stderr=complained, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment()
        )
        stopped = threading.Event()
        guard = None if patience is None else threading.Timer(patience, _stop, (child, stopped))
        if guard is not None:
            guard.start()
        _pid, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
    if guard is not None:
        guard.cancel()
    if stopped.is_set():
        return None
    if child.returncode not in allowed:
        said = (out.read_bytes() + err.read_bytes()).decode(errors="replace")
        raise CommandFailed(f"status {child.returncode}: {' '.join(command)}\n{said}")
    # Linux counts in KiB, macOS in bytes.
    per_mib = 1 << 20 if sys.platform == "darwin" else 1 << 10
    cpu = usage.ru_utime + usage.ru_stime
    return WholeRun(out.read_text(encoding="utf-8"), seconds, cpu, usage.ru_maxrss / per_mib, child.returncode)


def environment() -> dict[str, str]:
    """This one, but that modules are compiled once and not at each start: as they are once they are installed."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _stop(child: subprocess.Popen[bytes], stopped: threading.Event) -> None:
    if child.returncode is None:
        stopped.set()
        child.kill()
