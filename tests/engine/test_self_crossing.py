"""Self-crossing: what a desk's own offers would close among themselves, against every cycle written out."""

from __future__ import annotations

import random
from itertools import pairwise, permutations

import pytest

from clearing.engine.admission import Admission, admit
from clearing.engine.netting_graph import ALTERNATIVE, WHOLE, build_graph
from clearing.model.book import ANY, Book
from clearing.model.rulebook import DEFAULTS, Rulebook
from tests.books import Row, book, offer

VALUES = {"copper": 1_000, "steel": 1_000, "wheat": 1_000, "gold": 5_000_000, "unpriced": 0}
SECOND = DEFAULTS[2]


def _refused(admission: Admission, world: Book) -> list[tuple[str, str, str | None, str | None]]:
    return [(world.offers.id[r.offer], r.reason.value, r.found, r.limit) for r in admission.refusals]


@pytest.mark.parametrize(
    ("limits", "found"),
    [((-300, 200), "-100"), ((-300, 300), "0"), ((-300, 301), None), ((0, 0), "0"), ((5, -5), "0"), ((1, 0), None)],
)
def test_offers_back_and_forth_cross_where_their_limits_sum_to_nothing(
    limits: tuple[int, int], found: str | None
) -> None:
    rows = [offer("O1", "D", "copper", 5, ("wheat", limits[0])), offer("O2", "D", "wheat", 5, ("copper", limits[1]))]
    world = book(values=VALUES, offers=rows, rulebook=SECOND)
    admission = admit(world)
    assert _refused(admission, world) == ([("O2", "self_crossing", found, "0")] if found else [])
    assert admission.kept.tolist() == [True, found is None]


def test_index_is_crossed_like_an_asset() -> None:
    rows = [offer("O1", "D", "copper", 5, ("INDEX", 0)), offer("O2", "D", "INDEX", 5_000, ("copper", -1))]
    world = book(values=VALUES, offers=rows, rulebook=SECOND)
    assert _refused(admit(world), world) == [("O2", "self_crossing", "-1", "0")]


def test_the_least_sum_of_the_first_alternative_is_the_figure() -> None:
    rows = [
        offer("O1", "D", "copper", 5, ("wheat", -10)),
        offer("O2", "D", "steel", 5, ("copper", 4)),
        offer("O3", "D", "steel", 5, ("copper", 3)),
        offer("O4", "D", "wheat", 5, ("steel", 2), ("copper", -100)),
    ]
    world = book(values=VALUES, offers=rows, rulebook=SECOND)
    assert _refused(admit(world), world) == [("O4", "self_crossing", "-5", "0")]


def test_an_offer_keeps_the_alternatives_that_cross_nothing() -> None:
    rows = [
        offer("O1", "D", "copper", 5, ("wheat", -10)),
        offer("O2", "D", "wheat", 5, ("copper", -30_000), ("steel", -20_001)),
    ]
    world = book(values=VALUES, offers=rows, rulebook=SECOND, desks={"D": (0, 1, -1)})
    admission = admit(world)
    assert _refused(admission, world) == []
    assert admission.kept.tolist() == [True, False, True]
    # What is not kept needs no credit: of the other 1 ppm is beyond the allowance, rounded up to 1 µ.
    assert admission.headroom_left_micro.tolist() == [0]
    graph = build_graph(world, admission)
    assert graph.alternative[graph.kind == ALTERNATIVE].tolist() == [2]
    assert graph.owner[graph.kind == WHOLE].tolist() == [1]
    assert list(graph.nodes) == ["offer:O2", "pool:copper", "pool:steel", "pool:wheat"]


def test_a_refused_offer_crosses_nothing_and_one_without_headroom_does() -> None:
    first: Row = offer("O1", "D", "copper", 5, ("wheat", -100_000))
    back = offer("O2", "D", "wheat", 5, ("copper", 0))
    world = book(values=VALUES, offers=[first, back], rulebook=SECOND, desks={"D": (0, 0, -1)})
    assert [line[:2] for line in _refused(admit(world), world)] == [("O1", "no_headroom"), ("O2", "self_crossing")]
    cut_off = Rulebook(version=2, self_crossing="refuse", cut_off="2026-01-31T12:00:00Z")
    rows = [{**first, "expires_at": "2026-01-31T12:00:00Z"}, back]
    world = book(values=VALUES, offers=rows, rulebook=cut_off)
    assert [line[:2] for line in _refused(admit(world), world)] == [("O1", "expired")]
    world = book(values=VALUES, offers=[{**first, "receive": (("unpriced", 0), ("wheat", -9))}, back], rulebook=SECOND)
    assert [line[:2] for line in _refused(admit(world), world)] == [("O1", "no_value")]


def test_other_desks_do_not_cross_and_what_takes_anything_closes_nothing() -> None:
    rows = [
        offer("O1", "D", "copper", 5, ("wheat", -10)),
        offer("O2", "E", "wheat", 5, ("copper", -10)),
        offer("O3", "D", "wheat", 5, ("*", 0)),
    ]
    world = book(values=VALUES, offers=rows, rulebook=SECOND)
    assert world.offers.alt_asset.tolist()[2] == ANY
    assert admit(world).kept.all()


def test_rulebook_2_asks_back_and_forth_only_where_it_refuses_it() -> None:
    rows = [offer("O1", "D", "copper", 5, ("wheat", -1)), offer("O2", "D", "wheat", 5, ("copper", -1))]
    assert not admit(book(values=VALUES, offers=rows, rulebook=Rulebook(version=2))).refusals
    assert not admit(book(values=VALUES, offers=rows)).refusals


def test_rulebook_2_knows_conditions_gifts_and_whole_pieces() -> None:
    rows = [
        offer("O1", "D", "gold", 5, ("steel", 0), conditions={"all_or_none": True}),
        offer("O2", "D", "copper", 5, ("*", 0), conditions={"max_ring": 3}),
    ]
    assert not admit(book(values=VALUES, offers=rows, rulebook=SECOND)).refusals
    world = book(values=VALUES, offers=rows)
    assert _refused(admit(world), world) == [
        ("O1", "unsupported", "all_or_none", "rulebook 1"),
        ("O2", "unsupported", "receive_assets|max_ring", "rulebook 1"),
    ]


def test_what_is_kept_of_small_random_desks_is_as_all_cycles_say() -> None:
    crossed = 0
    for seed in range(300):
        world = random_desks(random.Random(seed))
        admission = admit(world)
        kept, refused = _plain(world)
        assert admission.kept.tolist() == kept, seed
        assert {r.offer: int(r.found or 0) for r in admission.refusals} == refused, seed
        crossed += len(refused)
    assert crossed > 200  # else the desks are too tame to say anything


def random_desks(draw: random.Random) -> Book:
    """Two desks with a few offers over four assets and INDEX, at limits that often sum to nothing."""
    assets = ["A", "B", "C", "E", "INDEX"][: draw.randint(2, 5)]
    rows = []
    for number in range(draw.randint(2, 14)):
        deliver, *taken = draw.sample(assets, draw.randint(2, min(4, len(assets))))
        receive = [(asset, draw.randint(-4, 6)) for asset in taken]
        rows.append(offer(f"O{number:02d}", draw.choice("PQ"), deliver, 5_000, *receive))
    return book(values=dict.fromkeys("ABCE", 1_000), offers=rows, rulebook=SECOND)


def _plain(world: Book) -> tuple[list[bool], dict[int, int]]:
    """By the letter: every cycle of distinct assets through each alternative among those kept before it."""
    offers = world.offers
    kept = [True] * len(offers.alt_asset)
    refused: dict[int, int] = {}
    before: list[tuple[int, int, int, int]] = []
    for number in range(len(offers.id)):
        desk, deliver = int(offers.participant[number]), int(offers.deliver[number])
        sums = []
        span = range(int(offers.alt_start[number]), int(offers.alt_start[number + 1]))
        for row in span:
            taken, limit = int(offers.alt_asset[row]), int(offers.alt_limit_ppm[row])
            ways = _ways([arc[1:] for arc in before if arc[0] == desk], deliver, taken)
            if ways and min(ways) + limit <= 0:
                kept[row] = False
                sums.append(min(ways) + limit)
            else:
                before.append((desk, taken, deliver, limit))
        if len(sums) == len(span):
            refused[number] = sums[0]
    return kept, refused


def _ways(arcs: list[tuple[int, int, int]], start: int, end: int) -> list[int]:
    """Lengths of all paths from start to end."""
    least: dict[tuple[int, int], int] = {}
    for tail, head, limit in arcs:
        least[tail, head] = min(limit, least.get((tail, head), limit))
    between = sorted({node for arc in least for node in arc} - {start, end})
    paths = [
        [start, *inner, end] for size in range(len(between) + 1) for inner in permutations(between, size)
    ]
    steps = [list(pairwise(path)) for path in paths]
    return [sum(least[step] for step in path) for path in steps if all(step in least for step in path)]
