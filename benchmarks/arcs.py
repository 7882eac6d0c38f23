"""A generated book folder comes in, its stage 1 goes out as four columns: one arc for each admitted offer.

Nothing is put together into classes: this is what the other solvers are given, from a file, so that their
seconds and memory hold nothing of this engine.

    python -m benchmarks.arcs BOOK ARCS.npz
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arcs:
    """Value flows from ``tail`` to ``head``, at most ``capacity`` µ, each µ at ``cost`` ppm."""

    tail: IntArray
    head: IntArray
    capacity: IntArray
    cost: IntArray


def arcs_of(folder: Path) -> Arcs:
    """The arcs of a book whose offers have one alternative and no stock, as the generator writes them."""
    from clearing.doors.book_folder import read_book
    from clearing.service import checked

    book, _terms = read_book(folder)
    offers, value = book.offers, book.assets.value_micro
    limited = (offers.alt_max >= 0).any() or (offers.alt_asset < 0).any() or (offers.deliver < 0).any()
    if len(offers.alt_asset) != len(offers.id) or (offers.stock >= 0).any() or limited:
        raise SystemExit("the arcs of a book with alternatives, maxima, stocks or INDEX are not one for each offer")
    admitted = np.ones(len(offers.id), dtype=bool)
    admitted[[refusal.offer for refusal in checked(book)[0]]] = False
    capacity = offers.quantity * value[offers.deliver]
    return Arcs(*(column[admitted] for column in (offers.alt_asset, offers.deliver, capacity, offers.alt_limit_ppm)))


def store_arcs(arcs: Arcs, path: Path) -> None:
    """Write the columns to a file."""
    np.savez(path, tail=arcs.tail, head=arcs.head, capacity=arcs.capacity, cost=arcs.cost)


def load_arcs(path: Path) -> Arcs:
    """The columns that ``store_arcs`` wrote."""
    with np.load(path) as columns:
        return Arcs(*(columns[name].astype(np.int64) for name in ("tail", "head", "capacity", "cost")))


def main() -> None:
    """Store the arcs of the book that the arguments name."""
    parser = argparse.ArgumentParser(description="Store stage 1 of a book, one arc for each admitted offer.")
    parser.add_argument("book", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    store_arcs(arcs_of(asked.book), asked.out)


if __name__ == "__main__":
    main()
