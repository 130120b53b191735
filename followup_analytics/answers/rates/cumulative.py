"""The incidence of a response by the k-th attempt: what trying up to k times comes to, with its interval and its
bounds.

On the attempt-number scale, F_k = F_{k-1} + S_{k-1} h_k and S_k = S_{k-1} (1 - h_k - c_k), where h_k and c_k are the
Aalen-Johansen incidences, at the end of the window, of a response and of the end of the story among attempts k at risk.
Whoever stops trying, or hears only after the window, leaves as censored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followup_analytics.answers.rates.cut_windows import N_CAUSES, causes
from followup_analytics.answers.rates.keys import Bin
from followup_analytics.cells.windows import END, RESPONSE
from followup_analytics.statistics import Jackknife
from followup_analytics.statistics.incidence import incidence_limits, jackknife_incidence

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Tries:
    """Attempts of one stratum as arrays of length n: number, elapsed microseconds, code of closing, jackknife group,
    and how many attempts each entry stands for (None: one)."""

    attempt: IntArray
    elapsed: IntArray
    closed: IntArray
    group: IntArray
    count: IntArray | None = None

    def number(self, chosen: NDArray[np.bool_]) -> int:
        """How many attempts the chosen entries stand for."""
        return int(np.sum(chosen) if self.count is None else np.sum(self.count[chosen]))


@dataclass(frozen=True)
class Cumulative:
    """One entry a bin of attempt numbers: estimate and 95% limits; bounds if stopping were informative; and whether the
    first attempts alone make it up, so that it is their rate."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    if_never: FloatArray
    if_always: FloatArray
    only_first: NDArray[np.bool_]


def cumulative_incidence(tries: Tries, bins: Sequence[Bin], within_us: int) -> Cumulative:
    """Carry the incidence of a response through the attempts, bin by bin.

    A closed bin of several numbers is walked number by number, up to its last; an open bin (`6+`) is one further step
    with the incidence of all its attempts, since single late numbers rest on very few people. Intervals: delete-a-group
    jackknife of the whole recursion, cloglog scale, t(G - 1). `if_never` and `if_always`: the incidence if those who
    stopped without an answer would never, or at once, have been answered at their next attempt.
    """
    groups = int(tries.group.max(initial=-1)) + 1
    free = np.ones(groups + 1)
    reached = np.zeros(groups + 1)
    made, steps, never, always = [], [], [], []
    first = tries.number(tries.attempt == 1)
    for one in bins:
        for chosen in _steps(tries.attempt, one):
            h, c = _step(tries, chosen, groups, within_us)
            reached = reached + free * h
            free = free * np.clip(1 - h - c, 0.0, 1.0)
        made.append(tries.number(tries.attempt >= one.low))
        steps.append(reached)
        if_never, if_always = _bounds(tries, one, first)
        never.append(if_never)
        always.append(if_always)
    values = np.array(steps)
    curve = Jackknife(values[:, 0], values[:, 1:].T, np.full(groups, (groups - 1) / max(groups, 1)), groups - 1)
    low, high = incidence_limits(curve, np.maximum(made, 1))
    only_first = np.array([one.high is not None and one.high <= 1 for one in bins])
    return Cumulative(values[:, 0], low, high, np.array(never), np.array(always), only_first)


def _steps(attempt: IntArray, one: Bin) -> list[NDArray[np.bool_]]:
    """The attempts of each step of a bin."""
    if one.high is None:
        return [attempt >= one.low]
    masks = [attempt == number for number in range(one.low, one.high + 1)]
    return [mask for mask in masks if mask.any()]


def _step(tries: Tries, chosen: NDArray[np.bool_], groups: int, within_us: int) -> tuple[FloatArray, FloatArray]:
    """Incidence of response and of the end among the chosen attempts: everybody first, then without each group."""
    curve = jackknife_incidence(
        tries.elapsed[chosen],
        causes(tries.closed[chosen]),
        [within_us],
        tries.group[chosen],
        count=None if tries.count is None else tries.count[chosen],
        n_causes=N_CAUSES,
        n_groups=groups,
    )
    all_of = (
        np.concatenate([curve.estimate[None], curve.replicates])
        if groups > 1
        else np.repeat(curve.estimate[None], groups + 1, axis=0)
    )
    return all_of[:, RESPONSE - 1, 0], all_of[:, END - 1, 0]


def _bounds(tries: Tries, one: Bin, first: int) -> tuple[float, float]:
    """Share of all starters who heard in a window up to the bin, and the same with all who stopped unanswered before
    it."""
    last = one.high if one.high is not None else int(tries.attempt.max(initial=one.low))
    heard = tries.number((tries.closed == RESPONSE) & (tries.attempt <= last))
    ended = tries.number((tries.closed == END) & (tries.attempt < one.low))
    early = tries.number((tries.closed == RESPONSE) & (tries.attempt < one.low))
    there = tries.number(tries.attempt == one.low)
    stopped = max(first - there - ended - early, 0)
    return heard / first, (heard + stopped) / first
