"""A process that dies at any statement leaves all or nothing, and what comes after ends the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.store.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.store.houses import COMMANDS, founded

ROOT = Path(__file__).parents[2]
SAMPLE = {"submit": 9, "close": 13, "run": 29}
"""Every so many places of a command are tried by default."""


def killed(
    databases: Databases, command: str, folder: Path, *, first: int, step: int, plant: str = ""
) -> list[dict[str, Any]]:
    url = founded(databases.new())
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CLEARING_TEST_PLANT": plant}
    if isinstance(databases, PostgresDatabases):
        environment["CLEARING_TEST_SERVER"] = databases.uri
    asked = [sys.executable, "-m", "tests.store.kills", command, url, str(folder), str(first), str(step)]
    ended = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def assert_all_or_nothing(told: list[dict[str, Any]]) -> None:
    whole, *kills = told
    assert not whole["killed"]
    assert whole["acknowledged"]
    assert len(kills) > 2
    heads = {tuple(whole["before"]["head"])}
    for each in (whole, *kills):
        assert "error" not in each["after"], each
        assert each["after"]["wrong"] == [], each
        assert each["resumed"].get("wrong") == [], each
        assert each["resumed"]["head"] == whole["resumed"]["head"], each
    events = whole["after"]["kinds"]
    for each in kills:
        assert each["killed"] or each["acknowledged"], each
        assert each["after"]["kinds"] == events[: len(each["after"]["kinds"])], each
        if each["acknowledged"]:
            assert each["after"]["head"] == whole["after"]["head"], each
        heads.add(tuple(each["after"]["head"]))
    assert len(heads) > 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_leaves_no_half_commit_and_the_journal_ends_the_same(
    databases: Databases, command: str, tmp_path: Path
) -> None:
    assert_all_or_nothing(killed(databases, command, tmp_path, first=3, step=SAMPLE[command]))


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_at_every_fourth_statement_leaves_no_half_commit(
    databases: Databases, command: str, tmp_path: Path
) -> None:
    assert_all_or_nothing(killed(databases, command, tmp_path, first=1, step=4))


@pytest.mark.exhaustive
@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_at_every_statement_leaves_no_half_commit(databases: Databases, command: str, tmp_path: Path) -> None:
    assert_all_or_nothing(killed(databases, command, tmp_path, first=0, step=1))


@pytest.mark.parametrize("plant", ["half commit", "log outside the transaction"])
def test_what_is_committed_in_two_parts_is_found(plant: str, tmp_path: Path) -> None:
    """The bug is planted in the killed process; some kill between the two parts leaves what the check tells."""
    told = killed(SqliteDatabases(tmp_path), "submit", tmp_path, first=0, step=2, plant=plant)
    with pytest.raises(AssertionError):
        assert_all_or_nothing(told)
    assert any(kill["after"]["wrong"] for kill in told)
