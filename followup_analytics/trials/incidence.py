"""Weighted Aalen-Johansen incidence from sums per interval, for all jackknife replicates at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def incidence_of_sums(at_risk: FloatArray, events: FloatArray, competing: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cumulative incidence of the event and of what competes with it, by the end of each interval.

    Args:
        at_risk, events, competing: shape (..., K), weighted sums per interval; any leading axes (replicates).

    Returns:
        Two arrays of shape (..., K). F_k = F_{k-1} + S_{k-1} d_k / n_k. Where nobody is left at risk the curve stays
        where it was; whether that may be shown is the caller's question.

    Source: O. Aalen, S. Johansen (1978), Scandinavian Journal of Statistics 5, 141-150, in discrete time.
    """
    safe = np.where(at_risk > 0, at_risk, 1.0)
    hazard = np.clip(np.where(at_risk > 0, events, 0.0) / safe, 0.0, 1.0)
    other = np.clip(np.where(at_risk > 0, competing, 0.0) / safe, 0.0, 1.0 - hazard)
    survival = np.cumprod(1.0 - hazard - other, axis=-1)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    return np.cumsum(before * hazard, axis=-1), np.cumsum(before * other, axis=-1)
