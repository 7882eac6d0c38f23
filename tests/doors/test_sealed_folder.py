"""A bundle that was changed since is a fault of the input for whoever reads it: no nonsense, no endless work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from clearing.doors.clear_folder import clear_into
from tests.doors.console import DEMO_BOOK, console_of

COMMANDS = (
    ("explain", "{bundle}", "E-08"),
    ("statement", "{bundle}", "AMBERFIELD"),
    ("report", "{bundle}"),
    ("export", "{bundle}", "--out", "{place}/tables"),
)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    clear_into(tmp_path / "bundle", DEMO_BOOK)
    return tmp_path / "bundle"


def one_micro_less(bundle: Path) -> str:
    """The flow of one filled offer, written again."""
    path = bundle / "outcome" / "fills.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    fill = next(line for line in lines if int(line["flow_micro"]))
    fill["flow_micro"] = str(int(fill["flow_micro"]) - 1)
    path.write_text("".join(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in lines))
    return "outcome/fills.jsonl is not as it was sealed"


def another_salt(bundle: Path) -> str:
    path = bundle / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "salt": "no salt"}))
    return "manifest.json does not have the digest that it states"


@pytest.mark.parametrize("change", [one_micro_less, another_salt])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_a_changed_bundle_is_refused_by_whoever_reads_it(
    bundle: Path,
    tmp_path: Path,
    command: tuple[str, ...],
    change: Callable[[Path], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = change(bundle)
    ended = console_of(monkeypatch, capsys)(*(word.format(bundle=bundle, place=tmp_path) for word in command))
    assert ended.status == 3
    assert said in ended.err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bundle"]
