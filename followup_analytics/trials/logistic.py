"""Ridge logistic regression on counted cells, refitted without each jackknife group.

Rows are covariate patterns, not people: `n` decisions and `s` actions per pattern (and per applicant group) hold all
that the likelihood needs, so that fifty refits cost little more than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Newton's method stops when no coefficient moves by more than this.
TOLERANCE = 1e-9
_STEPS = 60


def fit_logistic(
    design: FloatArray, n: FloatArray, s: FloatArray, penalty: FloatArray | float = 0.0, start: FloatArray | None = None
) -> FloatArray:
    """Fit P(action) by maximum penalised likelihood.

    Args:
        design: shape (P, k), one row a covariate pattern, the constant included.
        n: shape (P,), decisions per pattern; fractions allowed (decisions seen in part).
        s: shape (P,), actions per pattern, 0 <= s <= n.
        penalty: shape (k,) or one number, lambda_j of the penalty sum of lambda_j beta_j^2 / 2; 0 for the constant.
        start: shape (k,), where to start.

    Returns:
        Coefficients, shape (k,). Steps are halved while the penalised likelihood falls, so separation without a
        penalty ends at large but finite coefficients.

    Source: iteratively reweighted least squares, McCullagh and Nelder (1989), Generalized Linear Models, 2.5.
    """
    ridge = np.broadcast_to(np.asarray(penalty, dtype=np.float64), (design.shape[1],))
    beta = np.zeros(design.shape[1]) if start is None else start.astype(np.float64)
    value = _objective(design, n, s, ridge, beta)
    for _ in range(_STEPS):
        step = np.asarray(np.linalg.lstsq(_information(design, n, ridge, beta), _score(design, n, s, ridge, beta))[0])
        for _ in range(20):
            trial = _objective(design, n, s, ridge, beta + step)
            if trial >= value - 1e-12 * abs(value):
                break
            step = step / 2
        beta, value = beta + step, trial
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            break
    return beta


def _objective(design: FloatArray, n: FloatArray, s: FloatArray, ridge: FloatArray, beta: FloatArray) -> float:
    eta = design @ beta
    return float(s @ eta - n @ np.logaddexp(0.0, eta) - ridge @ beta**2 / 2)


def _score(design: FloatArray, n: FloatArray, s: FloatArray, ridge: FloatArray, beta: FloatArray) -> FloatArray:
    return np.asarray(design.T @ (s - n * expit(design @ beta)) - ridge * beta, dtype=np.float64)


def _information(design: FloatArray, n: FloatArray, ridge: FloatArray, beta: FloatArray) -> FloatArray:
    p = expit(design @ beta)
    return np.asarray((design * (n * p * (1 - p))[:, None]).T @ design + np.diag(ridge), dtype=np.float64)


@dataclass(frozen=True)
class ReplicatedFit:
    """Coefficients of one model: column 0 of `beta` on everything, column 1 + g without group g; shape (k, 1 + G)."""

    beta: FloatArray

    def probabilities(self, design: FloatArray) -> FloatArray:
        """Fitted probabilities of each pattern in each replicate, shape (P, 1 + G)."""
        return np.asarray(expit(design @ self.beta), dtype=np.float64)


def fit_replicates(
    design: FloatArray, n: FloatArray, s: FloatArray, penalty: FloatArray | float = 0.0
) -> ReplicatedFit:
    """Fit the model on each column of counts: column 0 everything, the others one group left out.

    Args:
        design: shape (P, k).
        n, s: shape (P, R), decisions and actions per pattern in each replicate (see `leave_one_out`).
        penalty: as in `fit_logistic`.

    Returns:
        Coefficients of every replicate. All of them take Newton steps with the information of column 0, which is
        within a fiftieth of their own, until none moves; one that will not settle is fitted by itself.
    """
    ridge = np.broadcast_to(np.asarray(penalty, dtype=np.float64), (design.shape[1],))
    first = fit_logistic(design, n[:, 0], s[:, 0], ridge)
    beta = np.repeat(first[:, None], n.shape[1], axis=1)
    inverse = np.linalg.pinv(_information(design, n[:, 0], ridge, first), hermitian=True)
    moved = np.full(n.shape[1], np.inf)
    for _ in range(_STEPS):
        score = design.T @ (s - n * expit(design @ beta)) - ridge[:, None] * beta
        step = inverse @ score
        beta = beta + step
        moved = np.abs(step).max(axis=0, initial=0.0)
        if moved.max() < TOLERANCE or not np.isfinite(moved).all():
            break
    for r in np.flatnonzero(~(moved < 1e-6)):
        beta[:, r] = fit_logistic(design, n[:, r], s[:, r], ridge, first)
    beta[:, 0] = first
    return ReplicatedFit(beta)


def leave_one_out(pattern: IntArray, group: IntArray, weight: FloatArray, patterns: int, groups: int) -> FloatArray:
    """Sum `weight` by pattern, over everything and without each group.

    Args:
        pattern, group: shape (m,), integers below `patterns` and `groups`.
        weight: shape (m,).

    Returns:
        Shape (patterns, 1 + groups).
    """
    by_group = np.bincount(pattern * groups + group, weights=weight, minlength=patterns * groups)
    table = by_group.reshape(patterns, groups)
    total = table.sum(axis=1, keepdims=True)
    # Sums of fractions may leave -1e-16 behind where a group held everything.
    return np.concatenate([total, np.maximum(total - table, 0.0)], axis=1)


def clustered_covariance(
    design: FloatArray, y: FloatArray, weight: FloatArray, beta: FloatArray, cluster: IntArray
) -> FloatArray:
    """Sandwich covariance of an unpenalised logistic fit, scores summed by cluster (CR0, no small-sample factor).

    Args:
        design: shape (m, k); y, weight: shape (m,), outcome (or share of outcomes) and weight of each row.
        beta: shape (k,); cluster: shape (m,), integers from 0.

    Source: K.-Y. Liang, S. Zeger (1986), Biometrika 73, 13-22.
    """
    p = expit(design @ beta)
    residual = weight * (y - p)
    scores = np.stack([np.bincount(cluster, weights=residual * column) for column in design.T], axis=1)
    bread = np.linalg.inv((design * (weight * p * (1 - p))[:, None]).T @ design)
    return np.asarray(bread @ (scores.T @ scores) @ bread, dtype=np.float64)
