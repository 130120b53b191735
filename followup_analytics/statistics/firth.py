"""Firth's logistic regression on counted cells: finite estimates also where a cell has only responses or none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.logistic import logistic_derivatives
from followup_analytics.statistics.newton import Derivatives, damped_newton

FloatArray = NDArray[np.float64]

_STEPS, _CLOSE, _LONGEST_STEP = 100, 1e-10, 5.0


def fit_firth(design: FloatArray, n: FloatArray, s: FloatArray, start: FloatArray | None = None) -> FloatArray:
    """Maximise the likelihood times Jeffreys' prior.

    Args:
        design: shape (P, k), one row a pattern, the constant included; columns must not be linear in each other.
        n, s: shape (P,), trials and events of each pattern.
        start: shape (k,), where to start.

    Returns:
        Coefficients (k,), the root of X'(s - n p + h (1/2 - p)) with h the patterns' leverages.

    Source: D. Firth (1993), Biometrika 80, 27-38; G. Heinze, M. Schemper (2002), Statistics in Medicine 21, 2409-2419.
    """
    used = n > 0
    x, trials, events = design[used], n[used], s[used]
    beta = np.zeros(design.shape[1]) if start is None else start.astype(np.float64)

    def derivatives(at: FloatArray) -> Derivatives:
        value, score, information = logistic_derivatives(x, trials, events, at)
        p = expit(x @ at)
        inverse = np.linalg.pinv(information, hermitian=True)
        leverage = trials * p * (1 - p) * np.einsum("ij,jk,ik->i", x, inverse, x)
        # The derivative of half the log determinant is left out of the second derivatives, as is usual (Heinze).
        score = score + x.T @ (leverage * (0.5 - p))
        return value - 0.5 * float(np.linalg.slogdet(information)[1]), score, information

    return damped_newton(derivatives, beta, tolerance=_CLOSE, steps=_STEPS, longest=_LONGEST_STEP)[0]
