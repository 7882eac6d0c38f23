"""``clearing explain`` tells every fate in words and as one JSON object."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clearing.doors.explanation_words import explanation_object, explanation_sentences
from clearing.engine.explain import explain
from clearing.model.faults import Refusal, RefusalReason
from clearing.service import outcome_of
from tests.books import book, offer, random_book
from tests.doors.book_writing import write_book
from tests.doors.console import DEMO_BOOK, Console, console_of
from tests.sessions import SALT

VALUES = dict.fromkeys(("copper", "steel", "wheat"), 100_000)


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    return console_of(monkeypatch, capsys)


@pytest.fixture
def bundle(console: Console, tmp_path: Path) -> Path:
    assert console("clear", DEMO_BOOK, "--out", tmp_path / "bundle").status == 0
    return tmp_path / "bundle"


def _told(*rows, which: int = 0, **more) -> str:  # type: ignore[no-untyped-def]
    world = book(values=VALUES, offers=rows, **more)
    return " ".join(explanation_sentences(world, explain(world, outcome_of(world, SALT), [which])[0]))


def test_a_limit_above_the_market_is_told_with_its_threshold() -> None:
    told = _told(
        offer("O1", "X", "wheat", 10, ("copper", 2_000)), offer("O2", "Y", "copper", 10, ("wheat", -1_200))
    )
    assert told == (
        "O1 of X was not filled. For copper it asks +20.00 bps, 8.00 bps above what the market pays: "
        "it would be filled below +12.00 bps."
    )


def test_headroom_that_the_new_limit_needs_is_told_to_the_micro_unit() -> None:
    told = _told(
        offer("O1", "X", "wheat", 1_000, ("copper", 0)),
        offer("O2", "Y", "copper", 1_000, ("wheat", 50_000)),
        desks={"X": (0, 0, -1), "Y": (0, 0, -1)},
    )
    assert told.endswith("A limit of -500.01 bps needs headroom: 3.000100 index units more of credit.")


def test_a_used_up_stock_names_who_used_it() -> None:
    told = _told(
        offer("O1", "X", "wheat", 10, ("copper", 0), stock="S"),
        offer("O2", "X", "wheat", 10, ("steel", -500), stock="S"),
        offer("O3", "Y", "steel", 10, ("wheat", 0)),
        offer("O4", "Y", "copper", 10, ("wheat", 0)),
        stocks=[("S", "X", "wheat", 10)],
    )
    assert "Its stock S is used up by O2." in told
    assert "it would be filled below -5.00 bps." in told


def test_a_share_at_the_margin_is_told_with_its_class() -> None:
    told = _told(
        offer("O1", "X", "wheat", 10, ("copper", 0)),
        offer("O2", "Y", "wheat", 30, ("copper", 0)),
        offer("O3", "Z", "copper", 20, ("wheat", 0)),
    )
    assert told == (
        "O1 of X was filled to 50 %: it delivers 5 pieces of wheat. It shares with 1 other offer of the same "
        "terms: 2.00 of 4.00 index units, pro rata. For copper it asks +0.00 bps, exactly what the market pays, "
        "and there is not enough for all at that limit; any lower limit comes first."
    )


def test_nobody_gives_and_nobody_takes_are_told() -> None:
    lonely = [offer("O1", "X", "wheat", 10, ("copper", 0)), offer("O2", "Y", "steel", 1, ("wheat", 0))]
    assert "Nobody delivers copper: an offer that gives it for wheat could fill this one." in _told(*lonely)
    unwanted = [offer("O1", "X", "wheat", 10, ("copper", 0)), offer("O2", "Y", "copper", 1, ("steel", 0))]
    assert "Nobody wants wheat: an offer that takes it for copper could fill this one." in _told(*unwanted)


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_refusal_is_told_with_what_would_admit_it(reason: RefusalReason) -> None:
    found = Refusal(0, reason, "2000000" if reason.value in ("too_coarse", "self_crossing") else "x", "1000000")
    world = book(values=VALUES, offers=[offer("O1", "X", "wheat", 1, ("copper", 0))])
    explained = explain(world, outcome_of(world, SALT), [0])[0]
    if reason is RefusalReason.NO_HEADROOM:
        found = replace(found, found="3000000")
    told = explanation_sentences(world, replace(explained, refusal=found, credit_needed_micro=2_000_000))
    assert told[0].startswith("O1 of X was refused: ")
    assert "would admit it" in told[1] or "could take part" in told[1]


def test_every_offer_of_random_books_has_a_sentence_and_an_object_that_agree() -> None:
    for seed in range(20):
        world = random_book(seed)
        for found in explain(world, outcome_of(world, SALT), range(len(world.offers.id))):
            record = explanation_object(world, found)
            assert json.loads(json.dumps(record)) == record
            assert str(record["sentence"]).startswith(world.offers.id[found.offer])
            assert ("refusal" in record) == (record["fate"] == "refused")
            assert "None" not in str(record["sentence"])


def test_explain_prints_a_sentence_or_one_object(console: Console, bundle: Path) -> None:
    ended = console("explain", bundle, "O-058")
    assert ended.status == 0
    assert "refused" in ended.out
    record = json.loads(console("explain", bundle, "O-001", "--json").out)
    assert (record["offer_id"], record["fate"]) == ("O-001", "filled")


def test_an_unknown_offer_is_wrong_usage(console: Console, bundle: Path) -> None:
    ended = console("explain", bundle, "O-\x1b[31m")
    assert ended.status == 2
    assert "has no offer 'O-\\x1b[31m'" in ended.err


def test_a_searched_offer_is_told_what_it_took_and_what_it_was_paid(console: Console, tmp_path: Path) -> None:
    offers = (
        "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps",
        "O-1,DESK-A,COPPER,2,WHEAT,-80",
        "O-2,DESK-B,WHEAT,200,COPPER,-40",
    )
    book = write_book(tmp_path / "book", offers="\n".join([*offers, ""]), rulebook="version = 2\nmax_ring = 2\n")
    assert console("clear", book, "--out", tmp_path / "out").status == 0
    entries = [json.loads(line) for line in (tmp_path / "out/outcome/entries.jsonl").read_text().splitlines()]
    booked = {each["participant_id"]: each["amount_micro"] for each in entries if each["kind"] == "premium"}
    assert booked["DESK-A"] != "0"
    for offer_id, desk in (("O-1", "DESK-A"), ("O-2", "DESK-B")):
        record = json.loads(console("explain", tmp_path / "out", offer_id, "--json").out)
        [taken] = record["alternatives"]
        exact = int(booked[desk]) * 1_000_000 / int(taken["flow_micro"])
        assert int(taken["paid_ppm"]) == pytest.approx(exact, abs=0.5)
        assert record["premium_micro"] == booked[desk]
    told = " ".join(console("explain", tmp_path / "out", "O-2").out.split())
    assert told.startswith("O-2 of Beta was filled to 37.3 %: it delivers 74.51 t of Wheat. It takes 2 t of Copper, ")
    assert f"and is paid {int(taken['paid_ppm']) / 100:+.2f} bps for it. " in told
    assert "No change alone" in told or "Tried: " in told
