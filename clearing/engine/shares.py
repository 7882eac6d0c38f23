"""Shares: the flow of each arc -> the flow of each offer, alternative and obligation.

A class fills its members pro rata to capacity, by largest remainder. Example: F = 10 over capacities 5, 5, 5
gives 3 each with 1 left over; all remainders are equal, so the lottery decides who gets 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import offer_capacity_micro
from clearing.engine.lottery import lottery_costs
from clearing.engine.netting_graph import ALTERNATIVE, OBLIGATION, OFFER, NettingGraph
from clearing.model.book import Book

if TYPE_CHECKING:
    from clearing.model.columns import IntArray


@dataclass(frozen=True, slots=True)
class Shares:
    """Value in µ before rounding to increments: delivered per offer, taken per alternative, discharged."""

    offer: IntArray
    alternative: IntArray
    obligation: IntArray


def share(book: Book, graph: NettingGraph, flow: IntArray, salt: bytes) -> Shares:
    """Hand the flow of every arc to what it stands for."""
    offers = book.offers
    alternative = np.zeros(len(offers.alt_asset), dtype=np.int64)
    taken = np.flatnonzero(graph.kind == ALTERNATIVE)
    alternative[graph.alternative[taken]] = flow[taken]
    alternative[offers.alt_start[graph.member]] = _members(book, graph, flow, salt)
    offer = np.zeros(len(offers.id), dtype=np.int64)
    np.add.at(offer, np.repeat(np.arange(len(offers.id)), np.diff(offers.alt_start)), alternative)
    obligation = np.zeros(len(book.obligations.id), dtype=np.int64)
    obligation[graph.owner[graph.kind == OBLIGATION]] = flow[graph.kind == OBLIGATION]
    return Shares(offer, alternative, obligation)


def _members(book: Book, graph: NettingGraph, flow: IntArray, salt: bytes) -> IntArray:
    """Flow per entry of ``graph.member``."""
    arcs = np.flatnonzero(graph.kind == OFFER)
    count = np.diff(graph.member_start)
    capacity = offer_capacity_micro(book)[graph.member]
    alone = count == 1
    share = np.where(np.repeat(flow[arcs] == graph.capacity[arcs], count), capacity, 0)
    share[graph.member_start[:-1][alone]] = flow[arcs[alone]]
    split = (flow[arcs] > 0) & (flow[arcs] < graph.capacity[arcs]) & ~alone
    for arc in np.flatnonzero(split).tolist():
        rows = slice(int(graph.member_start[arc]), int(graph.member_start[arc + 1]))
        share[rows] = pro_rata(int(flow[arc]), capacity[rows], book.offers.id, graph.member[rows], salt)
    return share


def pro_rata(total: int, capacity: IntArray, ids: Sequence[str], member: IntArray, salt: bytes) -> IntArray:
    """``total`` over the members of one class by largest remainder, ties by lottery cost, then id."""
    weights = capacity.tolist()
    whole = sum(weights)
    parts = [divmod(total * weight, whole) for weight in weights]
    shares = np.array([quotient for quotient, _ in parts], dtype=np.int64)
    remainders = [remainder for _, remainder in parts]
    left = total - int(shares.sum())
    if left:
        order = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
        edge = remainders[order[left - 1]]
        sure = [i for i in order[:left] if remainders[i] > edge]
        tied = [i for i in range(len(parts)) if remainders[i] == edge]
        shares[sure + _drawn(tied, left - len(sure), ids, member, salt)] += 1
    return shares


def _drawn(tied: list[int], places: int, ids: Sequence[str], member: IntArray, salt: bytes) -> list[int]:
    if places == len(tied):
        return tied
    texts = [f"1|offer|{ids[member[i]]}|0" for i in tied]
    costs = lottery_costs(salt, texts).tolist()
    return [i for _, i in sorted(zip(costs, tied, strict=True))][:places]
