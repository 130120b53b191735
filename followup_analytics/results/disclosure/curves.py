"""Curves: until which day each group's may be drawn, and steps of few events merged into larger ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from followup_analytics.results.disclosure.policy import DisclosurePolicy

IntArray = NDArray[np.int64]
Group = TypeVar("Group")


def days_shown(
    waiting: Mapping[Group, NDArray[Any]], policy: DisclosurePolicy, hidden: Mapping[Group, NDArray[Any]]
) -> dict[Group, int]:
    """How many days of each group's curve may be shown, from day 0 on.

    A curve ends before the first day with some, but too few, applicants waiting. Where it ends, or a group is hidden
    altogether, the curve of all would give the rest away by subtraction: from the day on which those who are waiting in
    groups not shown are one group, or too few people, the group with the fewest waiting ends as well.

    Args:
        waiting: applicants waiting at the start of each day, by group that is shown, shape (days,) each.
        hidden: the same of the groups that are hidden altogether.
    """
    ends = {group: _before_few(counts, policy) for group, counts in waiting.items()}
    if not policy.hides or not waiting or len(waiting) + len(hidden) < 2:
        return ends
    for day in range(len(next(iter(waiting.values())))):
        while True:
            gone = [int(counts[day]) for counts in hidden.values()]
            gone += [int(counts[day]) for group, counts in waiting.items() if ends[group] <= day]
            gone = [number for number in gone if number]
            left = [group for group, counts in waiting.items() if ends[group] > day and counts[day]]
            if not gone or not left or (len(gone) > 1 and sum(gone) >= policy.min_cell):
                break
            smallest = min(left, key=lambda group: (int(waiting[group][day]), str(group)))
            ends[smallest] = day
    return ends


def _before_few(counts: NDArray[Any], policy: DisclosurePolicy) -> int:
    few = (counts > 0) & (counts < policy.min_cell)
    return int(np.argmax(few)) if policy.hides and few.any() else len(counts)


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
