"""Pairs with a consensus in, a logarithm for every asset of the main component out: no base, the sum is zero.

Copper in dollars says 2, dollars in euro 1, copper in euro 6, each by one source. No three logarithms meet all of it:
2 + 1 is not 6. Least squares moves each price by 1: copper 3, dollars 2, copper in euro 5; so v = 8/3, −1/3, −7/3, and
the residual of each pair is 1 in size. The normal equations are a Laplacian with whole weights; it is eliminated
exactly, always at the asset with the fewest neighbours, and rounded once at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from clearing.index.context import decimal_of
from clearing.index.pairs import Agreed, Names

Weights = dict[str, dict[str, Fraction]]
"""Asset -> neighbour -> summed weight of their pairs."""


def main_component(pairs: Iterable[Names], constituents: Collection[str]) -> frozenset[str]:
    """The assets that are joined to the index: most constituents, then most assets, then the least id; or none."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        neighbours[one].append(other)
        neighbours[other].append(one)
    best: tuple[int, int, list[str]] = 0, 0, []
    seen: set[str] = set()
    for start in sorted(neighbours):
        if start not in seen:
            members = _reached(start, neighbours)
            seen |= members
            size = len(members & set(constituents)), len(members)
            if size > best[:2]:
                best = *size, sorted(members)
    return frozenset(best[2]) if best[0] else frozenset()


def fit(pairs: Sequence[Agreed]) -> dict[str, Decimal]:
    """v of each asset of one component, ascending: minimises Σ m (v_base − v_quote − log)² with Σ v = 0."""
    weights, right = _normal_equations(pairs)
    order, steps = [], []
    while len(weights) > 1:
        asset = min(weights, key=lambda name: (len(weights[name]), name))
        around = _eliminate(asset, weights, right)
        order.append(asset)
        steps.append(around)
    last = next(iter(weights))
    solved = {last: Fraction(0)}
    for asset, around in zip(reversed(order), reversed(steps), strict=True):
        pulled = sum((weight * solved[other] for other, weight in around.items()), right[asset])
        solved[asset] = pulled / sum(around.values())
    mean = sum(solved.values(), Fraction(0)) / len(solved)
    return {asset: decimal_of(solved[asset] - mean) for asset in sorted(solved)}


def _reached(start: str, neighbours: Mapping[str, Sequence[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for other in neighbours[waiting.pop()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _normal_equations(pairs: Sequence[Agreed]) -> tuple[Weights, dict[str, Fraction]]:
    weights: Weights = defaultdict(dict)
    right: dict[str, Fraction] = defaultdict(Fraction)
    for each in pairs:
        base, quote = each.pair
        weight = Fraction(len(each.consensus.entered))
        weights[base][quote] = weights[quote][base] = weight
        right[base] += weight * Fraction(each.consensus.log)
        right[quote] -= weight * Fraction(each.consensus.log)
    return weights, right


def _eliminate(asset: str, weights: Weights, right: dict[str, Fraction]) -> dict[str, Fraction]:
    """Take one asset out: what it pulled at is shared among its neighbours. Returns its weights to them."""
    around = weights.pop(asset)
    total = sum(around.values())
    for one, weight in around.items():
        del weights[one][asset]
        right[one] += weight * right[asset] / total
        for other, further in around.items():
            if other != one:
                weights[one][other] = weights[one].get(other, Fraction(0)) + weight * further / total
    return around
