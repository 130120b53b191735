"""Sequential trials: every day on which somebody could act starts a trial of "today" against "not any more"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from followup_analytics.trials.acting import Acting
from followup_analytics.trials.steps import CENSORED, BoolArray, FloatArray, FollowUp, IntArray, Step
from followup_analytics.trials.weighing import Arm, seen_weight, weigh_arm


@dataclass(frozen=True)
class Sequential:
    """The difference by sequential trials, acting less not acting, and each person's influence on it, shape (n,).

    Influences are with the fitted probabilities of acting held fast, which makes their error a little too large.
    """

    difference: float
    influence: FloatArray


def sequential_contrast(
    steps: Sequence[Step], acting: Acting, asked: Sequence[FloatArray], follow_up: FollowUp, *, window: int
) -> Sequential:
    """Estimate the difference of acting within a window against not acting in it, by a trial on each of its days.

    On each day those who might still act enter a trial of "today" against "not any more in this window"; who acts later
    leaves the waiting arm then, and who stays is weighted for it. The trials are put together as the strategy would
    meet them: each counts for those who start on its day. So the difference is that of clone-censor-weight, reached
    through other risk sets.

    Args:
        steps, acting: decisions of the window's intervals 0..window - 1 and the fitted probabilities of acting.
        asked: the probability of acting that the acting arm asks for, one array a step; 1 on the last day.
        follow_up: how each person's follow-up ended, from time zero.
        window: number of intervals on which a trial may start.

    Returns:
        The risk difference at the horizon of `follow_up`.

    Source: M. Hernan and others (2008), Epidemiology 19, 766-779; J. Gran and others (2010), Statistics in Medicine 29.
    """
    firsts = {step.interval: place for place, step in enumerate(steps) if step.rank == 0 and step.interval >= 0}
    reaching, difference = 1.0, 0.0
    influence = np.zeros(follow_up.people)
    entering = np.ones(follow_up.people)
    for day in range(window):
        if day not in firsts:
            break
        place = firsts[day]
        step, p, q = steps[place], acting.probability[place], asked[place]
        before = entering[step.person]
        total = float(before.sum())
        if total <= 0:
            break
        starting = np.where(step.acted, q / p, 0.0) * before
        if step.acted.any():
            found = _trial(steps, acting, firsts, day, follow_up, starting, before * q)
            share = reaching * float(starting.sum()) / total
            difference += share * found.difference
            influence += share * found.influence
        after = np.where(step.acted, 0.0, (1 - q * step.seen) / (1 - p * step.seen)) * before
        entering[step.person] = after
        reaching *= 1 - (float(starting.sum()) + _over(steps, firsts, day, step, after, follow_up)) / total
    return Sequential(difference, influence)


def _over(
    steps: Sequence[Step], firsts: dict[int, int], day: int, step: Step, weight: FloatArray, follow_up: FollowUp
) -> float:
    """Weight of the idle to whom the next day puts no question, since they have an answer (not: since records end)."""
    asked = np.zeros(follow_up.people, dtype=bool)
    if day + 1 in firsts:
        asked[steps[firsts[day + 1]].person] = True
    lost = (follow_up.exit_kind[step.person] == CENSORED) & (follow_up.exit_interval[step.person] <= day + 1)
    return float(weight[~step.acted & ~asked[step.person] & ~lost].sum())


def _trial(
    steps: Sequence[Step],
    acting: Acting,
    firsts: dict[int, int],
    day: int,
    follow_up: FollowUp,
    starting: FloatArray,
    would: FloatArray,
) -> Sequential:
    """What acting on this day changes for those who start then: they, against those who did not and are like them."""
    step, p = steps[firsts[day]], acting.probability[firsts[day]]
    started, idle = np.zeros(follow_up.people), np.zeros(follow_up.people)
    started[step.person] = starting
    # What standing for all takes, less what standing for those who do not start does.
    idle[step.person] = np.where(step.acted, 0.0, would * step.seen / (1 - p * step.seen))
    later = [place for interval, place in sorted(firsts.items()) if interval > day]
    here = _from_day(follow_up, day)
    starters = _weighed((), acting, (), here, started)
    waiting = _weighed([steps[place] for place in later], acting, later, here, idle, day)
    return _difference(starters, waiting, here)


def _weighed(
    steps: Sequence[Step],
    acting: Acting,
    places: Sequence[int],
    follow_up: FollowUp,
    start: FloatArray,
    day: int = 0,
) -> Arm:
    """An arm that begins with these weights and does not act any more in these steps."""
    mine: list[Step] = []
    probability: list[FloatArray] = []
    for step, place in zip(steps, places, strict=True):
        inside: BoolArray = start[step.person] > 0
        mine.append(
            replace(
                step,
                interval=step.interval - day,
                person=step.person[inside],
                acted=step.acted[inside],
                seen=step.seen[inside],
                before=step.before[inside],
                design=step.design.take(inside),
            )
        )
        probability.append(acting.probability[place][inside])
    asked = [np.zeros(len(step.person)) for step in mine]
    return weigh_arm(mine, probability, asked, follow_up, balanced=False, start=start)


def _difference(one: Arm, other: Arm, follow_up: FollowUp) -> Sequential:
    parts = []
    for arm in (one, other):
        counted = arm.weight * seen_weight(arm, follow_up)
        total = max(float(counted.sum()), 1e-300)
        risk = float(arm.risk[-1])
        parts.append((risk, counted * (follow_up.happened - risk) / total))
    return Sequential(parts[0][0] - parts[1][0], parts[0][1] - parts[1][1])


def _from_day(follow_up: FollowUp, day: int) -> FollowUp:
    ends: IntArray = follow_up.exit_interval - day
    return FollowUp(ends, follow_up.exit_kind, follow_up.horizon - day)
