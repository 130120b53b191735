"""The infinitesimal jackknife: what one more unit of each row would do to the curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from followup_analytics.statistics.incidence.blocks import RiskBlocks, hazards

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def influence(blocks: RiskBlocks, at: ArrayLike) -> FloatArray:
    """Infinitesimal-jackknife influence of one unit of each row on the curve: d F_k(t) / d count.

    Args:
        blocks: made by :func:`risk_blocks` with the same ``at``.
        at: shape (M,), times.

    Returns:
        Shape (n, K, M). Multiply by the rows' counts, sum within clusters, square and add up for the variance
        (:func:`clustered_se`); for n single people the root of the sum of squares is R's ``survfit`` standard error.
    """
    points = np.asarray(at, dtype=np.float64)
    causes, size = blocks.events.shape
    out = np.zeros((len(blocks.cause), causes, len(points)))
    if size == 0:
        return out
    position = np.searchsorted(blocks.times, points, side="right") - 1
    parts = _influence_sums(blocks)
    for m, j in enumerate(position):
        if j >= 0:
            out[:, :, m] = _influence_at(blocks, parts, int(j))
    return out


def _influence_sums(blocks: RiskBlocks) -> dict[str, FloatArray]:
    """Cumulative sums, with a leading 0, from which every influence is a few look-ups.

    With h the hazards, S the event-free share just before a block, Y the number at risk and N all events of it:
    A = sum N / (Y (Y - N)), F_k = sum S h_k, C_k = sum S h_k A(before), D_k = sum S h_k / Y.
    """
    hazard, before = hazards(blocks.at_risk, blocks.events)
    everything = blocks.events.sum(axis=0)
    left = blocks.at_risk - everything
    # Where all who are at risk have an event, the share is 0 ever after and so is every product with this term.
    over_left = np.divide(1.0, left, out=np.zeros_like(left), where=left > 1e-12 * blocks.at_risk)
    over_risk = np.divide(1.0, blocks.at_risk, out=np.zeros_like(left), where=blocks.at_risk > 0)
    total = _leading(everything * over_risk * over_left)
    jump = hazard * before
    return {
        "A": total,
        "F": _leading(jump),
        "C": _leading(jump * total[:-1]),
        "D": _leading(jump * over_risk),
        "over_left": over_left,
        "own": before * over_risk,
    }


def _leading(values: FloatArray) -> FloatArray:
    zero = np.zeros((*values.shape[:-1], 1))
    return np.concatenate([zero, np.cumsum(values, axis=-1)], axis=-1)


def _influence_at(blocks: RiskBlocks, parts: dict[str, FloatArray], j: int) -> FloatArray:
    """Influence (n, K) on the curve up to block ``j``; sums are indexed by blocks counted: +1 means "and this one"."""
    a, f, c, d = parts["A"], parts["F"], parts["C"], parts["D"]
    here = (blocks.last >= blocks.first) & (blocks.first <= j)
    begin = np.minimum(blocks.first, j + 1)
    end = np.maximum(np.minimum(blocks.last, j) + 1, begin)
    own = np.clip(blocks.last, 0, len(blocks.times) - 1)
    happened = (blocks.cause > 0) & (blocks.last <= j)
    # While at risk: the row keeps the share up (C, F with A) and dilutes the hazards (D).
    value = (c[:, end] - c[:, begin]) - a[begin] * (f[:, end] - f[:, begin]) - (d[:, end] - d[:, begin])
    # Afterwards: what it did to the share bends all later increments.
    bent = np.where(happened, parts["over_left"][own], 0.0) - (a[end] - a[begin])
    value -= bent * (f[:, j + 1][:, None] - f[:, end])
    rows = np.flatnonzero(happened & here)
    value[blocks.cause[rows] - 1, rows] += parts["own"][own[rows]]
    return np.where(here[:, None], value.T, 0.0)


def clustered_se(blocks: RiskBlocks, at: ArrayLike, clusters: ArrayLike | None = None) -> FloatArray:
    """Infinitesimal-jackknife standard error (K, M), influences summed within clusters.

    Args:
        blocks: made by :func:`risk_blocks` with the same ``at``.
        at: shape (M,), times.
        clusters: shape (n,), cluster of each row; by default each counted exit is its own.
    """
    points = np.asarray(at, dtype=np.float64)
    causes = len(blocks.events)
    out = np.zeros((causes, len(points)))
    labels = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1].ravel()
    for m, point in enumerate(points):  # one time at once: the whole table of a million rows would not fit
        values = influence(blocks, [point])[:, :, 0]
        for k in range(causes):
            if labels is None:
                out[k, m] = np.sqrt(np.sum(blocks.count * values[:, k] ** 2))
            else:
                out[k, m] = np.sqrt(np.sum(np.bincount(labels, weights=blocks.count * values[:, k]) ** 2))
    return out
