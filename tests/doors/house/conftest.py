"""Consoles and houses for the tests of ``clearing house``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import Console, console_of
from tests.doors.house.houses import AHouse, make_house


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture
def house(console: Console, tmp_path: Path) -> AHouse:
    return make_house(console, tmp_path)
