"""A methodology in, its tables by id out: what every step of a fixing looks up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from clearing.model.fixing import Quote, QuoteKind
from clearing.model.methodology import AssetClass, Methodology, PricedAsset


@dataclass(frozen=True, slots=True)
class Terms:
    """The methodology by id; every mapping ascends."""

    methodology: Methodology
    assets: Mapping[str, PricedAsset]
    classes: Mapping[str, AssetClass]
    """Asset -> its class."""
    ranks: Mapping[str, int]
    """Source -> rank."""
    basket: Mapping[str, Decimal]
    """Constituent -> fixed quantity."""

    def quote_age_minutes(self, quote: Quote) -> int:
        """The age limit of a quote of two known assets: the shorter of their classes, of a judgement the longer."""
        ages = [self.classes[asset].quote_age_minutes for asset in (quote.base, quote.quote)]
        return max(ages) if quote.kind is QuoteKind.JUDGEMENT else min(ages)


def terms_of(methodology: Methodology) -> Terms:
    """The tables of a methodology without faults."""
    classes = {each.id: each for each in methodology.classes}
    assets = {each.id: each for each in sorted(methodology.assets, key=lambda asset: asset.id)}
    return Terms(
        methodology=methodology,
        assets=assets,
        classes={id_: classes[asset.asset_class] for id_, asset in assets.items()},
        ranks={each.id: each.rank for each in sorted(methodology.sources, key=lambda source: source.id)},
        basket={
            each.asset: each.quantity
            for each in sorted(methodology.constituents, key=lambda part: part.asset)
        },
    )
