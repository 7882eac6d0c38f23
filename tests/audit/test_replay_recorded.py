"""Replay does not depend on which of several equal outcomes a solver finds, and lets no worse one pass."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from clearing import service
from clearing.audit.replay import Replayed
from clearing.doors.replay_bundle import replay_lines
from clearing.engine.search.objectives import objectives_of
from clearing.engine.search.search import Searched, search
from clearing.engine.search.witness import value_of
from clearing.model.book import Book, SessionTerms
from clearing.model.proof import Leaf, Record, RecordedRing
from clearing.service import Review, clear_book, replay_bundle
from clearing.solvers.apart import SolverApart
from tests.audit.samples import MemoryBundle
from tests.audit.verify import test_resealed_searched as forged
from tests.audit.verify.resealing import Files, Records, canonical, records_of, resealed, verified
from tests.audit.verify.searched_books import RULEBOOK, random_searched_book
from tests.books import book, offer
from tests.sessions import SALT, clear_in_memory
from tests.solvers.shuffled import ShuffledSolver

BROKEN = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(1)")
Forge = Callable[[Searched, bytes], Searched]


@contextmanager
def machine(solver: Callable[[], SolverApart]) -> Iterator[None]:
    """A machine with another solver."""
    own = service.SearchSolver
    service.SearchSolver = solver  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        service.SearchSolver = own  # type: ignore[misc]


def broken_solver() -> SolverApart:
    return SolverApart(BROKEN)


def replayed(files: Files) -> Replayed:
    return replay_bundle(MemoryBundle(dict(files)))


def sealed_by(made: Book, forge: Forge, *, salt: bytes = SALT) -> dict[str, bytes]:
    """What an engine would seal that put another witness in the place of the one it found."""
    files: dict[str, bytes] = {}

    def sink(path: str, chunks: Iterable[bytes]) -> None:
        files[path] = b"".join(chunks)

    review: Review = lambda searched, salt: [forge(each, salt) for each in searched]  # noqa: E731
    clear_book(made, SessionTerms(salt=salt), sink, review=review)
    return files


# Another solver


@pytest.mark.parametrize(
    "part", [*range(3), *(pytest.param(part, marks=pytest.mark.long) for part in range(3, 12))]
)
def test_another_solver_of_equal_value_replays_to_the_very_same_bytes(part: int) -> None:
    differing = 0
    for seed in range(part * 8, part * 8 + 8):
        made = random_searched_book(seed)
        with machine(lambda seed=seed: ShuffledSolver(seed)):  # type: ignore[misc]
            files = clear_in_memory(made)[1]
        ended = replayed(files)
        parts = json.loads(files["certificate.json"])["components"]
        if ended.rejected and any(stage["gap"] != "0" for part in parts for stage in part["stages"]):
            # The solver in another order did not prove its value, or draw its lottery, and found no as good a one.
            assert all("this machine found" in remark.text for remark in ended.rejected), seed
            continue
        assert (ended.difference, ended.rejected) == (None, ()), seed
        same = files["manifest.json"] == clear_in_memory(made)[1]["manifest.json"]
        assert bool(ended.by_record) != same, seed
        differing += not same
    assert differing >= 2


def test_the_same_solver_needs_no_record() -> None:
    for seed in range(40, 60):
        assert replayed(clear_in_memory(random_searched_book(seed))[1]) == Replayed(None), seed


def test_a_machine_without_a_solver_replays_by_the_record() -> None:
    files = forged.cleared("indivisible")
    with machine(broken_solver):
        ended = replayed(files)
    assert (ended.difference, ended.by_record, ended.rejected) == (None, ("pool:A",), ())
    assert replay_lines(ended, "d") == [
        "replay identical",
        "1 component by the recorded witness, which stands though this machine found another (pool:A)",
        "digest d",
    ]


@pytest.mark.parametrize("name", forged.BOOKS)
def test_a_session_that_a_broken_solver_cleared_is_no_match_for_one_that_works(name: str) -> None:
    with machine(broken_solver):
        files = clear_in_memory(forged.BOOKS[name]())[1]
    assert verified(files).holds, "it is labelled, and no law is broken"
    ended = replayed(files)
    assert ended.difference is not None
    (remark,) = ended.rejected
    first = forged.BOOKS[name]().rulebook.objectives[0]
    assert (remark.component, remark.stage) == ("pool:A", first)
    assert "its recorded value is 0, and this machine found -" in remark.text
    assert f"component pool:A, {first}: its recorded value is 0" in "\n".join(replay_lines(ended, "d"))


# Other witnesses


def tied(**more: Any) -> Book:
    """Two desks could serve P equally well; the lottery draws one."""
    rows = [
        offer("P1", "P", "A", 5, ("B", -5_000), conditions={"all_or_none": True}),
        offer("Q1", "Q", "B", 5, ("A", -3_000), conditions={"all_or_none": True}),
        offer("R1", "R", "B", 5, ("A", -3_000), conditions={"all_or_none": True}),
    ]
    rulebook = replace(RULEBOOK, objectives=("surplus", "value", "lottery"), max_ring=3, **more)
    return book(values={"A": 2_000_000, "B": 2_000_000}, offers=rows, rulebook=rulebook)


def loser_of_the_draw(ours: Searched, salt: bytes) -> Searched:
    """The same component with the ring that the lottery did not draw, every figure as it then is."""
    for other in range(64):
        with SolverApart() as solver:
            found = search(ours.component.rows, bytes([other]), solver)
        if found.rings != ours.rings:
            break
    *stages, last = ours.proof.stages
    drawn = objectives_of(ours.component.rows, salt)[-1]
    stages.append(replace(last, value=value_of(ours.component, drawn, found.rings)))
    return replace(ours, rings=found.rings, proof=replace(ours.proof, stages=stages))


def test_an_equally_good_witness_that_the_lottery_did_not_draw_is_caught() -> None:
    files = sealed_by(tied(), loser_of_the_draw)
    assert verified(files).holds, "no law is broken: only a search can tell"
    ended = replayed(files)
    assert ended.difference is not None
    assert [(each.component, each.stage) for each in ended.rejected] == [("pool:A", "lottery")]


def nothing(ours: Searched, _salt: bytes) -> Searched:
    return replace(ours, rings={})


def too_much(ours: Searched, _salt: bytes) -> Searched:
    return replace(ours, rings={ring: flow * 2 for ring, flow in ours.rings.items()})


def less(ours: Searched, _salt: bytes) -> Searched:
    """The ring given up, every stage's figures honest."""
    stages = [replace(stage, value=0) for stage in ours.proof.stages]
    return replace(ours, rings={}, proof=replace(ours.proof, stages=stages))


def test_a_session_sealed_as_it_was_found_is_identical() -> None:
    assert replayed(sealed_by(tied(), lambda ours, _salt: ours)) == Replayed(None)


def first_stage(**changed: Any) -> Forge:
    """The first stage with other figures, all others as they were."""

    def forge(ours: Searched, _salt: bytes) -> Searched:
        first, *others = ours.proof.stages
        return replace(ours, proof=replace(ours.proof, stages=[replace(first, **changed), *others]))

    return forge


@pytest.mark.parametrize(
    ("forge", "stage", "why"),
    [
        (first_stage(bound=0, proof=Leaf(1, [], {}, {}, {})), "surplus", "its recorded proof does not hold"),
        (first_stage(bound=-80_000_000_005), "surplus", "proves -80000000000, not -80000000005"),
        (nothing, "surplus", "have the value 0, not -80000000000"),
        (too_much, None, "break a bound or a condition"),
        (less, "surplus", "its recorded value is 0, and this machine found -80000000000"),
    ],
)
def test_a_worse_witness_is_named(forge: Forge, stage: str | None, why: str) -> None:
    ended = replayed(sealed_by(tied(), forge))
    assert ended.difference is not None
    assert [(each.component, each.stage) for each in ended.rejected] == [("pool:A", stage)]
    assert why in ended.rejected[0].text


def test_a_recorded_ring_that_joins_no_rows_is_named() -> None:
    """Rings of conflicting offers, and of one that does not deliver what the next one takes."""
    rows = [
        offer("P1", "P", "A", 5, ("B", -5_000), conditions={"deny": ("R",)}),
        offer("Q1", "Q", "B", 5, ("A", -3_000)),
        offer("R1", "R", "B", 5, ("A", -9_000)),
        offer("S1", "S", "C", 5, ("B", -9_000)),
    ]
    (ours,) = _searched_of(book(values=dict.fromkeys("ABC", 1_000), offers=rows, rulebook=RULEBOOK))
    as_found = Record([ours.proof], _recorded_rings(ours), False)
    assert service.choose([ours], as_found, SALT).searched == [ours]
    for members in ((2, 0), (3, 0)):
        nodes = ["pool:A" if member == 2 else "pool:B" for member in members]
        record = replace(as_found, rings=[RecordedRing(nodes, members, 5_000)])
        standing = service.choose([ours], record, SALT)
        assert standing.searched == [ours]
        assert "joins no rows" in standing.rejected[0].text
    twice = replace(as_found, rings=[*as_found.rings, *as_found.rings])
    assert "joins no rows" in service.choose([ours], twice, SALT).rejected[0].text


def _recorded_rings(ours: Searched) -> list[RecordedRing]:
    rows = ours.component.rows
    return [
        RecordedRing([rows.station(row) for row in ring], [int(rows.offer[row]) for row in ring], flow)
        for ring, flow in ours.rings.items()
    ]


def test_pay_cannot_be_moved_by_a_weaker_proof() -> None:
    """Where rents decide who is paid, a proof that proves less is another one."""

    def forge(ours: Searched, _salt: bytes) -> Searched:
        first, *others = ours.proof.stages
        assert first.proof.rents, "rents decide the pay"
        rents = {name: rent + (name == "offer:P1") for name, rent in first.proof.rents.items()}
        rents.setdefault("offer:P1", 1)
        capacity = ours.component.capacity["offer:P1"]
        forged_stage = replace(first, bound=first.bound - capacity, proof=replace(first.proof, rents=rents))
        return replace(ours, proof=replace(ours.proof, stages=[forged_stage, *others]))

    files = sealed_by(forged.bounded(), forge)
    ended = replayed(files)
    assert ended.difference is not None
    assert [(each.component, each.stage) for each in ended.rejected] == [("pool:A", "surplus")]
    assert "its record proves no more than" in ended.rejected[0].text


def limit_reached(records: Records) -> None:
    records["certificate.json"][0]["work_limit_reached"] ^= True


FORGERIES = [
    forged.wrong_scale, forged.wrong_tier, forged.fewer_components, forged.fewer_stages, forged.other_multiplier,
    forged.potential_of_nobody, forged.not_optimal, limit_reached, forged.unique, forged.other_bound,
    forged.other_gap, forged.larger_flow, forged.turned, forged.gone, forged.doubled, forged.renumbered, forged.parted,
]  # fmt: skip


@pytest.mark.parametrize("name", forged.BOOKS)
@pytest.mark.parametrize("forge", FORGERIES)
def test_every_forgery_that_breaks_a_law_is_a_difference(name: str, forge: forged.Forge) -> None:
    assert replayed(resealed(forged.cleared(name), forge)).difference is not None


def odd_values(value: Any) -> Iterator[Any]:
    """Every way to put one odd value somewhere in a record."""
    if isinstance(value, dict):
        for key, part in value.items():
            for odd in odd_values(part):
                yield {**value, key: odd}
            yield {other: each for other, each in value.items() if other != key}
    elif isinstance(value, list):
        for place, part in enumerate(value):
            for odd in odd_values(part):
                yield [*value[:place], odd, *value[place + 1 :]]
    else:
        yield from (None, [], {}, -1, "-1", "9" * 60, "9" * 5_000, "x", True)


@pytest.mark.parametrize("path", ["certificate.json", "outcome/rings.jsonl"])
def test_whatever_a_record_holds_replay_ends_with_a_difference(path: str) -> None:
    """The record's reader and the laws it is put to, with the recomputation done once."""
    files = forged.cleared("indivisible")
    salt, searched = SALT, _searched_of(forged.indivisible())
    lines = records_of(files)[path]
    seen = 0
    for place, record in enumerate(lines):
        for odd in odd_values(deepcopy(record)):
            if odd == record:
                continue
            content = b"".join(canonical(each) + b"\n" for each in [*lines[:place], odd, *lines[place + 1 :]])
            read = MemoryBundle({**files, path: content}).read
            record_read = service.read_stored_record(read, forged.indivisible())
            if record_read is not None:
                service.choose(searched, record_read, salt)
            seen += 1
    assert seen > 100


def _searched_of(made: Book) -> Sequence[Searched]:
    kept: list[Searched] = []

    def review(searched: Sequence[Searched], _salt: bytes) -> Sequence[Searched]:
        kept.extend(searched)
        return searched

    clear_book(made, SessionTerms(salt=SALT), lambda _path, chunks: json.dumps([len(each) for each in chunks]) and None,
               review=review)  # fmt: skip
    return kept


def gift_of_a_part() -> Book:
    """Three deliver, of which the gift is two thirds: a bound that counts them needs leaves with opened offers."""
    rows = [
        offer("O0", "D0", "A", 2, ("B", 5_000)),
        offer("O1", "D1", "B", 3, ("*", 0)),
        offer("O2", "D2", "C", 1, ("A", -10_000)),
    ]
    objectives = ("surplus", "items", "deliveries", "lottery")
    rulebook = replace(RULEBOOK, objectives=objectives, residual_tolerance_micro=0, work_limit=200)
    return book(values=dict.fromkeys("ABC", 1_000), offers=rows, rulebook=rulebook)


@pytest.mark.parametrize("odd", [[], ["Z"], ["O1", "O1"], 5, "O1", {"O1": 1}, [1], None, [["O1"]], True, ["O0", "O1"]])
def test_offers_that_are_opened_without_right_are_caught(odd: object) -> None:
    files = clear_in_memory(gift_of_a_part())[1]
    assert verified(files).holds
    assert replayed(files).difference is None

    def change(records: Records) -> None:
        changed = 0
        for component in records["certificate.json"][0]["components"]:
            for leaf in (leaf for stage in component["stages"] for leaf in forged.leaves(stage["proof"])):
                changed += "opened" in leaf and leaf["opened"] != odd
                leaf |= {"opened": odd} if "opened" in leaf else {}
        assert changed, "a leaf has opened offers"

    forgery = resealed(files, change)
    assert not verified(forgery).holds
    assert replayed(forgery).difference is not None
