"""Asks: a book -> what each offer's conditions mean in µ: the steps of what it delivers, who conflicts with whom.

Example: an offer of 100 t in increments of 1 t worth 5,000 µ, lots of 20 t and a minimum fill of 30 t delivers
nothing, 40, 60, 80 or 100 t: step 100,000 µ, least 200,000 µ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clearing.model.book import Book, Conditions

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

_NOTHING = Conditions()


class Asks:
    """What the offers of a book ask under rulebook 2."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._value = book.assets.value_micro
        self._tolerance = book.rulebook.residual_tolerance_micro
        self._ids = book.participants.id
        self._step: dict[int, int] = {}
        self._least: dict[int, int] = {}
        """By offer, as they are asked for."""

    def conditions(self, offer: int) -> Conditions:
        """The conditions of an offer, empty ones where it has none."""
        return self.book.offers.conditions.get(offer, _NOTHING)

    def is_indivisible(self, asset: int) -> bool:
        """Whether the asset moves in whole increments; INDEX and anything do not."""
        return asset >= 0 and bool(self._value[asset] > self._tolerance)

    def capacity_micro(self, offer: int) -> int:
        """Value of the whole offer."""
        offers = self.book.offers
        return int(offers.quantity[offer]) * self.book.increment_value_micro(int(offers.deliver[offer]))

    def step_micro(self, offer: int) -> int:
        """What the offer delivers is a multiple of this."""
        if offer not in self._step:
            self._step[offer] = self._step_of(offer)
        return self._step[offer]

    def least_micro(self, offer: int) -> int:
        """The least that the offer delivers, if it delivers at all."""
        if offer not in self._least:
            self._least[offer] = self._least_of(offer)
        return self._least[offer]

    def _step_of(self, offer: int) -> int:
        asset, lot = int(self.book.offers.deliver[offer]), self.conditions(offer).lot
        if lot is not None:
            return lot * self.book.increment_value_micro(asset)
        return int(self._value[asset]) if self.is_indivisible(asset) else 1

    def _least_of(self, offer: int) -> int:
        asked, step = self.conditions(offer), self.step_micro(offer)
        if asked.all_or_none:
            return self.capacity_micro(offer)
        asset = int(self.book.offers.deliver[offer])
        least = (asked.min_fill or 0) * self.book.increment_value_micro(asset)
        return max(step, -(-least // step) * step)

    def is_stepped(self, offer: int) -> bool:
        """Whether the offer cannot be filled by any amount at will."""
        offers, asked = self.book.offers, self.conditions(offer)
        if asked.all_or_none or asked.lot is not None or asked.min_fill:
            return True
        rows = range(int(offers.alt_start[offer]), int(offers.alt_start[offer + 1]))
        assets = [int(offers.deliver[offer]), *(int(offers.alt_asset[row]) for row in rows)]
        return any(self.is_indivisible(asset) for asset in assets)

    def stepped_of(self, offers: IntArray) -> BoolArray:
        """``is_stepped`` of some offers, each with an alternative at least."""
        book = self.book.offers
        coarse = np.concatenate([indivisible(self.book), [False, False]])  # ANY and INDEX are the last
        mask: BoolArray = coarse[book.deliver[offers]]
        if not len(offers):
            return mask
        line, count = lines_of(self.book, offers)
        mask |= np.logical_or.reduceat(coarse[book.alt_asset[line]], np.cumsum(count) - count)
        for i, offer in enumerate(offers.tolist()) if book.conditions else ():
            mask[i] |= offer in book.conditions and self.is_stepped(offer)
        return mask

    def is_listed(self, offer: int) -> bool:
        """Whether the offer has an allow or deny list."""
        asked = self.conditions(offer)
        return bool(asked.allow or asked.deny)

    def deny(self, one: int, other: int) -> bool:
        """Whether either offer denies the other's participant."""
        return self._denies(one, other) or self._denies(other, one)

    def conflict(self, one: int, other: int) -> bool:
        """Whether the two offers may not deliver to each other."""
        return self.deny(one, other) or self._misses(one, other) or self._misses(other, one)

    def _denies(self, one: int, other: int) -> bool:
        desks = self.book.offers.participant
        named = self._ids[int(desks[other])]
        return desks[one] != desks[other] and named in self.conditions(one).deny

    def _misses(self, one: int, other: int) -> bool:
        desks, allowed = self.book.offers.participant, self.conditions(one).allow
        return bool(allowed) and desks[one] != desks[other] and self._ids[int(desks[other])] not in allowed


def indivisible(book: Book) -> BoolArray:
    """Assets whose increment is worth more than the residual tolerance."""
    coarse: BoolArray = book.assets.value_micro > book.rulebook.residual_tolerance_micro
    return coarse


def stepped(book: Book) -> BoolArray:
    """``Asks.is_stepped`` of every offer."""
    return Asks(book).stepped_of(np.arange(len(book.offers.id)))


def row_offers(book: Book) -> IntArray:
    """Offer of each row of the alternatives."""
    rows: IntArray = np.repeat(np.arange(len(book.offers.id)), np.diff(book.offers.alt_start))
    return rows


def lines_of(book: Book, offers: IntArray) -> tuple[IntArray, IntArray]:
    """The rows of the alternatives of some offers, offer by offer, and how many each has."""
    start = book.offers.alt_start[offers]
    count = book.offers.alt_start[offers + 1] - start
    line: IntArray = np.arange(int(count.sum())) + np.repeat(start - np.cumsum(count) + count, count)
    return line, count
