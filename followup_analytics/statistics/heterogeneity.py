"""Whether estimates of several groups are one and the same number: a test that knows who hangs together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from followup_analytics.statistics.clusters import Clusters, Estimated

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Homogeneity:
    """A test that all groups share one number.

    Attributes:
        statistic: F; df, df_residual: its degrees of freedom; p_value: NaN where there are too few clusters.
        apart: of two groups, the second less the first; None of more.
    """

    statistic: float
    df: int
    df_residual: int
    p_value: float
    apart: Estimated | None


def homogeneity_test(estimates: FloatArray, influence: FloatArray, clusters: Clusters) -> Homogeneity:
    """Test whether estimates of groups differ beyond chance.

    Args:
        estimates: shape (G,); influence: shape (n, G), each row's influence on each estimate, 0 outside its group;
        clusters: of the n rows, which may have rows in several groups.

    Returns:
        Wald's test of the G - 1 differences as Hotelling's F. Where rows hang together in two ways the covariance is
        the one of the three (by either way, and by both less what they share) that finds least. With two groups it is
        the square of Student's t of their difference.

    Source: H. Hotelling (1931), Annals of Mathematical Statistics 2, 360-378; errors as in `Clusters.errors`.
    """
    groups = len(estimates)
    df, residual = groups - 1, clusters.df - groups + 2
    differences = np.diff(estimates)
    contrast = np.diff(np.eye(groups), axis=0)
    apart = clusters.estimated(float(differences[0]), influence @ contrast[0]) if groups == 2 else None
    if residual < 1:
        return Homogeneity(float("nan"), df, max(residual, 0), float("nan"), apart)
    found = [
        wald
        for variance in clusters.covariances(influence)
        if (wald := _wald(differences, contrast @ variance @ contrast.T)) is not None
    ]
    if not found:
        return Homogeneity(float("nan"), df, residual, float("nan"), apart)
    statistic = min(found) * residual / (clusters.df * df)
    return Homogeneity(statistic, df, residual, float(fdtrc(df, residual, statistic)), apart)


def _wald(differences: FloatArray, variance: FloatArray) -> float | None:
    """d' V^-1 d; None where V is no covariance."""
    try:
        root = np.linalg.cholesky(variance)
    except np.linalg.LinAlgError:
        return None
    return float(np.square(np.linalg.solve(root, differences)).sum())
