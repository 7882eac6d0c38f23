"""Accounts of a house: double entry, statements by desk and period, and the ledger that beancount checks."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader

from clearing.house.beancount_lines import ledger_lines
from clearing.model.house import Account, ParticipantRecord, Posting
from clearing.wiring import open_house
from tests.doors.console import Console
from tests.doors.house.houses import AHouse, at_time, make_demo_house

PAID = "1,ANNA,INDEX,30,WHEAT,0,\n2,BO,WHEAT,30,INDEX,0,\n"


def loaded(text: str) -> list[Any]:
    entries, errors, _options = loader.load_string(text)
    assert errors == []
    return list(entries)


def test_every_unit_of_every_session_sums_to_zero(console: Console, tmp_path: Path) -> None:
    from clearing.keeping.accounts import _every_posting

    house = make_demo_house(console, tmp_path)
    house.does("run", "--batch", "1")
    with open_house(house.url).store.reading() as facts:
        posted = list(_every_posting(facts))
    sums: Counter[tuple[str, str]] = Counter()
    for each in posted:
        sums[each.session_id, each.unit] += each.amount
    assert len(posted) > 50
    assert set(sums.values()) == {0}


def test_a_statement_tells_what_a_desk_had_what_moved_and_what_it_has(
    house: AHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, ids in (("2026-01-30", "12"), ("2026-01-31", "34")):
        at_time(monkeypatch, f"{day}T16:00:00Z")
        house.does("submit", house.offers(PAID.replace("1,ANNA", f"{ids[0]},ANNA").replace("2,BO", f"{ids[1]},BO")))
        house.does("run", "--batch", day)
    whole = house.json("statement", "ANNA")
    assert [whole[name] for name in ("opening_micro", "closing_micro")] == ["100000000", "40000000"]
    second = house.json("statement", "ANNA", "--from", "2026-01-31", "--to", "2026-01-31")
    assert [second[name] for name in ("opening_micro", "closing_micro")] == ["70000000", "40000000"]
    assert [entry["session"] for entry in second["entries"]] == ["S-000002"]
    wheat = second["assets"][0]
    assert (wheat["account"], wheat["opening"], wheat["closing"]) == ("claims", "30", "60")
    assert house.json("statement", "BO", "--to", "2026-01-30")["assets"][0]["closing"] == "-30"
    assert house.json("statement", "ANNA", "--to", "2026-01-29")["closing_micro"] == "100000000"
    printed = house.does("statement", "BO")
    assert "balance after" in printed
    assert "60 t" in printed
    assert house.run("statement", "DORA").status == 2


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (("--from", "yesterday"), "--from 'yesterday' is no day of the calendar; allowed: a date such as"),
        (("--from", "2026-13-01"), "--from '2026-13-01' is no day of the calendar"),
        (("--to", "2026-02-30"), "--to '2026-02-30' is no day of the calendar"),
        (("--from", "2026-12-01", "--to", "2026-01-01"), "--from 2026-12-01 is after --to 2026-01-01"),
    ],
)
def test_a_statement_is_of_a_period_of_the_calendar(house: AHouse, period: tuple[str, ...], said: str) -> None:
    ended = house.run("statement", "ANNA", *period)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


def test_beancount_loads_the_ledger_and_agrees_with_every_balance(console: Console, tmp_path: Path) -> None:
    house = make_demo_house(console, tmp_path)
    house.does("run", "--batch", "1")
    house.does("run", "--batch", "2")
    out = tmp_path / "house.beancount"
    house.does("export-beancount", out)
    entries = loaded(out.read_text(encoding="utf-8"))
    asserted = [entry for entry in entries if type(entry).__name__ == "Balance"]
    assert len(asserted) > 12
    assert house.run("export-beancount", out).status == 2


def test_beancount_sees_a_balance_that_is_not_the_sum_of_its_postings(house: AHouse) -> None:
    house.does("submit", house.offers(PAID))
    house.does("run", "--batch", "1")
    out = house.folder / "house.beancount"
    house.does("export-beancount", out)
    wrong = out.read_text(encoding="utf-8").replace("70.000000 ~ 0 INDEX", "70.000001 ~ 0 INDEX")
    _entries, errors, _options = loader.load_string(wrong)
    assert len(errors) == 1


def test_names_that_beancount_does_not_take_get_words_of_their_own() -> None:
    desks = {
        name: ParticipantRecord(name, "active", 0, 0, None, "{}") for name in ("a.b", "a:b", "9x", "opening", "A-b")
    }
    names = ("true", "TRUE", "wheat:2026", "9", "X", "WR-BARLEY-OF-A-LONG-NAME-1", "WR-BARLEY-OF-A-LONG-NAME-2")
    assets = [{"asset_id": name, "increment": "0.001", "name": 'a "b" \\'} for name in names]
    posted = [
        Posting("S-000001", "2026-01-31T16:00:00Z", desk, account, name, amount, "I1")
        for name in names
        for desk, account, amount in (("a.b", Account.CLAIMS, 5), ("a:b", Account.DUTIES, -5))
    ]
    entries = loaded("\n".join(ledger_lines(posted, desks, assets, founded="2026-01-01")))
    units = {posting.units for entry in entries for posting in getattr(entry, "postings", ())}
    assert len({unit.currency for unit in units}) == len(names)
    assert {abs(unit.number) for unit in units} == {Decimal("0.005")}
