"""Balancing: factors that bring weighted totals back to what they are to be, as near to 1 as that allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.designs import Curvature, Design
from followup_analytics.statistics.newton import Slopes, damped_newton
from followup_analytics.statistics.shrinkage import tolerance_of

FloatArray = NDArray[np.float64]

#: No factor lies beyond e to this power, either way.
MOST = 6.0


@dataclass(frozen=True)
class Balanced:
    """Factors of the rows, shape (r,), and the coefficients, shape (k,), behind them."""

    factor: FloatArray
    coefficients: FloatArray


def balance_to(design: Design, weight: FloatArray, totals: FloatArray, penalty: FloatArray) -> Balanced:
    """Find factors exp(c'g) under which the weighted totals of a design's columns come near to given ones.

    Args:
        design: shape (r, k) with the constant; weight: shape (r,), positive.
        totals: shape (k,), what the sums of weight exp(c'g) c are to be.
        penalty: shape (k,), of g: totals are met up to penalty times g, so that there always is an answer.

    Returns:
        Where sum of weight exp(c'g) - totals'g + 1/2 penalty g^2 is least; |c'g| is kept within 6.

    Source: J. Hainmueller (2012), Political Analysis 20, 25-46 (entropy balancing); penalised as in Z. Tan (2020),
    Biometrika 107, 137-158.
    """

    curvature = Curvature(design)

    def derivatives(g: FloatArray) -> Slopes:
        made = weight * np.exp(np.clip(design.times(g), -MOST, MOST))
        value = float(made.sum() - totals @ g + penalty @ g**2 / 2)
        bend = curvature.later(made)
        return value, totals - design.sums(made) - penalty * g, lambda: bend() + np.diag(penalty)

    g = damped_newton(derivatives, np.zeros(design.width), tolerance=tolerance_of(design))[0]
    return Balanced(np.exp(np.clip(design.times(g), -MOST, MOST)), g)
