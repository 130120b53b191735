"""Firth's logistic regression on counted cells: finite estimates also where a cell has only responses or none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

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
    value = _penalised(x, trials, events, beta)
    for _ in range(_STEPS):
        p = expit(x @ beta)
        weight = trials * p * (1 - p)
        inverse = np.linalg.pinv((x * weight[:, None]).T @ x, hermitian=True)
        leverage = weight * np.einsum("ij,jk,ik->i", x, inverse, x)
        step = inverse @ (x.T @ (events - trials * p + leverage * (0.5 - p)))
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        for _ in range(20):
            found = _penalised(x, trials, events, beta + step)
            if found >= value - 1e-12 * abs(value):
                break
            step = step / 2
        beta, value = beta + step, found
        if np.abs(step).max() < _CLOSE:
            break
    return beta


def _penalised(x: FloatArray, n: FloatArray, s: FloatArray, beta: FloatArray) -> float:
    eta = x @ beta
    p = expit(eta)
    information = (x * (n * p * (1 - p))[:, None]).T @ x
    return float(s @ eta - n @ np.logaddexp(0.0, eta) + 0.5 * np.linalg.slogdet(information)[1])
