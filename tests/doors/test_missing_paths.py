"""A path that is not there: 2 where a command works from it, 3 where it is examined, signed with or taken over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.console import DEMO_BOOK, Console, console_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "index"
GONE = "gone"
WORKED_FROM = [
    "check GONE",
    "clear GONE --out out",
    "clear BOOK --rulebook GONE --out out",
    "quote GONE extra.csv",
    "quote BOOK GONE",
    "index fix GONE QUOTES --day 2026-09-15 --out out",
    "index fix METHODOLOGY GONE --day 2026-09-15 --out out",
    "index fix METHODOLOGY QUOTES --day 2026-09-15 --previous GONE --out out",
    "index stress GONE USD=-50%",
    "index rebalance GONE --effective 2026-10-01 --out out",
    "index report GONE",
    "house status --database sqlite:///GONE",
    "house init --rulebook GONE --database sqlite:///out",
]
TAKEN_OVER = [
    "verify GONE",
    "replay GONE",
    "report GONE",
    "explain GONE 1",
    "statement GONE A",
    "export GONE --out out",
    "clear BOOK --sign GONE --out out",
    "clear BOOK --previous GONE --out out",
    f"check-statement GONE --book-root {'0' * 64}",
    "import wants GONE --out out",
    "import kidney GONE --out out",
    "import obligations GONE --out out",
    "index verify GONE",
    "house check-proof GONE",
]
OF_A_HOUSE = [
    *((f"house {name} GONE", 2) for name in ("participants", "assets", "stocks", "obligations", "fixing", "rulebook")),
    ("house submit GONE", 2),
    ("house amend GONE", 2),
    ("house run --fixing GONE", 2),
    ("house checkpoint --sign GONE", 3),
]


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Console:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "extra.csv").write_text("offer_id\n1\n")
    return console_of(monkeypatch, capsys)


def words(command: str) -> list[str]:
    paths = {"GONE": GONE, "BOOK": DEMO_BOOK, "METHODOLOGY": FIXTURES / "methodology-1.toml", "QUOTES": FIXTURES}
    for name, path in paths.items():
        command = command.replace(name, str(path))
    return command.split()


@pytest.mark.parametrize(
    ("command", "status"), [*((each, 2) for each in WORKED_FROM), *((each, 3) for each in TAKEN_OVER)]
)
def test_a_path_that_is_not_there_is_named_and_nothing_is_written(
    console: Console, tmp_path: Path, command: str, status: int
) -> None:
    ended = console(*words(command))
    assert (ended.status, ended.out) == (status, "")
    assert GONE in ended.err
    assert [each.name for each in tmp_path.iterdir()] == ["extra.csv"]


@pytest.mark.parametrize(("command", "status"), OF_A_HOUSE)
def test_a_file_for_a_house_that_is_not_there_is_named(console: Console, command: str, status: int) -> None:
    house = ("--database", "sqlite:///house.db")
    assert console("house", "init", *house).status == 0
    ended = console(*words(command), *house)
    assert (ended.status, ended.out) == (status, "")
    assert GONE in ended.err
