"""Exact rationals in, figures of so many significant digits out; logarithms, exponentials and roots correctly rounded.

A figure is a Decimal that holds what its text says. Rationals are rounded by integers, half to even.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from math import isqrt

DIGITS = 50
_CONTEXT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_LOG_2 = Fraction(30103, 100_000)


def ln(value: Decimal) -> Decimal:
    """The natural logarithm."""
    return _CONTEXT.ln(value)


def exp(value: Decimal) -> Decimal:
    """The exponential."""
    return _CONTEXT.exp(value)


def root(square: Fraction) -> Decimal:
    """The square root of a rational: 2 digits beyond those kept, and one more that says whether anything is left."""
    if not square:
        return Decimal(0)
    places = DIGITS + 2 - (_magnitude(square) // 2)
    scaled = square * Fraction(10) ** (2 * places)
    whole = isqrt(scaled.numerator // scaled.denominator)
    exact = Fraction(whole) ** 2 == scaled
    return rounded((10 * whole + (not exact)) * Fraction(10) ** -(places + 1), DIGITS)


def rounded(value: Fraction, digits: int = DIGITS) -> Decimal:
    """A rational at so many significant digits."""
    if not value:
        return Decimal(0)
    places = digits - 1 - _magnitude(value)
    units = nearest(value * Fraction(10) ** places)
    return Decimal(units).scaleb(-places, _CONTEXT)


def nearest(value: Fraction) -> int:
    """The nearest integer, of two the even one."""
    whole, rest = divmod(value.numerator, value.denominator)
    up = 2 * rest > value.denominator or (2 * rest == value.denominator and whole % 2 == 1)
    return whole + up


def exact_decimal(value: Fraction) -> Decimal:
    """A rational whose denominator is a power of ten or a divisor of one, as a decimal without rounding."""
    places = value.denominator.bit_length()
    scaled = value * 10**places
    wide = Context(prec=scaled.numerator.bit_length() + 1, Emin=-999_999, Emax=999_999)
    return Decimal(scaled.numerator).scaleb(-places, wide)


def text(value: Decimal) -> str:
    """A decimal without exponent and trailing zeros."""
    if not value:
        return "0"
    spelled = f"{value:f}"
    return spelled.rstrip("0").rstrip(".") if "." in spelled else spelled


def _magnitude(value: Fraction) -> int:
    """The exponent of ten of the first digit."""
    top, bottom = abs(value.numerator), value.denominator
    guess = (top.bit_length() - bottom.bit_length()) * _LOG_2.numerator // _LOG_2.denominator - 1
    while Fraction(10) ** (guess + 1) <= Fraction(top, bottom):
        guess += 1
    return guess
