"""Law 2, admission: a book in; every refusal with its figures, and the headroom left, out.

Reasons in order: unsupported, expired, no_value, too_coarse, self_crossing; then, in ascending offer id,
no_headroom. Unsupported and too_coarse are of rulebook 1, self_crossing of later ones. An offer needs credit for
what it concedes beyond the allowance: capacity times rate in ppm, rounded up. Offers on one stock need together what
the stock can carry at the highest of their rates.

Example: a stock worth 100 µ, offers of 80 µ at 10 % and of 50 µ at 20 %. The first needs ⌈80 · 10 %⌉ = 8. With
the second, 50 go at 20 % and 50 at 10 %: 15, so the second needs 7.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from clearing.audit.verify import forms
from clearing.audit.verify.book import ANY, NONE, Book
from clearing.audit.verify.law2_self_crossing import cross
from clearing.audit.verify.lines import canonical, columns, compare
from clearing.audit.verify.report import Findings, shown

PPM = 1_000_000
CONDITIONS = ("min_fill", "all_or_none", "lot", "max_ring", "allow", "deny")
Refusal = tuple[str, str | None, str | None]
"""Reason, found, limit."""


@dataclass(slots=True)
class Admission:
    """Who takes part: refusals by offer, headroom left by participant, and the alternatives that are not kept."""

    refusals: dict[int, Refusal]
    headroom: list[int]
    dropped: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _StockNeed:
    """The dearest parts of one stock that are spoken for: (rate, part), rates ascending."""

    size: int
    parts: list[tuple[int, int]] = field(default_factory=list)
    used: int = 0
    total: int = 0
    """Σ rate × part."""


def admit(book: Book) -> Admission:
    """Admission of a book, in order of offer id."""
    participants, offers = book.participants, book.offers
    opening = [balance + credit for balance, credit in zip(participants.balance, participants.credit, strict=True)]
    headroom = [max(0, each) for each in opening]
    allowance = [book.rulebook.allowance_ppm if each >= 0 else 0 for each in opening]
    refusals = _refusals_of_terms(book)
    dropped: set[int] = set()
    if book.rulebook.self_crossing == "refuse":
        crossing = cross(book, refusals)
        dropped = crossing.dropped
        refusals |= {offer: ("self_crossing", str(least), "0") for offer, least in crossing.refused.items()}
    stocks: dict[int, _StockNeed] = {}
    rates = _greatest_concessions(book, dropped)
    for offer, (participant, concession) in enumerate(zip(offers.participant, rates, strict=True)):
        rate = concession - allowance[participant]
        if rate <= 0 or offer in refusals:
            continue
        need = _need(book, offer, rate, stocks)
        if need > headroom[participant]:
            refusals[offer] = ("no_headroom", str(need), str(headroom[participant]))
            continue
        headroom[participant] -= need
        if offers.stock[offer] != NONE:
            _reserve(stocks[offers.stock[offer]], rate, offers.capacity[offer])
    return Admission(refusals, headroom, dropped)


def check_refusals(book: Book, admission: Admission, bytes_read: bytes, found: Findings) -> set[int]:
    """Recorded refusals must be exactly these; returns the offers that take no part by either."""
    compare(bytes_read, _lines(book, admission), forms.REFUSALS, 2, found)
    recorded = columns(bytes_read, forms.REFUSALS, Findings())
    refused = set(admission.refusals)
    for line, name in enumerate(recorded[0] if recorded else [], start=1):
        if name in book.offers.index:
            refused.add(book.offers.index[name])
        else:
            found.add(2, f"no such offer: {shown(name)}", forms.REFUSALS.path, line, "offer_id")
    return refused


def _lines(book: Book, admission: Admission) -> Iterator[str]:
    for offer in sorted(admission.refusals):
        reason, was_found, limit = admission.refusals[offer]
        line = {"offer_id": book.offers.id[offer], "reason": reason, "found": was_found, "limit": limit}
        yield canonical({name: value for name, value in line.items() if value is not None}) + "\n"


def _greatest_concessions(book: Book, dropped: set[int]) -> list[int]:
    """Per offer the greatest −limit of its alternatives that are kept, in ppm; where none is, that is never asked."""
    offers = book.offers
    if len(offers.alt_limit) == len(offers.id):
        return [-limit for limit in offers.alt_limit]
    starts = offers.alt_start
    if not dropped:
        return [-min(offers.alt_limit[starts[i] : starts[i + 1]]) for i in range(len(offers.id))]
    kept = [[row for row in range(starts[i], starts[i + 1]) if row not in dropped] for i in range(len(offers.id))]
    return [-min((offers.alt_limit[row] for row in rows), default=0) for rows in kept]


def _refusals_of_terms(book: Book) -> dict[int, Refusal]:
    """Refusals that need no headroom to be seen; the first reason in order of precedence stands."""
    offers, refusals = book.offers, _unusable_assets(book)
    cut_off = book.rulebook.cut_off
    for offer, expires in offers.expires.items():
        # Without their Z, times compare as text: a fraction comes after the whole second.
        if cut_off is not None and expires[:-1] <= cut_off[:-1]:
            refusals[offer] = ("expired", expires, cut_off)
    for offer, columns_asked in _asked(book).items() if book.rulebook.version == 1 else ():
        refusals[offer] = ("unsupported", "|".join(columns_asked), "rulebook 1")
    return refusals


def _asked(book: Book) -> dict[int, list[str]]:
    """The columns, beyond those of rulebook 1, by which offers ask for something."""
    offers = book.offers
    asked: dict[int, list[str]] = {}
    if ANY in offers.alt_asset:
        gifts = (offer for asset, offer in zip(offers.alt_asset, offers.alt_offer, strict=True) if asset == ANY)
        asked = {offer: ["receive_assets"] for offer in gifts}
    for offer, conditions in offers.conditions.items():
        named = [name for name in CONDITIONS if getattr(conditions, name)]
        asked[offer] = asked.get(offer, []) + named
    return asked


def _unusable_assets(book: Book) -> dict[int, Refusal]:
    assets, tolerance = book.assets, book.rulebook.tolerance_micro
    divided = book.rulebook.version == 1  # later ones trade in whole increments what is too coarse to divide
    valueless = {asset for asset, value in enumerate(assets.value[:ANY]) if not value}
    coarse = {asset for asset, value in enumerate(assets.value[:ANY]) if value > tolerance and divided}
    refusals: dict[int, Refusal] = {}
    if not valueless and not coarse:
        return refusals
    offers, unusable = book.offers, valueless | coarse
    for offer, deliver in enumerate(offers.deliver):
        taken = offers.alt_asset[offers.alt_start[offer] : offers.alt_start[offer + 1]]
        named = [asset for asset in (deliver, *taken) if asset in unusable]
        if not named:
            continue
        missing = next((asset for asset in named if asset in valueless), None)
        if missing is not None:
            refusals[offer] = ("no_value", assets.name[missing], None)
        else:
            refusals[offer] = ("too_coarse", str(assets.value[named[0]]), str(tolerance))
    return refusals


def _need(book: Book, offer: int, rate: int, stocks: dict[int, _StockNeed]) -> int:
    offers, stock = book.offers, book.offers.stock[offer]
    if stock == NONE:
        return _ceiling(offers.capacity[offer] * rate)
    if stock not in stocks:
        stocks[stock] = _StockNeed(book.stocks.quantity[stock] * book.assets.value[book.stocks.asset[stock]])
    need = stocks[stock]
    part, freed = _displacement(need, rate, offers.capacity[offer])
    lost = sum(each * amount for each, amount in freed)
    return _ceiling(need.total + rate * part - lost) - _ceiling(need.total)


def _displacement(need: _StockNeed, rate: int, capacity: int) -> tuple[int, list[tuple[int, int]]]:
    """The part that an offer gets of a stock, and the cheaper parts that make room for it."""
    part = min(capacity, need.size - need.used)
    wanted = min(capacity, need.size) - part
    freed = []
    for cheaper, amount in need.parts:
        if cheaper >= rate or not wanted:
            break
        moved = min(amount, wanted)
        freed.append((cheaper, moved))
        wanted -= moved
        part += moved
    return part, freed


def _reserve(need: _StockNeed, rate: int, capacity: int) -> None:
    part, freed = _displacement(need, rate, capacity)
    for cheaper, amount in freed:
        rest = need.parts[0][1] - amount
        del need.parts[0]
        if rest:
            need.parts.insert(0, (cheaper, rest))
        need.total -= cheaper * amount
        need.used -= amount
    if part:
        insort(need.parts, (rate, part))
        need.used += part
        need.total += rate * part


def _ceiling(micro_ppm: int) -> int:
    return -(-micro_ppm // PPM)
