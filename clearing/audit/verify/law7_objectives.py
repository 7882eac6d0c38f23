"""Law 7, objectives: the rows of a searched component in, what each stage costs per µ and comes to out.

Costs are exact fractions, minimised; at a scale S a cost c is the integer ⌊S·c⌋, which never makes a bound too good.

Example: deliveries of an offer of 8 µ cost 1/8 a µ: at S = 10 that is ⌊10/8⌋ = 1, and at S = 16 it is 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from clearing.audit.verify.book import NONE
from clearing.audit.verify.law7_rows import PLAIN, Searched
from clearing.audit.verify.lottery import lottery_cost

Cost = tuple[int, int]
"""Numerator and denominator."""
FREE: Cost = (0, 1)
UNSTAGED = "even"


@dataclass(frozen=True, slots=True)
class Objective:
    """One stage: the cost of each row, or what is counted in its place."""

    name: str
    costs: Sequence[Cost]
    served: Mapping[int, Mapping[int, int]]
    """participants: by participant the e(o) of each of its offers."""
    counted: Sequence[int]
    """deliveries: the offers that count."""

    def scaled(self, scale: int) -> list[int]:
        """⌊scale·c⌋ of every row."""
        return [scale * top // bottom if top else 0 for top, bottom in self.costs]


def objectives_of(searched: Searched, salt: bytes) -> list[Objective]:
    """The stages in the order of the rulebook."""
    names = [name for name in searched.book.rulebook.objectives if name != UNSTAGED]
    return [_objective(searched, name, salt) for name in names]


def limits_of(searched: Searched) -> list[int]:
    """ρ of every row, 0 where residual is taken."""
    limits = searched.book.offers.alt_limit
    return [0 if row.alternative == NONE else limits[row.alternative] for row in searched.rows]


def value_of(objective: Objective, flows: Sequence[int], delivered: Mapping[int, int]) -> int:
    """What a stage comes to, in its unit."""
    if objective.name == "participants":
        return -sum(any(delivered[o] >= e for o, e in offers.items()) for offers in objective.served.values())
    if objective.name == "deliveries":
        return sum(delivered[offer] > 0 for offer in objective.counted)
    total = Fraction(0)
    for (top, bottom), flow in zip(objective.costs, flows, strict=True):
        if top and flow:
            total += Fraction(top * flow, bottom)
    return -(-total.numerator // total.denominator)


def _objective(searched: Searched, name: str, salt: bytes) -> Objective:
    rows, offers = searched.rows, searched.book.offers
    if name == "surplus":
        return Objective(name, [(limit, 1) for limit in limits_of(searched)], {}, ())
    if name == "value":
        return Objective(name, [(-1, 1) if row.kind == PLAIN else FREE for row in rows], {}, ())
    if name in ("items", "priority"):
        return Objective(name, _by_piece(searched, name), {}, ())
    internal = searched.book.assets.internal
    external = [offer for offer in searched.component.offers if not internal[offers.deliver[offer]]]
    if name == "participants":
        served: dict[int, dict[int, int]] = {}
        for offer in external:
            least = max(searched.asks.least(offer), searched.book.assets.value[offers.deliver[offer]])
            served.setdefault(offers.participant[offer], {})[offer] = least
        return Objective(name, [FREE] * len(rows), served, ())
    if name == "deliveries":
        costs = [FREE] * len(rows)
        for offer in external:
            for row in searched.delivering[offer]:
                costs[row] = (1, offers.capacity[offer])
        return Objective(name, costs, {}, external)
    drawn = [(lottery_cost(salt, f"1|offer|{row.name}"), 1) if row.kind == PLAIN else FREE for row in rows]
    return Objective(name, drawn, {}, ())


def _by_piece(searched: Searched, name: str) -> list[Cost]:
    """Items count the pieces that come from others, priority the place of each in its offer's list."""
    book, offers = searched.book, searched.book.offers
    givers: dict[int, set[int]] = {}
    for offer in searched.component.offers:
        givers.setdefault(offers.deliver[offer], set()).add(offers.participant[offer])
    costs = []
    for row in searched.rows:
        counted = searched.asks.indivisible(row.asset) and not book.assets.internal[row.asset]
        if not counted or not givers.get(row.asset, set()) - {offers.participant[row.offer]}:
            costs.append(FREE)
            continue
        place = row.alternative - offers.alt_start[row.offer]
        costs.append((-1 if name == "items" else place, book.assets.value[row.asset]))
    return costs
