"""A hand-over is continuous to the last digit and keeps every cap; what ceases is gone; how far a shock goes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearing.index.caps import keep_caps, passed_caps
from clearing.index.fixing import fix, handed_on
from clearing.index.rebalance import rebalance
from clearing.index.stress import stress
from clearing.index.terms import terms_of
from clearing.index.values import shares_of
from clearing.model.fixing import Fixing, FixingStatus, Quote
from clearing.model.methodology import Caps, Methodology, Schedule
from tests.index.markets import DAY, DIGEST, fixture_quotes, methodology, quoted, reference_prices

CAPS = Caps(Decimal("0.1"), Decimal("0.4"), Decimal("0.15"))
QUARTERS = ("2024-q4", "2025-q2", "2026-q1")


def days(quarter: str) -> list[tuple[str, list[Quote]]]:
    quotes = fixture_quotes(quarter)
    found = sorted({each.time[:10] for each in quotes})[3::8]
    return [(day, [each for each in quotes if each.time[:10] == day]) for day in found]


def values(fixing: Fixing) -> dict[str, Decimal]:
    return {each.asset: each.value for each in fixing.values}


def over_caps(terms: Methodology, fixing: Fixing) -> list[str]:
    tables = terms_of(terms)
    kinds = {asset: tables.assets[asset].kind for asset in tables.basket}
    return list(passed_caps(shares_of(values(fixing), tables), kinds, terms.caps))


@pytest.mark.parametrize("quarter", QUARTERS)
@pytest.mark.parametrize("method", ["caps", "targets"])
def test_on_any_day_the_new_version_publishes_the_very_values_of_the_old_one(quarter: str, method: str) -> None:
    compared = 0
    for day, quotes in days(quarter):
        old = fix(quotes, by_method(method), day=day)
        if old.status is FixingStatus.NO_FIX:
            continue
        new = rebalance(old, previous_digest=DIGEST, effective="2027-01-01")
        again = fix(quotes, replace(new, effective=day), day=day)
        assert values(again) == values(old)
        assert over_caps(new, again) == []
        compared += 1
    assert compared >= 3


def by_method(method: str) -> Methodology:
    basis = methodology()
    if method == "caps":
        return basis
    goods, coins = Decimal("0.06"), Decimal("0.08")
    kinds = {each.id: each.kind for each in basis.assets}
    parts = tuple(
        replace(each, target_share=goods if kinds[each.asset] == "good" else coins) for each in basis.constituents
    )
    return replace(basis, constituents=parts, schedule=Schedule((1, 7), "targets"))


def test_a_constituent_that_ceases_is_gone_and_the_rest_keeps_the_caps() -> None:
    quotes = quoted(reference_prices())
    old = fix(quotes, methodology(), day=DAY)
    for method in ("caps", "targets"):
        old = fix(quotes, by_method(method), day=DAY)
        new = rebalance(old, previous_digest=DIGEST, effective="2024-10-01", without=["COAL"])
        assert "COAL" not in {each.asset for each in new.constituents}
        assert "COAL" in {each.id for each in new.assets}
        again = fix(quotes, replace(new, effective=DAY), day=DAY)
        assert values(again) == values(old)
        assert over_caps(new, again) == []
        stated = [each.target_share for each in new.constituents if each.target_share is not None]
        assert method == "caps" or sum(stated) == 1


def test_what_ceases_is_valued_no_longer_once_its_market_is_gone() -> None:
    quotes = quoted(reference_prices())
    before = handed_on(fix(quoted(reference_prices(), day="2024-09-16"), methodology(), day="2024-09-16"), DIGEST)
    silent = [each for each in quotes if each.base != "COAL"]
    old = fix(silent, methodology(), day=DAY, previous=before)
    new = rebalance(old, previous_digest=DIGEST, effective="2024-10-01", without=["COAL"])
    assert "COAL" not in {each.id for each in new.assets}


def test_the_new_version_names_the_old_one_and_its_day() -> None:
    old = fix(quoted(reference_prices()), methodology(), day=DAY)
    new = rebalance(old, previous_digest=DIGEST, effective="2024-10-01")
    assert (new.version, new.previous, new.effective, new.reference.day) == (2, DIGEST, "2024-10-01", DAY)
    with pytest.raises(ValueError, match="after 2024-09-17"):
        rebalance(old, previous_digest=DIGEST, effective=DAY)
    with pytest.raises(ValueError, match="ZINC is no constituent"):
        rebalance(old, previous_digest=DIGEST, effective="2024-10-01", without=["ZINC"])
    goods = [each.asset for each in methodology().constituents][:9]
    with pytest.raises(ValueError, match="cannot keep the caps"):
        rebalance(old, previous_digest=DIGEST, effective="2024-10-01", without=goods)


weights = st.integers(1, 1000).map(Fraction)


@given(st.lists(weights, min_size=5, max_size=12), st.lists(weights, min_size=0, max_size=8))
def test_shares_keep_the_caps_and_their_proportions_where_no_cap_holds_them(
    goods: list[Fraction], coins: list[Fraction]
) -> None:
    given_ = {f"g{n}": each for n, each in enumerate(goods)} | {f"c{n}": each for n, each in enumerate(coins)}
    kinds = {asset: "currency" if asset.startswith("c") else "good" for asset in given_}
    room = len(goods) * Fraction(15, 100) + min(Fraction(4, 10), len(coins) * Fraction(1, 10))
    if room < 1:
        with pytest.raises(ValueError, match="cannot keep the caps"):
            keep_caps(given_, kinds, CAPS)
        return
    found = keep_caps(given_, kinds, CAPS)
    assert sum(found.shares.values()) == 1
    assert list(passed_caps(found.shares, kinds, CAPS)) == []
    free = [asset for asset in given_ if asset not in found.held and kinds[asset] == "good"]
    assert len({Fraction(found.shares[asset], given_[asset]) for asset in free}) <= 1


def test_a_shock_moves_every_other_good_by_its_bound_and_is_told_as_one() -> None:
    fixing = fix(quoted(reference_prices()), methodology(), day=DAY)
    found = stress(fixing, asset="USD", shock=Decimal("-0.5"))
    changes = {each.asset: each.change for each in found.moved}
    bound = Decimal("0.0526315789473684")
    assert all(abs(change - bound) < Decimal("1e-15") for asset, change in changes.items() if asset != "USD")
    assert changes["USD"] < Decimal("-0.47")
    assert found.status is FixingStatus.SHOCK


def test_what_rests_on_the_shocked_asset_moves_with_it() -> None:
    day = "2024-10-08"
    quotes = [each for each in fixture_quotes("2024-q4") if each.time[:10] == day]
    fixing = fix(quotes, methodology(), day=day)
    resting = {
        each.id: each.differential.related
        for each in methodology().assets
        if each.differential is not None and each.differential.factor is not None
    }
    asset, related = min(resting.items())
    changes = {each.asset: each.change for each in stress(fixing, asset=related, shock=Decimal("0.25")).moved}
    assert abs(changes[asset] - changes[related]) < Decimal("1e-15")
    assert changes[asset] > Decimal("0.2")


def test_a_shock_of_an_unknown_asset_or_to_nothing_is_refused() -> None:
    fixing = fix(quoted(reference_prices()), methodology(), day=DAY)
    with pytest.raises(ValueError, match="GOLD has no value"):
        stress(fixing, asset="GOLD", shock=Decimal("-0.5"))
    with pytest.raises(ValueError, match="above -1"):
        stress(fixing, asset="USD", shock=Decimal(-1))
