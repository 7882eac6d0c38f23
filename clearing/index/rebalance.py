"""A fixing in, the next version of its methodology out: quantities within the caps, linked so that nothing jumps.

On the day of the hand-over the old basket is worth S. The new one, of new quantities, is worth Σ at the same prices;
with the link factor λ′ = S / Σ the index unit is worth λ′Σ = S again. λ′ keeps ten digits more than the prices, so the
product rounds back to S and every published value of that day stays as it is, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from clearing.index.caps import Capped, keep_caps, passed_caps
from clearing.index.context import arithmetic, ceiling_of, decimal_of, floor_of
from clearing.index.ladder import resting_on
from clearing.index.terms import Terms, terms_of
from clearing.index.values import shares_of
from clearing.model.fixing import Fixing, FixingStatus
from clearing.model.methodology import LINK_DIGITS_MAX, VERSIONS, Constituent, Methodology, Reference

STEPS_MAX = 10_000
TARGET_DIGITS = 12


def rebalance(fixing: Fixing, *, previous_digest: str, effective: str, without: Sequence[str] = ()) -> Methodology:
    """The version that takes over at the values of a fixing; constituents in ``without`` cease.

    One that ceases stays an asset that is valued while it has a market of the day, or others rest on it.
    ``previous_digest`` is that of the methodology of the fixing. Raises ValueError where the fixing has no values, the
    day is not after it, an id is no constituent or what is left cannot keep the caps.
    """
    _check_asked(fixing, effective, without)
    with arithmetic():
        return _next(fixing, terms_of(fixing.methodology), previous_digest, effective, without)


def _check_asked(fixing: Fixing, effective: str, without: Sequence[str]) -> None:
    if fixing.status is FixingStatus.NO_FIX:
        raise ValueError(f"the fixing of {fixing.day} has the status NO FIX: there are no values to rebalance at")
    if effective <= fixing.day:
        raise ValueError(f"the new version must take effect after {fixing.day}, the day of the fixing: not {effective}")
    if fixing.methodology.version + 1 not in VERSIONS:
        raise ValueError(f"version {fixing.methodology.version} is the last that there can be")
    parts = {each.asset for each in fixing.methodology.constituents}
    for asset in without:
        if asset not in parts:
            raise ValueError(f"{asset} is no constituent; they are {', '.join(sorted(parts))}")


def _next(fixing: Fixing, terms: Terms, previous: str, effective: str, without: Sequence[str]) -> Methodology:
    old = fixing.methodology
    values = {each.asset: each.value for each in fixing.values}
    kept = [asset for asset in terms.basket if asset not in without]
    targets = _targets(terms, without)
    capped = keep_caps(targets or _shares(values, terms, kept), _kinds(terms), old.caps)
    quantities = _quantities(capped, values, terms)
    return replace(
        old,
        version=old.version + 1,
        effective=effective,
        link_factor=_link(fixing, terms, quantities),
        assets=tuple(each for each in old.assets if each.id not in _dead(fixing, without)),
        constituents=tuple(Constituent(asset, quantities[asset], _target(targets, asset)) for asset in kept),
        reference=Reference(fixing.day, tuple((asset, values[asset]) for asset in kept)),
        previous=previous,
    )


def _dead(fixing: Fixing, without: Sequence[str]) -> set[str]:
    """What ceases, has no market and is nobody's measure."""
    differentials = [each.differential for each in fixing.methodology.assets if each.differential is not None]
    needed = {name for each in differentials for name in resting_on(each)}
    return {each.asset for each in fixing.values if each.asset in without and each.stale} - needed


def _kinds(terms: Terms) -> Mapping[str, str]:
    return {asset: terms.assets[asset].kind for asset in terms.basket}


def _shares(values: Mapping[str, Decimal], terms: Terms, kept: Sequence[str]) -> Mapping[str, Fraction]:
    shares = shares_of(values, terms)
    return {asset: shares[asset] for asset in kept}


def _targets(terms: Terms, without: Sequence[str]) -> Mapping[str, Fraction]:
    """What a rebalance by targets goes back to, shared out anew where a constituent ceases; empty by caps.

    The sum stays exactly one: what rounding down leaves goes to the good that is farthest below its cap.
    """
    old = terms.methodology
    stated = {each.asset: Fraction(each.target_share or 0) for each in old.constituents if each.asset not in without}
    if old.schedule.method != "targets" or not without:
        return stated if old.schedule.method == "targets" else {}
    spread = keep_caps(stated, _kinds(terms), old.caps).shares
    targets = {asset: Fraction(floor_of(share, TARGET_DIGITS)) for asset, share in spread.items()}
    goods = [asset for asset in targets if terms.assets[asset].kind == "good"] or sorted(targets)
    targets[min(goods, key=lambda asset: (targets[asset], asset))] += 1 - sum(targets.values(), Fraction(0))
    return targets


def _target(targets: Mapping[str, Fraction], asset: str) -> Decimal | None:
    return decimal_of(targets[asset]) if targets else None


def _quantities(capped: Capped, values: Mapping[str, Decimal], terms: Terms) -> Mapping[str, Decimal]:
    """Quantities of these shares in a basket that is worth as much as the old one.

    Those at a cap are rounded down and the others up, so that rounding alone passes no cap; whatever still does is
    taken down by a step of its last digit until nothing does.
    """
    digits = terms.methodology.rounding.quantity_digits
    worth = sum((Fraction(held) * Fraction(values[asset]) for asset, held in terms.basket.items()), Fraction(0))
    exact = {asset: Fraction(share * worth, Fraction(values[asset])) for asset, share in capped.shares.items()}
    found = {
        asset: floor_of(quantity, digits) if asset in capped.held else ceiling_of(quantity, digits)
        for asset, quantity in exact.items()
    }
    for _step in range(STEPS_MAX):
        held = {asset: Fraction(quantity) * Fraction(values[asset]) for asset, quantity in found.items()}
        total = sum(held.values(), Fraction(0))
        shares = {asset: Fraction(each, total) for asset, each in held.items()}
        over = next(passed_caps(shares, _kinds(terms), terms.methodology.caps), None)
        if over is None:
            return found
        found[over] -= Decimal(1).scaleb(found[over].adjusted() - digits + 1)
    raise ValueError(f"no quantities of {digits} digits keep the caps")


def _link(fixing: Fixing, terms: Terms, quantities: Mapping[str, Decimal]) -> Decimal:
    """λ′ at the prices that the logarithms of the fixing stand for, which are finer than the published values."""
    prices = {each.asset: Fraction(each.log_value.exp()) for each in fixing.values if each.asset in terms.basket}
    old = sum((Fraction(held) * prices[asset] for asset, held in terms.basket.items()), Fraction(0))
    new = sum((Fraction(held) * prices[asset] for asset, held in quantities.items()), Fraction(0))
    unit = Fraction(decimal_of(Fraction(terms.methodology.link_factor) * old))
    return decimal_of(Fraction(unit, new), LINK_DIGITS_MAX)
