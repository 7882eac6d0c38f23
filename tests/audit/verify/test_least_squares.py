"""The least squares of a fixing: rings and assets give the same values, and nothing is left that could be made less."""

from __future__ import annotations

import random
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from clearing.audit.verify.fixing import fit as squares
from clearing.audit.verify.fixing.numbers import exact_decimal, nearest, root, rounded, text


def drawn(seed: int) -> tuple[dict[squares.Edge, Fraction], dict[squares.Edge, int]]:
    """One component of up to seven assets, its logarithms and weights."""
    draw = random.Random(seed)
    names = "ABCDEFG"[: draw.randint(2, 7)]
    edges = sorted({tuple(sorted(draw.sample(names, 2))) for _ in range(draw.randint(1, 20))})
    group = max(squares.components(edges), key=len)  # type: ignore[arg-type]
    kept = [(one, other) for one, other in edges if one in group]
    weights = {edge: draw.randint(1, 7) for edge in kept}
    return {edge: Fraction(draw.randint(-999, 999), 1_000) for edge in kept}, weights


@pytest.mark.parametrize("seed", range(60))
def test_no_asset_keeps_what_is_left_of_its_pairs(seed: int) -> None:
    logs, weights = drawn(seed)
    values = squares.fit(logs, weights)
    assert sum(values.values()) == 0
    for asset in values:
        left = [
            (1 if edge[0] == asset else -1) * weights[edge] * (log - values[edge[0]] + values[edge[1]])
            for edge, log in logs.items()
            if asset in edge
        ]
        assert sum(left) == 0


@pytest.mark.parametrize("seed", range(60))
def test_rings_and_assets_are_solved_to_the_same_values(seed: int) -> None:
    logs, weights = drawn(seed)
    edges, assets = sorted(logs), sorted({asset for edge in logs for asset in edge})
    by_rings = squares._by_rings(edges, logs, weights)
    by_assets = squares._by_assets(assets, edges, logs, weights)
    assert len({by_rings[asset] - by_assets[asset] for asset in assets}) == 1


def test_the_worked_example_of_three_assets() -> None:
    said = {("A", "B"): 6_931, ("A", "C"): 19_459, ("B", "C"): 10_986}
    logs = {edge: Fraction(log, 10_000) for edge, log in said.items()}
    values = squares.fit(logs, dict.fromkeys(logs, 1))
    assert values["A"] - values["B"] == Fraction(6931 + 514, 10_000)


@pytest.mark.parametrize("seed", range(40))
def test_figures_are_rounded_once_half_to_even(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(50):
        ratio = Fraction(draw.randint(1, 10 ** draw.randint(1, 60)), draw.randint(1, 10 ** draw.randint(1, 60)))
        square = Decimal(draw.randint(1, 10 ** draw.randint(1, 80))).scaleb(draw.randint(-90, 90))
        with localcontext(prec=50):
            assert rounded(ratio) == Decimal(ratio.numerator) / Decimal(ratio.denominator)
            assert root(Fraction(square)) == square.sqrt()
        with localcontext(prec=400):
            exact = (Decimal(ratio.numerator) / Decimal(ratio.denominator)).sqrt()
        assert abs(Fraction(root(ratio)) - Fraction(exact)) * 2 <= Fraction(10) ** (root(ratio).adjusted() - 49)


def test_of_two_nearest_integers_the_even_one_is_taken() -> None:
    assert [nearest(Fraction(each, 2)) for each in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]
    spelled = {"1E+2": "100", "1.50": "1.5", "-0": "0", "0E-9": "0", "-1E-3": "-0.001"}
    assert {each: text(Decimal(each)) for each in spelled} == spelled
    assert exact_decimal(Fraction(-3, 8)) == Decimal("-0.375")
