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


def weighted_survival(
    start: FloatArray, stop: FloatArray, event: IntArray, weight: FloatArray, at: FloatArray
) -> tuple[FloatArray, float]:
    """Kaplan-Meier survival of weighted counting-process rows, and the mean survival time up to the last of `at`.

    Args:
        start, stop: shape (m,), each row is at risk in (start, stop].
        event: shape (m,), 1 where the row ends in the event.
        weight: shape (m,), weight of the row while it is at risk.
        at: shape (q,), increasing times.

    Returns:
        Survival at each of `at`, shape (q,), and the area under the curve from 0 to at[-1].

    Source: Maringe and others (2020), Int. J. Epidemiology 49, 1719-1729, for weights that change along follow-up.
    """
    times = np.unique(stop[event == 1])
    ends = np.argsort(stop, kind="stable")
    starts = np.argsort(start, kind="stable")
    leaving = np.concatenate([[0.0], np.cumsum(weight[ends])])[np.searchsorted(stop[ends], times, side="left")]
    entered = np.concatenate([[0.0], np.cumsum(weight[starts])])[np.searchsorted(start[starts], times, side="left")]
    place = np.searchsorted(times, stop[event == 1])
    deaths = np.bincount(place, weights=weight[event == 1], minlength=len(times))
    curve = np.concatenate([[1.0], np.cumprod(1.0 - deaths / (entered - leaving))])
    survival = curve[np.searchsorted(times, at, side="right")]
    limit = float(at[-1])
    knots = np.concatenate([[0.0], times[times < limit], [limit]])
    area = float(np.diff(knots) @ curve[: len(knots) - 1])
    return survival, area
