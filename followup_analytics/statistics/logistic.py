"""Logistic regression on counts by Newton's method: what models, trials and estimators share.

Rows are covariate patterns, not people: n trials and s events of each hold all that the likelihood needs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.newton import Derivatives, damped_newton

FloatArray = NDArray[np.float64]

#: Newton's method stops when no coefficient moves by more than this.
TOLERANCE = 1e-9
#: Rows that are multiplied at once.
_AT_ONCE = 2048


def fit_logistic(
    design: FloatArray,
    n: FloatArray,
    s: FloatArray,
    penalty: FloatArray | float = 0.0,
    start: FloatArray | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> FloatArray:
    """Fit P(event) by maximum penalised likelihood.

    Args:
        design: shape (P, k), one row a covariate pattern, the constant included.
        n: shape (P,), trials of each pattern; fractions allowed (decisions seen in part).
        s: shape (P,), events of each pattern, 0 <= s <= n.
        penalty: shape (k,) or one number, lambda_j of the penalty sum of lambda_j beta_j^2 / 2; 0 for the constant.
        start: shape (k,), where to start.
        tolerance: largest movement of a coefficient at which the search stops.

    Returns:
        Coefficients, shape (k,). Steps are halved while the penalised likelihood falls, so separation without a
        penalty ends at large but finite coefficients.

    Source: iteratively reweighted least squares, McCullagh and Nelder (1989), Generalized Linear Models, 2.5.
    """
    ridge = np.broadcast_to(np.asarray(penalty, dtype=np.float64), (design.shape[1],))
    beta = np.zeros(design.shape[1]) if start is None else start.astype(np.float64)

    def derivatives(at: FloatArray) -> Derivatives:
        return add_penalty(logistic_derivatives(design, n, s, at), ridge, at)

    return damped_newton(derivatives, beta, tolerance=tolerance)[0]


def logistic_derivatives(design: FloatArray, n: FloatArray, s: FloatArray, beta: FloatArray) -> Derivatives:
    """Negative log-likelihood of (some) patterns, minus its gradient (k,), and its second derivatives (k, k)."""
    eta = design @ beta
    p = expit(eta)
    value = float(n @ np.logaddexp(0.0, eta) - s @ eta)
    return value, design.T @ (s - n * p), weighted_gram(design, n * p * (1 - p))


def weighted_gram(design: FloatArray, weight: FloatArray) -> FloatArray:
    """X'WX of a design (P, k) with weights (P,), none of them negative; shape (k, k).

    Block by block, so that what is multiplied is still in the processor's cache, and as a product of a matrix with
    itself, of which the library makes one half alone.
    """
    root = np.sqrt(weight)
    found = np.zeros((design.shape[1], design.shape[1]))
    for begin in range(0, len(design), _AT_ONCE):
        block = design[begin : begin + _AT_ONCE] * root[begin : begin + _AT_ONCE, None]
        found += block.T @ block
    return found


def expected_and_cost(n: FloatArray, s: FloatArray, eta: FloatArray) -> tuple[FloatArray, float]:
    """Probabilities, shape (P,), at linear predictors `eta`, and minus the log-likelihood of s events in n trials.

    One exponential serves both; it is of -|eta|, so that nothing overflows.
    """
    small = np.exp(-np.abs(eta))
    cost = float(n @ (np.maximum(eta, 0.0) + np.log1p(small)) - s @ eta)
    return np.where(eta >= 0, 1.0, small) / (1.0 + small), cost


def add_penalty(found: Derivatives, ridge: FloatArray, beta: FloatArray) -> Derivatives:
    """The derivatives with the penalty sum of ridge_j beta_j^2 / 2 taken into account."""
    value, gradient, information = found
    return value + float(ridge @ beta**2) / 2, gradient - ridge * beta, information + np.diag(ridge)
