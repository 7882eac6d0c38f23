"""Markets to fix: the fixture's methodology, quoted by three sources at given prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from clearing.doors.index.quote_files import read_quotes
from clearing.doors.index.versions import read_versions
from clearing.index.fixing import fix, handed_on
from clearing.model.fixing import Previous, Quote, QuoteKind
from clearing.model.methodology import Methodology

FOLDER = Path(__file__).parents[2] / "fixtures" / "index"
DAY = "2024-09-17"
SOURCES = ("AURIGA", "BOREAL", "CORVUS")
DIGEST = "0" * 64
Prices = Mapping[str, Decimal]


@cache
def methodology() -> Methodology:
    """The fixture's first version."""
    return read_versions(FOLDER / "methodology-1.toml")[0]


@cache
def fixture_quotes(quarter: str) -> tuple[Quote, ...]:
    """The quotes of one file of the fixture."""
    return tuple(read_quotes([FOLDER / f"quotes-{quarter}.csv"]))


def reference_prices() -> dict[str, Decimal]:
    """Asset -> its reference value, which is its price in dollars."""
    return dict(methodology().reference.values)


def quoted(prices: Prices, *, unit: str = "USD", day: str = DAY) -> list[Quote]:
    """Firm quotes of every asset in one unit by three sources, all the same."""
    return [
        Quote(source, asset, unit, f"{price.normalize():f}", QuoteKind.FIRM, f"{day}T14:30:00Z")
        for asset, price in sorted(prices.items())
        for source in SOURCES
        if asset != unit
    ]


def repriced(quotes: list[Quote], change: Callable[[Quote], Decimal]) -> list[Quote]:
    """The same quotes, each multiplied by something."""
    return [replace(each, value=f"{(Decimal(each.value) * change(each)).normalize():f}") for each in quotes]


def yesterday(prices: Prices) -> Previous:
    """What the fixing of the day before at these prices hands on."""
    return handed_on(fix(quoted(prices, day="2024-09-16"), methodology(), day="2024-09-16"), DIGEST)
