"""The delete-a-group jackknife: one wrapper for every estimator of the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from followup_analytics.statistics.intervals import (
    cloglog_limits,
    log_limits,
    logit_limits,
    normal_limits,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Scale = Literal["identity", "log", "logit", "cloglog"]

_LIMITS = {"identity": normal_limits, "log": log_limits, "logit": logit_limits, "cloglog": cloglog_limits}


@dataclass(frozen=True)
class Jackknife:
    """An estimate with its replicates, one for each deleted group.

    Attributes:
        estimate: any shape ``s``; NaN where there is no number.
        replicates: shape ``(R, *s)``, the estimate without group r.
        factors: shape ``(R,)``, the weight of each squared deviation, (G-1)/G without strata.
        df: degrees of freedom, G - 1 (with strata: groups minus strata).
        centre: deviations are taken from the "estimate" (Kott) or from the "mean" of the replicates (R's default).
        least_se: no standard error is smaller than this (a design effect of 1, say).
    """

    estimate: FloatArray
    replicates: FloatArray
    factors: FloatArray
    df: int
    centre: Literal["estimate", "mean"] = "estimate"
    least_se: float = 0.0

    @property
    def se(self) -> FloatArray:
        """Standard error, shape of the estimate; NaN where fewer than two groups or any replicate has no number."""
        if self.df < 1:
            return np.full_like(self.estimate, np.nan)
        return np.maximum(np.sqrt(np.maximum(self._variance(), 0.0)), self.least_se)

    def _variance(self) -> FloatArray:
        middle = self.estimate if self.centre == "estimate" else self.replicates.mean(axis=0)
        deviations = self.replicates - middle
        return np.asarray(np.tensordot(self.factors, deviations**2, axes=1), dtype=np.float64)

    def covariance(self) -> FloatArray:
        """Covariance matrix, shape (k, k), of an estimate of shape (k,)."""
        middle = self.estimate if self.centre == "estimate" else self.replicates.mean(axis=0)
        deviations = self.replicates - middle
        return np.asarray((deviations * self.factors[:, None]).T @ deviations, dtype=np.float64)

    def limits(self, level: float = 0.95, scale: Scale = "identity") -> tuple[FloatArray, FloatArray]:
        """Confidence limits with Student's t(df), symmetric on the scale named; NaN where there are none."""
        return _LIMITS[scale](self.estimate, self.se, self.df, level)

    def map(self, function: Callable[[FloatArray], ArrayLike]) -> Jackknife:
        """Carry a function of the estimate (a difference, a ratio, an index) through the replicates.

        ``function`` is called once per replicate with an array of the estimate's shape.
        """
        new = np.asarray(function(self.estimate), dtype=np.float64)
        replicates = np.empty((len(self.replicates), *new.shape))
        for r, replicate in enumerate(self.replicates):
            replicates[r] = function(replicate)
        return Jackknife(new, replicates, self.factors, self.df, self.centre)


def jackknife(
    estimator: Callable[[FloatArray], ArrayLike],
    groups: IntArray,
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    centre: Literal["estimate", "mean"] = "estimate",
) -> Jackknife:
    """Run an estimator once on everything and once without each group.

    Any estimator on cells can be run through it: it gets the weight (or count) of each cell, 0 for the deleted group,
    and does *all* of its work again, weights and nuisance models included.

    Args:
        estimator: takes weights of shape (n,), gives a number or an array of fixed shape; NaN for "no number".
        groups: shape (n,), jackknife group of each cell.
        weights: shape (n,), counts or weights of the cells; 1 by default.
        strata: shape (n,), optional; groups are then nested in strata (JKn), and what is left of a stratum is scaled up
            by G_h / (G_h - 1).
        centre: see :class:`Jackknife`.

    Returns:
        Estimate and replicates; the variance is the sum of (G-1)/G (replicate - estimate)^2.

    Source: P. Kott (2001), J. Official Statistics 17(4); K. Wolter (2007), Introduction to Variance Estimation, ch. 4.
    """
    base = np.ones(len(groups)) if weights is None else np.asarray(weights, dtype=np.float64)
    estimate = np.asarray(estimator(base), dtype=np.float64)
    layers = np.zeros(len(groups), dtype=np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    replicates, factors, df = [], [], 0
    for layer in np.unique(layers):
        inside = layers == layer
        present = np.unique(groups[inside])
        df += len(present) - 1
        if len(present) < 2:
            continue  # nothing would be left of this stratum: it adds no variance and no freedom
        scale = len(present) / (len(present) - 1) if strata is not None else 1.0
        for group in present:
            kept = np.where(inside, np.where(groups == group, 0.0, base * scale), base)
            replicates.append(np.asarray(estimator(kept), dtype=np.float64))
            factors.append((len(present) - 1) / len(present))
    return _gather(estimate, replicates, factors, df, centre)


def _gather(
    estimate: FloatArray,
    replicates: list[FloatArray],
    factors: list[float],
    df: int,
    centre: Literal["estimate", "mean"],
) -> Jackknife:
    stacked = np.stack(replicates) if replicates else np.empty((0, *estimate.shape))
    return Jackknife(estimate, stacked, np.asarray(factors, dtype=np.float64), max(df, 0), centre)


def jackknife_of_sums(
    sums: FloatArray,
    statistic: Callable[[FloatArray], FloatArray],
    *,
    centre: Literal["estimate", "mean"] = "estimate",
) -> Jackknife:
    """Jackknife a statistic of sums over applicants, without touching the cells again.

    Args:
        sums: shape (G, ...), the sums of each group.
        statistic: vectorised over the first axis: takes (R, ...) sums, gives (R, ...) values.
        centre: see :class:`Jackknife`.
    """
    groups = len(sums)
    total = sums.sum(axis=0, keepdims=True)
    estimate = np.asarray(statistic(total), dtype=np.float64)[0]
    if groups < 2:
        return _gather(estimate, [], [], 0, centre)
    replicates = np.asarray(statistic(total - sums), dtype=np.float64)
    return Jackknife(estimate, replicates, np.full(groups, (groups - 1) / groups), groups - 1, centre)
