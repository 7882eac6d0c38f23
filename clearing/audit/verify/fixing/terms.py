"""The methodology of a record whose form is right in, what a fixing looks up of it out, every decimal exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Terms:
    """By id; every mapping ascends."""

    minimum_sources: int
    trimmed_from: int
    trim: Fraction
    outlier_limit: Fraction
    crossed_limit: Fraction
    alarms: Mapping[str, Fraction]
    value_digits: int
    link_factor: Fraction
    ranks: Mapping[str, int]
    quote_age: Mapping[str, int]
    """Of each asset, in minutes."""
    value_age: Mapping[str, int]
    """Of each asset, in days."""
    kinds: Mapping[str, str]
    increments: Mapping[str, Fraction]
    differentials: Mapping[str, Mapping[str, Any]]
    quantities: Mapping[str, Fraction]
    """Of the constituents."""

    @property
    def rungs(self) -> list[int]:
        """The ranks that sources have, the best first."""
        return sorted(set(self.ranks.values()))


def terms_of(methodology: Mapping[str, Any]) -> Terms:
    """The tables of a methodology whose ids are sound."""
    consensus = methodology["consensus"]
    classes = {each["id"]: each for each in methodology["classes"]}
    assets = {each["id"]: each for each in sorted(methodology["assets"], key=lambda asset: str(asset["id"]))}
    return Terms(
        minimum_sources=consensus["minimum_sources"],
        trimmed_from=consensus["trimmed_from"],
        trim=Fraction(consensus["trim"]),
        outlier_limit=Fraction(consensus["outlier_limit"]),
        crossed_limit=Fraction(consensus["crossed_limit"]),
        alarms={name: Fraction(limit) for name, limit in methodology["alarms"].items()},
        value_digits=methodology["rounding"]["value_digits"],
        link_factor=Fraction(methodology["link_factor"]),
        ranks={each["id"]: each["rank"] for each in methodology["sources"]},
        quote_age={name: classes[asset["class"]]["quote_age_minutes"] for name, asset in assets.items()},
        value_age={name: classes[asset["class"]]["value_age_days"] for name, asset in assets.items()},
        kinds={name: asset["kind"] for name, asset in assets.items()},
        increments={name: Fraction(asset["increment"]) for name, asset in assets.items() if "increment" in asset},
        differentials={name: asset["differential"] for name, asset in assets.items() if "differential" in asset},
        quantities={each["asset"]: Fraction(each["quantity"]) for each in methodology["constituents"]},
    )
