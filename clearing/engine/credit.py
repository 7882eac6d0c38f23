"""Credit: what goods left of every account -> obligations discharged through accounts, at par, as a circulation.

Where set-off needs a cycle of debts, credit closes a chain: who owes more than he is owed pays the rest from his
account into the hub, and who is owed more takes it from there.

Example: A owes B 10, B owes C 10; A has a credit of 6. claim:C -> claim:B -> claim:A carries 6, claim:A -> hub and
hub -> claim:C as much: A's account falls by 6, C's rises by 6, B's stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clearing.engine.admission import Admission
from clearing.engine.flow_solver import FlowSolver
from clearing.engine.netting_graph import ACCOUNT, OBLIGATION, NettingGraph
from clearing.engine.optimum import certify, optimise
from clearing.engine.rings import find_rings
from clearing.engine.shares import Shares
from clearing.engine.sums import sums_by
from clearing.model.book import INDEX, NONE, Book
from clearing.model.outcome import Rings, Stage

if TYPE_CHECKING:
    from clearing.model.columns import IntArray

OBJECTIVES = ("value", "credit", "even", "lottery")
"""Discharge the most, with the least use of accounts, evenly, drawn by lot."""


@dataclass(frozen=True, slots=True)
class Discharged:
    """What obligations carry, their rings, the proof, and by participant what its account moved by."""

    obligation: IntArray
    rings: Rings
    stages: Sequence[Stage]
    moved: IntArray


def discharge(book: Book, admission: Admission, shares: Shares, salt: bytes, solver: FlowSolver) -> Discharged:
    """The second circulation, after the goods of ``shares`` are booked."""
    graph = build_credit_graph(book, admission, shares)
    optimum = optimise(book, graph, salt, solver, OBJECTIVES)
    certificate, _ = certify(book, graph, salt, optimum, OBJECTIVES)
    obligation = optimum.flow[graph.kind == OBLIGATION]
    rings = find_rings(book, graph, optimum.flow, replace(shares, obligation=obligation))
    return Discharged(obligation, rings, certificate.stages, moved_accounts(book, obligation))


def build_credit_graph(book: Book, admission: Admission, shares: Shares) -> NettingGraph:
    """Obligations between claims, and each claim joined to the hub by what its account has left either way."""
    debts, desks = book.obligations, len(book.participants.id)
    parties = np.unique(np.concatenate([debts.debtor, debts.creditor]))
    number = np.full(desks, NONE, dtype=np.int64)
    number[parties] = np.arange(len(parties))
    hub = len(parties)
    owes = sums_by(debts.debtor, debts.amount_micro, desks)[parties]
    owed = sums_by(debts.creditor, debts.amount_micro, desks)[parties]
    credit, cap = accounts_left(book, admission, shares)
    room = np.where(cap[parties] == NONE, owed, np.minimum(cap[parties], owed))
    hubs, size = np.full(hub, hub, dtype=np.int64), len(debts.id) + 2 * hub
    return NettingGraph(
        nodes=[*(f"claim:{book.participants.id[p]}" for p in parties.tolist()), *(["hub"] if hub else [])],
        tail=np.concatenate([number[debts.creditor], number[parties], hubs]),
        head=np.concatenate([number[debts.debtor], hubs, number[parties]]),
        capacity=np.concatenate([debts.amount_micro, np.minimum(credit[parties], owes), room]),
        cost=np.zeros(size, dtype=np.int64),
        kind=np.concatenate([np.full(len(debts.id), OBLIGATION), np.full(2 * hub, ACCOUNT)]).astype(np.int64),
        owner=np.concatenate([np.arange(len(debts.id)), parties, parties]).astype(np.int64),
        alternative=np.full(size, NONE, dtype=np.int64),
        member=np.zeros(0, dtype=np.int64),
        member_start=np.zeros(1, dtype=np.int64),
        pool=np.full(len(book.assets.id), NONE, dtype=np.int64),
        hub=hub if hub else NONE,
    )


def accounts_left(book: Book, admission: Admission, shares: Shares) -> tuple[IntArray, IntArray]:
    """By participant: headroom less INDEX delivered; cap less balance and INDEX taken, NONE without a cap."""
    offers, people, desks = book.offers, book.participants, len(book.participants.id)
    giving, rows = np.flatnonzero(offers.deliver == INDEX), np.flatnonzero(offers.alt_asset == INDEX)
    takers = np.searchsorted(offers.alt_start, rows, side="right") - 1
    paid = sums_by(offers.participant[giving], shares.offer[giving], desks)
    taken = sums_by(offers.participant[takers], shares.alternative[rows], desks)
    credit = np.maximum(0, admission.headroom_left_micro - paid)
    room = np.maximum(0, people.balance_cap_micro - people.balance_micro - taken)
    return credit, np.where(people.balance_cap_micro == NONE, NONE, room)


def moved_accounts(book: Book, obligation: IntArray) -> IntArray:
    """By participant: what others discharged to it less what it was discharged of."""
    desks = len(book.participants.id)
    moved: IntArray = sums_by(book.obligations.creditor, obligation, desks)
    return moved - sums_by(book.obligations.debtor, obligation, desks)


def after(first: Rings, second: Rings) -> Rings:
    """The rings of one, then those of the other."""
    delivers = first.member_delivers
    return Rings(
        nodes=[*first.nodes, *second.nodes],
        flow_micro=np.concatenate([first.flow_micro, second.flow_micro]),
        of_obligations=[*first.of_obligations, *second.of_obligations],
        segment_start=_behind(first.segment_start, second.segment_start),
        segment_flow_micro=np.concatenate([first.segment_flow_micro, second.segment_flow_micro]),
        member_start=_behind(first.member_start, second.member_start),
        member=np.concatenate([first.member, second.member]),
        member_alternative=np.concatenate([first.member_alternative, second.member_alternative]),
        member_delivers=None
        if delivers is None
        else np.concatenate([delivers, np.ones(len(second.member), dtype=np.bool_)]),
    )


def _behind(first: IntArray, second: IntArray) -> IntArray:
    return np.concatenate([first, first[-1] + second[1:]])
