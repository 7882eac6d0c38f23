"""A folder comes in; an interpreter that has kep_solver goes out, or why there is none.

kep_solver lives in a virtual environment of its own in that folder and nowhere else: the first run makes it, later
runs find it there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

VERSION = "4.0.2"
PATIENCE = 600
ASK_VERSION = "from importlib.metadata import version; import kep_solver; print(version('kep_solver'))"


@dataclass(frozen=True, slots=True)
class KepHome:
    """An interpreter with kep_solver, or None and the reason."""

    python: Path | None
    told: str
    """Its version, or why it is not there."""


def kep_home(folder: Path | None) -> KepHome:
    """What is in the folder, after making it on demand."""
    if folder is None:
        return KepHome(None, "not asked")
    python = folder.resolve() / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    found = _version(python)
    if found != VERSION:
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--retries", "1"]
        for command in ([sys.executable, "-m", "venv", str(python.parents[1])], [*pip, f"kep_solver=={VERSION}"]):
            if not _ran(command):
                break
        found = _version(python)
    return KepHome(python, found) if found else KepHome(None, "cannot be installed here")


def _version(python: Path) -> str:
    """Empty when there is no such interpreter or it cannot import kep_solver."""
    if not python.is_file():
        return ""
    asked = subprocess.run([python, "-c", ASK_VERSION], capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _ran(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, timeout=PATIENCE, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
