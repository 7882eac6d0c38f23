"""Ranges: book or netting graph -> faults where a sum would not fit in 62 bits, contributors named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission, offer_capacity_micro
from clearing.engine.netting_graph import NettingGraph, arc_name
from clearing.model.book import AMOUNT_LIMIT, Book
from clearing.model.faults import Fault, FaultReason

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

CONTRIBUTORS_NAMED = 5
LOTTERY_COST_LIMIT = 2**32


def quantity_faults(book: Book) -> list[Fault]:
    """Offers and stocks whose value alone passes the limit."""
    values = np.append(book.assets.value_micro, 1)
    offers = _oversized(book.offers.quantity, values[book.offers.deliver])
    stocks = _oversized(book.stocks.quantity, values[book.stocks.asset])
    return [_fault("offers.csv", "deliver_quantity", book.offers.id[i], v) for i, v in offers] + [
        _fault("stocks.csv", "quantity", book.stocks.id[i], v) for i, v in stocks
    ]


def admitted_faults(book: Book, admission: Admission) -> list[Fault]:
    """Admitted offers or obligations whose values together pass the limit: no class of them could be summed."""
    admitted = np.flatnonzero(admission.admitted)
    capacity, amounts = offer_capacity_micro(book)[admitted], book.obligations.amount_micro
    faults = []
    if _exact_sum(capacity) >= AMOUNT_LIMIT:
        named = _largest([book.offers.id[i] for i in admitted.tolist()], capacity)
        faults.append(_beyond("Σ capacity", f"{_exact_sum(capacity)} µ in offers, largest: {named}"))
    if _exact_sum(amounts) >= AMOUNT_LIMIT:
        named = _largest(book.obligations.id, amounts)
        faults.append(_beyond("Σ capacity", f"{_exact_sum(amounts)} µ in obligations, largest: {named}"))
    return faults


def graph_faults(book: Book, graph: NettingGraph) -> list[Fault]:
    """Σ capacity and (nodes + 1) x max |cost| must fit in 62 bits."""
    faults = []
    total = _exact_sum(graph.capacity)
    if total >= AMOUNT_LIMIT:
        named = _largest([arc_name(book, graph, arc) for arc in range(len(graph.capacity))], graph.capacity)
        faults.append(_beyond("Σ capacity", f"{total} µ, largest: {named}"))
    cost = max(LOTTERY_COST_LIMIT, int(np.abs(graph.cost).max(initial=0)))
    if (len(graph.nodes) + 1) * cost >= AMOUNT_LIMIT:
        faults.append(_beyond("(nodes + 1) x largest cost", f"{len(graph.nodes)} nodes, cost {cost}"))
    return faults


def _largest(names: Sequence[str], amounts: IntArray) -> str:
    largest = np.argsort(-amounts, kind="stable")[:CONTRIBUTORS_NAMED]
    return ", ".join(f"{names[i]} {amounts[i]}" for i in largest.tolist())


def _oversized(quantity: IntArray, value: IntArray) -> Sequence[tuple[int, int]]:
    valued = np.flatnonzero(value > 0)
    # By division, since the product itself may not fit.
    rows = valued[quantity[valued] > (AMOUNT_LIMIT - 1) // value[valued]]
    return [(i, int(quantity[i]) * int(value[i])) for i in rows.tolist()]


def _exact_sum(amounts: IntArray) -> int:
    """In two halves, because a sum of many amounts below 2**62 may pass 63 bits."""
    high, low = np.divmod(amounts, 2**31)
    return int(high.sum()) * 2**31 + int(low.sum())


def _fault(file: str, column: str, name: str, value: int) -> Fault:
    allowed = f"a value below {AMOUNT_LIMIT} micro index units"
    return Fault(FaultReason.TOO_LARGE, file, None, column, f"{name} is worth {value}", allowed)


def _beyond(what: str, found: str) -> Fault:
    return Fault(FaultReason.TOO_LARGE, "offers.csv", None, None, found, f"{what} below {AMOUNT_LIMIT}")
