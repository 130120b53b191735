"""Negative controls: the same contrast on an outcome that the action cannot have changed.

The placebo outcome is the reply in the applicant's other interviews: a call here cannot have caused it, but whoever is
more wanted than their record shows is so elsewhere too. `earlier_reply` looks at interviews before this one alone (a
placebo outcome before the attempt), `later_reply` at those after it (the follow-up date shifted ahead of anything that
is done there), `reply_elsewhere` at all of them.

What counts is the reply in excess of expectation: 1 for a reply minus its hazard summed over the days at risk, the
hazard given the covariates and what had been done there so far. A habit (the diligent call early each time, and it
helps each time) is thus no confounder: given what was done, the difference is a martingale, on average nought for
everybody, unless something unmeasured moves replies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.claims.covariates import Covariate, binned
from followup_analytics.claims.estimates import Estimate
from followup_analytics.claims.histories import NEVER, Histories, Times
from followup_analytics.claims.layout import design_and_penalties
from followup_analytics.statistics import two_sided_p
from followup_analytics.statistics.shrinkage import fit_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
#: Persons' rows and counts, and whole days: stretches at risk are many, and this is a half and a quarter of the memory.
Counts = NDArray[np.int32]
Days = NDArray[np.int16]

#: Interviews with others of the same applicant that each arm needs before a control says anything.
_LEAST = 30
#: Days over which replies are watched for.
_DAYS = 14


@dataclass(frozen=True)
class Control:
    """A negative control of one claim: which, its estimate (should be 0) with limits, and its p-value."""

    name: str
    estimate: float
    low: float
    high: float
    p_value: float


def placebo_outcomes(histories: Histories, persons: Sequence[Covariate]) -> dict[str, FloatArray]:
    """Mean excess of replies in each applicant's other interviews, by control, shape (n,); NaN where there are none."""
    excess = excess_replies(histories, persons)
    order = np.lexsort((np.arange(histories.interviews), histories.start.order, histories.applicant))
    applicant = histories.applicant[order]
    first = np.searchsorted(applicant, applicant, side="left")
    last = np.searchsorted(applicant, applicant, side="right")
    summed = np.concatenate([[0.0], np.cumsum(excess[order])])
    place = np.arange(len(order))
    sums = {
        "earlier_reply": (summed[place] - summed[first], place - first),
        "later_reply": (summed[last] - summed[place + 1], last - place - 1),
    }
    (before, number_before), (after, number_after) = sums.values()
    sums["reply_elsewhere"] = (before + after, number_before + number_after)
    made = {}
    for name, (total, number) in sums.items():
        mean = np.full(len(order), np.nan)
        mean[order] = np.where(number > 0, total / np.maximum(number, 1), np.nan)
        made[name] = mean
    return made


@dataclass(frozen=True)
class _Watch:
    """Stretches of days at risk of a reply, in long form.

    Attributes:
        person, day: shape (r,); event: shape (r,), 1 where the reply came in it.
        exposure: shape (r,), share of the day's usual replies that it covers (1 where the reply came).
        done: what had been done before it.
    """

    person: Counts
    day: Days
    event: NDArray[np.bool_]
    exposure: FloatArray
    done: tuple[Covariate, ...]


def excess_replies(histories: Histories, persons: Sequence[Covariate]) -> FloatArray:
    """Replies in each interview minus what their hazard would foretell, shape (n,)."""
    watch = _watch(histories)
    clock = Covariate.of("interval", watch.day, [str(k) for k in range(_DAYS + 1)])
    covariates = [clock, *(one.during(watch.person, watch.day) for one in persons), *watch.done]
    design, penalty = design_and_penalties(covariates, len(watch.person))
    event = watch.event.astype(np.float64)
    hazard = expit(design.times(fit_rows(design, np.maximum(watch.exposure, event), event, penalty)))
    expected = np.bincount(watch.person, weights=watch.exposure * hazard, minlength=histories.interviews)
    happened = np.bincount(watch.person, weights=watch.event, minlength=histories.interviews)
    return np.asarray(happened - expected, dtype=np.float64)


def _watch(histories: Histories) -> _Watch:
    """Everybody's days until the reply, the end or the record's end; a day is cut where something is done in it."""
    people = np.arange(histories.interviews, dtype=np.int32)
    replied = histories.response.order <= histories.ended.order
    stop = np.where(replied, histories.response.day, histories.ended.day) - histories.start.day
    part = np.where(replied, histories.response.part, histories.ended.part)
    replied &= histories.response.order != NEVER
    recorded = histories.until.day - histories.start.day
    # An interview that is still ahead has no day at risk yet.
    last = np.maximum(np.minimum(np.minimum(stop, recorded), _DAYS), -1)
    person = np.repeat(people, last + 1)
    day = (np.arange(len(person)) - np.repeat(np.cumsum(last + 1) - (last + 1), last + 1)).astype(np.int16)
    usual = np.sort(histories.response.part[replied & (stop <= _DAYS)])
    first, count = _acts_by_day(histories)
    act = first[person, day]
    del first
    acted = act <= 1.0
    stops = day == stop[person]
    event = stops & replied[person]
    gone = _usual(usual, np.where(stops, part[person], 1.0))
    before_act = np.where(acted, _usual(usual, act), np.where(event, 1.0, gone))
    after = np.flatnonzero(acted)
    after_act = np.where(event[after], 1.0, np.maximum(gone[after] - before_act[after], 0.0))
    exposure = np.concatenate([before_act, after_act])
    event = np.concatenate([event & ~acted, event[after]])
    if histories.entry is not None:
        covered = _covered(
            histories, histories.entry, np.concatenate([person, person[after]]), np.concatenate([day, day[after]])
        )
        exposure, event = exposure * covered, event & (covered > 0)
    return _Watch(
        person=np.concatenate([person, person[after]]),
        day=np.concatenate([day, day[after]]),
        event=event,
        exposure=exposure,
        done=_done(count, np.concatenate([person, person[after]]), np.concatenate([day, day[after]]), len(person)),
    )


def _covered(histories: Histories, entry: Times, person: Counts, day: Days) -> FloatArray:
    """What of each stretch's day a record covers: none before it begins, on that day the part that is left."""
    begins = np.where(entry.order == NEVER, -1, entry.day - histories.start.day)[person]
    over = (histories.response.order < entry.order)[person] & (begins >= 0)
    part = np.where(day == begins, 1.0 - entry.part[person], 1.0)
    return np.where((day < begins) | over, 0.0, part)


def _acts_by_day(histories: Histories) -> tuple[FloatArray, Counts]:
    """Part of each day gone at the first act in it (2 where there is none), and attempts in it, shape (n, days)."""
    shape = (histories.interviews, _DAYS + 1)
    first = np.full(shape, 2.0)
    count = np.zeros(shape, dtype=np.int32)
    for acts, counted in ((histories.attempts.at, 1), (histories.notes, 0)):
        day = acts.day - histories.start.day[acts.row]
        inside = (day >= 0) & (day <= _DAYS)
        np.minimum.at(first, (acts.row[inside], day[inside]), acts.part[inside])
        np.add.at(count, (acts.row[inside], day[inside]), counted)
    return first, count


def _done(count: Counts, person: Counts, day: Days, whole: int) -> tuple[Covariate, ...]:
    """Attempts so far and days since the last one; rows from `whole` on come after the day's first act."""
    k = np.arange(count.shape[1], dtype=np.int16)[None, :]
    so_far = np.cumsum(count, axis=1, dtype=np.int32)
    last = np.maximum.accumulate(np.where(count > 0, k, np.int16(-1)), axis=1)
    today = np.arange(len(person)) >= whole
    place = np.where(today, day, day - 1)
    known = place >= 0
    number = np.where(known, so_far[person, np.maximum(place, 0)], 0)
    when = np.where(known, last[person, np.maximum(place, 0)], -1)
    gap = np.where(when < 0, 0, day - when + 1)
    return (
        binned("attempts", number, (0, 1, 2, 3), ("0", "1", "2", "3+")),
        binned("since attempt", gap, (0, 1, 2, 3, 4, 6, 8), ("none", "today", "1", "2", "3-4", "5-6", "7+")),
    )


def _usual(parts: FloatArray, at: FloatArray) -> FloatArray:
    """Share of a day's usual replies that come before each part of the day; `parts` is sorted."""
    if not len(parts):
        return np.minimum(at, 1.0)
    return np.searchsorted(parts, at, side="left") / len(parts)


def run_controls(names: Sequence[str], estimate: Estimate, outcomes: Mapping[str, FloatArray]) -> tuple[Control, ...]:
    """Run a claim's controls with the claim's own weights; those without enough other interviews are left out.

    Args:
        names: of the controls; estimate: the claim's numbers; outcomes: from `placebo_outcomes`.
    """
    made = (_run(name, estimate, outcomes[name]) for name in names)
    return tuple(control for control in made if control is not None)


def _run(name: str, estimate: Estimate, outcome: FloatArray) -> Control | None:
    value = outcome[estimate.emulation.row]
    # Of records that begin later only those are known whose story went on: by what made it go on, too.
    usable = ~np.isnan(value) & estimate.from_the_start
    weights = [np.where(usable, arm.weight, 0.0) for arm in estimate.arms]
    alone = [int(((weight > 0) & done).sum()) for weight, done in zip(weights, estimate.done, strict=True)]
    if min(alone) < _LEAST:
        return None
    known = np.where(usable, value, 0.0)
    means, influences = [], []
    for weight in weights:
        share = weight / weight.sum()
        means.append(float(share @ known))
        influences.append(share * (known - means[-1]))
    found = estimate.clusters.estimated(means[0] - means[1], influences[0] - influences[1])
    low, high = found.limits()
    p = two_sided_p(float(found.estimate), float(found.se), found.df)
    return None if np.isnan(p) else Control(name, float(found.estimate), float(low), float(high), p)
