"""Obligations alone are plain set-off: the value discharged equals networkx's optimum."""

from __future__ import annotations

import random
from collections import Counter

import networkx as nx
import pytest

from clearing.service import outcome_of
from tests.books import book


@pytest.mark.parametrize(("desks", "debts", "seed"), [(6, 20, 1), (40, 300, 2), (300, 2_000, 3), (1_000, 5_000, 4)])
def test_set_off_discharges_as_much_as_networkx_finds(desks: int, debts: int, seed: int) -> None:
    draw = random.Random(seed)
    names = [f"D{i:04d}" for i in range(desks)]
    rows = []
    for i in range(debts):
        debtor, creditor = draw.sample(names, 2)
        rows.append((f"B{i:05d}", debtor, creditor, draw.randint(1, 10**9)))
    outcome = outcome_of(book(values={}, obligations=rows), b"salt")
    discharged = outcome.fills.obligation_flow_micro.tolist()
    assert sum(discharged) == outcome.totals.obligations_cleared_micro == _networkx_optimum(rows)
    assert all(0 <= paid <= row[3] for paid, row in zip(discharged, rows, strict=True))
    net: Counter[str] = Counter()
    for paid, (_, debtor, creditor, _) in zip(discharged, rows, strict=True):
        net[debtor] += paid
        net[creditor] -= paid
    assert not any(net.values())
    assert outcome.certificate.unique
    assert all(outcome.rings.of_obligations)
    assert sum(outcome.rings.segment_flow_micro) == sum(outcome.rings.flow_micro)
    assert not len(outcome.legs.quantity)
    assert not outcome.entries


def _networkx_optimum(rows: list[tuple[str, str, str, int]]) -> int:
    graph = nx.DiGraph()
    for _, debtor, creditor, amount in rows:
        if graph.has_edge(creditor, debtor):
            graph[creditor][debtor]["capacity"] += amount
        else:
            graph.add_edge(creditor, debtor, capacity=amount, weight=-1)
    cost, _ = nx.network_simplex(graph)
    return -int(cost)
