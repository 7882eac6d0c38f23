"""Several processes at once: one run does the work, and a key stands for one event, however often it is given."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

import clearing.service
import clearing.store.check
import clearing.store.schema  # noqa: F401
from clearing.keeping.denied import Denied
from tests.store.databases import Databases
from tests.store.houses import founded, kinds, opened, run, submit
from tests.store.kills import together
from tests.store.plants import plant

RUNS, CLIENTS = 8, 16


def raced(databases: Databases, folder: Path, *, planted: str = "") -> Counter[str]:
    """Eight runs of one batch; what each of them says."""
    url = founded(databases.new())

    def one() -> bytes:
        plant(planted)
        done = run(opened(url), folder)
        if not done.held:
            return b"another is at work"
        return b"did it" if done.steps else b"was done"

    said = Counter(each.decode() for each in together([one] * RUNS))
    databases.settle(url)
    events = Counter(kinds(opened(url)))
    assert [events[f"session.{step}"] for step in ("closed", "fixed", "cleared", "final")] == [1, 1, 1, 1]
    assert opened(url).store.check() == []
    return said


def assert_one_winner(said: Counter[str]) -> None:
    assert said["did it"] == 1, said
    assert said.total() == said["did it"] + said["was done"] + said["another is at work"], said


def assert_always_one_winner(databases: Databases, folder: Path, *, planted: str = "") -> None:
    for race in range(5):
        assert_one_winner(raced(databases, folder / str(race), planted=planted))


@pytest.mark.parametrize("race", range(2))
def test_of_eight_runs_of_one_batch_one_does_it(databases: Databases, tmp_path: Path, race: int) -> None:
    assert_one_winner(raced(databases, tmp_path / str(race)))


@pytest.mark.long
@pytest.mark.parametrize("race", range(25))
def test_of_eight_runs_one_does_it_again_and_again(databases: Databases, tmp_path: Path, race: int) -> None:
    assert_one_winner(raced(databases, tmp_path / str(race)))


@pytest.mark.exhaustive
@pytest.mark.parametrize("race", range(100))
def test_of_eight_runs_one_does_it_a_hundred_times(databases: Databases, tmp_path: Path, race: int) -> None:
    assert_one_winner(raced(databases, tmp_path / str(race)))


def test_without_the_lease_runs_are_in_each_others_way(databases: Databases, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        assert_always_one_winner(databases, tmp_path, planted="missing lease")


def assert_as_many_rows_as_keys(databases: Databases, *, clients: int, keys: int) -> None:
    """Every client submits every key, in an order of its own and twice."""
    url = founded(databases.new(), offers=False)

    def client(number: int) -> bytes:
        house, order = opened(url), [*range(keys)] * 2
        random.Random(number).shuffle(order)
        for key in order:
            submit(house, (f"O-{key}", "ANNA", "WHEAT", 1 + key, "STEEL"), key=f"key-{key}")
        return b"done"

    said = together([lambda number=number: client(number) for number in range(clients)])  # type: ignore[misc]
    assert said == [b"done"] * clients
    databases.settle(url)
    house = opened(url)
    assert Counter(kinds(house))["offers.submitted"] == keys
    with house.store.reading() as facts:
        assert len(list(facts.standing())) == keys
    assert house.store.check() == []


def test_as_many_rows_as_keys_whoever_retries(databases: Databases) -> None:
    assert_as_many_rows_as_keys(databases, clients=8, keys=6)


@pytest.mark.long
def test_as_many_rows_as_keys_with_sixteen_clients(databases: Databases) -> None:
    assert_as_many_rows_as_keys(databases, clients=CLIENTS, keys=25)


@pytest.mark.exhaustive
def test_as_many_rows_as_keys_with_sixteen_clients_and_two_hundred_keys(databases: Databases) -> None:
    assert_as_many_rows_as_keys(databases, clients=CLIENTS, keys=200)


def assert_a_key_knows_its_body(databases: Databases) -> None:
    house = opened(founded(databases.new(), offers=False))
    first = submit(house, ("1", "ANNA", "WHEAT", 5, "STEEL"), key="k")
    assert submit(house, ("1", "ANNA", "WHEAT", 5, "STEEL"), key="k") == first
    with pytest.raises(Denied):
        submit(house, ("1", "ANNA", "WHEAT", 6, "STEEL"), key="k")


def test_a_key_with_another_body_is_refused(databases: Databases) -> None:
    assert_a_key_knows_its_body(databases)


def test_a_key_that_ignores_its_body_is_seen(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearing.keeping.entering.keyed", lambda _draft, _bound: "whatever")
    with pytest.raises(pytest.fail.Exception):
        assert_a_key_knows_its_body(databases)
