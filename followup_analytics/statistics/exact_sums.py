"""Sums of floats that no order of adding and no number of parts can change: added exactly, rounded once."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

#: Every double is a whole number of these units: 2 to the power of -1074, and below none.
_UNIT = 1_074
_HALF = 1 << 26


def exact_units(values: NDArray[np.float64]) -> int:
    """The exact sum of finite doubles, shape (n,), as a whole number of units of 2^-1074: add such numbers freely."""
    if not len(values):
        return 0
    mantissas, exponents = np.frexp(np.asarray(values, dtype=np.float64))
    whole = np.ldexp(mantissas, 53).astype(np.int64)
    # Halves of 27 bits, so that the sum of a billion of them still fits into 64.
    high, low = np.divmod(whole, _HALF)
    lowest = int(exponents.min())
    width = int(exponents.max()) - lowest + 1
    place = exponents - lowest
    sums = []
    for part in (high, low):
        total = np.zeros(width, dtype=np.int64)
        np.add.at(total, place, part)
        sums.append(total)
    units = 0
    for place_, (top, bottom) in enumerate(zip(*sums, strict=True)):
        units += _shifted(int(top) * _HALF + int(bottom), lowest + place_ - 53 + _UNIT)
    return units


def _shifted(number: int, by: int) -> int:
    # A subnormal's mantissa ends in zeros: nothing is lost.
    return number << by if by >= 0 else number >> -by


def rounded(units: int | Iterable[int]) -> float:
    """The double next to a sum (or to the sum of sums) of `exact_units`."""
    total = units if isinstance(units, int) else sum(units)
    return float(Fraction(total, 1 << _UNIT))
