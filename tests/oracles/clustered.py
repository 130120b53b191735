"""Errors of an unpenalised logistic fit that are clustered, as statsmodels and R's sandwich give them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.logistic import weighted_gram

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


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
    bread = np.linalg.inv(weighted_gram(design, weight * p * (1 - p)))
    return np.asarray(bread @ (scores.T @ scores) @ bread, dtype=np.float64)
