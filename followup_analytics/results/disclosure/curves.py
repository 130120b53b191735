"""Curves: until which day each group's may be drawn, and steps of few events merged into larger ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followup_analytics.results.disclosure.policy import DisclosurePolicy

IntArray = NDArray[np.int64]


def days_shown(waiting: NDArray[Any], policy: DisclosurePolicy) -> int:
    """How many days of a group's curve may be shown, from day 0 on: those before some, but too few, are waiting.

    waiting: applicants waiting at the start of each day, shape (days,).
    """
    few = (waiting > 0) & (waiting < policy.min_cell)
    return int(np.argmax(few)) if policy.hides and few.any() else len(waiting)


def merged_steps(events: Sequence[int] | NDArray[Any], policy: DisclosurePolicy) -> IntArray:
    """For each day the day whose values are shown in its place, -1 before the first step.

    events: number of events up to each day. A step has `min_step_events` events or more, or waits for the next.
    """
    counts = np.asarray(events, dtype=np.int64)
    if policy.min_step_events <= 1:
        return np.arange(len(counts))
    shown = np.empty(len(counts), dtype=np.int64)
    last, reached = -1, 0
    for day, count in enumerate(counts):
        if count - reached >= policy.min_step_events:
            last, reached = day, int(count)
        shown[day] = last
    return shown
