"""A fixing's record recomputed: it agrees with the index to the byte, and every forged figure of it is found."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearing.audit.fixing_record import record_digest
from clearing.audit.stored_fixing import read_fixing
from clearing.audit.verify import Report, verify_fixing, verify_fixings
from clearing.audit.verify.fixing import FIXING_LAWS, Given
from clearing.doors.index.quote_files import read_quotes
from clearing.doors.index.versions import read_versions
from clearing.index.fixing import fix, handed_on
from clearing.model.fixing import Fixing, FixingStatus, Previous
from tests.audit.verify.fixing_records import (
    Record,
    changed,
    content_of,
    following_day,
    halved_day,
    leaves,
    quiet_days,
    resealed,
    troubled_days,
)
from tests.audit.verify.fixing_worlds import methodology, quiet_market

FOLDER = Path(__file__).parents[3] / "fixtures" / "index"
DERIVED = (
    "window_opens", "fixing_time", "publication_time", "challenge_ends", "rejects", "pairs", "fallbacks", "values",
    "unpriced", "residual", "stale_share", "leave_one_out", "alarms", "status",
)  # fmt: skip


def said(report: Report) -> list[tuple[int, str | None, str]]:
    return [(each.law, each.field, each.message) for each in report.violations]


def unsettled(report: Report) -> list[tuple[int, str | None, str]]:
    """Whatever is said, and what could not be checked."""
    return said(report) + [(law, None, why) for law, why in report.unchecked.items()]


# Agreement with the index


@pytest.mark.parametrize("quarter", ["2024-q3", "2025-q4"])
def test_fixings_of_the_fixture_recompute_to_the_byte(quarter: str) -> None:
    terms = read_versions(FOLDER / "methodology-1.toml")[0]
    quotes = read_quotes([FOLDER / f"quotes-{quarter}.csv"])
    previous: Previous | None = None
    for day in sorted({each.time[:10] for each in quotes})[-20:]:
        fixing = fix(quotes, terms, day=day, previous=previous)
        assert unsettled(verify_fixing(content_of(fixing))) == []
        previous = handed_on(fixing, record_digest(fixing))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 100_000))
def test_fixings_of_drawn_markets_recompute_to_the_byte(seed: int) -> None:
    for fixing in troubled_days(seed):
        assert unsettled(verify_fixing(content_of(fixing))) == []


def test_drawn_markets_have_every_kind_of_trouble() -> None:
    """So that agreement on them means something; a shock is in the next test."""
    fixings = [fixing for seed in range(40) for fixing in troubled_days(seed)]
    assert {fixing.status for fixing in fixings} >= set(FixingStatus) - {FixingStatus.SHOCK}
    reasons = {each.reason.value for fixing in fixings for each in fixing.rejects}
    assert reasons >= {
        "unknown_source", "unknown_asset", "not_a_number", "not_positive", "duplicate", "unapproved", "stale",
        "outside_window", "crossed", "too_few_sources", "not_needed", "outlier",
    }  # fmt: skip
    assert {each.rung.value for fixing in fixings for each in fixing.fallbacks} >= {
        "firm", "indicative", "related", "last_value", "judgement",
    }  # fmt: skip


def test_a_currency_that_halves_is_a_shock_by_its_share() -> None:
    """1 / (1 − 0.1 × 0.5) − 1 = 5.26 %: what the fall of one currency of a tenth does to the value of all others."""
    fixing = halved_day()
    assert fixing.status is FixingStatus.SHOCK
    assert unsettled(verify_fixing(content_of(fixing))) == []


# Forged figures


def altered(value: Any) -> Any:
    """Another value of the same form."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1 if value < 9 else value - 1
    text = str(value)
    if text in {"firm", "indicative"}:
        return "transaction"
    if text in {"FINAL", "DEGRADED", "SHOCK", "NO FIX"}:
        return "SHOCK" if text != "SHOCK" else "FINAL"
    number = text.lstrip("-").replace(".", "").isdigit()
    if number:
        return text[:-1] + ("1" if text[-1] != "1" else "2")
    return f"{text[:-1]}{'1' if text[-1] != '1' else '2'}" if not text.endswith("Z") else text.replace("T1", "T0")


def forged_places() -> list[tuple[Fixing, tuple[str | int, ...]]]:
    found = []
    for fixing in (quiet_days()[2], troubled_days(3)[2], troubled_days(19)[1]):
        record = json.loads(content_of(fixing))
        seen: set[tuple[str, ...]] = set()
        for place, _value in leaves({name: record[name] for name in DERIVED if name in record}):
            kind = tuple(str(part) for part in place if isinstance(part, str))
            if kind not in seen or place[0] in ("values", "pairs"):
                seen.add(kind)
                found.append((fixing, place))
    return found


def test_every_forged_figure_of_a_record_is_found_where_it_stands() -> None:
    places = forged_places()
    assert {place[0] for _fixing, place in places} >= set(DERIVED) - {"unpriced"}
    for fixing, place in places:
        content = content_of(fixing)

        def forge(record: Record, place: tuple[str | int, ...] = place) -> None:
            holder: Any = record
            for part in place[:-1]:
                holder = holder[part]
            holder[place[-1]] = altered(holder[place[-1]])

        report = verify_fixing(changed(content, forge))
        named = {(each.field or "").split("[")[0].split(".")[0] for each in report.violations}
        assert place[0] in named, (place, said(report))


@pytest.mark.parametrize("member", ["rejects", "pairs", "fallbacks", "values", "leave_one_out", "alarms"])
def test_rows_left_out_repeated_or_reordered_are_found(member: str) -> None:
    fixing = next(each for seed in range(40) for each in troubled_days(seed)[1:] if len(getattr(each, member)) > 1)
    content = content_of(fixing)
    for change in (
        lambda record: record[member].pop(),
        lambda record: record[member].append(record[member][-1]),
        lambda record: record[member].reverse(),
        lambda record: record[member].clear(),
    ):
        report = verify_fixing(changed(content, change))
        assert member in {(each.field or "").split("[")[0] for each in report.violations}


@pytest.mark.parametrize("name", ["digest", "methodology_digest"])
def test_a_digest_of_something_else_is_found(name: str) -> None:
    record = json.loads(content_of(quiet_days()[0]))
    record[name] = "0" * 64
    content = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert name in {each.field for each in verify_fixing(content).violations if each.law == 0}


def test_quotes_in_another_order_or_of_another_day_are_found() -> None:
    content = content_of(quiet_days()[0])
    assert (2, "quotes[2]") in {
        place[:2] for place in said(verify_fixing(changed(content, lambda record: record["quotes"].reverse())))
    }

    def earlier(record: Record) -> None:
        record["quotes"][0]["time"] = "2026-02-01T14:00:00Z"

    assert (2, "quotes[1].time") in {place[:2] for place in said(verify_fixing(changed(content, earlier)))}


# The methodology


def set_in(*place: str | int, to: Any) -> Callable[[Record], None]:
    def change(record: Record) -> None:
        holder: Any = record["methodology"]
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = to

    return change


SOUNDNESS = {
    "a currency above its cap": (set_in("constituents", 0, "quantity", to="0.0801"), "above the cap of 0.1"),
    "a good above its cap": (set_in("constituents", 1, "quantity", to="0.0016"), "above the cap of 0.15"),
    "all currencies above theirs": (set_in("caps", "currencies", to="0.39"), "all currencies together"),
    "a cap above what any may be": (set_in("caps", "commodity", to="0.16"), "methodology.caps.commodity"),
    "sources that do not ascend": (set_in("sources", 1, "id", to="S0"), "methodology.sources[2].id"),
    "an asset twice": (set_in("assets", 1, "id", to="ART"), "methodology.assets[2].id"),
    "the reserved asset": (set_in("assets", 0, "id", to="INDEX"), "reserved"),
    "an unknown class": (set_in("assets", 0, "class", to="none"), "no class"),
    "an unknown constituent": (set_in("constituents", 7, "asset", to="ZZZ"), "no asset"),
    "a circle of differentials": (
        set_in("assets", 6, "differential", to={"related": "BARGE", "reason": "-", "factor": "2"}), "on itself"
    ),
    "two ways of a differential": (
        set_in("assets", 1, "differential", "amount", to="2"), "must have either factor or amount"
    ),
    "degraded above no_fix": (set_in("alarms", "degraded", to="0.5"), "methodology.alarms.degraded"),
    "months that do not ascend": (set_in("rebalance", "months", to=[7, 1]), "methodology.rebalance.months"),
    "a version that follows none": (set_in("version", to=2), "methodology.previous"),
    "a link in version 1": (set_in("link_factor", to="1.5"), "methodology.link_factor"),
    "a reference after it takes effect": (set_in("reference", "day", to="2026-02-01"), "methodology.reference.day"),
    "a value of nothing": (set_in("reference", "values", "OIL", to="0"), "above it"),
    "targets for none": (set_in("rebalance", "method", to="targets"), "have target_share in part"),
    "too few sources to be heard": (set_in("consensus", "minimum_sources", to=8), "methodology.sources"),
    "a trim beyond its bounds": (set_in("consensus", "trim", to="0.41"), "methodology.consensus.trim"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SOUNDNESS)
def test_a_methodology_that_is_not_sound_is_told_and_nothing_is_made_of_it(kind: str) -> None:
    change, says = SOUNDNESS[kind]
    report = verify_fixing(changed(content_of(quiet_days()[0]), change))
    assert any(law == 1 and says in f"{field} {message}" for law, field, message in said(report)), said(report)
    assert set(report.unchecked) == {2, 3, 4, 5}


# Form


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff", "is not UTF-8"),
        (b"[]", "must be an object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"format":"index-fixing/1","format":"index-fixing/1"}', "a key twice"),
        (b'{"residual":0.5}', "not an integer"),
        (b"{}", "is missing"),
    ],
)
def test_bytes_that_are_no_record_break_the_seal(content: bytes, says: str) -> None:
    report = verify_fixing(content)
    assert any(law == 0 and says in message for law, _field, message in said(report))
    assert set(report.unchecked) == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("other", [None, True, -1, 1.5, "", "x\ty", [], {}, [None]], ids=repr)
def test_a_member_of_another_form_breaks_the_seal(other: Any) -> None:
    record = json.loads(content_of(troubled_days(3)[2]))
    for place, value in list(leaves(record))[::7]:
        if value is other or place in (("digest",), ("methodology_digest",)):  # sealed again
            continue
        forged: Any = copy.deepcopy(record)
        holder: Any = forged
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = other
        assert 0 in verify_fixing(resealed(forged)).counts, place


def test_white_space_breaks_the_seal() -> None:
    content = content_of(quiet_days()[0])
    assert said(verify_fixing(content.replace(b":", b": ", 1)))[0][2].startswith("is not spelled canonically")
    assert verify_fixing(content.removesuffix(b"\n")).holds


# The chain


def test_the_fixing_before_hands_down_what_it_has() -> None:
    first, second, _third = map(content_of, quiet_days())
    assert verify_fixing(second, previous=first).holds
    assert verify_fixing(second).notes
    assert not verify_fixing(second, previous=first).notes

    def forge(record: Record) -> None:
        record["previous"]["values"][0]["value"] = "1.5"

    report = verify_fixing(changed(second, forge), previous=first)
    assert (6, "previous.values[1].value") in {place[:2] for place in said(report)}
    report = verify_fixing(second, previous=second)
    assert [place[:2] for place in said(report)] == [(6, "previous")]


def test_no_fix_hands_on_what_it_was_given() -> None:
    first, second, _third = quiet_days()
    terms = methodology()
    nothing = fix([], terms, day=following_day(second.day, 40), previous=handed_on(second, record_digest(second)))
    assert nothing.status is FixingStatus.NO_FIX
    later = following_day(nothing.day)
    after = fix(quiet_market(later), terms, day=later, previous=handed_on(nothing, record_digest(nothing)))
    assert after.previous is not None
    assert after.previous.day == second.day
    assert verify_fixing(content_of(after), previous=content_of(nothing)).holds
    wrong = replace(after, previous=replace(after.previous, day=nothing.day))
    assert not verify_fixing(content_of(wrong), previous=content_of(nothing)).holds
    alone = fix([], terms, day=first.day)
    next_one = fix(quiet_market(later), terms, day=later, previous=handed_on(alone, record_digest(alone)))
    assert verify_fixing(content_of(next_one), previous=content_of(alone)).holds


def test_records_are_held_against_each_other() -> None:
    given_all = [Given(f"{number}.json", content_of(each)) for number, each in enumerate(quiet_days())]
    assert [(name, report.holds, report.notes) for name, report in verify_fixings(given_all)] == [
        ("0.json", True, ()), ("1.json", True, ()), ("2.json", True, ()),
    ]  # fmt: skip

    def forge(record: Record) -> None:
        record["revision"] = 3

    forged = Given("2.json", changed(given_all[2].content, forge))
    reports = dict(verify_fixings([*given_all[:2], forged]))
    assert (6, "revision", "is 3 and should be 2, after what it restates") in said(reports["2.json"])
    twice = Given("3.json", changed(given_all[2].content, lambda record: record["restatement"].update(reason="x")))
    reports = dict(verify_fixings([*given_all, twice]))
    assert "as that of another record given" in said(reports["3.json"])[0][2]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda record: record.pop("restatement"), "restatement"),
        (lambda record: record["previous"].update(day=record["day"]), "previous.day"),
        (lambda record: record["previous"]["values"].reverse(), "previous.values[2].asset"),
        (lambda record: record["methodology"].update(effective="2026-12-01"), "day"),
        (lambda record: record.update(index="OTHER"), "index"),
    ],
)
def test_what_a_record_says_of_itself_must_be_possible(change: Callable[[Record], object], place: str) -> None:
    report = verify_fixing(changed(content_of(quiet_days()[2]), change))
    assert place in {each.field for each in report.violations}


def test_a_trusted_digest_authenticates() -> None:
    first = quiet_days()[0]
    report = verify_fixing(content_of(first), digest=record_digest(first))
    assert report.verdict == "verified, inputs authenticated by digest"
    assert not verify_fixing(content_of(first), digest="0" * 64).holds


def test_the_days_at_the_ends_of_the_calendar_are_told() -> None:
    def last(record: Record) -> None:
        record["day"] = "9999-12-31"

    report = verify_fixing(changed(content_of(quiet_days()[0]), last))
    assert (6, "day") in {place[:2] for place in said(report)}


# Whatever is done to a record


EXTREMES = (
    "0", "1", "0.5", "-1", "9" * 18, "0.000000000000000001", "9" * 3_000, f"0.{'0' * 3_000}1", "USD", "OIL", "SCRAP",
    "fast", "slow", "S1", "good", "currency", "0001-01-01", "9999-12-31", "2026-03-03T14:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "00:00", "23:59", "transaction", "judgement", "targets",
    1, 2, 3, 5, 9, 12, 40, 1_440, 525_600, 10**30, True, None,
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(draws=st.data())
def test_a_report_comes_of_every_record_and_what_holds_can_be_read(draws: st.DataObject) -> None:
    record = json.loads(content_of(draws.draw(st.sampled_from([*quiet_days(), halved_day(), *troubled_days(4)]))))
    for _ in range(draws.draw(st.integers(1, 3))):
        place, value = draws.draw(st.sampled_from(list(leaves(record))))
        holder: Any = record
        for part in place[:-1]:
            holder = holder[part]
        if draws.draw(st.booleans()):
            holder[place[-1]] = draws.draw(st.sampled_from([each for each in EXTREMES if type(each) is type(value)]))
        else:
            del holder[place[-1]]
    if isinstance(record.get("methodology"), dict):
        content = resealed(record)
        if verify_fixing(content).holds:
            assert read_fixing(content.decode())[1] == json.loads(content)["digest"]


def test_the_page_on_the_index_states_these_laws() -> None:
    page = (FOLDER.parents[1] / "docs" / "index.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| ([0-6]) (\w+ \| .*) \|$", page, re.MULTILINE))
    assert stated == {str(law): meaning.replace(": ", " | ", 1) for law, meaning in FIXING_LAWS.items()}
