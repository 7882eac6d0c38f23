"""The one arithmetic of the index: fifty digits, half to even, ln and exp correctly rounded; what is exact stays exact.

Every public verb of the room computes inside ``arithmetic()``, whatever context its caller has.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from math import isqrt

DIGITS = 50
ZERO, ONE = Decimal(0), Decimal(1)


def context_of(digits: int) -> Context:
    """A context of so many significant digits that depends on nothing else."""
    return Context(
        prec=digits,
        rounding=ROUND_HALF_EVEN,
        Emin=-999_999,
        Emax=999_999,
        capitals=1,
        clamp=0,
        flags=[],
        traps=[InvalidOperation, DivisionByZero, Overflow],
    )


def arithmetic() -> AbstractContextManager[Context]:
    """Fifty digits until the block ends."""
    return localcontext(context_of(DIGITS))


def rounded(value: Decimal, digits: int) -> Decimal:
    """The value at so many significant digits, half to even."""
    return context_of(digits).plus(value)


def decimal_of(exact: Fraction, digits: int = DIGITS) -> Decimal:
    """A rational rounded once."""
    return context_of(digits).divide(Decimal(exact.numerator), Decimal(exact.denominator))


def floor_of(exact: Fraction, digits: int) -> Decimal:
    """The greatest decimal of so many significant digits that is not above a rational."""
    return _directed(exact, digits, ROUND_FLOOR)


def ceiling_of(exact: Fraction, digits: int) -> Decimal:
    """The least decimal of so many significant digits that is not below a rational."""
    return _directed(exact, digits, ROUND_CEILING)


def _directed(exact: Fraction, digits: int, rounding: str) -> Decimal:
    context = context_of(digits)
    context.rounding = rounding
    return context.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def root_of(exact: Fraction) -> Decimal:
    """The square root of a rational that is not negative, rounded once.

    Its whole part at more digits than are kept, and one digit more that says whether anything follows.
    """
    if not exact:
        return ZERO
    places = 2 * DIGITS - decimal_of(exact).adjusted() // 2
    scaled = exact * Fraction(10) ** (2 * places)
    whole = isqrt(scaled.numerator // scaled.denominator)
    return decimal_of(Fraction(10 * whole + (whole * whole != scaled)) * Fraction(10) ** -(places + 1))
