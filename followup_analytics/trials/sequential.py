"""Sequential trials: every day on which somebody could act starts a trial of "today" against "not today"."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics import Jackknife
from followup_analytics.statistics.logistic import weighted_gram
from followup_analytics.trials.ccw import CENSORED, WEIGHT_CAP, FollowUp, arm_sums, as_jackknife
from followup_analytics.trials.decisions import FORBID, MUST, NATURAL, Decisions, Paths, follow_paths
from followup_analytics.trials.incidence import incidence_of_sums
from followup_analytics.trials.logistic import fit_logistic

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def sequential_contrast(
    decisions: Decisions,
    follow_up: FollowUp,
    probability: FloatArray,
    *,
    window: int,
    cap: float = WEIGHT_CAP,
) -> Jackknife:
    """Estimate the difference of acting within a window against not acting in it, by a trial on each of its days.

    On each day those who might still act enter a trial of "today" against "not any more in this window"; who acts later
    leaves the waiting arm then, and who stays is weighted for it. The trials are put together as the strategy would
    meet them: each counts for those who start on its day, the last one for all who have not started by then. So the
    difference is that of clone-censor-weight, reached through other risk sets.

    Args:
        decisions: decisions of the window's intervals 0..window - 1.
        follow_up: how each person's follow-up ended, from time zero.
        probability: shape (P, 1 + G), fitted probability of acting.
        window: number of intervals on which a trial may start.
        cap: largest weight on the last day; those before it weigh odds, which are small.

    Returns:
        The risk difference at the horizon of `follow_up`.

    Source: M. Hernan and others (2008), Epidemiology 19, 766-779; J. Gran and others (2010), Statistics in Medicine 29.
    """
    groups = probability.shape[1] - 1
    reaching = np.ones(1 + groups)
    difference = np.zeros(1 + groups)
    for day in range(window):
        here = (decisions.interval == day) & (decisions.rank == 0)
        entering, acted = decisions.person[here], decisions.acted[here] == 1
        if not len(entering):
            break
        people = np.maximum(_counted(follow_up.group[entering], groups), 1)
        if day == window - 1:
            return as_jackknife(difference + reaching * _last_trial(decisions, follow_up, probability, day, cap))
        starting = _counted(follow_up.group[entering[acted]], groups) / people
        if acted.any():
            found = _trial_of_starters(decisions, follow_up, probability, day, entering, acted)
            difference = difference + reaching * starting * found
        over = _over(decisions, follow_up, day, entering[~acted])
        reaching = reaching * (1 - starting - _counted(follow_up.group[over], groups) / people)
    return as_jackknife(difference)


def _counted(group: IntArray, groups: int) -> FloatArray:
    """How many there are, and how many without each group, shape (1 + G,)."""
    each = np.bincount(group, minlength=groups).astype(np.float64)
    return np.concatenate([[each.sum()], each.sum() - each])


def _over(decisions: Decisions, follow_up: FollowUp, day: int, idle: IntArray) -> IntArray:
    """Those of the idle to whom the next day puts no question, since they have an answer (not: since records end)."""
    asked = np.zeros(follow_up.people, dtype=bool)
    asked[decisions.person[decisions.interval == day + 1]] = True
    lost = (follow_up.exit_kind == CENSORED) & (follow_up.exit_interval <= day + 1)
    return np.asarray(idle[~asked[idle] & ~lost[idle]], dtype=np.int64)


def _trial_of_starters(
    decisions: Decisions,
    follow_up: FollowUp,
    probability: FloatArray,
    day: int,
    entering: IntArray,
    acted: NDArray[np.bool_],
) -> FloatArray:
    """What acting on this day changed for those who did: they, against those who did not and are like them."""
    starters = _from_day(follow_up, entering[acted], day)
    as_they_are = Paths(np.ones((1, probability.shape[1])), np.zeros((starters.people, 1), dtype=np.int32))
    trial, idle = _trial_from(decisions, follow_up, entering[~acted], day)
    # Odds of acting, p / (1 - p), are what standing for all takes less what standing for oneself does.
    waiting, oneself = (
        arm_sums(follow_paths(trial, rule, probability, idle.people), idle)
        for rule in (np.full(len(trial.person), FORBID), np.where(trial.interval == 0, NATURAL, FORBID))
    )
    others = [np.maximum(every - own, 0.0) for every, own in zip(waiting, oneself, strict=True)]
    return _risk(*arm_sums(as_they_are, starters)) - _risk(*others)


def _last_trial(decisions: Decisions, follow_up: FollowUp, probability: FloatArray, day: int, cap: float) -> FloatArray:
    """What acting on the last day changes for all who have not acted before."""
    entering = decisions.person[(decisions.interval == day) & (decisions.rank == 0)]
    trial, mine = _trial_from(decisions, follow_up, entering, day)
    risks = []
    for rule in (np.where(trial.rank == 0, MUST, NATURAL), np.full(len(trial.person), FORBID)):
        paths = _capped(follow_paths(trial, rule, probability, mine.people), cap)
        risks.append(_risk(*arm_sums(paths, mine)))
    return np.asarray(risks[0] - risks[1], dtype=np.float64)


def _capped(paths: Paths, cap: float) -> Paths:
    return Paths(np.minimum(paths.weight, cap), paths.node)


def _risk(at_risk: FloatArray, events: FloatArray, competing: FloatArray) -> FloatArray:
    return incidence_of_sums(at_risk, events, competing)[0][:, -1]


def _from_day(follow_up: FollowUp, people: IntArray, day: int) -> FollowUp:
    return FollowUp(
        follow_up.group[people],
        follow_up.exit_interval[people] - day,
        follow_up.exit_kind[people],
        follow_up.horizon - day,
    )


def _trial_from(decisions: Decisions, follow_up: FollowUp, entering: IntArray, day: int) -> tuple[Decisions, FollowUp]:
    place = np.full(follow_up.people, -1, dtype=np.int64)
    place[entering] = np.arange(len(entering))
    kept = decisions.only((place[decisions.person] >= 0) & (decisions.interval >= day))
    moved = replace(kept, person=place[kept.person], interval=kept.interval - day)
    return moved, _from_day(follow_up, entering, day)


@dataclass(frozen=True)
class PersonPeriods:
    """A study in the usual long form: one row a person and period, sorted by person and period.

    Attributes:
        person: shape (m,), integers from 0; period: shape (m,).
        eligible: shape (m,), 1 where a trial starts for the person.
        treated: shape (m,), treatment (or its start) in the period; outcome: shape (m,), 1 at the event.
        covariates: shape (m, q), values in the period; those at a trial's start are used.
    """

    person: IntArray
    period: IntArray
    eligible: IntArray
    treated: IntArray
    outcome: IntArray
    covariates: FloatArray


@dataclass(frozen=True)
class ExpandedTrials:
    """All person-trials followed over time: one row a person, trial and follow-up period.

    Attributes:
        person, trial, follow: shape (r,); start: shape (r,), index of the person-trial; y: shape (r,), the outcome.
        assigned: shape (t,), treatment at each person-trial's start; baseline: shape (t, q), covariates at it.
        origin: shape (t,), period in which each person-trial starts.
    """

    person: IntArray
    follow: IntArray
    start: IntArray
    y: FloatArray
    assigned: FloatArray
    baseline: FloatArray
    origin: IntArray


def expand_trials(study: PersonPeriods) -> ExpandedTrials:
    """Follow every eligible person-period as the start of its own trial, by what was assigned then.

    Source: Hernan and others (2008), Epidemiology 19, 766-779; the layout is that of SEQTaRget and TrialEmulation.
    """
    last = np.searchsorted(study.person, study.person, side="right")
    starts = np.flatnonzero(study.eligible == 1)
    lengths = last[starts] - starts
    start = np.repeat(np.arange(len(starts)), lengths)
    within = np.arange(len(start)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    row = starts[start] + within
    return ExpandedTrials(
        person=study.person[row],
        follow=study.period[row] - study.period[starts][start],
        start=start,
        y=study.outcome[row].astype(np.float64),
        assigned=study.treated[starts].astype(np.float64),
        baseline=study.covariates[starts],
        origin=study.period[starts],
    )


@dataclass(frozen=True)
class SequentialFit:
    """A pooled logistic model of the outcome over all trials: names, coefficients and clustered errors of its terms."""

    terms: tuple[str, ...]
    coefficients: FloatArray
    errors: FloatArray


def fit_sequential(
    trials: ExpandedTrials,
    covariates: tuple[str, ...],
    *,
    squares: bool = True,
    small_sample: bool = False,
    number: IntArray | None = None,
) -> SequentialFit:
    """Fit outcome ~ assigned + follow-up + trial + covariates, errors clustered on the person.

    Args:
        trials: from `expand_trials`; covariates: names of the columns of `trials.baseline`.
        squares: add the squares of follow-up and trial (SEQTaRget's model) or not (TrialEmulation's default).
        small_sample: multiply the variance by G / (G - 1), as TrialEmulation does.
        number: how many people each person stands for (see `gather_alike`), by the person's number from 0; None: one.
    """
    terms, design, row = _distinct_design(trials, covariates, squares=squares)
    scale = np.maximum(np.abs(design).max(axis=0), 1e-12)
    persons, cluster = np.unique(trials.person, return_inverse=True)
    stands_for = np.ones(len(persons)) if number is None else number[persons].astype(np.float64)
    n = np.bincount(row, weights=stands_for[cluster]).astype(np.float64)
    s = np.bincount(row, weights=stands_for[cluster] * trials.y).astype(np.float64)
    beta = fit_logistic(design / scale, n, s)
    covariance = _clustered(design / scale, beta, trials.y, row, cluster, stands_for) / np.outer(scale, scale)
    people = stands_for.sum()
    factor = people / (people - 1) if small_sample else 1.0
    return SequentialFit(terms, beta / scale, np.sqrt(np.diag(covariance) * factor))


def _distinct_design(
    trials: ExpandedTrials, covariates: tuple[str, ...], *, squares: bool
) -> tuple[tuple[str, ...], FloatArray, IntArray]:
    """Names, distinct rows of the pooled model's design, and which of them each row of the trials has."""
    known = np.column_stack([trials.assigned, trials.origin.astype(np.float64), trials.baseline])
    kind = np.unique(known, axis=0, return_inverse=True)[1].ravel()
    width = int(trials.follow.max(initial=0)) + 1
    first, row = np.unique(kind[trials.start] * width + trials.follow, return_index=True, return_inverse=True)[1:]
    few = replace(trials, person=trials.person[first], follow=trials.follow[first], start=trials.start[first])
    terms, design = sequential_design(few, trials.assigned, covariates, squares=squares)
    return terms, design, row


def _clustered(
    design: FloatArray, beta: FloatArray, y: FloatArray, row: IntArray, cluster: IntArray, stands_for: FloatArray
) -> FloatArray:
    """`clustered_covariance` of rows that share few distinct designs: scores are summed by person and design first."""
    p = expit(design @ beta)
    pair, place = np.unique(cluster * len(design) + row, return_inverse=True)
    residual = np.bincount(place, weights=y - p[row])
    persons, designs = np.divmod(pair, len(design))
    scores = np.stack([np.bincount(persons, weights=residual * column[designs]) for column in design.T], axis=1)
    n = np.bincount(row, weights=stands_for[cluster])
    bread = np.linalg.inv(weighted_gram(design, n * p * (1 - p)))
    return np.asarray(bread @ ((scores * stands_for[:, None]).T @ scores) @ bread, dtype=np.float64)


def sequential_design(
    trials: ExpandedTrials, assigned: FloatArray, covariates: tuple[str, ...], *, squares: bool
) -> tuple[tuple[str, ...], FloatArray]:
    """Columns of the pooled model, for the rows of `trials` with treatment at the start set to `assigned`."""
    follow, origin = trials.follow.astype(np.float64), trials.origin[trials.start].astype(np.float64)
    columns = {"constant": np.ones(len(follow)), "assigned": assigned[trials.start], "follow_up": follow}
    if squares:
        columns["follow_up^2"] = follow**2
    columns["trial"] = origin
    if squares:
        columns["trial^2"] = origin**2
    columns |= {name: trials.baseline[trials.start, j] for j, name in enumerate(covariates)}
    return tuple(columns), np.stack(list(columns.values()), axis=1)


def standardised_curve(
    trials: ExpandedTrials, fit: SequentialFit, covariates: tuple[str, ...], assigned: int, *, squares: bool = True
) -> FloatArray:
    """Mean risk over all person-trials by each follow-up period, with everybody's treatment set, shape (F,).

    1 - prod (1 - h), averaged over the starts, at every period up to the longest follow-up.
    """
    starts = len(trials.assigned)
    survival = np.ones(starts)
    out = np.empty(int(trials.follow.max()) + 1)
    treatment = np.full(starts, float(assigned))
    for k in range(len(out)):
        at_k = ExpandedTrials(
            np.zeros(starts, dtype=np.int64),
            np.full(starts, k),
            np.arange(starts),
            survival,
            treatment,
            trials.baseline,
            trials.origin,
        )
        design = sequential_design(at_k, treatment, covariates, squares=squares)[1]
        survival = survival * (1 - expit(design @ fit.coefficients))
        out[k] = 1 - survival.mean()
    return out
