"""What a fixing promises: no order, no base, no single currency and no single source decides it."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearing.index.fixing import fix, handed_on
from clearing.model.fixing import Alarm, Fixing, FixingStatus, Quote, Rung, Why
from tests.index.markets import (
    DAY,
    DIGEST,
    fixture_quotes,
    methodology,
    quoted,
    reference_prices,
    repriced,
    yesterday,
)

LAST_DIGIT = Decimal("1e-17")
"""Of a value near one; values have 18 digits."""
DOLLAR = "USD"


def values(fixing: Fixing) -> dict[str, Decimal]:
    return {each.asset: each.value for each in fixing.values}


def integers(fixing: Fixing) -> dict[str, int | None]:
    return {each.asset: each.value_micro for each in fixing.values}


def close(one: Decimal, other: Decimal) -> bool:
    return abs(one / other - 1) < LAST_DIGIT


def halved_dollar() -> Fixing:
    prices = reference_prices()
    twice = repriced(quoted(prices), lambda _each: Decimal(2))
    return fix(twice, methodology(), day=DAY, previous=yesterday(prices))


def test_at_the_reference_values_the_index_unit_is_worth_what_the_methodology_says() -> None:
    fixing = fix(quoted(reference_prices()), methodology(), day=DAY)
    assert all(close(values(fixing)[asset], price) for asset, price in reference_prices().items())
    assert {each.asset: each.share for each in fixing.values}[DOLLAR] == Decimal("0.1")


def test_a_tenth_of_the_index_that_halves_reprices_every_other_good_by_exactly_its_bound() -> None:
    before, after = reference_prices(), values(halved_dollar())
    bound = 1 / (1 - Decimal("0.1") * Decimal("0.5"))
    assert round(100 * (bound - 1), 2) == Decimal("5.26")
    for asset in before.keys() - {DOLLAR}:
        assert close(after[asset] / before[asset], bound)
    assert close(after[DOLLAR] / before[DOLLAR], bound / 2)


def test_relative_values_of_goods_do_not_move_when_a_currency_halves() -> None:
    before, after = reference_prices(), values(halved_dollar())
    goods = sorted(each.id for each in methodology().assets if each.kind == "good" and each.id in before)
    for one, other in pairwise(goods):
        assert close(after[one] / after[other], before[one] / before[other])


def test_a_halved_currency_is_a_shock_and_the_alarm_has_its_figure() -> None:
    fixing = halved_dollar()
    assert fixing.status is FixingStatus.SHOCK
    raised = [each for each in fixing.alarms if each.alarm is Alarm.SHOCK]
    assert [each.asset for each in raised] == [DOLLAR]
    assert raised[0].found is not None
    assert close(1 + raised[0].found, 1 / (1 - Decimal("0.05")))


def test_quotes_in_another_currency_at_one_rate_publish_the_same_integers() -> None:
    prices = reference_prices()
    exact = Decimal("0.8")
    in_dollars = fix(quoted(prices | {"EUR": 1 / exact}), methodology(), day=DAY)
    in_euro = fix(
        quoted({asset: price * exact for asset, price in prices.items()}, unit="EUR"), methodology(), day=DAY
    )
    assert integers(in_euro) == integers(in_dollars)
    assert in_euro.status is in_dollars.status


@settings(max_examples=10, deadline=None)
@given(st.decimals("0.001", "1000", places=3))
def test_a_common_factor_on_all_quotes_in_a_mere_unit_of_quotation_changes_no_value(factor: Decimal) -> None:
    """The unit is in no basket: nothing but its own value may move."""
    basis = methodology()
    unit = replace(next(each for each in basis.assets if each.id == DOLLAR), id="POINTS")
    terms = replace(basis, assets=(*basis.assets, unit))
    prices = reference_prices()
    one = fix(quoted(prices, unit="POINTS"), terms, day=DAY)
    other = fix(repriced(quoted(prices, unit="POINTS"), lambda _each: factor), terms, day=DAY)
    assert integers(one) == integers(other)
    assert {**values(one), "POINTS": 0} == {**values(other), "POINTS": 0}


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_quotes_means_nothing(chance: random.Random) -> None:
    quotes = [each for each in fixture_quotes("2025-q4") if "2025-10-06" <= each.time[:10] <= "2025-10-07"]
    shuffled = list(quotes)
    chance.shuffle(shuffled)
    assert fix(shuffled, methodology(), day="2025-10-07") == fix(quotes, methodology(), day="2025-10-07")


def test_scaling_the_unit_of_a_good_scales_its_value_alone() -> None:
    quotes = quoted(reference_prices())
    per_tonne = repriced(quotes, lambda each: Decimal(1000 if each.base == "COPPER" else 1))
    basis = methodology()
    parts = tuple(
        replace(each, quantity=each.quantity / 1000) if each.asset == "COPPER" else each for each in basis.constituents
    )
    one, other = fix(quotes, basis, day=DAY), fix(per_tonne, replace(basis, constituents=parts), day=DAY)
    assert close(values(other)["COPPER"], 1000 * values(one)["COPPER"])
    assert all(close(values(other)[asset], value) for asset, value in values(one).items() if asset != "COPPER")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.decimals("0.9", "1.1", places=4), min_size=2, max_size=4),
    st.sampled_from(["0.000001", "0.5", "0.97", "1.03", "2", "100", "123456"]).map(Decimal),
)
def test_one_source_gone_wrong_moves_no_value_beyond_the_others(others: list[Decimal], wrong: Decimal) -> None:
    """The range: the values of copper if all said what the least, or the greatest, of the others says."""
    prices = reference_prices()

    def at(said: list[Decimal]) -> Decimal:
        rest = [each for each in quoted(prices) if each.base != "COPPER"]
        names = [each.id for each in methodology().sources]
        model = next(each for each in quoted(prices) if each.base == "COPPER")
        copper = [
            replace(model, source=name, value=f"{prices['COPPER'] * factor:f}")
            for name, factor in zip(names, said, strict=False)
        ]
        return values(fix([*rest, *copper], methodology(), day=DAY))["COPPER"]

    low, high = at([min(others)] * len([*others, wrong])), at([max(others)] * len([*others, wrong]))
    assert low <= at([*others, wrong]) <= high


def test_an_asset_without_a_market_takes_the_first_rung_that_holds_and_says_what_it_tried() -> None:
    prices = reference_prices()
    before = handed_on(fix(quoted(prices, day="2024-09-16"), methodology(), day="2024-09-16"), DIGEST)
    without = [each for each in quoted(prices) if each.base != "WHEAT"]
    fixing = fix(without, methodology(), day=DAY, previous=before)
    taken = next(each for each in fixing.fallbacks if each.asset == "WHEAT")
    assert (taken.rung, taken.day) == (Rung.LAST_VALUE, "2024-09-16")
    assert [each.why for each in taken.tried] == [Why.TOO_FEW_SOURCES, Why.NO_DIFFERENTIAL]
    assert values(fixing)["WHEAT"] == {each.asset: each.value for each in before.values}["WHEAT"]
    share = next(each.share for each in fixing.values if each.asset == "WHEAT")
    assert fixing.stale_share == share
    assert sum(Fraction(each.share) for each in fixing.values if each.share is not None) == pytest.approx(1)


def test_without_a_constituent_nothing_has_a_value_and_the_last_values_are_handed_on() -> None:
    prices = reference_prices()
    before = yesterday(prices)
    fixing = fix([], methodology(), day=DAY)
    assert (fixing.status, fixing.values) == (FixingStatus.NO_FIX, ())
    late = "2024-12-16"
    gone = fix(quoted({"COPPER": prices["COPPER"]}, day=late), methodology(), day=late, previous=before)
    assert gone.status is FixingStatus.NO_FIX
    assert {each.asset for each in gone.alarms if each.alarm is Alarm.NO_VALUE} >= {"WHEAT", "EUR"}
    assert handed_on(gone, DIGEST).values == before.values
    assert handed_on(gone, DIGEST).day == before.day


def test_a_fixing_is_of_a_later_day_than_the_one_before_and_than_its_methodology() -> None:
    with pytest.raises(ValueError, match="earlier day"):
        fix([], methodology(), day="2024-09-16", previous=yesterday(reference_prices()))
    with pytest.raises(ValueError, match="from 2024-09-16 on"):
        fix([], methodology(), day="2024-09-15")


def test_every_quote_of_the_day_is_used_or_rejected_with_a_reason() -> None:
    quotes: list[Quote] = [each for each in fixture_quotes("2025-q4") if each.time.startswith("2025-10-07")]
    fixing = fix(quotes, methodology(), day="2025-10-07")
    numbers = [each.quote for each in fixing.rejects]
    assert numbers == sorted(set(numbers))
    spoke = {(each.base, each.quote, source) for each in fixing.pairs for source in each.sources}
    for number, quote in enumerate(fixing.quotes, 1):
        pair = min(quote.base, quote.quote), max(quote.base, quote.quote)
        assert number in numbers or (*pair, quote.source) in spoke
