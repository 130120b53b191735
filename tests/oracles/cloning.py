"""Clones in continuous time: two copies of every person, each cut off where it leaves its strategy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Clones:
    """One arm's copies, in the order of the people: how long each is followed, whether it ends in the event or is cut.

    Attributes:
        time: shape (n,), follow-up of the copy.
        event: shape (n,), 1 where the event falls inside it.
        cut: shape (n,), 1 where the copy left its strategy (artificial censoring).
    """

    time: FloatArray
    event: IntArray
    cut: IntArray


def clone_with_grace(action: FloatArray, follow_up: FloatArray, event: IntArray, grace: float) -> tuple[Clones, Clones]:
    """Copies for "act within the grace period" and for "do not act within it".

    Args:
        action: shape (n,), time of the action, NaN or infinity where there was none.
        follow_up: shape (n,), time of the event or the end of the record.
        event: shape (n,), 1 for the event.
        grace: length of the grace period, in the same unit; an action exactly at its end is inside.

    Returns:
        The strategy's and the alternative's copies.

    Source: Maringe and others (2020), Int. J. Epidemiology 49, 1719-1729, table 2.
    """
    when = np.where(np.isnan(action), np.inf, action)
    acted = when <= grace
    early = follow_up <= grace
    strategy = Clones(
        time=np.where(acted, follow_up, np.minimum(follow_up, grace)),
        event=np.where(acted | early, event, 0).astype(np.int64),
        cut=(~acted & ~early).astype(np.int64),
    )
    alternative = Clones(
        time=np.where(acted, when, follow_up),
        event=np.where(acted, 0, event).astype(np.int64),
        cut=acted.astype(np.int64),
    )
    return strategy, alternative


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
