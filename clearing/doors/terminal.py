"""The terminal: what is printed goes to standard output, nothing of it steers a terminal, what is refused is a fault.

Stage names come in, too: a progress bar goes to standard error, and only to a terminal.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO, cast

from clearing.model.errors import OperatingFault

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Controls, and what turns the direction of writing or hides: tab and newline apart."""


def unsteered(text: str) -> str:
    """The text as a terminal shows it whole: what would steer it is written out, ``\\u202e``, as JSON does."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Output:
    """Standard output as commands print to it; a file or a pipe gets every byte as it is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._steers = stream.isatty()

    def write(self, text: str) -> int:
        """Print. Raises OperatingFault where the stream is full, BrokenPipeError where its reader has left."""
        try:
            return self._stream.write(unsteered(text) if self._steers else text)
        except OSError as error:
            raise unprinted(error) from error

    def flush(self) -> None:
        """Send it. Raises as ``write``."""
        try:
            self._stream.flush()
        except OSError as error:
            raise unprinted(error) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def printing() -> Iterator[None]:
    """Standard output is such an Output as long as the block lasts, and all of it is sent at its end."""
    stream = sys.stdout
    if stream is None:
        yield
        return
    sys.stdout = cast(TextIO, Output(stream))
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = stream


def unprinted(error: OSError) -> Exception:
    """The fault that standard output refused what was printed, or the error itself where its reader has left."""
    # Python flushes once more at exit: let that go nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return error
    return OperatingFault(f"standard output: {error.strerror or error}; what was to be printed is not all there")


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
