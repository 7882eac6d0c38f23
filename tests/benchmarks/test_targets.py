"""Targets: each compares what its label says, and nothing that was not measured."""

from __future__ import annotations

import pytest

from benchmarks.targets import GROWTH, TARGETS, Target, reached

FIGURES = {
    "solve and certify": 6.0,
    "raw solve": 2.0,
    "clear whole": 30.0,
    "floor": 5.0,
    "verify whole": 90.0,
    "replay whole": 45.0,
    "clear MiB": 1500.0,
}
TENTH = {"solve and certify": 1.0, "clear whole": 2.0, "verify whole": 10.0, "replay whole": 5.0}


@pytest.mark.parametrize(("target", "figure"), list(zip(TARGETS, [3, 6, 3, 1.5, 1500, 6, 15, 9, 9], strict=True)))
def test_every_target_is_a_ratio_of_its_figures(target: Target, figure: float) -> None:
    assert reached(target, FIGURES, TENTH) == figure


def test_the_limits_are_those_that_were_set() -> None:
    assert [target.most for target in TARGETS] == [3, 10, 4, 2, 2048, 12, 12, 12, 12]


def test_what_was_not_measured_has_no_ratio() -> None:
    assert [reached(target, FIGURES, None) for target in GROWTH] == [None] * 4
    assert [reached(target, {}, {}) for target in TARGETS] == [None] * 9
