"""Precise: duals as a solver's numbers have them -> small fractions near them, and one denominator for all.

Where costs are whole, duals are fractions with small denominators that a solver knows to many digits. Taken for what
they are they prove the optimum to the last unit. A wrong guess makes a weaker bound, never a wrong one.

Example: 0.333333333333 and -1.25 are 4/12 and -15/12.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

DENOMINATOR_MAX = 10**6
TOLERANCE = Fraction(1, 10**11)
"""Of the larger of the largest cost and the dual itself."""
COMMON_MAX = 10**24


def as_fractions(duals: Sequence[Fraction], cost: int) -> tuple[int, list[int]]:
    """A denominator and the numerators; duals that no small fraction is near are taken to the nearest at that."""
    found = [_near(dual, TOLERANCE * max(Fraction(cost), abs(dual))) for dual in duals]
    common = 1
    for denominator in sorted({each.denominator for each in found}):
        if lcm(common, denominator) <= COMMON_MAX:
            common = lcm(common, denominator)
    return common, [round(each * common) for each in found]


def _near(dual: Fraction, tolerance: Fraction) -> Fraction:
    """The fraction of the least power of ten, as a bound on its denominator, that is near enough."""
    most = 1
    while most < DENOMINATOR_MAX:
        found = dual.limit_denominator(most)
        if abs(found - dual) <= tolerance:
            return found
        most *= 10
    return dual.limit_denominator(most)
