"""Bugs planted into what settles a session; the auditor of the simulator sees each within a few days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from clearing.house import final_session, remainders
from clearing.model.house import Change, OfferState, Update
from tests.keeping.test_simulator import Day

DAYS = 8


def lived(folder: Path) -> None:
    """A few days with the auditor looking on."""
    day = Day(folder, seed=1)
    for _ in range(DAYS):
        day.morning()
        day.evening()
        day.audit()


def test_without_a_bug_the_auditor_is_content(tmp_path: Path) -> None:
    lived(tmp_path)


def test_an_offer_that_can_be_filled_twice_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over-fill: what was delivered is not taken from what is left."""
    after_fill = remainders.after_fill

    def kept(line: str, fill: Mapping[str, Any]) -> tuple[OfferState, str]:
        return after_fill(line, fill)[0], line

    monkeypatch.setattr(final_session, "after_fill", kept)
    with pytest.raises(AssertionError):
        lived(tmp_path)


def test_a_stock_that_is_promised_twice_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over-fill of a stock: offers draw on it and it stays as it was."""
    monkeypatch.setattr(final_session, "_stocks", lambda *_: iter(()))
    with pytest.raises(AssertionError):
        lived(tmp_path)


def test_a_micro_unit_that_leaks_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leak: with each session one participant's account loses a micro unit that nobody gains."""
    accounts = final_session._accounts

    def leaking(*arguments: Any) -> Iterator[Change]:
        for change in accounts(*arguments):
            if isinstance(change, Update):
                first, *others = change.columns["balance_micro"]
                change = Update(change.table, change.key, {**change.columns, "balance_micro": [first - 1, *others]})
            yield change

    monkeypatch.setattr(final_session, "_accounts", leaking)
    with pytest.raises(AssertionError):
        lived(tmp_path)
