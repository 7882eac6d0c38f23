"""What every test of an import needs: the console command, in this very process."""

from __future__ import annotations

import pytest

from tests.doors.console import Console, console_of


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)
