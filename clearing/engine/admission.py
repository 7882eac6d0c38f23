"""Admission: book -> which offers take part, why the others do not, and the headroom left.

A desk that concedes a premium may have to pay it, so its offers must fit its headroom: balance +
credit limit. An offer's worst case is capacity x max(0, -limit - allowance), rounded up.

Three offers of one desk with headroom 100, allowance 2 %: OF-1 concedes 5 % on 2,000 (needs 60), OF-2
concedes 4 % on 3,000 (needs 60, 40 is left: refused), OF-3 concedes 1 % (needs 0: always fits).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.self_crossing import cross
from clearing.model.book import ANY, INDEX, NONE, Book
from clearing.model.faults import Refusal, RefusalReason

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Admission:
    """Which offers take part (mask), the refusals in offer order, headroom left per participant in µ."""

    admitted: BoolArray
    refusals: tuple[Refusal, ...]
    headroom_left_micro: IntArray
    kept: BoolArray
    """Mask over the alternatives: not kept is what would let a desk clear with itself (rulebook 2)."""


def admit(book: Book) -> Admission:
    """Apply the reasons in their order of precedence, then headroom in order of offer id."""
    refusals = _no_value(book) | _expired(book)
    if book.rulebook.version == 1:
        refusals = _too_coarse(book) | refusals | _unsupported(book)
    admitted = np.ones(len(book.offers.id), dtype=np.bool_)
    admitted[list(refusals)] = False
    kept = np.ones(len(book.offers.alt_asset), dtype=np.bool_)
    if book.rulebook.self_crossing == "refuse":
        kept, crossing = _self_crossing(book, admitted)
        admitted[list(crossing)] = False
        refusals |= crossing
    without_headroom, left = _by_headroom(book, admitted, kept)
    admitted[list(without_headroom)] = False
    refusals |= without_headroom
    return Admission(admitted, tuple(refusals[i] for i in sorted(refusals)), left, kept)


def offer_capacity_micro(book: Book) -> IntArray:
    """Value of each offer's whole quantity; 0 where the fixing has no value."""
    values = np.append(book.assets.value_micro, 1)  # INDEX is the last, and ANY is never delivered
    capacity: IntArray = book.offers.quantity * values[book.offers.deliver]
    return capacity


def headroom_micro(book: Book) -> IntArray:
    """Balance + credit limit, at least 0."""
    headroom: IntArray = np.maximum(0, book.participants.balance_micro + book.participants.credit_limit_micro)
    return headroom


def needs_micro(book: Book, some: BoolArray, kept: BoolArray) -> IntArray:
    """Headroom that a set of offers (mask) needs together, per participant, whether it is there or not.

    ``kept`` is the mask of the alternatives that count.
    """
    rate, capacity = _rates_ppm(book, kept), offer_capacity_micro(book)
    rows = np.flatnonzero(some & (rate > 0))
    alone, drawn = rows[book.offers.stock[rows] == NONE], rows[book.offers.stock[rows] != NONE]
    needs = np.zeros(len(book.participants.id), dtype=np.int64)
    np.add.at(needs, book.offers.participant[alone], _worst_cases(capacity[alone], rate[alone]))
    on_stock: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for offer, stock in zip(drawn.tolist(), book.offers.stock[drawn].tolist(), strict=True):
        on_stock[stock].append((-int(rate[offer]), offer, int(capacity[offer])))
    stock_micro = _stock_capacity_micro(book)
    for stock, parts in on_stock.items():
        needs[book.stocks.participant[stock]] += _worst_case_together(sorted(parts), stock_micro[stock])
    return needs


def not_kept(book: Book, admission: Admission) -> Sequence[int]:
    """Rows of the alternatives that admitted offers do not keep."""
    owner = np.repeat(np.arange(len(book.offers.id)), np.diff(book.offers.alt_start))
    return list(np.flatnonzero(~admission.kept & admission.admitted[owner]).tolist())


def _unsupported(book: Book) -> dict[int, Refusal]:
    """Conditions, and taking anything, in the order of their columns."""
    offers = book.offers
    asked = {offer: conditions.named() for offer, conditions in offers.conditions.items()}
    for offer in (np.searchsorted(offers.alt_start, np.flatnonzero(offers.alt_asset == ANY), "right") - 1).tolist():
        asked[offer] = ("receive_assets", *asked.get(offer, ()))
    return {
        offer: Refusal(offer, RefusalReason.UNSUPPORTED, "|".join(named), f"rulebook {book.rulebook.version}")
        for offer, named in asked.items()
        if named
    }


def _expired(book: Book) -> dict[int, Refusal]:
    cut_off = book.rulebook.cut_off
    if cut_off is None:
        return {}
    # Canonical times compare as text once the Z is gone: a fraction then sorts after its second.
    return {
        offer: Refusal(offer, RefusalReason.EXPIRED, expires_at, cut_off)
        for offer, expires_at in book.offers.expires_at.items()
        if expires_at[:-1] <= cut_off[:-1]
    }


def _no_value(book: Book) -> dict[int, Refusal]:
    lacking = np.append(book.assets.value_micro == 0, [False, False])  # ANY and INDEX are the last
    return {
        offer: Refusal(offer, RefusalReason.NO_VALUE, book.assets.id[asset])
        for offer, asset in _first_asset(book, lacking)
    }


def _too_coarse(book: Book) -> dict[int, Refusal]:
    tolerance = book.rulebook.residual_tolerance_micro
    values = book.assets.value_micro
    coarse = np.append(values > tolerance, [False, False])
    return {
        offer: Refusal(offer, RefusalReason.TOO_COARSE, str(values[asset]), str(tolerance))
        for offer, asset in _first_asset(book, coarse)
    }


def _first_asset(book: Book, marked: BoolArray) -> Iterator[tuple[int, int]]:
    """Offers that name a marked asset, with the first such: deliver asset, then alternatives as written."""
    offers = book.offers
    rows = np.flatnonzero(marked[offers.alt_asset])
    owners = np.searchsorted(offers.alt_start, rows, side="right") - 1
    first = dict(zip(reversed(owners.tolist()), reversed(offers.alt_asset[rows].tolist()), strict=True))
    delivering = np.flatnonzero(marked[offers.deliver])
    first |= dict(zip(delivering.tolist(), offers.deliver[delivering].tolist(), strict=True))
    return iter(first.items())


def _self_crossing(book: Book, admitted: BoolArray) -> tuple[BoolArray, dict[int, Refusal]]:
    """The alternatives that are kept, and the offers left with none."""
    kept, least = cross(book, admitted)
    return kept, {
        offer: Refusal(offer, RefusalReason.SELF_CROSSING, str(ppm), "0") for offer, ppm in least.items()
    }


def _by_headroom(book: Book, admitted: BoolArray, kept: BoolArray) -> tuple[dict[int, Refusal], IntArray]:
    """Offers whose worst case does not fit, and the headroom left per participant."""
    rate, capacity = _rates_ppm(book, kept), offer_capacity_micro(book)
    rows = np.flatnonzero(admitted & (rate > 0))
    columns = rows, rate[rows], capacity[rows], book.offers.participant[rows], book.offers.stock[rows]
    stock_micro = _stock_capacity_micro(book)
    on_stock: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    left = headroom_micro(book).tolist()
    refusals = {}
    alone = _worst_cases(capacity[rows], rate[rows])
    for offer, ppm, micro, desk, stock, need in zip(*(c.tolist() for c in (*columns, alone)), strict=True):
        if stock != NONE:
            together = sorted([*on_stock[stock], (-ppm, offer, micro)])
            need = _worst_case_together(together, stock_micro[stock]) - _worst_case_together(
                on_stock[stock], stock_micro[stock]
            )
        if need > 0 and need > left[desk]:
            refusals[offer] = Refusal(offer, RefusalReason.NO_HEADROOM, str(need), str(left[desk]))
            continue
        left[desk] -= need
        if stock != NONE:
            on_stock[stock] = together
    return refusals, np.array(left, dtype=np.int64)


def _rates_ppm(book: Book, kept: BoolArray) -> IntArray:
    offers, participants = book.offers, book.participants
    overdrawn = participants.balance_micro + participants.credit_limit_micro < 0
    allowance = np.where(overdrawn, 0, book.rulebook.allowance_ppm)[offers.participant]
    if not len(offers.id):
        return np.zeros(0, dtype=np.int64)
    limits = np.where(kept, offers.alt_limit_ppm, 0)  # 0 adds nothing to a rate
    lowest = np.minimum.reduceat(limits, offers.alt_start[:-1])
    rate: IntArray = np.maximum(0, -lowest - allowance)
    return rate


def _worst_cases(capacity: IntArray, rate: IntArray) -> IntArray:
    # Split so that no product passes 62 bits: rates are at most 10**6.
    whole, rest = np.divmod(capacity, PPM)
    worst: IntArray = whole * rate - (-(rest * rate) // PPM)
    return worst


def _worst_case_together(parts: list[tuple[int, int, int]], stock_micro: int) -> int:
    """Worst case of offers on one stock: parts are (-rate, offer, capacity), sorted."""
    total, left = 0, stock_micro
    for negative_rate, _, capacity in parts:
        part = min(capacity, left)
        total -= negative_rate * part
        left -= part
    return -(-total // PPM)


def _stock_capacity_micro(book: Book) -> Sequence[int]:
    capacity: IntArray = book.stocks.quantity * book.assets.value_micro[book.stocks.asset]
    return list(capacity.tolist())


assert (ANY, INDEX) == (-2, -1), "ANY and INDEX must select the last elements of a column"
