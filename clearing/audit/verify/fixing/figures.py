"""Prices and the index unit in; values, shares, what each constituent did to the rest, alarms and the status out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from clearing.audit.verify.fixing.ladder import Ladder
from clearing.audit.verify.fixing.market import Market
from clearing.audit.verify.fixing.numbers import exact_decimal, ln, nearest, rounded, text
from clearing.audit.verify.fixing.pairs import Agreed
from clearing.audit.verify.fixing.terms import Terms

Row = dict[str, Any]
MICRO_LEAST = 1_000
GRAVITY = (
    "no_value", "stale_no_fix", "shock", "stale_degraded", "unpriced", "below_minimum", "pair_residual",
    "overall_residual", "disputed",
)  # fmt: skip
STATUSES = ("NO FIX", "NO FIX", "SHOCK")
"""Of the first alarms; that of the others is DEGRADED."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a fixing says of its assets."""

    values: dict[str, Decimal]
    micro: dict[str, int]
    shares: dict[str, Fraction]
    """Of the constituents, exact."""
    stale: Fraction
    left_out: dict[str, tuple[Fraction, Fraction, Fraction]]
    """Share before, share, difference."""


def worth_of(ladder: Ladder, unit: Fraction, last: Mapping[str, Mapping[str, str]], terms: Terms) -> Worth:
    """Values of every asset with a price, and what follows from them."""
    values = {
        name: rounded(Fraction(price.alpha + price.beta * unit, unit), terms.value_digits)
        for name, price in sorted(ladder.prices.items())
    }
    shares = _shares(values, terms)
    micro = {
        name: nearest(Fraction(values[name]) * increment * 10**6)
        for name, increment in terms.increments.items()
        if name in values
    }
    stale = sum((share for name, share in shares.items() if ladder.prices[name].stale), Fraction(0))
    return Worth(values, micro, shares, stale, dict(_left_out(shares, last, terms)))


def _shares(values: Mapping[str, Decimal], terms: Terms) -> dict[str, Fraction]:
    worth = {name: quantity * Fraction(values[name]) for name, quantity in terms.quantities.items()}
    total = sum(worth.values(), Fraction(0))
    return {name: Fraction(each, total) for name, each in worth.items()}


def _left_out(
    shares: Mapping[str, Fraction], last: Mapping[str, Mapping[str, str]], terms: Terms
) -> Iterator[tuple[str, tuple[Fraction, Fraction, Fraction]]]:
    if not terms.quantities.keys() <= last.keys():
        return
    before = _shares({name: Decimal(last[name]["value"]) for name in terms.quantities}, terms)
    for name, share in shares.items():
        yield name, (before[name], share, Fraction(1 - share, 1 - before[name]) - 1)


def value_rows(worth: Worth, ladder: Ladder, terms: Terms, unit: Fraction) -> list[Row]:
    """The member ``values``."""
    rows = []
    for name, value in worth.values.items():
        price = ladder.prices[name]
        row: Row = {"asset": name, "value": text(value), "observed": price.observed}
        row["log_value"] = text(ln(rounded(price.alpha + price.beta * unit)) if price.log is None else price.log)
        if worth.micro.get(name, 0) >= MICRO_LEAST:
            row["value_micro"] = text(Decimal(worth.micro[name]))
        if price.stale:
            row["stale"] = True
        if name in worth.shares:
            row["share"] = text(rounded(worth.shares[name], terms.value_digits))
        rows.append(row)
    return rows


def left_out_rows(worth: Worth, terms: Terms) -> list[Row]:
    """The member ``leave_one_out``."""
    names = ("share_before", "share", "difference")
    return [
        {"asset": asset, "kind": terms.kinds[asset]}
        | {name: text(rounded(each, terms.value_digits)) for name, each in zip(names, figures, strict=True)}
        for asset, figures in worth.left_out.items()
    ]


def alarm_rows(
    worth: Worth | None, ladder: Ladder, agreed: Agreed, market: Market, part: Fraction, terms: Terms
) -> list[Row]:
    """The member ``alarms``, the gravest first. Limits are held against figures as they are stored."""
    rows = [*_price_alarms(ladder, terms, part, valued=worth is not None), *_market_alarms(agreed, market, terms)]
    if worth is not None:
        rows += _worth_alarms(worth, terms)
    return sorted(rows, key=lambda row: (GRAVITY.index(row["alarm"]), row.get("asset", ""), row.get("other", "")))


def status_of(alarms: list[Row]) -> str:
    """What the gravest alarm calls for."""
    if not alarms:
        return "FINAL"
    place = GRAVITY.index(alarms[0]["alarm"])
    return STATUSES[place] if place < len(STATUSES) else "DEGRADED"


def _price_alarms(ladder: Ladder, terms: Terms, part: Fraction, *, valued: bool) -> Iterator[Row]:
    missing = [name for name in terms.quantities if name in ladder.unpriced]
    for name in sorted(ladder.unpriced):
        yield {"alarm": "no_value" if name in missing else "unpriced", "asset": name}
    if not valued and not missing:
        yield _passed("stale_no_fix", part, terms.alarms["no_fix"], terms.value_digits)


def _market_alarms(agreed: Agreed, market: Market, terms: Terms) -> Iterator[Row]:
    for (base, quote), residual in market.residuals.items():
        named = {"asset": base, "other": quote}
        size = abs(Fraction(residual))
        if size > terms.alarms["pair_residual"]:
            yield _passed("pair_residual", size, terms.alarms["pair_residual"]) | named
        if agreed.pairs[base, quote].disputed:
            yield {"alarm": "disputed", **named}
    if Fraction(market.residual) > terms.alarms["overall_residual"]:
        yield _passed("overall_residual", Fraction(market.residual), terms.alarms["overall_residual"])


def _worth_alarms(worth: Worth, terms: Terms) -> Iterator[Row]:
    digits, limits = terms.value_digits, terms.alarms
    stale = Fraction(rounded(worth.stale, digits))
    if stale > limits["no_fix"]:
        yield _passed("stale_no_fix", stale, limits["no_fix"], digits)
    elif stale > limits["degraded"]:
        yield _passed("stale_degraded", stale, limits["degraded"], digits)
    for name, (_before, _share, exact) in worth.left_out.items():
        difference = Fraction(rounded(exact, digits))
        if terms.kinds[name] == "currency" and abs(difference) > limits["shock"]:
            yield _passed("shock", difference, limits["shock"], digits) | {"asset": name}
    for name, micro in worth.micro.items():
        if micro < MICRO_LEAST:
            yield _passed("below_minimum", Fraction(micro), Fraction(MICRO_LEAST)) | {"asset": name}


def _passed(alarm: str, found: Fraction, limit: Fraction, digits: int = 50) -> Row:
    return {"alarm": alarm, "found": text(rounded(found, digits)), "limit": text(exact_decimal(limit))}
