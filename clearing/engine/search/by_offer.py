"""By offer: potentials of the nodes -> the most that each offer gains at them, which proves a bound without its rents.

At fixed potentials offers have nothing to do with each other: each delivers nothing, or what its conditions admit, and
gains its rows' margins for it. Whatever trades, no more than the sum of these gains is gained.

Example: an offer of 100 µ, all or none, with a tolerance of 5. Its row gains 3 a µ, residual taken to deliver 4, and
residual left -2: in full it delivers 95 that it takes and 5 as residual, which gains 3·95 + 4·5 = 305.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.rows import PLAIN, REST_IN, REST_OUT
from clearing.engine.search.tiers import INTEGER

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

SHARED = ("stock:", "in:", "out:", "max:", "take:", "whole:")
"""Groups that keep their rents: those of several offers, and those of one alternative."""


def goes_by_offer(component: Component) -> bool:
    """Whether a component may be proven so: nobody is paid by its rents, and no length bounds its rings."""
    return component.rows.tier.tier == INTEGER and bool(component.walks.free.all())


def is_shared(component: Component, group: str) -> bool:
    """Whether a group keeps its rent."""
    return group.startswith(SHARED) and group not in component.shares


def gained(component: Component, bounds: Bounds, margin: IntArray) -> int:
    """Σ over the offers of the most that each gains; ``margin`` is by row what a µ of it gains."""
    return sum(most if must else max(0, most) for _, must, most in gains(component, bounds, margin))


def gains(component: Component, bounds: Bounds, margin: IntArray) -> Iterator[tuple[int, bool, int]]:
    """Of every offer that may trade: whether it must, and the most that it gains if it does."""
    rows, tolerance = component.rows, component.rows.book.rulebook.residual_tolerance_micro
    asks, ids, kind, margins = rows.asks, rows.book.offers.id, rows.kind.tolist(), margin.tolist()
    first = rows.starts.tolist()
    for offer, start, stop in zip(rows.delivering, first, [*first[1:], len(kind)], strict=True):
        some = list(zip(kind[start:stop], margins[start:stop], strict=True))
        plain = max(each for which, each in some if which == PLAIN)
        coming = max([plain, *(each for which, each in some if which == REST_IN)])
        leaving = max([0, *(each for which, each in some if which == REST_OUT)])
        name = f"offer:{ids[offer]}"
        low, high = bounds[name] if name in bounds else (0, component.capacity[name])
        least = max(low, asks.least_micro(offer))
        if low == 0 and high < least:
            continue
        most = max(high, least)
        gain = plain * (most if plain > 0 else least)
        if coming > plain:
            amounts = (least, most, min(max(tolerance, least), most))
            gain = max(plain * each + (coming - plain) * min(tolerance, each) for each in amounts)
        yield offer, low > 0, gain + leaving * tolerance
