"""What a reader takes from a curve: limits, quantiles, differences."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from followup_analytics.statistics import Jackknife, cloglog_limits, korn_graubard_from_se

FloatArray = NDArray[np.float64]


def incidence_limits(
    curve: Jackknife, n: ArrayLike, *, level: float = 0.95, cluster_size: float = 1.0, assumed_icc: float = 0.3
) -> tuple[FloatArray, FloatArray]:
    """Confidence limits of a jackknifed incidence of any shape, on the cloglog scale with t(G - 1).

    At 0 and 1, where that scale has no limits, and where the replicates don't differ at all, Korn and Graubard's
    interval with an assumed design effect stands in.

    Args:
        curve: the estimate with replicates.
        n: number observed (broadcast to the estimate): at 0 and 1 the size of the sample.
        level: confidence.
        cluster_size: mean number of observations in an applicant's cluster (sum n_c^2 / sum n_c).
        assumed_icc: intra-cluster correlation assumed at 0 and 1.
    """
    low, high = cloglog_limits(curve.estimate, curve.se, curve.df, level)
    assumed = 1 + (max(cluster_size, 1.0) - 1) * assumed_icc
    edge = korn_graubard_from_se(curve.estimate, np.nan, n, curve.df, level=level, assumed_design_effect=assumed)
    # An error of exactly 0 (every applicant alike, answered as often as not) is no knowledge either.
    missing = np.isnan(low) | (curve.se <= 1e-12)
    return np.where(missing, edge.low, low), np.where(missing, edge.high, high)


def quantile_of(at: ArrayLike, curve: ArrayLike, share: float) -> float:
    """First of the times ``at`` at which the curve reaches ``share``; NaN where it does not.

    Of all: ``share`` itself. Of those who ever hear back by the last time: hand in curve / curve[-1].
    """
    reached = np.asarray(curve, dtype=np.float64) >= share - 1e-12
    return float(np.asarray(at, dtype=np.float64)[int(np.argmax(reached))]) if reached.any() else float("nan")


def quantile_limits(at: ArrayLike, low: ArrayLike, high: ArrayLike, share: float) -> tuple[float, float]:
    """Limits of a quantile by turning the limits of the curve around: the upper curve gets there first.

    The upper limit is NaN where the lower curve never reaches the share. Source: R. Brookmeyer, J. Crowley (1982),
    Biometrics 38, 29-41.
    """
    return quantile_of(at, high, share), quantile_of(at, low, share)


def difference(first: Jackknife, second: Jackknife) -> Jackknife:
    """First minus second, where both were jackknifed over one assignment of applicants to groups.

    Raises:
        ValueError: where the two have different numbers of groups.
    """
    if first.replicates.shape != second.replicates.shape:
        raise ValueError("two estimates can be compared only when they were jackknifed over the same groups")
    return Jackknife(
        first.estimate - second.estimate, first.replicates - second.replicates, first.factors, first.df, first.centre
    )


def difference_limits(
    gap: Jackknife, first: tuple[FloatArray, FloatArray, FloatArray], second: tuple[FloatArray, FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Limits of first minus second: plain t(G - 1), and by the two intervals where a share is 0 or 1.

    There the jackknife sees too little spread (none at all where both are at the edge); the distance of each share to
    its own limits then stands in: d -+ sqrt((p1 - l1)^2 + (u2 - p2)^2).

    Source: R. Newcombe (1998), Statistics in Medicine 17, 873-890, method 10 (MOVER).

    Args:
        gap: the jackknifed difference.
        first, second: estimate and limits of each share, of one shape with ``gap``.
    """
    low, high = gap.limits()
    (p1, l1, u1), (p2, l2, u2) = first, second
    edge = (p1 <= 0) | (p1 >= 1) | (p2 <= 0) | (p2 >= 1)
    down = p1 - p2 - np.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    up = p1 - p2 + np.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return np.where(edge, down, low), np.where(edge, up, high)
