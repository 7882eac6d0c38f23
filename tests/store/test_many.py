"""What many rows are written by, on PostgreSQL by COPY and by joins, leaves the tables that few rows leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearing.keeping import offers as desk
from clearing.model.house import OfferState
from clearing.store import bulk
from tests.keeping.founding import lines_of
from tests.store.databases import Databases
from tests.store.houses import found, offer_line, run
from tests.store.test_standing import MEMOS


@pytest.fixture(autouse=True)
def one_row_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every change goes the way of a million."""
    monkeypatch.setattr(bulk, "FEW_ROWS", 0)


def test_a_session_of_many_rows_leaves_what_the_journal_makes(databases: Databases, tmp_path: Path) -> None:
    house = found(databases.new())
    rows = [{**offer_line(f"M-{i}", "BO", "STEEL", 500, "WHEAT"), "memo": memo} for i, memo in enumerate(MEMOS)]
    desk.submit(house, lines_of(rows), one_session=True)
    desk.amend(house, lines_of([offer_line("2", "BO", "STEEL", 70, "POWER")]))
    desk.withdraw(house, ["M-3"])
    assert run(house, tmp_path).session is not None
    assert house.store.check() == []
    with house.store.reading() as facts:
        known = facts.offers(["1", "2", "3", "M-1", "M-3"])
        standing = [offer.offer_id for offer in facts.standing()]
    assert {name: offer.state for name, offer in known.items()} == {
        "1": OfferState.FILLED,
        "2": OfferState.STANDING,
        "3": OfferState.FILLED,
        "M-1": OfferState.LAPSED,
        "M-3": OfferState.WITHDRAWN,
    }
    assert standing == ["2"]


def test_texts_that_are_no_ids_find_no_offer(databases: Databases) -> None:
    house = found(databases.new())
    desk.submit(house, lines_of([offer_line("u00e9", "BO", "STEEL", 70, "POWER")]))
    others = ["\u00e9", "u00e9\n", "\nu00e9", "\x00", '"u00e9"', "\\u00e9", "u00e9,", "{u00e9}", ""]
    with house.store.reading() as facts:
        assert facts.taken("offers", others) == []
        assert facts.taken("offers", [*others, "u00e9"]) == ["u00e9"]
