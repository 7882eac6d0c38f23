"""Golden sessions: frozen books whose bundles must stay the same to the byte, and replay as long as rulebook 1 does.

``pytest tests/test_golden.py --update-golden`` writes them anew; whoever does that reads the diff.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.doors.console import Console, console_of

GOLDEN = Path(__file__).parent.parent / "fixtures" / "golden"
NAMES = sorted(path.name for path in GOLDEN.iterdir())
UNSEALED = ("report.html",)


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def test_there_are_golden_sessions_of_both_netting_forms() -> None:
    rulebooks = [json.loads((GOLDEN / name / "bundle/inputs/rulebook.jsonl").read_bytes()) for name in NAMES]
    assert {rulebook["netting_form"] for rulebook in rulebooks} == {"gross", "net"}


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_book_clears_to_its_golden_bundle(
    console: Console, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    ended = console("clear", GOLDEN / name / "book", "--out", tmp_path / "bundle")
    assert (ended.status, ended.err) == (0, "")
    if request.config.getoption("--update-golden"):
        _update(tmp_path / "bundle", GOLDEN / name / "bundle")
    assert _sealed(tmp_path / "bundle") == _sealed(GOLDEN / name / "bundle")


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_bundle_verifies_and_replays(console: Console, name: str) -> None:
    assert console("verify", GOLDEN / name / "bundle", "--book", GOLDEN / name / "book").status == 0
    assert console("replay", GOLDEN / name / "bundle").status == 0


def _update(cleared: Path, golden: Path) -> None:
    shutil.rmtree(golden, ignore_errors=True)
    shutil.copytree(cleared, golden, ignore=shutil.ignore_patterns(*UNSEALED))


def _sealed(bundle: Path) -> dict[str, object]:
    """Every file under the digest by path; of the manifest what does not depend on the machine."""
    files: dict[str, object] = {
        path.relative_to(bundle).as_posix(): path.read_text(encoding="utf-8").splitlines()
        for path in bundle.rglob("*")
        if path.is_file() and path.name not in UNSEALED
    }
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    del manifest["made_by"]
    return {**files, "manifest.json": manifest}
