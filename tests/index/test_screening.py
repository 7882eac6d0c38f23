"""Every reason that a quote gives by itself, and the quotes that belong to a day."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from clearing.index.calendar import hours_of, moment, time_text
from clearing.index.context import arithmetic
from clearing.index.screening import quotes_of_day, screen
from clearing.index.terms import terms_of
from clearing.model import methodology as m
from clearing.model.fixing import Quote, QuoteKind, RejectReason

DAY = "2024-03-05"
CLASSES = (m.AssetClass("fast", 120, 3), m.AssetClass("slow", 14_400, 0))
ASSETS = (
    m.PricedAsset("copper", "good", "TNE", "fast", Decimal("0.001")),
    m.PricedAsset("mill", "good", "C62", "slow", Decimal(1)),
    m.PricedAsset("usd", "currency", "USD", "slow", Decimal("0.01")),
)
TERMS = terms_of(
    m.Methodology(
        index="T",
        version=1,
        effective="2024-01-02",
        link_factor=Decimal(1),
        times=m.FixingTimes("16:00", 60, 30, 240),
        consensus=m.ConsensusRules(3, 5, Decimal("0.2"), Decimal("0.05"), Decimal("0.01")),
        alarms=m.AlarmLimits(*map(Decimal, ("0.02", "0.2", "0.4", "0.01", "0.005"))),
        caps=m.Caps(*map(Decimal, ("0.1", "0.4", "0.15"))),
        rounding=m.Rounding(30, 8),
        schedule=m.Schedule((), "caps"),
        sources=(m.Source("a", 1), m.Source("b", 1), m.Source("c", 2)),
        classes=CLASSES,
        assets=ASSETS,
        constituents=(),
        reference=m.Reference("2024-01-02", ()),
    )
)
GOOD = Quote("a", "copper", "usd", "8400.5", QuoteKind.TRANSACTION, "2024-03-05T15:30:00Z")
JUDGED = replace(GOOD, base="mill", kind=QuoteKind.JUDGEMENT, approvals=("ann", "bo"))


def reasons(*quotes: Quote) -> list[RejectReason | None]:
    ordered = sorted(quotes, key=lambda quote: quote.key)
    with arithmetic():
        found = screen(ordered, TERMS, hours_of(DAY, TERMS.methodology.times))
    return [found.rejected.get(number) for number in range(1, len(quotes) + 1)]


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        (GOOD, None),
        (replace(GOOD, time="2024-03-05T15:00:00Z"), None),
        (replace(GOOD, time="2024-03-05T16:00:00Z"), None),
        (replace(GOOD, kind=QuoteKind.FIRM, time="2024-03-05T14:00:00Z"), None),
        (JUDGED, None),
        (replace(GOOD, source="z", value="NaN"), RejectReason.UNKNOWN_SOURCE),
        (replace(GOOD, base="gold", value="NaN"), RejectReason.UNKNOWN_ASSET),
        (replace(GOOD, quote="copper"), RejectReason.SAME_ASSET),
        *(
            (replace(GOOD, value=value), RejectReason.NOT_A_NUMBER)
            for value in ("NaN", "Infinity", "1e5", "+5", "1,000", "007", "0x10", ".5", "1_0", "1" * 19)
        ),
        *((replace(GOOD, value=value), RejectReason.NOT_POSITIVE) for value in ("0", "0.00", "-3", "-0")),
        (replace(JUDGED, approvals=()), RejectReason.UNAPPROVED),
        (replace(JUDGED, approvals=("ann", "ann")), RejectReason.UNAPPROVED),
        (replace(JUDGED, approvals=("a", "ann")), RejectReason.UNAPPROVED),
        (replace(GOOD, time="2024-03-05T13:59:59.999Z"), RejectReason.STALE),
        (replace(GOOD, time="2024-03-05T14:59:59.999Z"), RejectReason.OUTSIDE_WINDOW),
        (replace(GOOD, kind=QuoteKind.FIRM, time="2024-03-05T16:00:00.1Z"), RejectReason.OUTSIDE_WINDOW),
    ],
)
def test_a_quote_is_rejected_for_its_first_reason(quote: Quote, reason: RejectReason | None) -> None:
    assert reasons(quote) == [reason]


def test_a_repeated_row_counts_once() -> None:
    assert reasons(GOOD, GOOD, GOOD) == [None, RejectReason.DUPLICATE, RejectReason.DUPLICATE]


def test_a_source_that_contradicts_itself_is_crossed() -> None:
    turned = replace(GOOD, base="usd", quote="copper", value="0.000119")
    assert reasons(GOOD, turned) == [None, None]
    assert reasons(GOOD, replace(turned, value="0.000125")) == [RejectReason.CROSSED] * 2
    assert reasons(GOOD, replace(turned, value="0.000125", source="b")) == [None, None]


def test_a_turned_quote_is_heard_in_the_order_of_its_pair() -> None:
    turned = replace(GOOD, base="usd", quote="copper", value="4")
    with arithmetic():
        heard = screen([turned], TERMS, hours_of(DAY, TERMS.methodology.times)).heard
        assert heard[0].log == -Decimal(4).ln()
    assert heard[0].pair == ("copper", "usd")


def test_quotes_of_a_day_reach_back_a_day_or_their_age_and_end_at_midnight() -> None:
    def belongs(quote: Quote) -> bool:
        return quotes_of_day([quote], TERMS, DAY) == (quote,)

    assert not belongs(replace(GOOD, time="2024-03-04T16:00:00Z"))
    assert belongs(replace(GOOD, time="2024-03-04T16:00:00.1Z"))
    assert belongs(replace(GOOD, time="2024-03-06T00:00:00Z"))
    assert not belongs(replace(GOOD, time="2024-03-06T00:00:01Z"))
    assert belongs(replace(JUDGED, time="2024-02-26T00:00:00Z"))
    assert not belongs(replace(JUDGED, time="2024-02-24T00:00:00Z"))


def test_times_of_a_fixing_are_told_back() -> None:
    hours = hours_of(DAY, TERMS.methodology.times)
    told = [time_text(each) for each in (hours.opens, hours.fixes, hours.published, hours.challenge_ends)]
    assert told == [f"{DAY}T{clock}:00Z" for clock in ("15:00", "16:00", "16:30", "20:30")]
    assert moment(f"{DAY}T16:00:00.5Z") == hours.fixes + 500_000_000
