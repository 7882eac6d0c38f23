"""Small random markets in, whether a ring gains out: the recursion against every walk written out."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from time import perf_counter

import pytest

from clearing.audit.verify.law7_walks import UNLIMITED, Ways, gaining_length

Rows = list[tuple[int, int]]
Pairs = set[tuple[int, int]]


def ways_of(
    rows: Rows,
    ring: list[int],
    chain: list[int],
    *,
    clashes: Pairs = frozenset(),  # type: ignore[assignment]
    denials: Pairs = frozenset(),  # type: ignore[assignment]
    anything: int = -1,
    closed: int = -2,
    nodes: int = 8,
) -> Ways:
    """Rows as their own offers; ``closed`` is a node that no chain ends at."""
    choosy = {row for pair in (*clashes, *denials) for row in pair}
    marked = {row for pair in denials for row in pair}
    return Ways(
        tail=[tail for tail, _ in rows],
        head=[head for _, head in rows],
        ring_limit=ring,
        chain_limit=chain,
        any=anything,
        returns=lambda node: node != closed,
        clash=lambda one, other: (one, other) in clashes,
        choosy=choosy.__contains__,
        denied=lambda row, passed: any((row, each) in denials or (each, row) in denials for each in passed),
        mark=lambda row: frozenset({row}) if row in marked else frozenset(),
        nodes=nodes,
    )


def walks_out(ways: Ways, rows: Rows, start: int, length: int) -> Iterator[tuple[int, ...]]:
    """Every walk of at most so many rows that begins with ``start``."""
    waiting: list[tuple[int, ...]] = [(start,)]
    while waiting:
        walk = waiting.pop()
        yield walk
        if len(walk) < length:
            last = walk[-1]
            for row, (tail, _) in enumerate(rows):
                if tail == rows[last][1] and tail != ways.any and not ways.clash(last, row):
                    waiting.append((*walk, row))


def gains(ways: Ways, rows: Rows, price: list[int], denials: Pairs) -> bool:
    """Whether any closed walk that the rules allow gains."""
    for start, (tail, _) in enumerate(rows):
        gift = tail == ways.any
        limits = ways.chain_limit if gift else ways.ring_limit
        most = max((limit for limit in limits if limit < UNLIMITED), default=0) + gift
        for walk in walks_out(ways, rows, start, most) if most > gift else ():
            short = len(walk) - gift <= min(limits[row] for row in walk)
            if not short or any((one, other) in denials for one in walk for other in walk):
                continue
            home = ways.returns(rows[walk[-1]][1]) and len(walk) > 1 if gift else rows[walk[-1]][1] == tail
            if home and (gift or not ways.clash(walk[-1], walk[0])) and sum(price[row] for row in walk) < 0:
                return True
    return False


def market(seed: int) -> tuple[Rows, list[int], list[int], list[int], Pairs, Pairs]:
    """Rows, their limits, prices, and who does not meet whom."""
    draw = Random(seed)
    nodes, size = draw.randint(2, 5), draw.randint(2, 9)
    anything = 6 if seed % 3 == 0 else -1
    rows: Rows = []
    for _ in range(size):
        tail, head = draw.sample(range(nodes), 2)
        rows.append((anything if anything == 6 and draw.random() < 0.25 else tail, head))
    ring = [draw.choice([2, 2, 3, 4, UNLIMITED]) for _ in rows]
    chain = [draw.choice([1, 2, 3]) for _ in rows]
    level = draw.randint(-1, 3)
    price = [draw.randint(-4, 4) + level for _ in rows]
    joins = [(i, j) for i in range(size) for j in range(size) if i != j and rows[i][1] == rows[j][0]]
    clashes = {pair for pair in joins if draw.random() < (seed % 4) / 5}
    denials: Pairs = set()
    if seed % 5 == 0:
        denials = {(i, j) for i in range(size) for j in range(size) if i != j and draw.random() < 0.2}
    return rows, ring, chain, price, clashes, denials


@pytest.mark.parametrize("part", range(8))
def test_a_ring_gains_exactly_where_a_walk_written_out_does(part: int) -> None:
    seen = {True: 0, False: 0}
    for seed in range(part * 400, part * 400 + 400):
        rows, ring, chain, price, clashes, denials = market(seed)
        anything = 6 if seed % 3 == 0 else -1
        ways = ways_of(rows, ring, chain, clashes=clashes, denials=denials, anything=anything, closed=seed % 5)
        expected = gains(ways, rows, price, denials)
        assert (gaining_length(ways, price) is not None) == expected, seed
        seen[expected] += 1
    assert min(seen.values()) > 40


def test_a_conflict_hides_what_gains() -> None:
    rows = [(0, 1), (1, 0), (1, 2), (2, 0)]
    price = [-3, 2, -2, 4]
    for level, clashes, expected in ((2, set(), 2), (2, {(0, 1)}, None), (3, {(0, 1)}, 3), (3, {(2, 3), (1, 0)}, None)):
        ways = ways_of(rows, [level] * 4, [level] * 4, clashes=clashes)
        assert gaining_length(ways, price) == expected


def test_a_gift_alone_is_no_chain() -> None:
    ways = ways_of([(6, 0), (0, 1)], [3, 3], [2, 2], anything=6)
    assert gaining_length(ways, [-5, 5]) is None
    assert gaining_length(ways, [-5, 4]) == 2


def test_a_large_component_is_checked_in_seconds() -> None:
    draw = Random(1)
    nodes, rows = 1_024, Rows()
    while len(rows) < 270_000:
        tail, head = draw.randrange(nodes), draw.randrange(nodes)
        if tail != head:
            rows.append((tail, head))
    rents = [draw.choice([0, 0, 1, 1, 1, 2, 3]) * 1_000 for _ in range(nodes)]
    price = [rents[head] - 1_000 + draw.choice([0, 1_000, 3_000]) + max(0, 1_000 - rents[tail]) for tail, head in rows]
    ways = ways_of(rows, [3] * len(rows), [3] * len(rows), nodes=nodes)
    began = perf_counter()
    gaining_length(ways, price)
    assert perf_counter() - began < 30
