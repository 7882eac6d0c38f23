"""A recorded proof of a stage in, the bound that it proves out; None where it proves none.

The search makes proofs that hold by construction. One that comes from elsewhere is added up from nothing: its branches
leave out no admissible value, and in each leaf no ring gains.

Example: an offer delivers nothing or 40 to 100 µ. A branch with ``at`` 0 and ``above`` 40 leaves nothing out; with
``above`` 50 it hides 40 to 49, and proves nothing.
"""

from __future__ import annotations

import numpy as np

from clearing.engine.search.by_offer import goes_by_offer, is_shared
from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.exact import largest
from clearing.engine.search.program import Stage
from clearing.engine.search.proof import is_short, leaf_bound, open_offers, rises, row_prices
from clearing.model.proof import Branch, Leaf, Proof

OFFER, TAKE = "offer:", "take:"


def bound_of(component: Component, stage: Stage, proof: Proof) -> int | None:
    """The least bound of a tree's leaves, None where a branch or a leaf does not hold."""
    bounds: list[int] = []
    waiting: list[tuple[Proof, Bounds]] = [(proof, {})]
    while waiting:
        part, ranges = waiting.pop()
        if isinstance(part, Leaf):
            if not _holds(component, stage, ranges, part):
                return None
            bounds.append(leaf_bound(component, stage, ranges, part))
            continue
        if not _leaves_nothing_out(component, part):
            return None
        low, high = ranges.get(part.group, (0, component.most(part.group)))
        least = max(low, part.above)
        waiting.append((part.low, {**ranges, part.group: (low, min(high, part.at))}))
        waiting.append((part.high, {**ranges, part.group: (least, max(high, least))}))
    return min(bounds)


def _leaves_nothing_out(component: Component, branch: Branch) -> bool:
    """Whether nothing that is admitted lies between the two parts."""
    steps = _steps(component, branch.group)
    if steps is None or branch.at < 0 or branch.above <= branch.at:
        return False
    least, step = steps
    onward = (branch.at // step + 1) * step
    return branch.above <= (max(onward, least) if branch.at < least else onward)


def _steps(component: Component, group: str) -> tuple[int, int] | None:
    """The least that a group admits besides nothing, and its step from there; None where it is none of these."""
    rows = component.rows
    if group.startswith(OFFER):
        offer = component.offer_at.get(group.removeprefix(OFFER))
        return None if offer is None else (rows.asks.least_micro(offer), rows.asks.step_micro(offer))
    name, _, place = group.removeprefix(TAKE).rpartition("|")
    offer = component.offer_at.get(name)
    if not group.startswith(TAKE) or offer is None or not (place.isascii() and place.isdigit() and len(place) < 10):
        return None
    row = component.plain_row(offer, int(place))
    if row is None or str(int(place)) != place:
        return None
    return int(rows.piece[row]), int(rows.piece[row])


def _holds(component: Component, stage: Stage, ranges: Bounds, leaf: Leaf) -> bool:
    return _is_formed(component, stage, ranges, leaf) and _nothing_gains(component, stage, leaf)


def _is_formed(component: Component, stage: Stage, ranges: Bounds, leaf: Leaf) -> bool:
    """Whether scale, multipliers, weights, rents and potentials are those that a leaf may have."""
    if not is_short(leaf) or leaf.scale < 1:
        return False
    if len(leaf.multipliers) != len(stage.before) + stage.pay_own_way:
        return False
    if min(leaf.multipliers, default=0) < 0:
        return False
    if len(set(leaf.opened)) != len(leaf.opened) or set(leaf.opened) - set(open_offers(component, stage, ranges)):
        return False
    people, (served, worth) = component.rows.book.participants.id, stage.serving(leaf.scale, leaf.multipliers)
    desks = {people[desk] for desk in served}
    if any(desk not in desks or not 0 <= weight <= worth for desk, weight in leaf.served.items()):
        return False
    for name, rent in leaf.rents.items():
        if name not in component.group_rows and not (name in ranges and name.startswith(TAKE)):
            return False
        if rent < 0 and ranges.get(name, (0, 0))[0] <= 0:
            return False
        if leaf.by_offer and not is_shared(component, name):
            return False
    if leaf.by_offer and not goes_by_offer(component):
        return False
    return leaf.potentials.keys() <= set(component.rows.nodes[: component.rows.named])


def _nothing_gains(component: Component, stage: Stage, leaf: Leaf) -> bool:
    """Whether no ring that the rules allow has a negative price."""
    rows, walks = component.rows, component.walks
    price = row_prices(component, stage, leaf)
    if largest(price) >= walks.price_limit:
        return False
    level = [leaf.potentials.get(node, 0) for node in rows.nodes[: rows.named]]
    free = np.flatnonzero(walks.free)
    if len(free) and any(level[one] < level[other] for one, other in rows.passes if one < rows.named):
        return False
    if leaf.by_offer:
        return True
    if (price[free] < rises(component, free, level)).any():
        return False
    return walks.least(price.astype(np.int64)) >= 0
