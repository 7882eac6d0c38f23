"""The progress bar: on a terminal only, without colour where none is wanted; the clock adds up stages."""

from __future__ import annotations

import io
import re
import sys

import pytest

from clearing.doors.terminal import StageClock, stage_bar

COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3\d|4\d|9\d)(?:;\d+)*m")


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown_on(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TERM", "xterm-256color")
    with stage_bar(("read", "solve")) as begin:
        begin("read")
        begin("solve")
    return stderr.getvalue()


def test_nothing_is_shown_where_stderr_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_on(io.StringIO(), monkeypatch) == ""


def test_a_terminal_shows_the_stage_with_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = shown_on(Terminal(), monkeypatch)
    assert "solve" in shown
    assert COLOUR.search(shown)


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = shown_on(Terminal(), monkeypatch)
    assert "solve" in shown
    assert not COLOUR.search(shown)


def test_the_clock_adds_up_what_a_stage_took_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([1.0, 3.0, 6.0, 10.0])
    monkeypatch.setattr("clearing.doors.terminal.time.perf_counter", lambda: next(times))
    begun: list[str] = []
    clock = StageClock(begun.append)
    for stage in ("read", "solve", "read"):
        clock.begin(stage)
    assert clock.stop() == {"read": 6.0, "solve": 3.0}
    assert begun == ["read", "solve", "read"]
