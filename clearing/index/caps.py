"""Shares of the constituents in, the nearest shares that keep the caps out; and whether given shares keep them.

Wheat 0.2, copper 0.3, dollars and euro 0.25 each; caps 0.5 for a commodity, 0.2 for a currency, 0.3 for currencies
together. The currencies may have min(0.3, 2 × 0.2) = 0.3 of the index, so 0.7 goes to the goods as 2 to 3: 0.28 and
0.42. The 0.3 goes to the currencies as 1 to 1, 0.15 each, which is below 0.2. Filled like vessels joined at the bottom:
what passes its cap is held there, and the rest is shared out again in the old proportions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from clearing.model.methodology import Caps

CURRENCIES = "currencies"
CURRENCY = "currency"
Shares = dict[str, Fraction]


@dataclass(frozen=True, slots=True)
class Capped:
    """Shares that sum to one."""

    shares: Mapping[str, Fraction]
    held: frozenset[str]
    """Those at a cap, their own or that of all currencies: not a digit more for them."""


def keep_caps(weights: Mapping[str, Fraction], kinds: Mapping[str, str], caps: Caps) -> Capped:
    """Shares in proportion to positive weights as far as the caps allow.

    Raises ValueError where so few constituents cannot keep them.
    """
    goods = {asset: weight for asset, weight in weights.items() if kinds[asset] != CURRENCY}
    coins = {asset: weight for asset, weight in weights.items() if kinds[asset] == CURRENCY}
    pool = min(Fraction(caps.currencies), len(coins) * Fraction(caps.currency))
    limits = {**dict.fromkeys(goods, Fraction(caps.commodity)), **({CURRENCIES: pool} if coins else {})}
    parts = {**goods, **({CURRENCIES: sum(coins.values(), Fraction(0))} if coins else {})}
    if sum(limits.values()) < 1:
        most = f"together they may be {_percent(limits)}"
        raise ValueError(f"{len(goods)} goods and {len(coins)} currencies cannot keep the caps: {most}")
    top, held = _fill(Fraction(1), parts, limits)
    shares = {asset: top[asset] for asset in goods}
    if coins:
        inside, full = _fill(top[CURRENCIES], coins, dict.fromkeys(coins, Fraction(caps.currency)))
        shares |= inside
        held |= set(coins) if CURRENCIES in held else full
    return Capped(dict(sorted(shares.items())), frozenset(held - {CURRENCIES}))


def passed_caps(shares: Mapping[str, Fraction], kinds: Mapping[str, str], caps: Caps) -> Iterator[str]:
    """Ids beyond their cap; of currencies that are too much together the one with the greatest share."""
    for asset, share in shares.items():
        if share > Fraction(caps.currency if kinds[asset] == CURRENCY else caps.commodity):
            yield asset
    coins = [asset for asset in shares if kinds[asset] == CURRENCY]
    if sum((shares[asset] for asset in coins), Fraction(0)) > Fraction(caps.currencies):
        yield min(coins, key=lambda asset: (-shares[asset], asset))


def _fill(total: Fraction, weights: Mapping[str, Fraction], limits: Mapping[str, Fraction]) -> tuple[Shares, set[str]]:
    """Parts of a total in proportion to the weights, none above its limit; the limits sum to the total or more."""
    held: set[str] = set()
    while True:
        left = total - sum((limits[name] for name in held), Fraction(0))
        free = {name: weight for name, weight in weights.items() if name not in held}
        scale = Fraction(left, sum(free.values(), Fraction(0))) if free else Fraction(0)
        over = {name for name, weight in free.items() if weight * scale > limits[name]}
        if not over:
            return {name: limits[name] if name in held else weights[name] * scale for name in weights}, held
        held |= over


def _percent(limits: Mapping[str, Fraction]) -> str:
    return f"{round(100 * sum(limits.values(), Fraction(0)))} % of the index at most"
