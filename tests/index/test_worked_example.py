"""The example of docs/index.md: what it says is what a fixing comes to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from clearing.index.fixing import fix, handed_on
from clearing.model.fixing import Fixing, FixingStatus, Quote, QuoteKind
from clearing.model.methodology import Constituent, Methodology, PricedAsset
from tests.index.markets import DIGEST, SOURCES, methodology

PAGE = (Path(__file__).parents[2] / "docs" / "index.md").read_text(encoding="utf-8")
EXAMPLE = PAGE[PAGE.index("**An example**") : PAGE.index("## How quotes become a fixing")].replace("\n", " ")
BASKET = {"WHEAT": "0.002", "COPPER": "0.03", "EUR": "0.16"}


def terms() -> Methodology:
    basis = methodology()
    kinds = {"WHEAT": ("good", "market"), "COPPER": ("good", "market"), "EUR": ("currency", "currency")}
    assets = {**kinds, "USD": ("currency", "currency")}
    return replace(
        basis,
        assets=tuple(PricedAsset(name, kind, "C62", class_) for name, (kind, class_) in sorted(assets.items())),
        constituents=tuple(Constituent(name, Decimal(held)) for name, held in sorted(BASKET.items())),
    )


def quotes(day: str, euro: str) -> list[Quote]:
    said = {"WHEAT": ("249", "250", "251"), "COPPER": ("10",) * 3, "EUR": (euro,) * 3}
    return [
        Quote(source, asset, "USD", value, QuoteKind.FIRM, f"{day}T14:30:00Z")
        for asset, each in said.items()
        for source, value in zip(SOURCES, each, strict=True)
    ]


def values(fixing: Fixing) -> dict[str, str]:
    return {each.asset: f"{each.value.normalize():f}" for each in fixing.values}


def test_the_example_of_the_methodology_is_what_a_fixing_says() -> None:
    first = fix(quotes("2024-09-16", "1.25"), terms(), day="2024-09-16")
    assert values(first) == {"COPPER": "10", "EUR": "1.25", "USD": "1", "WHEAT": "250"}
    assert "wheat is worth 250 index units, copper 10, the euro 1.25, the dollar 1." in EXAMPLE
    second = fix(quotes("2024-09-17", "0.625"), terms(), day="2024-09-17", previous=handed_on(first, DIGEST))
    told = values(second)
    said = f"wheat is worth {told['WHEAT']}, copper {told['COPPER']}, the euro {told['EUR']}."
    assert said in EXAMPLE
    euro = next(each for each in second.leave_one_out if each.asset == "EUR")
    assert f"leave-one-out difference of the euro is {euro.difference.normalize():f}," in EXAMPLE
    assert second.status is FixingStatus.SHOCK
