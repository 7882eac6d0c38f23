"""Law 3: every desk gets at least what it asked for, and no account falls below its floor.

Premia: a filled alternative that takes b and delivers a has μ_a − μ_b ≥ ρ; μ of INDEX is 0. Money, per offer: premia
≥ Σ ρ_b · (value received of b) − |μ_a|·|residual| − ½ µ a leg, what a participant delivers to itself counted as if it
were booked, exactly. Account: balance + index and premium entries ≥ min(−credit limit, balance) − allowance · (value
delivered) − what residuals make of limits and premia − ½ µ a leg. All sums are in half millionths of a µ.

Example: 300 µ of a delivered for 299 µ of b at ρ = 1000 ppm, premia 3000 and 1500 ppm: 0.9 comes in, 0.4485 goes
out, and rounding to 1 and 0 leaves 1 ≥ 0.299 − 0.003 − 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MappingProxyType

from clearing.audit.verify import forms
from clearing.audit.verify.book import INDEX, Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.law6_accounts import Accounts
from clearing.audit.verify.law6_legs import PPM, Leg, Legs
from clearing.audit.verify.lines import columns
from clearing.audit.verify.report import Findings


def read_premia(
    bytes_read: bytes, book: Book, fills: Fills, found: Findings, searched: Set[int] = frozenset()
) -> dict[int, int] | None:
    """The premia as published, by asset, None unless every asset that is delivered in the circulation has one."""
    read = columns(bytes_read, forms.PREMIA, Findings())
    if read is None:
        return None
    assets = [book.assets.index.get(name) for name in read[0]]
    premia = {asset: int(ppm) for asset, ppm in zip(assets, read[1], strict=True) if asset is not None}
    delivered = {asset for asset, flow in zip(book.offers.deliver, fills.offer_flow, strict=True) if flow}
    if searched:
        apart = {book.offers.deliver[offer] for offer in searched}
        premia = {asset: ppm for asset, ppm in premia.items() if asset not in apart}
        delivered -= apart
    for asset in sorted(delivered - premia.keys() - {INDEX}):
        found.add(5, f"{book.assets.name[asset]} is delivered and has no premium", forms.PREMIA.path)
    return None if delivered - premia.keys() - {INDEX} else premia


def check_premia(
    book: Book, fills: Fills, premia: dict[int, int], found: Findings, searched: Set[int] = frozenset()
) -> None:
    """Every filled alternative is paid at least its limit by the published premia."""
    offers = book.offers
    mu = _by_asset(book, premia)
    rows = zip(fills.alt_flow, offers.alt_offer, offers.alt_asset, offers.alt_limit, strict=True)
    for flow, offer, asset, limit in rows:
        if flow and offer not in searched and mu[offers.deliver[offer]] - mu[asset] < limit:
            paid = mu[offers.deliver[offer]] - mu[asset]
            message = f"{offers.id[offer]} is filled at a limit of {limit} ppm, the premia pay {paid}"
            found.add(3, message, forms.FILLS.path, fills.line(book, offer), "received")


def check_money(
    book: Book,
    fills: Fills,
    legs: Legs,
    priced: list[Leg],
    sums: Accounts,
    premia: dict[int, int],
    found: Findings,
    searched: Mapping[int, int] = MappingProxyType({}),
) -> None:
    """Every offer and every account in money, after rounding.

    What ``searched`` offers are paid is looked at apart; each may be so many µ short by rounding.
    """
    offers, values, mu = book.offers, book.assets.value, _by_asset(book, premia)
    booked, count = _booked(book, priced)
    slack = [0] * len(book.participants.id)
    delivered_value = [0] * len(book.participants.id)
    for offer, flow in enumerate(fills.offer_flow):
        if not flow:
            continue
        if offer in searched:
            participant = offers.participant[offer]
            slack[participant] += PPM * searched[offer] + _worst_of_residual(book, fills, offer)
            delivered_value[participant] += flow
            continue
        deliver, owed, worst, received = offers.deliver[offer], 0, 0, 0
        own = mu[deliver] * values[deliver] * (fills.delivered[offer] - legs.given[offer])
        for alternative in range(offers.alt_start[offer], offers.alt_start[offer + 1]):
            asset, quantity = offers.alt_asset[alternative], fills.alt_quantity[alternative]
            received += values[asset] * quantity
            owed += offers.alt_limit[alternative] * values[asset] * quantity
            own -= mu[asset] * values[asset] * (quantity - legs.taken[alternative])
            worst = max(worst, -offers.alt_limit[alternative])
        value = values[deliver] * fills.delivered[offer]
        residual = abs(value - received)
        paid = 2 * (PPM * booked[offer] + own)
        if paid < 2 * owed - 2 * abs(mu[deliver]) * residual - PPM * count[offer]:
            message = f"{offers.id[offer]} is paid {paid} and owed {2 * owed}, in half millionths of a µ"
            found.add(3, message, forms.FILLS.path, fills.line(book, offer), "received")
        participant = offers.participant[offer]
        slack[participant] += (worst + abs(mu[deliver])) * residual
        delivered_value[participant] += value
    _check_accounts(book, sums, slack, delivered_value, found)


def _worst_of_residual(book: Book, fills: Fills, offer: int) -> int:
    """What an offer may concede on what it takes beyond what it delivers."""
    span = slice(book.offers.alt_start[offer], book.offers.alt_start[offer + 1])
    worst = max(0, -min(book.offers.alt_limit[span]))
    return worst * abs(fills.offer_flow[offer] - sum(fills.alt_flow[span]))


def _check_accounts(book: Book, sums: Accounts, slack: list[int], delivered_value: list[int], found: Findings) -> None:
    people = book.participants
    for person, (balance, credit) in enumerate(zip(people.balance, people.credit, strict=True)):
        allowance = book.rulebook.allowance_ppm if balance + credit >= 0 else 0
        end = balance + sums.index[person] + sums.premium[person]
        room = 2 * (allowance * delivered_value[person] + slack[person]) + PPM * sums.legs[person]
        if 2 * PPM * (end - min(-credit, balance)) < -room:
            message = f"{people.id[person]} ends at {end}, credit limit {credit}, opening balance {balance}"
            found.add(3, message, forms.ENTRIES.path, field="amount_micro")


def _booked(book: Book, priced: list[Leg]) -> tuple[list[int], list[int]]:
    """Per offer the premia of its legs, positive if paid to it, and how many legs book one."""
    receiver_of, offers = book.offers.alt_offer, len(book.offers.id)
    booked, count = [0] * offers, [0] * offers
    for _, giver, alternative, _, _, _, premium in priced:
        receiver = receiver_of[alternative]
        booked[giver] += premium
        booked[receiver] -= premium
        count[giver] += 1
        count[receiver] += 1
    return booked, count


def _by_asset(book: Book, premia: dict[int, int]) -> list[int]:
    mu = [0] * len(book.assets.name)
    for asset, premium in premia.items():
        mu[asset] = premium
    mu[INDEX] = 0
    return mu
