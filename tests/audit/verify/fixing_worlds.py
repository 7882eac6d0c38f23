"""Small indices and markets for tests of fixings: a methodology within its caps, quotes drawn by number, defects too.

Four goods and four currencies make the index. Art is judged. Barges and far tin hang on constituents, scrap on rye less
more than rye is worth, rust on scrap: the last two have a price by their differential on no ordinary day.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from clearing.model.fixing import Quote, QuoteKind
from clearing.model.methodology import (
    AlarmLimits,
    AssetClass,
    Caps,
    ConsensusRules,
    Constituent,
    Differential,
    FixingTimes,
    Methodology,
    PricedAsset,
    Reference,
    Rounding,
    Schedule,
    Source,
)

DAY = "2026-03-02"
GOODS = {"COAL": "100", "OIL": "80", "RYE": "200", "TIN": "32"}
CURRENCIES = {"CHF": "1.25", "EUR": "1.6", "JPY": "0.008", "USD": "1"}
WORTH = {name: Decimal(value) for name, value in {**GOODS, **CURRENCIES}.items()}
SOURCES = ("S1", "S2", "S3", "S4", "S5", "T1", "T2")


def methodology(*, trimmed_from: int = 5, trim: str = "0.2", method: str = "caps") -> Methodology:
    """Goods at 15 % each, currencies at 10 % each, in dollars of the reference day: every share at its cap."""
    shares = dict.fromkeys(GOODS, Decimal("0.15")) | dict.fromkeys(CURRENCIES, Decimal("0.1"))
    quantities = {name: shares[name] / WORTH[name] for name in sorted(WORTH)}
    return Methodology(
        index="SMALL",
        version=1,
        effective="2026-01-01",
        link_factor=Decimal(1),
        times=FixingTimes("15:00", 120, 30, 1_440),
        consensus=ConsensusRules(3, trimmed_from, Decimal(trim), Decimal("0.05"), Decimal("0.02")),
        alarms=AlarmLimits(Decimal("0.02"), Decimal("0.2"), Decimal("0.4"), Decimal("0.02"), Decimal("0.005")),
        caps=Caps(Decimal("0.1"), Decimal("0.4"), Decimal("0.15")),
        rounding=Rounding(18, 9),
        schedule=Schedule((1, 7), method),
        sources=tuple(Source(name, 1 if name.startswith("S") else 2) for name in SOURCES),
        classes=(AssetClass("fast", 240, 3), AssetClass("slow", 2_880, 30)),
        assets=tuple(
            sorted((*_constituents(), *_others()), key=lambda asset: asset.id),
        ),
        constituents=tuple(
            Constituent(name, quantity, shares[name] if method == "targets" else None)
            for name, quantity in quantities.items()
        ),
        reference=Reference("2026-01-01", tuple(sorted(WORTH.items()))),
    )


def _short(value: Decimal) -> Decimal:
    """Nine significant digits."""
    return Decimal(f"{value:.8e}")


def _constituents() -> Sequence[PricedAsset]:
    goods = [PricedAsset(name, "good", "TNE", "slow", Decimal("0.001")) for name in GOODS]
    return [*goods, *(PricedAsset(name, "currency", name, "fast") for name in CURRENCIES)]


def _others() -> Sequence[PricedAsset]:
    return [
        PricedAsset("ART", "good", "C62", "slow", Decimal(1)),
        PricedAsset(
            "BARGE", "good", "KMT", "fast", Decimal("0.1"), differential=Differential("OIL", "by fuel", Decimal("0.02"))
        ),
        PricedAsset(
            "TIN-FAR", "good", "TNE", "fast", Decimal("0.001"),
            differential=Differential("TIN", "freight", amount=Decimal("-9.5"), amount_unit="USD"),
        ),
        PricedAsset(
            "SCRAP", "good", "TNE", "slow", Decimal("0.1"),
            differential=Differential("RYE", "of no worth", amount=Decimal(-150), amount_unit="EUR"),
        ),
        PricedAsset(
            "RUST", "good", "TNE", "slow", Decimal("0.0005"),
            differential=Differential("SCRAP", "by weight", Decimal("0.5")),
        ),
    ]  # fmt: skip


def quiet_market(day: str = DAY) -> list[Quote]:
    """Four sources agree on every asset in dollars, with crosses among the currencies; judgements on art and scrap."""
    quotes = []
    for place, source in enumerate(SOURCES[:4]):
        for name in sorted(WORTH):
            if name != "USD":
                value = _short(WORTH[name] * (1 + Decimal(place) / 1_000))
                quotes.append(Quote(source, name, "USD", f"{value:f}", QuoteKind.FIRM, f"{day}T14:0{place}:00Z"))
        quotes.append(Quote(source, "EUR", "CHF", f"1.28{place}", QuoteKind.TRANSACTION, f"{day}T14:30:00Z"))
    for name, value in (("ART", "15000"), ("SCRAP", "3.2")):
        quotes.append(Quote("T1", name, "EUR", value, QuoteKind.JUDGEMENT, f"{day}T12:00:00Z", ("S1", "S2")))
    return quotes


def drawn_market(seed: int, day: str = DAY) -> list[Quote]:
    """A market in which anything may go wrong: kinds, ranks, directions, hours, decimals, missing pairs."""
    draw = random.Random(seed)
    others = {"ART": 16_000, "BARGE": 1, "RUST": 2, "SCRAP": 5, "TIN-FAR": 22}
    worth = {**WORTH, **{name: Decimal(value) for name, value in others.items()}, "GOLD": Decimal(60)}
    names = [*WORTH, *others, *(["GOLD"] if draw.random() < 0.2 else [])]
    goods_apart = draw.random() < 0.15
    pairs = [
        (name, "COAL" if goods_apart and name in GOODS else "USD")
        for name in names
        if draw.random() < (0.93 if name in WORTH else 0.2)
    ]
    pairs += [tuple(draw.sample(names, 2)) for _ in range(0 if goods_apart else draw.randrange(8))]  # type: ignore[misc]
    pairs = [(one, other) for one, other in pairs if one != other or draw.random() < 0.1]
    quotes = [
        _drawn(draw, source, pair, worth[pair[0]] / worth[pair[1]], day)
        for pair in pairs
        for source in (*SOURCES, "X9")
        if draw.random() < (0.1 if source == "X9" else draw.choice((0.5, 0.9, 0.95)))
        for _ in range(draw.choice((1, 1, 1, 2)))
    ]
    quotes += [_judged(draw, name, worth, day) for name in names for _ in range(draw.choice((0, 0, 0, 1, 2)))]
    return quotes + draw.sample(quotes, min(len(quotes), draw.randrange(3)))


def _drawn(draw: random.Random, source: str, pair: tuple[str, str], ratio: Decimal, day: str) -> Quote:
    base, quote = pair
    noise = draw.choice((0.0005, 0.0005, 0.02, 0.2))
    value = ratio * Decimal(repr(1 + draw.uniform(-noise, noise)))
    if draw.random() < 0.25:
        base, quote, value = quote, base, 1 / value
    text = draw.choice(("0", "-1", "NaN", "1e5", "1,000")) if draw.random() < 0.03 else f"{_short(value):f}"
    kind = draw.choice((QuoteKind.TRANSACTION, QuoteKind.FIRM, QuoteKind.FIRM, QuoteKind.INDICATIVE))
    hour, minute = draw.choice((3, 11, 12, 13, *[14] * 14, 15, 16)), draw.choice((0, 0, draw.randrange(60)))
    fraction = draw.choice(("", "", ".25"))
    return Quote(source, base, quote, text, kind, f"{day}T{hour:02}:{minute:02}:00{fraction}Z")


def _judged(draw: random.Random, name: str, worth: dict[str, Decimal], day: str) -> Quote:
    other = draw.choice([each for each in worth if each != name])
    base, quote = (name, other) if draw.random() < 0.7 else (other, name)
    value = worth[base] / worth[quote] * Decimal(repr(1 + draw.uniform(-0.1, 0.1)))
    approvals = tuple(sorted(draw.sample(SOURCES, draw.choice((1, 2, 2, 3)))))
    judged = Quote("T2", base, quote, f"{_short(value):f}", QuoteKind.JUDGEMENT, f"{day}T1{draw.randrange(5)}:30:00Z")
    return replace(judged, source=draw.choice(SOURCES), approvals=approvals)
