"""Ridge logistic regression on any matrix of numbers: the core of the estimator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.logistic import add_penalty, damped_newton, logistic_derivatives

FloatArray = NDArray[np.float64]


def newton_ridge(
    x: FloatArray, y: FloatArray, weight: FloatArray, c: float, tolerance: float, steps: int
) -> tuple[FloatArray, int]:
    """Minimise the weighted negative log-likelihood plus |b|^2 / (2 c), the intercept (first coefficient) free.

    x: shape (n, k). y: shape (n,), 0 or 1. weight: shape (n,), counts. Returns coefficients (1 + k,) and the number of
    steps taken. Columns are centred while searching, so that the intercept does not fight large means.
    """
    total = max(float(weight.sum()), 1e-300)
    centre = (weight @ x) / total
    z = np.column_stack([np.ones(len(x)), x - centre])
    ridge = np.concatenate([[0.0], np.full(x.shape[1], 0.0 if np.isinf(c) else 1.0 / c)])
    rate = float(np.clip((weight @ y) / total, 1e-6, 1 - 1e-6))
    start = np.concatenate([[np.log(rate / (1 - rate))], np.zeros(x.shape[1])])
    beta, taken = damped_newton(
        lambda at: add_penalty(logistic_derivatives(z, weight, weight * y, at), ridge, at),
        start,
        tolerance=tolerance,
        steps=steps,
    )
    beta[0] -= centre @ beta[1:]
    return beta, taken
