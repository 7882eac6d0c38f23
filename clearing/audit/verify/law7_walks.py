"""Law 7, walks: rows with a price each in, a closed walk of permitted length that gains out, or none.

A closed walk whose prices sum to less than 0 has a turn of it in which every sum from the start is below 0. So a start
is followed only while its sum stays below 0 and the least that the steps left can add keeps it there. Prices are first
shifted by potentials, which changes no closed sum and leaves hardly a price below 0. Rows between the same nodes are
as good as the cheapest of them; only where that finds a walk are conflicts looked at, with rows as states.

Example: a -> b at -3, b -> a at 2, b -> c at -2, c -> a at 4: with two steps a b a gains 1; with conflicts between
those two rows nothing does, up to two steps, and with three a b c a does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

UNLIMITED = 2**31
SHIFTS_MAX = 40
"""Rounds of shifting prices; any number of them is right."""

State = tuple[int, frozenset[int]]
"""The last row, and the offers passed that some offer denies or that deny one."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Rows as columns: where each takes and delivers, how long its rings and chains may be, and who may meet whom."""

    tail: Sequence[int]
    head: Sequence[int]
    ring_limit: Sequence[int]
    chain_limit: Sequence[int]
    any: int
    """The node that gifts take from, -1 where there is none."""
    returns: Callable[[int], bool]
    """Whether a chain may end at a node: at pools."""
    clash: Callable[[int, int], bool]
    """Whether a row may not be followed by another."""
    choosy: Callable[[int], bool]
    """Whether a row clashes with any, or is denied by any."""
    denied: Callable[[int, frozenset[int]], bool]
    """Whether a row's offer and one of these offers deny each other, where no ring may hold both."""
    mark: Callable[[int], frozenset[int]]
    """The row's offer, where ``denied`` may ask for it."""
    nodes: int


def gaining_length(ways: Ways, price: Sequence[int]) -> int | None:
    """The bound on the length of a ring or chain that gains, None where none does."""
    gifts = [row for row, tail in enumerate(ways.tail) if tail == ways.any]
    others = [row for row, tail in enumerate(ways.tail) if tail != ways.any]
    for level in sorted({ways.ring_limit[row] for row in others} - {UNLIMITED}):
        rows = [row for row in others if ways.ring_limit[row] >= level]
        if _ring_gains(ways, price, rows, level):
            return level
    levels = {ways.chain_limit[row] for row in (*others, *gifts)} if gifts else set()
    for level in sorted(levels - {UNLIMITED}):
        starts = [row for row in gifts if ways.chain_limit[row] >= level]
        rows = [row for row in others if ways.chain_limit[row] >= level]
        if _chain_gains(ways, price, starts, rows, level):
            return level
    return None


def _ring_gains(ways: Ways, price: Sequence[int], rows: list[int], level: int) -> bool:
    edges = _cheapest(ways, price, rows)
    shift = _shifts(ways, price, edges, level)
    if shift is None:
        return False
    out = _arrows(ways, price, edges, shift)
    least = _completions(out, level)
    into = _least_into(ways.nodes, out)
    roots = [node for node in range(ways.nodes) if least[level][node] < 0]
    if not any(_closes(out, least, into[root], root, level) for root in roots):
        return False
    if not any(map(ways.choosy, rows)):
        return True
    kept = _worth_keeping(ways, price, rows)
    starts = _by_tail(ways, price, kept, shift)
    return any(_closes_by_rows(ways, starts, least, into[ways.tail[row]], row, level) for row in kept)


def _cheapest(ways: Ways, price: Sequence[int], rows: Iterable[int]) -> list[int]:
    """The cheapest row of each pair of nodes."""
    best: dict[int, int] = {}
    tail, head, nodes, get = ways.tail, ways.head, ways.nodes, best.get
    for row in rows:
        key = tail[row] * nodes + head[row]
        known = get(key)
        if known is None or price[row] < price[known]:
            best[key] = row
    return list(best.values())


def _worth_keeping(ways: Ways, price: Sequence[int], rows: list[int]) -> list[int]:
    """Of rows that may meet everybody the cheapest of each pair of nodes; all the others."""
    choosy = [row for row in rows if ways.choosy(row)]
    left = set(choosy)
    return sorted([*choosy, *_cheapest(ways, price, (row for row in rows if row not in left))])


def _shifts(ways: Ways, price: Sequence[int], edges: list[int], level: int) -> list[int] | None:
    """Potentials that leave few prices below 0; None where they leave none, so that nothing gains."""
    shift = [0] * ways.nodes
    arcs = [(ways.tail[row], ways.head[row], price[row]) for row in edges]
    for _ in range(min(ways.nodes, max(level, 2), SHIFTS_MAX) + 1):
        changed = False
        for tail, head, cost in arcs:
            if shift[tail] + cost < shift[head]:
                shift[head] = shift[tail] + cost
                changed = True
        if not changed:
            return None
    return shift


def _arrows(
    ways: Ways, price: Sequence[int], edges: Iterable[int], shift: Sequence[int]
) -> list[list[tuple[int, int]]]:
    """By node its (shifted price, head), ascending."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(ways.nodes)]
    for row in edges:
        tail, head = ways.tail[row], ways.head[row]
        out[tail].append((price[row] + shift[tail] - shift[head], head))
    for each in out:
        each.sort()
    return out


def _by_tail(
    ways: Ways, price: Sequence[int], rows: Iterable[int], shift: Sequence[int]
) -> dict[int, list[tuple[int, int]]]:
    """By node its (shifted price, row), ascending."""
    out: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        tail, head = ways.tail[row], ways.head[row]
        out.setdefault(tail, []).append((price[row] + shift[tail] - shift[head], row))
    for each in out.values():
        each.sort()
    return out


def _completions(out: list[list[tuple[int, int]]], level: int) -> list[list[int]]:
    """The least that at most k steps from each node add, for k = 0 … level."""
    least = [[0] * len(out)]
    for _ in range(level):
        last = least[-1]
        now = [min([0, *(cost + last[head] for cost, head in each)]) for each in out]
        least.append(last if now == last else now)
    return least


def _least_into(nodes: int, out: list[list[tuple[int, int]]]) -> list[int]:
    into: dict[int, int] = {}
    for each in out:
        for cost, head in each:
            into[head] = min(cost, into.get(head, cost))
    return [into.get(node, 0) for node in range(nodes)]


def _closes(out: list[list[tuple[int, int]]], least: list[list[int]], last: int, root: int, level: int) -> bool:
    """Whether a walk of at most ``level`` steps comes back to its start below 0; ``last`` is the least last step."""
    sums = {root: 0}
    for left in range(level - 1, -1, -1):
        onward: dict[int, int] = {}
        free, bound = least[left], least[max(0, left - 1)]
        for node, so_far in sums.items():
            for cost, head in out[node]:
                total = so_far + cost
                if total >= 0:
                    break
                if head == root:
                    return True
                if not left or total + free[head] >= 0 or total + bound[head] + last >= 0:
                    continue
                if head not in onward or total < onward[head]:
                    onward[head] = total
        sums = onward
    return False


def _closes_by_rows(
    ways: Ways,
    starts: dict[int, list[tuple[int, int]]],
    least: list[list[int]],
    last: int,
    root: int,
    level: int,
) -> bool:
    """The same for walks that begin with the row ``root`` and in which everybody may meet."""
    home = ways.tail[root]
    first = next(cost for cost, row in starts[home] if row == root)
    if first >= 0:
        return False
    sums: dict[State, int] = {(root, ways.mark(root)): first}
    for left in range(level - 1, -1, -1):
        onward: dict[State, int] = {}
        for (row, passed), so_far in sums.items():
            node = ways.head[row]
            if node == home and not ways.clash(row, root):
                return True
            if not left or so_far + least[left][node] >= 0 or so_far + least[left - 1][node] + last >= 0:
                continue
            _go_on(ways, starts.get(node, ()), onward, row, passed, so_far)
        sums = onward
    return False


def _go_on(
    ways: Ways,
    steps: Iterable[tuple[int, int]],
    onward: dict[State, int],
    row: int,
    passed: frozenset[int],
    so_far: int,
    ceiling: int | None = 0,
) -> None:
    """Every row that may follow, at the least sum; sums of ``ceiling`` and more are not followed."""
    for cost, taker in steps:
        total = so_far + cost
        if ceiling is not None and total >= ceiling:
            break
        if ways.clash(row, taker) or ways.denied(taker, passed):
            continue
        state = (taker, passed | ways.mark(taker))
        if state not in onward or total < onward[state]:
            onward[state] = total


def _chain_gains(ways: Ways, price: Sequence[int], gifts: list[int], rows: list[int], level: int) -> bool:
    """Chains of a gift and 1 to ``level`` rows; the last may leave a pool for where the gift takes from."""
    still = [0] * ways.nodes
    out = _arrows(ways, price, _cheapest(ways, price, rows), still)
    sums: dict[int, int] = {}
    for row in _cheapest(ways, price, gifts):
        sums[ways.head[row]] = price[row]
    found = False
    for _ in range(level):
        onward: dict[int, int] = {}
        for node, so_far in sums.items():
            for cost, head in out[node]:
                if head not in onward or so_far + cost < onward[head]:
                    onward[head] = so_far + cost
        found = found or any(total < 0 and ways.returns(node) for node, total in onward.items())
        sums = onward
    if not found or not any(map(ways.choosy, (*gifts, *rows))):
        return found
    steps = _by_tail(ways, price, _worth_keeping(ways, price, rows), still)
    return _chain_gains_by_rows(ways, price, _worth_keeping(ways, price, gifts), steps, _completions(out, level))


def _chain_gains_by_rows(
    ways: Ways,
    price: Sequence[int],
    gifts: list[int],
    steps: dict[int, list[tuple[int, int]]],
    least: list[list[int]],
) -> bool:
    sums: dict[State, int] = {(row, ways.mark(row)): price[row] for row in gifts}
    for left in range(len(least) - 2, -1, -1):
        onward: dict[State, int] = {}
        for (row, passed), so_far in sums.items():
            if so_far + least[left + 1][ways.head[row]] < 0:
                _go_on(ways, steps.get(ways.head[row], ()), onward, row, passed, so_far, None)
        if any(total < 0 and ways.returns(ways.head[row]) for (row, _), total in onward.items()):
            return True
        sums = onward
    return False
