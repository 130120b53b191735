"""Standardising to the same mix: weights under which several groups have equal shares of every covariate's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.statistics.logistic import add_penalty, weighted_gram
from followup_analytics.statistics.newton import Derivatives, damped_newton

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CLOSE = 1e-10


@dataclass(frozen=True)
class Design:
    """Indicators of covariates' values over distinct patterns.

    Attributes:
        names: one (covariate, value) per column.
        matrix: shape (P, q), 1 where the pattern has the value; a covariate's most frequent value has none.
        pattern: shape (n,), pattern of each row.
    """

    names: tuple[tuple[str, str], ...]
    matrix: FloatArray
    pattern: IntArray


def design(rows: pl.DataFrame, covariates: Sequence[str]) -> Design:
    """Indicators of the values of ``covariates`` (text columns of ``rows``, none null)."""
    if not covariates:
        return Design((), np.zeros((1, 0)), np.zeros(rows.height, dtype=np.int64))
    patterns = rows.select(covariates).unique(maintain_order=True).with_row_index("_pattern")
    pattern = rows.select(covariates).join(patterns, on=list(covariates), how="left", maintain_order="left")
    names: list[tuple[str, str]] = []
    columns: list[FloatArray] = []
    for covariate in covariates:
        values = rows[covariate].value_counts().sort("count", covariate, descending=[True, False])[covariate]
        for value in values[1:]:
            names.append((covariate, value))
            columns.append((patterns[covariate] == value).to_numpy().astype(np.float64))
    matrix = np.stack(columns, axis=1) if columns else np.zeros((patterns.height, 0))
    return Design(tuple(names), matrix, pattern["_pattern"].to_numpy().astype(np.int64))


def balance_weights(matrix: FloatArray, counts: FloatArray, target: FloatArray, ridge: float = 1e-4) -> FloatArray:
    """Weights per pattern under which a group has the target's shares of all values, changed as little as possible.

    Entropy balancing: weights exp(x b), scaled to a mean of 1 over the group, with b from the convex dual. The small
    ridge keeps b finite where a value does not occur in the group at all; that share then stays what it is.

    Args:
        matrix: shape (P, q), indicators.
        counts: shape (P,), the group's cases of each pattern.
        target: shape (q,), shares wanted.
        ridge: penalty on b, in units of squared shares.

    Source: J. Hainmueller (2012), Political Analysis 20, 25-46.
    """
    total = counts.sum()
    if total <= 0 or matrix.shape[1] == 0:
        return np.ones(len(counts))
    share = counts / total
    centred = matrix - target

    def derivatives(b: FloatArray) -> Derivatives:
        # Of log(sum share exp(x b)), whose slope is the mean of x and whose second derivatives are its covariances.
        value, weight = _tilted(centred, share, b)
        mean = centred.T @ weight
        return add_penalty((value, -mean, weighted_gram(centred, weight) - np.outer(mean, mean)), penalty, b)

    penalty = np.full(matrix.shape[1], ridge)
    b, _ = damped_newton(derivatives, np.zeros(matrix.shape[1]), tolerance=_CLOSE)
    weight = _tilted(centred, share, b)[1]
    return np.asarray(np.divide(weight, share, out=np.zeros_like(weight), where=share > 0), dtype=np.float64)


def _tilted(centred: FloatArray, share: FloatArray, b: FloatArray) -> tuple[float, FloatArray]:
    """The value log(sum share exp(x b)), and the patterns' shares when each is taken exp(x b) times."""
    held = share > 0
    score = centred @ b
    top = score[held].max()
    # Patterns that the group lacks have no weight, however far b has gone to look for them.
    raw = share * np.exp(np.where(held, score - top, 0.0))
    return float(top + np.log(raw.sum())), np.asarray(raw / raw.sum(), dtype=np.float64)
