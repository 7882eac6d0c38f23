"""Columns that come later: from whatever basis and by either simplex the optimum is that of all columns at once."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from clearing.engine.search.programs import Column, Constraint
from clearing.solvers import highs_worker
from clearing.solvers.apart import _plain

UNIT = 1_000_000


def packing(seed: int) -> tuple[list[tuple[Any, ...]], list[Column]]:
    """Gains to pack into bounds that they share."""
    draw = Random(seed)
    bounds = [Constraint(None, draw.randrange(1, 20) * UNIT, UNIT) for _ in range(12)]
    columns = [
        Column(-draw.randrange(1, 50), 0, None, UNIT, False, [(at, 1) for at in sorted(draw.sample(range(12), 3))])
        for _ in range(60)
    ]
    return [(row.low, row.high, row.unit, row.times) for row in bounds], columns


def cost(columns: list[Column], answer: dict[str, Any] | None) -> int:
    """In units: amounts come rounded to a millionth."""
    assert answer is not None
    return round(sum(column.cost * amount for column, amount in zip(columns, answer["columns"], strict=True)) / UNIT)


@pytest.mark.parametrize("primal_from", [0, 10**9])
@pytest.mark.parametrize("seed", range(10))
def test_the_optimum_is_that_of_all_columns(monkeypatch: pytest.MonkeyPatch, seed: int, primal_from: int) -> None:
    monkeypatch.setattr(highs_worker, "PRIMAL_FROM", primal_from)
    bounds, columns = packing(seed)
    whole, grown = highs_worker.Worker(), highs_worker.Worker()
    whole.load(bounds, _plain(columns))
    best = cost(columns, whole.solve())
    grown.load(bounds, _plain(columns[:5]))
    few = cost(columns[:5], grown.solve())
    for end in range(5, 60, 11):
        grown.solve()
        grown.extend(_plain(columns[end : end + 11]))
        assert grown.strategy == (highs_worker.DUAL_SIMPLEX if primal_from else highs_worker.PRIMAL_SIMPLEX)
    assert best == cost(columns, grown.solve()) < few
    grown.bound([[0, None, 0]])
    whole.bound([[0, None, 0]])
    assert cost(columns, grown.solve()) == cost(columns, whole.solve()) >= best
