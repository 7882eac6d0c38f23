"""A session comes in; what became of every offer, and why, goes out as columns.

Worked example. Rye takes hay and delivers oats at a limit of +20 bps. Oats cleared at +5 bps and hay at -10: the
premia pay +15, which is less than its limit, so Rye is unfilled because of its limit. At a limit of +15 it would be
at the margin, and at +10 an unfilled Rye would have to be held back by a stock, a maximum or its account.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from clearing.model.book import ANY, INDEX, NONE, Book
from clearing.model.outcome import Outcome, SearchedPay

if TYPE_CHECKING:
    from clearing.model.columns import BoolArray, IntArray

MARKS = ("filled", "partly", "unfilled", "refused")
MARK_WORDS = {"filled": "filled", "partly": "partly filled", "unfilled": "unfilled", "refused": "refused"}


class Why(Enum):
    """Why an offer came out as it did."""

    REFUSED = "refused at admission"
    FILLED = "its whole quantity is cleared"
    NO_TAKER = "nobody wants what it delivers"
    NO_GIVER = "nobody delivers what it wants"
    SEARCHED = "its component clears in rings or whole pieces, without premia"
    PAR = "trade is at par, and more of it would serve no objective"
    LIMIT = "its limit is above what the premia pay"
    MARGIN = "at the margin: its limit is just what the premia pay"
    STOCK = "the stock that it draws on is used up"
    MAXIMUM = "its receive maximum is reached"
    ACCOUNT = "its account reaches its cap or has no headroom left"


WHYS = tuple(Why)
_FAR_BELOW = -(2**40)
"""Less than any limit or premium can be, in ppm."""


@dataclass(frozen=True, slots=True)
class Fates:
    """Columns over the offers of a book."""

    mark: IntArray
    """Index into MARKS."""
    why: IntArray
    """Index into WHYS."""
    alternative: IntArray
    """The row of ``alt_asset`` that tells most: the one most taken by, else the one nearest to a fill."""
    capacity_micro: IntArray
    bound_micro: IntArray
    """Per row of ``alt_asset``: the value that could be taken by it at most."""
    paid_ppm: IntArray
    """Per row of ``alt_asset``: what the premia pay for the delivered asset against it, or the search paid by it."""
    priced: BoolArray
    """Per row of ``alt_asset``: whether both assets have a premium, or it was taken by in a searched component."""
    searched: BoolArray
    """Per offer."""


def judge(book: Book, outcome: Outcome, pay: SearchedPay) -> Fates:
    """The fate of every offer, with its reason."""
    offers = book.offers
    owner = np.repeat(np.arange(len(offers.id)), np.diff(offers.alt_start))
    capacity = _capacity(book)
    admitted = np.ones(len(offers.id), dtype=np.bool_)
    admitted[[refusal.offer for refusal in outcome.refusals]] = False
    paid, priced = _paid(book, outcome, owner)
    bound = _bound(book, owner, capacity)
    still_open = outcome.fills.alt_flow_micro < bound
    slack = np.where(still_open & priced, paid - offers.alt_limit_ppm, _FAR_BELOW)
    best = _greatest(slack, offers.alt_start)
    searched = np.zeros(len(offers.id), dtype=np.bool_)
    searched[list(pay.micro)] = True
    why = _why(book, outcome, owner, admitted, capacity, best, searched)
    flow = outcome.fills.offer_flow_micro
    mark = np.where(flow > 0, np.where(flow == capacity, 0, 1), np.where(admitted, 2, 3))
    telling = _telling(book, outcome, owner, slack, best)
    taken = list(pay.ppm)
    paid[taken], priced[taken] = list(pay.ppm.values()), True
    return Fates(mark, why, telling, capacity, bound, paid, priced, searched)


def _capacity(book: Book) -> IntArray:
    """Quantity × value of each offer; 0 where its asset has no value."""
    value = np.append(book.assets.value_micro, 1)
    capacity: IntArray = book.offers.quantity * value[book.offers.deliver]
    return capacity


def _paid(book: Book, outcome: Outcome, owner: IntArray) -> tuple[IntArray, BoolArray]:
    premium = np.zeros(len(book.assets.id) + 2, dtype=np.int64)
    known = np.zeros(len(book.assets.id) + 2, dtype=np.bool_)
    known[INDEX] = True
    for line in outcome.premia:
        premium[line.asset], known[line.asset] = line.premium_ppm, True
    given, taken = book.offers.deliver[owner], book.offers.alt_asset
    return premium[given] - premium[taken], known[given] & known[taken]


def _bound(book: Book, owner: IntArray, capacity: IntArray) -> IntArray:
    """What each alternative could take: its maximum, the offer's capacity if that is less."""
    maximum, value = book.offers.alt_max, np.append(book.assets.value_micro, [1, 1])[book.offers.alt_asset]
    # Compared by division, since the product may not fit.
    binds = (maximum != NONE) & (maximum <= capacity[owner] // np.maximum(value, 1))
    return np.where(binds, np.where(binds, maximum, 0) * value, capacity[owner])


def _greatest(amounts: IntArray, start: IntArray) -> IntArray:
    return np.maximum.reduceat(amounts, start[:-1]) if len(start) > 1 else amounts[:0]


def _why(
    book: Book,
    outcome: Outcome,
    owner: IntArray,
    admitted: BoolArray,
    capacity: IntArray,
    best: IntArray,
    searched: BoolArray,
) -> IntArray:
    """The first reason that holds, in the order of the list."""
    offers, flow = book.offers, outcome.fills.offer_flow_micro
    idle = flow == 0
    wanted = _named(offers.alt_asset[admitted[owner]], book)
    wanted |= wanted[ANY]
    given = _named(offers.deliver[admitted], book)
    given[ANY] = given.any()
    some_giver = _greatest(given[offers.alt_asset].astype(np.int64), offers.alt_start) > 0
    takes_index = _greatest((offers.alt_asset == INDEX).astype(np.int64), offers.alt_start) > 0
    reasons = (
        (Why.REFUSED, ~admitted),
        (Why.FILLED, ~idle & (flow == capacity)),
        (Why.NO_TAKER, idle & ~wanted[offers.deliver]),
        (Why.NO_GIVER, idle & ~some_giver),
        (Why.SEARCHED, searched),
        (Why.PAR, np.full(len(idle), book.rulebook.objectives[0] != "surplus")),
        (Why.LIMIT, idle & (best < 0)),
        (Why.MAXIMUM, best < 0),
        (Why.STOCK, _used_up(book, outcome)),
        (Why.ACCOUNT, (takes_index | (offers.deliver == INDEX)) & (best > 0)),
    )
    return np.select(
        [holds for _why, holds in reasons], [WHYS.index(why) for why, _holds in reasons], WHYS.index(Why.MARGIN)
    )


def _named(assets: IntArray, book: Book) -> BoolArray:
    """Which assets occur, ANY and INDEX last."""
    found = np.zeros(len(book.assets.id) + 2, dtype=np.bool_)
    found[assets] = True
    return found


def _used_up(book: Book, outcome: Outcome) -> BoolArray:
    """Offers whose stock has nothing left."""
    stocks, offers = book.stocks, book.offers
    drawn = np.zeros(len(stocks.id) + 1, dtype=np.int64)
    np.add.at(drawn, offers.stock, outcome.fills.offer_flow_micro)
    empty = np.append(drawn[:-1] >= stocks.quantity * book.assets.value_micro[stocks.asset], False)
    used: BoolArray = empty[offers.stock]
    return used


def _telling(book: Book, outcome: Outcome, owner: IntArray, slack: IntArray, best: IntArray) -> IntArray:
    flow, start = outcome.fills.alt_flow_micro, book.offers.alt_start
    most = _greatest(flow, start)
    tells = np.flatnonzero(np.where(most[owner] > 0, flow == most[owner], slack == best[owner]))
    _offers, first = np.unique(owner[tells], return_index=True)
    rows: IntArray = tells[first]
    return rows
