"""Pooled sequential trials in long form, as SEQTaRget, TrialEmulation and pySEQTarget fit them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.logistic import fit_logistic, weighted_gram

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


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
