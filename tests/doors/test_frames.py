"""Frames of a session: the lines of its bundle as tables, in integers that no library has made floats of."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas
import pytest

from clearing import BookAndTerms, clear
from clearing.doors import frames
from clearing.model.errors import UsageFault
from tests.books import book, random_book
from tests.doors.small_sessions import demo_session, two_that_swap


def test_frames_hold_what_the_session_decided_in_exact_integers() -> None:
    tables = demo_session().to_frames()
    legs, premia = tables["legs"], tables["premia"]
    assert len(legs) == len(demo_session().session.outcome.legs.quantity)
    assert tables["entries"].groupby("kind")["amount_micro"].sum().eq(0).all()
    assert premia["lowest_ppm"].dtype == pandas.Int64Dtype()
    numbers = [column for table in tables.values() for name, column in table.items() if _is_number(str(name))]
    assert len(numbers) > 20
    assert all(str(column.dtype) in ("int64", "Int64") for column in numbers)
    assert legs.groupby("asset_id")["quantity"].sum().to_dict() == {
        asset: group["delivered"].sum() for asset, group in tables["positions"].groupby("asset_id")
    }


def _is_number(column: str) -> bool:
    return column.endswith(("_micro", "_ppm")) or column in {
        "quantity", "delivered", "alternative", "segment", "position",
    }  # fmt: skip


def test_frames_say_the_same_as_the_lines_of_the_bundle(tmp_path: Path) -> None:
    bundle = demo_session().seal(tmp_path / "bundle")
    tables = demo_session().to_frames()
    for name in ("premia", "legs", "entries", "positions", "instructions", "rings"):
        text = (bundle / f"outcome/{name}.jsonl").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        assert len(lines) == len(tables[name]) > 0
        for column in sorted({*lines[0]} & {*tables[name]}):
            stored = [_text(line.get(column)) for line in lines]
            assert [_text(cell) for cell in tables[name][column].tolist()] == stored, (name, column)


def _text(cell: Any) -> str:
    if isinstance(cell, list):
        return "|".join(cell)
    return "" if cell is None or pandas.isna(cell) else str(cell)


def test_members_lie_in_their_segments_in_ring_order(tmp_path: Path) -> None:
    cleared = clear(BookAndTerms(random_book(2)))
    rings = (cleared.seal(tmp_path / "bundle") / "outcome/rings.jsonl").read_text().splitlines()
    expected = [
        (ring["ring_id"], number, place, member, int(segment["flow_micro"]))
        for ring in map(json.loads, rings)
        for number, segment in enumerate(ring["segments"])
        for place, member in enumerate(segment["members"])
    ]
    members = cleared.to_frames()["members"]
    columns = ["ring_id", "segment", "position", "id", "flow_micro"]
    assert list(members[columns].itertuples(index=False, name=None)) == expected
    assert max(number for _, number, *_ in expected) > 0
    assert {*members["kind"]} == {"obligation", "offer"}
    obligations = {*cleared.to_frames()["obligations"]["obligation_id"]}
    assert [kind == "obligation" for kind in members["kind"]] == [each in obligations for each in members["id"]]


def test_received_names_the_alternative_within_its_offer() -> None:
    rows = two_that_swap().to_frames()["received"].to_dict("records")
    assert [(row["offer_id"], row["alternative"], row["asset_id"], row["quantity"]) for row in rows] == [
        ("1", 0, "STEEL", 42),
        ("2", 1, "COPPER", 18),
    ]


def test_an_empty_book_makes_empty_frames() -> None:
    tables = clear(BookAndTerms(book(values={}))).to_frames()
    assert {name: len(table) for name, table in tables.items()} == dict.fromkeys(tables, 0)


def test_frames_are_of_polars_where_pandas_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def frame(columns: dict[str, Any], *, schema_overrides: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        return columns, schema_overrides

    stand_in = SimpleNamespace(DataFrame=frame, Int64="int64", String="text")
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", stand_in)
    columns, kinds = two_that_swap().to_frames()["premia"]
    assert kinds == {"asset_id": "text", "lowest_ppm": "int64", "highest_ppm": "int64"}
    assert None in columns["lowest_ppm"]
    assert columns["premium_ppm"].dtype == "int64"


def test_without_either_the_fault_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(UsageFault, match="frames need pandas or polars") as caught:
        two_that_swap().to_frames()
    assert str(caught.value) == frames.NEEDED
