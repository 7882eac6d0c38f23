"""One book, one digest, where components are searched too: every condition, both tiers, whatever the machine."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.doors.console import Console, console_of
from tests.respelling import ENVIRONMENTS, assert_one_digest, digest_elsewhere, digest_of, pythons

RULES = {
    "rings": 'version = 2\nmax_ring = 3\nmax_chain = 2\nscreening = "ring"\nresidual_tolerance = "5"\n',
    "integer": (
        "version = 2\nmax_ring = 4\n"
        'objectives = ["surplus", "items", "participants", "value", "lottery"]\nresidual_tolerance = "0.5"\n'
    ),
    "unbounded": 'version = 2\nobjectives = ["surplus", "value", "lottery"]\nresidual_tolerance = "2"\n',
}
VALUES = {"rings": (1, 2, 1, 4, 3), "integer": (3, 3, 2, 3, 1), "unbounded": (1, 3, 2, 5, 1)}
OFFERS = {"rings": 25, "integer": 14, "unbounded": 18}
DRAWS = {"rings": 7, "integer": 1, "unbounded": 0}
"""Draws in which every condition comes by and something trades."""
ASSETS = ("COPPER", "WHEAT", "HOURS", "TIN", "RICE")
DESKS = ("DELTA", "ALPHA", "CHARLIE", "BRAVO", "ECHO", "FOXTROT")
COLUMNS = (
    "offer_id", "participant_id", "deliver_asset", "deliver_quantity", "receive_assets", "limit_bps", "receive_max",
    "stock_id", "min_fill", "all_or_none", "lot", "max_ring", "allow", "deny", "expires_at", "memo",
)  # fmt: skip


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


def written(folder: Path, kind: str) -> Path:
    """A book of up to two dozen offers with every condition that its tier knows."""
    draw = Random(f"one digest {kind} {DRAWS[kind]}")
    folder.mkdir()
    _table(folder / "participants.csv", ("participant_id", "balance", "credit_limit"),
           [(name, draw.randint(-2, 9), 500) for name in DESKS])  # fmt: skip
    _table(folder / "assets.csv", ("asset_id", "unit", "increment"), [(name, "C62", 1) for name in ASSETS])
    _table(folder / "fixing.csv", ("asset_id", "value"), list(zip(ASSETS, VALUES[kind], strict=True)))
    _table(folder / "stocks.csv", ("stock_id", "participant_id", "asset_id", "quantity"), [("S-1", "ALPHA", "TIN", 7)])
    rows = [_offer(draw, kind, number) for number in range(OFFERS[kind])]
    _table(folder / "offers.csv", COLUMNS, [[row.get(name, "") for name in COLUMNS] for row in rows])
    (folder / "rulebook.toml").write_text(RULES[kind], encoding="utf-8")
    return folder


def _table(path: Path, header: Any, rows: list[Any]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _offer(draw: Random, kind: str, number: int) -> dict[str, Any]:
    asset, desk = draw.choice((*ASSETS, *ASSETS, "INDEX")), draw.choice(DESKS)
    quantity = draw.randint(2, 9)
    others = [name for name in (*ASSETS, "INDEX") if name != asset]
    taken = draw.sample(others, draw.choice((1, 1, 2)))
    limits = "|".join(str(draw.choice((-40, -20, -12.5, -5, 0))) for _ in taken)
    row: dict[str, Any] = {
        "offer_id": f"O-{(number * 7) % 26:02d}", "participant_id": desk, "deliver_asset": asset,
        "deliver_quantity": quantity, "receive_assets": "|".join(taken), "limit_bps": limits,
    }  # fmt: skip
    if asset == "TIN" and draw.random() < 0.7:
        row |= {"participant_id": "ALPHA", "stock_id": "S-1"}
    if asset != "INDEX" and draw.random() < 0.15:
        row |= {"receive_assets": "*", "limit_bps": ""}
    listed = draw.sample([name for name in DESKS if name != row["participant_id"]], 2)
    if draw.random() < 0.25:
        row["deny"] = "|".join(listed)
    elif draw.random() < 0.15:
        row["allow"] = "|".join(listed)
    if draw.random() < 0.2:
        row["max_ring"] = draw.choice((2, 3))
    if kind != "rings" and asset != "INDEX":
        asked = draw.random()
        row |= {"lot": 2} if asked < 0.2 else {"min_fill": 2} if asked < 0.4 else {}
        row |= {"all_or_none": "true"} if 0.4 < asked < 0.6 else {}
    return row


@pytest.mark.parametrize("kind", RULES)
def test_the_books_are_searched_and_hold_every_condition(console: Console, tmp_path: Path, kind: str) -> None:
    digest_of(console, written(tmp_path / "book", kind), tmp_path / "out")
    certificate = json.loads((tmp_path / "out" / "certificate.json").read_bytes())
    tiers = {component["tier"] for component in certificate["components"] if component["stages"]}
    assert tiers == {"rings" if kind == "rings" else "integer"}
    offers = [json.loads(line) for line in (tmp_path / "out" / "inputs" / "offers.jsonl").read_text().splitlines()]
    asked = {name for offer in offers for name in offer}
    assert {"allow", "deny", "max_ring", "stock_id"} <= asked
    assert kind == "rings" or {"lot", "min_fill", "all_or_none"} <= asked
    assert any(each["asset"] == "*" for offer in offers for each in offer["receive"])
    assert len((tmp_path / "out" / "outcome" / "rings.jsonl").read_text().splitlines()) >= 3


@pytest.mark.parametrize("kind", RULES)
def test_a_searched_book_has_one_digest_however_it_is_written(console: Console, tmp_path: Path, kind: str) -> None:
    assert_one_digest(console, written(tmp_path / "book", kind), tmp_path)


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_environment_does_not_change_the_digest_of_a_searched_book(
    console: Console, tmp_path: Path, environment: dict[str, str], kind: str
) -> None:
    folder = written(tmp_path / "book", kind)
    expected = digest_of(console, folder, tmp_path / "here")
    assert digest_elsewhere(sys.executable, folder, tmp_path / "there", environment) == expected


@pytest.mark.parametrize("kind", RULES)
def test_every_python_present_makes_the_same_digest_of_a_searched_book(
    console: Console, tmp_path: Path, kind: str
) -> None:
    folder = written(tmp_path / "book", kind)
    expected = digest_of(console, folder, tmp_path / "here")
    for number, python in enumerate(pythons()):
        assert digest_elsewhere(python, folder, tmp_path / str(number), {}) == expected, python


@pytest.mark.parametrize("kind", RULES)
def test_a_searched_session_verifies_and_replays_by_itself(console: Console, tmp_path: Path, kind: str) -> None:
    digest = digest_of(console, written(tmp_path / "book", kind), tmp_path / "out")
    assert console("verify", tmp_path / "out", "--book", tmp_path / "book").status == 0
    assert console("replay", tmp_path / "out").out.splitlines() == ["replay identical", f"digest {digest}"]
