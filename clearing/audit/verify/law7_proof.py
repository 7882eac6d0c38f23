"""Law 7, proof: a stage's tree of branches and leaves in, the bound that it proves out, or why it proves none.

A leaf prices every row: its cost, what it costs the stages before, and the rents of the groups that hold it. If no ring
that the rules allow has a negative price, no outcome is below −Σ rents · capacities − Σ multipliers · values.

Example (S = 1): a ring of two offers of 10 µ each that gains 5 a µ. Rents 5 and 0 leave the ring at 0, and prove
that nothing is below −(5 · 10 + 0 · 10) = −50.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clearing.audit.verify.book import NONE
from clearing.audit.verify.law7_by_offer import gained, is_shared, may_go_by_offer
from clearing.audit.verify.law7_ends import Ends, ends_of, plain_ends
from clearing.audit.verify.law7_objectives import Objective, limits_of
from clearing.audit.verify.law7_rows import PLAIN, Searched, ways_of
from clearing.audit.verify.law7_walks import gaining_length
from clearing.audit.verify.proofs import Branch, Leaf
from clearing.audit.verify.report import shown

OFFER, TAKE = "offer:", "take:"
Ranges = Mapping[str, tuple[int, int]]
"""By group what branches leave of it: least and most."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An objective and those before it, with their values."""

    objective: Objective
    before: Sequence[tuple[Objective, int]]
    surplus_first: bool

    def serving(self, leaf: Leaf) -> tuple[Mapping[int, Mapping[int, int]], int]:
        """Who could be served, by whose offers, and what one of them is worth to a leaf: its scale, or a multiplier."""
        return next(((each.served, worth) for each, worth in self._weighted(leaf) if each.served), ({}, 0))

    def delivering(self, leaf: Leaf) -> tuple[Sequence[int], int]:
        """The offers that count where they deliver, and what one of them is worth to a leaf."""
        return next(((each.counted, worth) for each, worth in self._weighted(leaf) if each.counted), ((), 0))

    def _weighted(self, leaf: Leaf) -> list[tuple[Objective, int]]:
        objectives = [self.objective, *(objective for objective, _ in self.before)]
        return list(zip(objectives, [leaf.scale, *leaf.multipliers], strict=False))


class UnprovenError(ValueError):
    """A proof that proves nothing; the text says why."""


def proven_bound(searched: Searched, stage: Stage, proof: Leaf | Branch) -> int:
    """The least bound of a tree's leaves. Raises UnprovenError."""
    bounds = []
    waiting: list[tuple[Leaf | Branch, Ranges]] = [(proof, {})]
    while waiting:
        part, ranges = waiting.pop()
        if isinstance(part, Leaf):
            bounds.append(_leaf_bound(searched, stage, part, ranges))
            continue
        _check_branch(searched, part)
        low, high = ranges.get(part.group, (0, _capacity(searched, part.group)))
        waiting.append((part.low, {**ranges, part.group: (low, min(high, part.at))}))
        least = max(low, part.above)
        waiting.append((part.high, {**ranges, part.group: (least, max(high, least))}))
    return min(bounds)


def _leaf_bound(searched: Searched, stage: Stage, leaf: Leaf, ranges: Ranges) -> int:
    _check_leaf(searched, stage, leaf, ranges)
    price = row_prices(searched, stage, leaf)
    if leaf.by_offer:
        total = -gained(searched, ranges, _margins(searched, leaf, price))
    else:
        _check_gains(searched, leaf, price)
        total = 0
    for name, rent in leaf.rents.items():
        if _residual_offer(searched, name) is not None:
            continue
        low, high = ranges.get(name, (0, _capacity(searched, name)))
        total -= max(rent * low, rent * high)
    values = [value for _, value in stage.before] + [0] * (not stage.surplus_first)
    total -= sum(times * value for times, value in zip(leaf.multipliers, values, strict=True))
    total += stage.delivering(leaf)[1] * len(leaf.opened)
    people, (served, worth) = searched.book.participants.id, stage.serving(leaf)
    total -= sum(worth - leaf.served.get(people[person], 0) for person in served)
    return -(-total // leaf.scale)


def row_prices(searched: Searched, stage: Stage, leaf: Leaf) -> list[int]:
    """a(row): every row at the scale of a leaf."""
    price = stage.objective.scaled(leaf.scale)
    for (before, _), times in zip(stage.before, leaf.multipliers, strict=False):
        if times:
            price = [one + other for one, other in zip(price, before.scaled(times), strict=True)]
    if not stage.surplus_first and leaf.multipliers[-1]:
        own = leaf.multipliers[-1]
        price = [one + own * limit for one, limit in zip(price, limits_of(searched), strict=True)]
    for person, serving in stage.serving(leaf)[0].items():
        weight = leaf.served.get(searched.book.participants.id[person], 0)
        for offer, least in serving.items():
            for row in searched.delivering[offer]:
                price[row] += -weight // least
    offers, one = searched.book.offers, stage.delivering(leaf)[1]
    for opened in map(offers.index.__getitem__, leaf.opened):
        for row in searched.delivering[opened]:
            price[row] -= one // offers.capacity[opened]
    for name, rent in leaf.rents.items():
        for row in _rows(searched, name):
            price[row] += rent
        residual = _residual_offer(searched, name)
        if residual is not None:
            # Residual is at most tolerance · D / least: the rent of the bound is earned by what is delivered.
            share = -rent * searched.asks.tolerance // searched.asks.least(residual)
            for row in searched.delivering[residual]:
                price[row] += share
    return price


def _residual_offer(searched: Searched, group: str) -> int | None:
    """The offer whose residual a group bounds, if it does."""
    offer = searched.groups[group].residual_of if group in searched.groups else NONE
    return None if offer == NONE else offer


def _check_branch(searched: Searched, branch: Branch) -> None:
    """Nothing is admitted between the two parts."""
    least, step = _steps(searched, branch.group)
    at, above = branch.at, branch.above
    if at < 0 or above <= at:
        raise UnprovenError(f"a branch on {shown(branch.group)} from {at} to {above}")
    onward = (at // step + 1) * step
    if above > (max(onward, least) if at < least else onward):
        raise UnprovenError(f"{shown(branch.group)} may lie between {at} and {above}")


def _steps(searched: Searched, group: str) -> tuple[int, int]:
    """The least that is admitted besides nothing, and the step from there."""
    offers, asks = searched.book.offers, searched.asks
    if group.startswith(OFFER):
        offer = offers.index.get(group.removeprefix(OFFER), -1)
        if offer in searched.delivering:
            return asks.least(offer), asks.step(offer)
    elif (row := searched.index.get(group.removeprefix(TAKE))) is not None and searched.rows[row].kind == PLAIN:
        piece = asks.piece(searched.rows[row].asset)
        return piece, piece
    raise UnprovenError(f"a branch on {shown(group)}, which is not of this component")


def _check_leaf(searched: Searched, stage: Stage, leaf: Leaf, ranges: Ranges) -> None:
    if leaf.scale < 1:
        raise UnprovenError(f"a scale of {leaf.scale}")
    if len(leaf.multipliers) != len(stage.before) + (not stage.surplus_first) or min(leaf.multipliers, default=0) < 0:
        raise UnprovenError("one multiplier of at least 0 belongs to each stage before")
    ids = searched.book.offers.id
    counted = {ids[offer] for offer in stage.delivering(leaf)[0]}
    if len(set(leaf.opened)) < len(leaf.opened):
        raise UnprovenError("opened: an offer counts more than once")
    for name in leaf.opened:
        if name not in counted or ranges.get(OFFER + name, (0, 0))[0] <= 0:
            raise UnprovenError(f"opened: {shown(name)} is no offer that counts and must deliver")
    served, worth = stage.serving(leaf)
    people = {searched.book.participants.id[person] for person in served}
    for name, weight in leaf.served.items():
        if name not in people or not 0 <= weight <= worth:
            raise UnprovenError(f"served: {shown(name)} cannot have the weight {weight}")
    for name, rent in leaf.rents.items():
        bounded = name in ranges
        if name not in searched.groups and not (bounded and name.startswith(TAKE)):
            raise UnprovenError(f"rents: {shown(name)} is no group here")
        if rent < 0 and not (bounded and ranges[name][0] > 0):
            raise UnprovenError(f"rents: {shown(name)} has {rent}, below 0")
        if leaf.by_offer and not is_shared(searched, name):
            raise UnprovenError(f"rents: {shown(name)} is counted by offer")


def _check_gains(searched: Searched, leaf: Leaf, price: list[int]) -> None:
    """No ring that the rules allow has a negative price."""
    ways, _ = ways_of(searched)
    _check_names(searched, leaf)
    length = gaining_length(ways, price)
    if length is not None:
        raise UnprovenError(f"a ring of at most {length} gains")
    ends = ends_of(searched)
    if not ends.rows:
        return
    # Without conflicts both are the same; those taken apart are at hand.
    if _potentials_hold(leaf.potentials, price, ends):
        return
    if not _potentials_hold(leaf.potentials, price, plain_ends(searched, ends.rows)):
        raise UnprovenError("the potentials leave a row that gains")


def _margins(searched: Searched, leaf: Leaf, price: list[int]) -> list[int]:
    """By row what a µ of it gains at the potentials, pools taken apart where offers conflict."""
    ends = ends_of(searched)
    if not may_go_by_offer(searched, len(ends.rows)):
        raise UnprovenError("a leaf by offer, where pay or a limit on length needs rents")
    _check_names(searched, leaf)
    if not ends.hold(leaf.potentials):
        raise UnprovenError("the potentials rise between two that may meet")
    return [rise - price[row] for row, rise in zip(ends.rows, ends.rises(leaf.potentials), strict=True)]


def _check_names(searched: Searched, leaf: Leaf) -> None:
    _, number = ways_of(searched)
    if leaf.potentials.keys() - number.keys() - ends_of(searched).names:
        raise UnprovenError("a potential is of no node")


def _potentials_hold(potentials: Mapping[str, int], price: list[int], ends: Ends) -> bool:
    """Whether no row gains, and no way from where one delivers to where the next takes."""
    rises = ends.rises(potentials)
    return all(price[row] >= rise for row, rise in zip(ends.rows, rises, strict=True)) and ends.hold(potentials)


def _capacity(searched: Searched, group: str) -> int:
    """The bound of a group before any branch; an offer takes no more than its capacity and the residual."""
    if group in searched.groups:
        return searched.groups[group].capacity
    row = searched.index.get(group.removeprefix(TAKE))
    if row is None:
        raise UnprovenError(f"{shown(group)} is not of this component")
    return searched.book.offers.capacity[searched.rows[row].offer] + searched.asks.tolerance


def _rows(searched: Searched, group: str) -> Sequence[int]:
    if group in searched.groups:
        return searched.groups[group].rows
    return searched.taking[searched.rows[searched.index[group.removeprefix(TAKE)]].alternative]
