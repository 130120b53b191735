"""Negative controls: the same contrast on an outcome that the action cannot have changed.

The placebo outcome is a reply in another interview of the same applicant that came before anything was done there.
Neither a call here nor a habit of calling can have caused it; whoever is more wanted than their record shows, though,
is so elsewhere too. `earlier_reply` looks at interviews before this one (a placebo outcome before the attempt),
`later_reply` at those after it (the follow-up date shifted to before anything was done).

What counts is the reply in excess of expectation: 1 for a reply minus the summed hazard of one over the days until
something was done. Stopped at any act, that difference is a martingale: on average nought for the diligent and the
idle alike, unless something unmeasured moves replies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.claims.covariates import Covariate, make_patterns
from followup_analytics.claims.estimates import Estimate
from followup_analytics.claims.histories import NEVER, Histories
from followup_analytics.trials.logistic import fit_logistic
from followup_analytics.uncertainty import jackknife_of_sums, two_sided_p

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

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
    """Mean excess of replies in each applicant's earlier and later interviews, shape (n,); NaN where there are none."""
    excess = excess_replies(histories, persons)
    order = np.lexsort((np.arange(histories.interviews), histories.start.order, histories.applicant))
    value, applicant = excess[order], histories.applicant[order]
    first = np.searchsorted(applicant, applicant, side="left")
    last = np.searchsorted(applicant, applicant, side="right")
    summed = np.concatenate([[0.0], np.cumsum(value)])
    place = np.arange(len(order))
    made = {}
    for name, begin, end in (("earlier_reply", first, place), ("later_reply", place + 1, last)):
        number = end - begin
        mean = np.full(len(order), np.nan)
        mean[order] = np.where(number > 0, (summed[end] - summed[begin]) / np.maximum(number, 1), np.nan)
        made[name] = mean
    return made


def excess_replies(histories: Histories, persons: Sequence[Covariate]) -> FloatArray:
    """Replies before anything was done, minus what their hazard would foretell, shape (n,)."""
    acted = _first_acts(histories)
    replied = histories.response.order < acted
    stop = np.minimum(np.minimum(acted, histories.response.order), histories.ended.order)
    day, part = _day_of(histories, stop)
    recorded = histories.until.day - histories.start.day
    last = np.minimum(np.minimum(day, recorded), _DAYS)
    person = np.repeat(np.arange(histories.interviews), np.maximum(last + 1, 0))
    interval = np.arange(len(person)) - np.repeat(np.cumsum(np.maximum(last + 1, 0)) - (last + 1), last + 1)
    here = interval == day[person]
    event = here & replied[person]
    exposure = np.where(here & ~event, _usual(part[person[event]], part[person]), 1.0)
    clock = Covariate("interval", interval, tuple(str(k) for k in range(_DAYS + 1)))
    patterns = make_patterns([clock, *(one.take(person) for one in persons)], len(person))
    n = np.bincount(patterns.pattern, weights=exposure, minlength=len(patterns.design))
    s = np.bincount(patterns.pattern, weights=event, minlength=len(patterns.design))
    beta = fit_logistic(patterns.design, n.astype(np.float64), np.minimum(s, n).astype(np.float64), patterns.penalty)
    hazard = expit(patterns.design @ beta)
    expected = np.bincount(person, weights=exposure * hazard[patterns.pattern], minlength=histories.interviews)
    happened = np.bincount(person, weights=event, minlength=histories.interviews)
    return np.asarray(happened - expected, dtype=np.float64)


def _first_acts(histories: Histories) -> IntArray:
    """Order of the first thing that was done in each interview, attempt or note; NEVER where nothing was."""
    first = np.full(histories.interviews, NEVER)
    for acts in (histories.attempts.at, histories.notes):
        np.minimum.at(first, acts.row, acts.order)
    return first


def _day_of(histories: Histories, order: IntArray) -> tuple[IntArray, FloatArray]:
    """Local day since the interview, and part of it gone, of what stops the watch; late where nothing does."""
    day = np.full(histories.interviews, 10_000, dtype=np.int64)
    part = np.ones(histories.interviews)
    for times in (histories.notes, histories.attempts.at, histories.response, histories.ended):
        mine = (times.order == order[times.row]) & (times.order != NEVER)
        day[times.row[mine]] = times.day[mine] - histories.start.day[times.row[mine]]
        part[times.row[mine]] = times.part[mine]
    return day, part


def _usual(parts: FloatArray, at: FloatArray) -> FloatArray:
    """Share of a day's usual replies that come before each part of the day."""
    if not len(parts):
        return at
    return np.searchsorted(np.sort(parts), at, side="left") / len(parts)


def run_controls(names: Sequence[str], estimate: Estimate, outcomes: Mapping[str, FloatArray]) -> tuple[Control, ...]:
    """Run a claim's controls with the claim's own weights; those without enough other interviews are left out.

    Args:
        names: of the controls; estimate: the claim's numbers; outcomes: from `placebo_outcomes`.
    """
    made = (_run(name, estimate, outcomes[name]) for name in names)
    return tuple(control for control in made if control is not None)


def _run(name: str, estimate: Estimate, outcome: FloatArray) -> Control | None:
    value = outcome[estimate.emulation.row]
    usable = ~np.isnan(value)
    weights = [np.where(usable, arm.weight, 0.0) for arm in estimate.arms]
    alone = [int(((weight > 0) & done).sum()) for weight, done in zip(weights, estimate.done, strict=True)]
    if min(alone) < _LEAST:
        return None
    group, groups = estimate.emulation.follow_up.group, estimate.emulation.follow_up.groups
    parts = [part for weight in weights for part in (weight * np.where(usable, value, 0.0), weight)]
    sums = np.stack([np.bincount(group, weights=part, minlength=groups) for part in parts], axis=1).astype(np.float64)
    found = jackknife_of_sums(sums, _weighted_difference)
    low, high = found.limits()
    p = two_sided_p(float(found.estimate), float(found.se), found.df)
    return None if np.isnan(p) else Control(name, float(found.estimate), float(low), float(high), p)


def _weighted_difference(sums: FloatArray) -> FloatArray:
    weight = np.where(sums[..., [1, 3]] > 0, sums[..., [1, 3]], np.nan)
    return np.asarray(sums[..., 0] / weight[..., 0] - sums[..., 2] / weight[..., 1], dtype=np.float64)
