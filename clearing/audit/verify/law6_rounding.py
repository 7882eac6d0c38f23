"""Law 6, rounding: of all ways to round a pool the legs book the one that the lottery makes unique.

Rounding is a flow: stock, giving offer, leg, alternative each take their floor or ceiling. A residual cycle raises
some of these by one and lowers others; the rounding is the least, and the only such, exactly when the lottery costs
around every cycle sum to more than 0. Nodes are eliminated one at a time: every way into a node joined with every way
out becomes an arc past it, and a way back to where it began is a cycle. Ties of the first lottery fall to the second,
and so on: a cost is then Σ of the stages' costs, each weighted so that it outweighs all later ones.

Example: givers G, H deliver 0.5 each to K and L alike. Booked are 1 of G->K and 1 of H->L; the other way is one
G->L and one H->K, a cycle of cost (G->L) − (G->K) + (H->K) − (H->L), which must be above 0.
"""

from __future__ import annotations

from collections import defaultdict
from heapq import heapify, heappop, heappush

from clearing.audit.verify import forms
from clearing.audit.verify.book import NONE, Book
from clearing.audit.verify.fills import Fills
from clearing.audit.verify.law6_legs import Legs
from clearing.audit.verify.law6_own import own_quantities
from clearing.audit.verify.law6_rings import Exchange
from clearing.audit.verify.lottery import leg_cost
from clearing.audit.verify.report import Findings

STAGES_MAX = 8
GIVING, RECEIVING = -1, -2
"""The two ends that all giving and all receiving sides are joined to."""
Moves = list[tuple[int, int, int, int]]
"""(tail, head, key of a leg, 1 for one more and −1 for one less; 0 where it is a total)."""


def check_rounding(book: Book, fills: Fills, exchange: Exchange, legs: Legs, salt: bytes, found: Findings) -> None:
    """In every pool the booked rounding is the least by the lottery, and the only such."""
    pools = _fractional_legs(book, exchange)
    own = own_quantities(book, fills, exchange, legs, salt)
    if own is None:
        found.add(6, "no deliveries to oneself complete the legs to the fills", forms.LEGS.path, field="quantity")
        return
    for asset, keys in sorted(pools.items()):
        moves = _moves(book, fills, exchange, legs, own, asset, keys)
        for stages in range(1, STAGES_MAX + 1):
            least = _least_cycle(book, moves, salt, stages)
            if least is None or least > 0:
                break
            if least < 0:
                message = f"pool {book.assets.name[asset]}: another rounding is less by the lottery"
                found.add(6, message, forms.LEGS.path, field="quantity")
                break


def _fractional_legs(book: Book, exchange: Exchange) -> dict[int, list[int]]:
    """By asset, the legs whose exact value is no whole number of increments."""
    asset_of, values, alternatives = book.offers.alt_asset, book.assets.value, len(book.offers.alt_offer)
    pools: dict[int, list[int]] = defaultdict(list)
    for key, flow in exchange.flow.items():
        asset = asset_of[key % alternatives]
        if flow % values[asset]:
            pools[asset].append(key)
    return pools


def _moves(
    book: Book, fills: Fills, exchange: Exchange, legs: Legs, own: dict[int, int], asset: int, keys: list[int]
) -> Moves:
    """What can still be rounded the other way; whole values and the pool's total cannot."""
    offers, value, alternatives = book.offers, book.assets.value[asset], len(book.offers.alt_offer)
    first_taker, first_stock = len(offers.id), len(offers.id) + alternatives
    moves: Moves = []
    for key in keys:
        giver, alternative = divmod(key, alternatives)
        quantity = own[key] if key in own else legs.quantity.get(key, 0)
        ends = (giver, first_taker + alternative)
        moves.append(_move(*ends, key, 1, raised=quantity > exchange.flow[key] // value))
    stocks = set()
    for giver in sorted({key // alternatives for key in keys}):
        stock = offers.stock[giver]
        above = GIVING if stock == NONE else first_stock + stock
        stocks.add(stock)
        floor, rest = divmod(fills.offer_flow[giver], value)
        if rest:
            moves.append(_move(above, giver, 0, 0, raised=fills.delivered[giver] > floor))
    for alternative in sorted({key % alternatives for key in keys}):
        floor, rest = divmod(fills.alt_flow[alternative], value)
        if rest:
            raised = fills.alt_quantity[alternative] > floor
            moves.append(_move(first_taker + alternative, RECEIVING, 0, 0, raised=raised))
    for stock in sorted(stocks - {NONE}):
        flow, delivered = legs.stocks[stock]
        if flow % value:
            moves.append(_move(GIVING, first_stock + stock, 0, 0, raised=delivered > flow // value))
    return moves


def _move(tail: int, head: int, key: int, sign: int, *, raised: bool) -> tuple[int, int, int, int]:
    """A raised value can only come down, against its arc."""
    return (head, tail, key, -sign) if raised else (tail, head, key, sign)


def _least_cycle(book: Book, moves: Moves, salt: bytes, stages: int) -> int | None:
    """A negative cycle's cost, or the least of all cycles, or None where there is none."""
    out: dict[int, dict[int, int]] = defaultdict(dict)
    into: dict[int, dict[int, int]] = defaultdict(dict)
    for tail, head, key, sign in moves:
        out[tail][head] = into[head][tail] = sign * leg_cost(book, key, salt, stages) if sign else 0
    least: int | None = None
    heap = []
    for node in dict.fromkeys((*out, *into)):
        ways = len(into[node]) * len(out[node])
        if ways > 1:
            heap.append((ways, node))
        elif (closed := _eliminate(out, into, node)) is not None:
            least = closed if least is None else min(least, closed)
    heapify(heap)
    while heap and (least is None or least >= 0):
        ways, node = heappop(heap)
        now = len(into[node]) * len(out[node])
        if now > ways:
            heappush(heap, (now, node))
            continue
        closed = _eliminate(out, into, node)
        if closed is not None:
            least = closed if least is None else min(least, closed)
    return least


def _eliminate(out: dict[int, dict[int, int]], into: dict[int, dict[int, int]], node: int) -> int | None:
    """Join every way into a node with every way out of it; the least cost of a cycle that this closes."""
    incoming, outgoing = into.pop(node), out.pop(node)
    least: int | None = None
    for tail in incoming:
        del out[tail][node]
    for head in outgoing:
        del into[head][node]
    for tail, first in incoming.items():
        ways = out[tail]
        for head, second in outgoing.items():
            cost = first + second
            if head == tail:
                least = cost if least is None else min(least, cost)
            elif head not in ways or cost < ways[head]:
                ways[head] = into[head][tail] = cost
    return least
