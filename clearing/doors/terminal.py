"""The terminal: stage names come in, a progress bar goes to standard error, and only to a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def stage_bar(stages: Sequence[str]) -> Iterator[Callable[[str], None]]:
    """A callback that takes the name of each stage as it begins; silent where stderr is no terminal.

    rich itself leaves colours out where NO_COLOR is set.
    """
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<8}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(stages[0], total=len(stages))

        def begin(stage: str) -> None:
            done = stages.index(stage) if stage in stages else None
            bar.update(line, description=stage, completed=done)

        yield begin


def _silent(_stage: str) -> None:
    return None


class StageClock:
    """Passes on the name of each stage as it begins and keeps the seconds that each one took."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._stage: str | None = None
        self._since = 0.0
        self._seconds: dict[str, float] = {}

    def begin(self, stage: str) -> None:
        """One stage ends, the next begins."""
        self._stop_stage()
        self._stage = stage
        self._show(stage)

    def stop(self) -> dict[str, float]:
        """The last stage ends: seconds by stage, in the order in which they began."""
        self._stop_stage()
        self._stage = None
        return dict(self._seconds)

    def _stop_stage(self) -> None:
        now = time.perf_counter()
        if self._stage is not None:
            self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._since
        self._since = now
