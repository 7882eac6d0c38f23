"""Families of small books, one for every condition of rulebook 2: its name in, every book of it out.

Three assets, at most four offers, every limit out of a few: all shapes in which something can go round, each with the
condition put on each offer in turn. Shapes that are one another with other names of assets are taken once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, permutations, product
from typing import Any

from clearing.model.book import Book
from clearing.model.rulebook import DEFAULTS, Rulebook
from tests.books import Row, book, offer

PIECE = 1_000
ASSETS = "ABC"
PLAIN = replace(DEFAULTS[2], self_crossing="allow", residual_tolerance_micro=0, work_limit=200)
OBJECTIVES = (
    ("surplus", "value", "lottery"),
    ("surplus", "items", "deliveries", "lottery"),
    ("items", "surplus", "lottery"),
    ("participants", "surplus", "lottery"),
    ("value", "participants", "lottery"),
)
LIMITS = (-10_000, 5_000)
"""ppm: a ring gains if not more than two thirds of its offers ask for more than they give."""

Arc = tuple[str, str]
"""What an offer delivers, what it takes."""


@dataclass(frozen=True, slots=True)
class World:
    """A small book as rows, so that what is checked of it is read from them and not from the engine's columns."""

    rows: tuple[Row, ...]
    rulebook: Rulebook
    values: Mapping[str, int]

    def book(self) -> Book:
        """The same as a book."""
        return book(values=self.values, offers=self.rows, rulebook=self.rulebook)


def family(name: str) -> Iterator[World]:
    """Every world of a condition."""
    number = 0
    for arcs in shapes():
        for limits in product(LIMITS, repeat=len(arcs)):
            for place in range(len(arcs)):
                rows = _rows(arcs, limits)
                for world in CONDITIONS[name](rows, place):
                    yield replace(world, rulebook=replace(world.rulebook, objectives=OBJECTIVES[number % 5]))
                    number += 1


def shapes() -> Iterator[tuple[Arc, ...]]:
    """Two to four offers between three assets, of which some can go round."""
    arcs = list(permutations(ASSETS, 2))
    for size in (2, 3, 4):
        for chosen in combinations_with_replacement(arcs, size):
            renamed = [tuple(sorted(_renamed(chosen, names))) for names in permutations(ASSETS)]
            if chosen == min(renamed) and _goes_round(chosen):
                yield chosen


def _renamed(arcs: tuple[Arc, ...], names: tuple[str, ...]) -> Iterator[Arc]:
    new = dict(zip(ASSETS, names, strict=True))
    return ((new[one], new[other]) for one, other in arcs)


def _goes_round(arcs: tuple[Arc, ...]) -> bool:
    """Whether some offer is in a ring of two or three."""
    there = set(arcs)
    return any(
        (taken, given) in there or any((taken, via) in there and (via, given) in there for via in ASSETS)
        for given, taken in arcs
    )


def _rows(arcs: tuple[Arc, ...], limits: tuple[int, ...]) -> list[dict[str, Any]]:
    quantities = (2, 3, 1, 2)
    return [
        dict(offer(f"O{i}", f"D{i}", given, quantities[i], (taken, limit)))
        for i, ((given, taken), limit) in enumerate(zip(arcs, limits, strict=True))
    ]


Make = Callable[[list[dict[str, Any]], int], Iterator[World]]
EQUAL = dict.fromkeys(ASSETS, PIECE)


def _with(rows: list[dict[str, Any]], place: int, /, **changed: Any) -> tuple[Row, ...]:
    return tuple({**row, **changed} if i == place else row for i, row in enumerate(rows))


def _asked(quantity: int, **asked: Any) -> Make:
    def make(rows: list[dict[str, Any]], place: int) -> Iterator[World]:
        yield World(_with(rows, place, quantity=quantity, conditions=asked), PLAIN, EQUAL)

    return make


def _ruled(rulebook: Rulebook, values: Mapping[str, int] = EQUAL) -> Make:
    def make(rows: list[dict[str, Any]], place: int) -> Iterator[World]:
        if place == 0:  # no offer is singled out
            yield World(tuple(rows), rulebook, values)

    return make


def _listed(name: str, rulebook: Rulebook = PLAIN) -> Make:
    def make(rows: list[dict[str, Any]], place: int) -> Iterator[World]:
        for other in range(len(rows)):
            if other != place:
                yield World(_with(rows, place, conditions={name: (f"D{other}",)}), rulebook, EQUAL)

    return make


def _gift(rulebook: Rulebook) -> Make:
    def make(rows: list[dict[str, Any]], place: int) -> Iterator[World]:
        if rows[place]["receive"][0][1] == LIMITS[0]:  # a gift has no limit: take each shape once
            yield World(_with(rows, place, receive=(("*", 0),)), rulebook, EQUAL)

    return make


def _crossing(rows: list[dict[str, Any]], place: int) -> Iterator[World]:
    for other in range(place):
        yield World(_with(rows, place, desk=f"D{other}"), replace(PLAIN, self_crossing="refuse"), EQUAL)


def _alternatives(rows: list[dict[str, Any]], place: int) -> Iterator[World]:
    first = rows[place]["receive"][0]
    (second,) = set(ASSETS) - {rows[place]["deliver"], first[0]}
    yield World(_with(rows, place, receive=(first, (second, 0)), conditions={"all_or_none": True}), PLAIN, EQUAL)


CONDITIONS: Mapping[str, Make] = {
    "minimum fill": _asked(3, min_fill=2),
    "all or none": _asked(3, all_or_none=True),
    "lot": _asked(3, lot=2),
    "longest ring of an offer": _asked(2, max_ring=2),
    "longest ring 2": _ruled(replace(PLAIN, max_ring=2)),
    "longest ring 3": _ruled(replace(PLAIN, max_ring=3)),
    "allow": _listed("allow"),
    "deny": _listed("deny"),
    "deny in short rings": _listed("deny", replace(PLAIN, max_ring=2)),
    "screening": _listed("deny", replace(PLAIN, max_ring=3, screening="ring")),
    "gift": _gift(PLAIN),
    "chain of 1": _gift(replace(PLAIN, max_ring=3, max_chain=1)),
    "chain of 2": _gift(replace(PLAIN, max_ring=3, max_chain=2)),
    "self-crossing": _crossing,
    "alternatives": _alternatives,
    "coarse increment": _ruled(replace(PLAIN, residual_tolerance_micro=1_500), {"A": 1_000, "B": 1_000, "C": 3_000}),
    "residual": _ruled(replace(PLAIN, residual_tolerance_micro=700), {"A": 1_000, "B": 1_300, "C": 1_600}),
}
