"""Errors from influences that hang together: by applicant, by employer, or by both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.intervals import cloglog_limits, log_limits, logit_limits, normal_limits
from followup_analytics.statistics.jackknife import Scale

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LIMITS = {"identity": normal_limits, "log": log_limits, "logit": logit_limits, "cloglog": cloglog_limits}
#: With fewer clusters of a kind an error is too rough for a causal reading.
FEW_CLUSTERS = 20


@dataclass(frozen=True)
class Estimated:
    """A number (or several) with its standard error and degrees of freedom."""

    estimate: FloatArray
    se: FloatArray
    df: int

    def limits(self, level: float = 0.95, scale: Scale = "identity") -> tuple[FloatArray, FloatArray]:
        """Confidence limits by Student's t, symmetric on the scale named; NaN where there are none."""
        return _LIMITS[scale](self.estimate, self.se, self.df, level)


@dataclass(frozen=True)
class Clusters:
    """Which rows hang together, in one or two ways.

    Attributes:
        kinds: names of the ways (applicant, employer).
        numbers: shape (n,) a way, cluster of each row from 0.
    """

    kinds: tuple[str, ...]
    numbers: tuple[IntArray, ...]

    def take(self, rows: NDArray[np.generic]) -> Clusters:
        """The clusters of these rows alone."""
        return Clusters(self.kinds, tuple(number[rows] for number in self.numbers))

    def counts(self) -> dict[str, int]:
        """How many clusters of each kind there are."""
        return {
            kind: int(np.count_nonzero(np.bincount(number)))
            for kind, number in zip(self.kinds, self.numbers, strict=True)
        }

    @property
    def df(self) -> int:
        """Degrees of freedom: the smaller number of clusters, less one."""
        return max(min(self.counts().values(), default=0) - 1, 0)

    def few(self) -> tuple[str, ...]:
        """Kinds of which there are fewer than 20."""
        return tuple(kind for kind, count in self.counts().items() if count < FEW_CLUSTERS)

    def errors(self, influence: FloatArray) -> FloatArray:
        """Standard errors of estimates from the rows' influences, shape (n,) or (n, q) to () or (q,).

        With two ways V = max(V1, V2, V1 + V2 - V12), each the sum over clusters of squared sums of influences, times
        G / (G - 1). Source: A. Cameron, J. Gelbach, D. Miller (2011), J. Business & Economic Statistics 29, 238-249.
        """
        rows = influence if influence.ndim == 2 else influence[:, None]
        parts = [_variance(number, rows) for number in self.numbers]
        found = np.max(parts, axis=0)
        if len(parts) == 2:
            found = np.maximum(found, parts[0] + parts[1] - _variance(self._joint, rows))
        errors = np.sqrt(np.maximum(found, 0.0)) if self.df >= 1 else np.full(rows.shape[1], np.nan)
        return np.asarray(errors if influence.ndim == 2 else errors[0], dtype=np.float64)

    def covariances(self, influence: FloatArray) -> list[FloatArray]:
        """Covariances of several estimates from influences of shape (n, q): by each way, and by both; each (q, q)."""
        made = [_covariance(number, influence) for number in self.numbers]
        if len(made) == 2:
            made.append(made[0] + made[1] - _covariance(self._joint, influence))
        return made

    @cached_property
    def _joint(self) -> IntArray:
        """Cluster of the rows that share both."""
        joint = self.numbers[0].astype(np.int64) * (int(self.numbers[1].max(initial=0)) + 1) + self.numbers[1]
        return np.asarray(np.unique(joint, return_inverse=True)[1].ravel(), dtype=np.int64)

    def estimated(self, estimate: float, influence: FloatArray) -> Estimated:
        """A number with the error of its influences, shape (n,)."""
        return Estimated(np.asarray(estimate, dtype=np.float64), self.errors(influence), self.df)


def _variance(number: IntArray, rows: FloatArray) -> FloatArray:
    sums = np.stack([np.bincount(number, weights=column) for column in rows.T], axis=1)
    clusters = max(int(np.count_nonzero(np.bincount(number))), 1)
    return np.asarray((sums**2).sum(axis=0) * clusters / max(clusters - 1, 1), dtype=np.float64)


def _covariance(number: IntArray, rows: FloatArray) -> FloatArray:
    sums = np.stack([np.bincount(number, weights=column) for column in rows.T], axis=1)
    clusters = max(int(np.count_nonzero(np.bincount(number))), 1)
    return np.asarray(sums.T @ sums * clusters / max(clusters - 1, 1), dtype=np.float64)
