"""Newton's method for ridge logistic regression on any matrix: the core of the estimator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

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
    beta = np.concatenate([[np.log(rate / (1 - rate))], np.zeros(x.shape[1])])
    value = _value(z, y, weight, ridge, beta)
    taken = 0
    while taken < steps:
        taken += 1
        p = expit(z @ beta)
        gradient = z.T @ (weight * (y - p)) - ridge * beta
        information = (z * (weight * p * (1 - p))[:, None]).T @ z + np.diag(ridge)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        for _ in range(30):
            found = _value(z, y, weight, ridge, beta + step)
            if found <= value + 1e-12 * (1 + abs(value)):
                break
            step = step / 2
        beta, value = beta + step, found
        if np.abs(step).max() < tolerance:
            break
    beta[0] -= centre @ beta[1:]
    return beta, taken


def _value(z: FloatArray, y: FloatArray, weight: FloatArray, ridge: FloatArray, beta: FloatArray) -> float:
    eta = z @ beta
    return float(weight @ (np.logaddexp(0.0, eta) - y * eta) + ridge @ beta**2 / 2)
