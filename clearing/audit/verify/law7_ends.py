"""Law 7, ends: a searched component in; where its unlimited rows take and deliver, and who may meet there, out.

Where offers conflict a pool is taken apart: a giver with a conflict delivers to a node of its own, a taker with one
takes from one, and there is a way between two of these only for those who may meet.

Example: P and Q deliver apples, S and T take them, P denies S. P delivers to give:P, Q to open:apple, S takes from
take:S:apple, T from pool:apple; there are ways from give:P to pool:apple and from open:apple to both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clearing.audit.verify.law7_rows import ANYTHING, POOL, TO_REST, Searched, ways_of
from clearing.audit.verify.law7_walks import UNLIMITED

Potentials = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ends:
    """The nodes between which rows run."""

    rows: Sequence[int]
    """Those without a limit on the length of their rings; each of the following has one entry for each of them."""
    taking: Sequence[str]
    giving: Sequence[str]
    returning: Sequence[bool]
    """Whether from where it delivers a chain may return to `any`."""
    ways: frozenset[tuple[str, str]]
    """From where rows deliver to where others, whom they do not conflict with, take."""
    names: frozenset[str]
    """Nodes that a potential may name besides those that rows name themselves."""

    def rises(self, potentials: Potentials) -> list[int]:
        """By row the potential of where it delivers, or may return to `any`, less that of where it takes."""
        level = potentials.get
        least = level(ANYTHING, 0)
        return [
            (max(level(head, 0), least) if returns else level(head, 0)) - level(tail, 0)
            for tail, head, returns in zip(self.taking, self.giving, self.returning, strict=True)
        ]

    def hold(self, potentials: Potentials) -> bool:
        """Whether potentials do not rise on any way."""
        level = potentials.get
        return all(level(one, 0) >= level(other, 0) for one, other in self.ways)


def ends_of(searched: Searched) -> Ends:
    """The ends with pools taken apart; made when first asked for."""
    if searched.ends is None:
        searched.ends = _parted_ends(searched, _unlimited(searched))
    return searched.ends


def plain_ends(searched: Searched, rows: Sequence[int]) -> Ends:
    """The ends of these rows with pools whole."""
    pairs = [(searched.rows[row].tail, searched.rows[row].head) for row in rows]
    return _ends(searched, rows, pairs, ())


def _parted_ends(searched: Searched, rows: Sequence[int]) -> Ends:
    offers, names = searched.book.offers, searched.book.assets.name
    givers = {(giver, offers.deliver[giver]) for giver, _ in searched.clashes}
    takers = {(taker, offers.deliver[giver]) for giver, taker in searched.clashes}
    apart = {asset for _, asset in givers}
    every = []
    for row in searched.rows:
        tail, head, given = row.tail, row.head, offers.deliver[row.offer]
        if (row.offer, row.asset) in takers:
            tail = f"take:{offers.id[row.offer]}:{names[row.asset]}"
        if row.kind != TO_REST and given in apart:
            head = f"give:{offers.id[row.offer]}" if (row.offer, given) in givers else f"open:{names[given]}"
        every.append((tail, head))
    parts = {end for pair in every for end in pair} | {f"open:{names[asset]}" for asset in apart}
    return _ends(searched, rows, [every[row] for row in rows], parts)


def _ends(
    searched: Searched, rows: Sequence[int], pairs: Sequence[tuple[str, str]], names: Iterable[str]
) -> Ends:
    every = [searched.rows[row] for row in rows]
    gifts = any(each.tail == ANYTHING for each in every)
    returning = [gifts and each.tail != ANYTHING and each.head.startswith(POOL) for each in every]
    taking, giving = [tail for tail, _ in pairs], [head for _, head in pairs]
    return Ends(rows, taking, giving, returning, _ways(searched, rows, pairs), frozenset(names))


def _ways(searched: Searched, rows: Sequence[int], pairs: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    givers: dict[str, dict[str, int]] = {}
    takers: dict[str, dict[str, int]] = {}
    for row, (tail, head) in zip(rows, pairs, strict=True):
        each = searched.rows[row]
        givers.setdefault(each.head, {})[head] = row
        takers.setdefault(each.tail, {})[tail] = row
    return frozenset(
        (start, end)
        for node, starts in givers.items()
        for start, one in starts.items()
        for end, other in takers.get(node, {}).items()
        if start != end and not searched.clash(one, other)
    )


def _unlimited(searched: Searched) -> list[int]:
    """Rows without a limit on the length of their rings."""
    ways, _ = ways_of(searched)
    return [
        row
        for row, tail in enumerate(ways.tail)
        if (ways.chain_limit if tail == ways.any else ways.ring_limit)[row] == UNLIMITED
    ]
