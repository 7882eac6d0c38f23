"""Agreement: every way in which solvers can disagree is told, and agreement tells nothing."""

from __future__ import annotations

import pytest

from benchmarks.agreement import INDEX_UNIT, disagreements

OPTIMUM = 3_477_602_834_210_380
AGREED = {
    "clearing": [str(OPTIMUM)] * 2,
    "raw": [str(OPTIMUM)] * 2,
    "networkx": [str(OPTIMUM)],
    "lp": [repr(OPTIMUM * (1 + 5e-7))],
}


def test_solvers_that_agree_have_nothing_to_tell() -> None:
    assert disagreements(AGREED, ["d", "d"]) == []


@pytest.mark.parametrize(
    ("solver", "found"),
    [
        ("clearing", str(OPTIMUM - 1)),
        ("raw", str(OPTIMUM + 1)),
        ("networkx", str(OPTIMUM - 1)),
        ("lp", repr(OPTIMUM * (1 + 2e-6))),
        ("lp", "nan"),
    ],
)
def test_one_run_that_differs_is_told(solver: str, found: str) -> None:
    (told,) = disagreements({**AGREED, solver: [AGREED[solver][0], found]}, ["d", "d"])
    assert told.startswith(solver)
    assert found in told


def test_two_digests_of_one_book_are_told() -> None:
    assert disagreements(AGREED, ["d", "e"]) == ["2 digests in 2 runs"]


def test_a_surplus_of_nothing_leaves_the_linear_program_its_floats() -> None:
    nothing = {"clearing": ["0"], "raw": ["0"]}
    assert disagreements({**nothing, "lp": [repr(INDEX_UNIT * 5e-7)]}, ["d"]) == []
    assert len(disagreements({**nothing, "lp": [repr(INDEX_UNIT * 2e-6)]}, ["d"])) == 1
