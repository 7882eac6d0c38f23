"""Whole runs: seconds, memory, failure and patience of a command."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from benchmarks.whole_run import run_whole


def test_peak_memory_is_that_of_the_command(tmp_path: Path) -> None:
    small = run_whole([sys.executable, "-c", "print('small')"], tmp_path)
    large = run_whole([sys.executable, "-c", "x = b'x' * (300 << 20); print('large')"], tmp_path)
    assert small is not None
    assert large is not None
    assert (small.printed, large.printed) == ("small\n", "large\n")
    assert large.mib > max(300, small.mib)


def test_seconds_are_those_from_start_to_end(tmp_path: Path) -> None:
    run = run_whole([sys.executable, "-c", "import time; time.sleep(0.3)"], tmp_path, patience=60)
    assert run is not None
    assert run.seconds > 0.3
    assert 0 < run.cpu < run.seconds


def test_a_command_that_fails_stops_everything_and_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"status 3(.|\n)*what went wrong"):
        run_whole([sys.executable, "-c", "import sys; print('what went wrong'); sys.exit(3)"], tmp_path)


def test_a_command_that_outlasts_patience_is_ended(tmp_path: Path) -> None:
    begun = time.perf_counter()
    assert run_whole([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, patience=0.2) is None
    assert time.perf_counter() - begun < 50
