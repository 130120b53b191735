"""Hazards that are constant within office days: their sums, and the times at which a sum is reached."""

from __future__ import annotations

import numpy as np

from followup_analytics.simulate.draws import Floats

#: Nothing that happens later than this many days after an interview is simulated.
LAST_DAY = 125
GRID = np.arange(LAST_DAY + 1, dtype=np.float64)


def steps(pairs: tuple[tuple[int, float], ...]) -> Floats:
    """The [day, value] pairs of a world as one value for each of LAST_DAY days."""
    days = np.array([day for day, _ in pairs])
    values = np.array([value for _, value in pairs])
    return values[np.searchsorted(days, np.arange(LAST_DAY), side="right") - 1]


def inverse(summed: Floats, target: Floats) -> Floats:
    """The times at which a summed hazard reaches its targets; infinite where it never does."""
    return np.where(target < summed[-1], np.interp(target, summed, GRID), np.inf)
