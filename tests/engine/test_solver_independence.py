"""The answer does not depend on the solver: networkx in place of OR-tools seals the same digest.

The random books are only worth something if what they hold binds, so that is counted and asserted.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from clearing.engine.admission import admit
from clearing.engine.flow_solver import solve_with_ortools
from clearing.engine.netting_graph import ACCOUNT, ALTERNATIVE, OFFER, STOCK, WHOLE, NettingGraph, build_graph
from clearing.engine.optimum import optimise
from clearing.model.book import NONE, Book
from tests.books import random_book
from tests.sessions import SALT, clear_in_memory

BOOKS = 300


@pytest.mark.parametrize("tens", range(BOOKS // 10))
def test_networkx_and_ortools_seal_one_digest(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        form = "net" if seed % 3 == 0 else "gross"
        book = random_book(seed, netting_form=form)
        one, _ = clear_in_memory(book, solver="ortools")
        other, _ = clear_in_memory(book, solver="networkx")
        assert one.manifest.digest == other.manifest.digest, f"seed {seed}"


def test_every_feature_binds_in_many_of_the_random_books() -> None:
    bound: Counter[str] = Counter()
    for seed in range(BOOKS):
        bound.update(_binding(random_book(seed)))
    for feature in (
        "alternatives",
        "stock",
        "receive_max",
        "takes INDEX",
        "delivers INDEX",
        "credit limit",
        "headroom",
        "cap",
        "obligations",
    ):
        assert bound[feature] >= BOOKS // 10, f"{feature} binds in {bound[feature]} of {BOOKS} books"


def _binding(book: Book) -> set[str]:
    admission = admit(book)
    graph = build_graph(book, admission)
    flow = optimise(book, graph, SALT, solve_with_ortools).flow
    full = (flow > 0) & (flow == graph.capacity)
    found = set()
    if admission.refusals:
        found.add("headroom")
    if (full & (graph.kind == WHOLE)).any():
        found.add("alternatives")
    if (full & (graph.kind == STOCK)).any():
        found.add("stock")
    if _maximum_binds(book, graph, full):
        found.add("receive_max")
    account = graph.kind == ACCOUNT
    leaving = account & (graph.head == _hub(graph))
    found |= {"delivers INDEX"} if (flow[leaving] > 0).any() else set()
    found |= {"takes INDEX"} if (flow[account & ~leaving] > 0).any() else set()
    if (full & leaving).any():
        found.add("credit limit")
    capped = book.participants.balance_cap_micro[graph.owner[account & ~leaving]] != NONE
    if (full[account & ~leaving] & capped).any():
        found.add("cap")
    if flow[[node.startswith("claim:") for node in np.array(graph.nodes)[graph.tail]]].any():
        found.add("obligations")
    return found


def _maximum_binds(book: Book, graph: NettingGraph, full: np.ndarray) -> bool:  # type: ignore[type-arg]
    offers = book.offers
    simple = np.flatnonzero(full & (graph.kind == OFFER))
    several = np.flatnonzero(full & (graph.kind == ALTERNATIVE))
    rows = np.concatenate([offers.alt_start[graph.owner[simple]], graph.alternative[several]])
    arcs = np.concatenate([simple, several])
    values = np.append(book.assets.value_micro, 1)
    bound = graph.capacity[arcs] == offers.alt_max[rows] * values[offers.alt_asset[rows]]
    return bool((bound & (offers.alt_max[rows] != NONE)).any())


def _hub(graph: NettingGraph) -> int:
    return graph.nodes.index("hub") if "hub" in graph.nodes else -1
