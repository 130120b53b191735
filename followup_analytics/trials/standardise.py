"""Risks of both arms of a choice made at one moment: inverse-probability weights, then standardisation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followup_analytics.trials.ccw import EVENT, WEIGHT_CAP, FollowUp, as_jackknife
from followup_analytics.trials.decisions import Decisions
from followup_analytics.trials.logistic import Tally, fit_replicates
from followup_analytics.uncertainty import Jackknife

FloatArray = NDArray[np.float64]


def observation_weights(follow_up: FollowUp) -> FloatArray:
    """Weights that make those whose horizon was seen stand for those whose record ended before, shape (n,).

    1 / G(k), with G the Kaplan-Meier probability that the record goes on to the interval of the exit (or to the
    horizon); 0 for the censored. Without censoring all are 1.
    Source: J. Robins, D. Rotnitzky (1992), inverse probability of censoring weights.
    """
    horizon = follow_up.horizon
    exit_at = np.minimum(follow_up.exit_interval, horizon)
    happened = (follow_up.exit_kind != 0) & (follow_up.exit_interval < horizon)
    lost = np.bincount(exit_at[~happened], minlength=horizon + 1)[:horizon]
    gone = np.bincount(exit_at[happened], minlength=horizon + 1)[:horizon]
    at_risk = len(exit_at) - np.concatenate([[0], np.cumsum(lost + gone)[:-1]])
    going_on = np.cumprod(1 - lost / np.maximum(at_risk, 1))
    needed = going_on[np.where(happened, exit_at, horizon - 1)]
    complete = happened | (exit_at >= horizon)
    return np.where(complete & (needed > 0), 1 / np.maximum(needed, 1e-12), 0.0)


def standardised_risks(
    decisions: Decisions, follow_up: FollowUp, probability: FloatArray, *, cap: float = WEIGHT_CAP
) -> tuple[Jackknife, Jackknife]:
    """Estimate the risk at the horizon had everybody been in the strategy's arm, and in the alternative's.

    A ridge logistic model of the outcome, weighted by the inverse probability of the arm, is fitted in each arm and
    averaged over everybody: right when either the model of the choice or that of the outcome is. Both are fitted again
    without each applicant group.

    Args:
        decisions: one decision per person (a choice at time zero), in the order of the persons.
        follow_up: how each person's follow-up ended; competing events are "no event by the horizon".
        probability: shape (P, 1 + G), fitted probability of the strategy's choice.
        cap: largest weight.

    Source: J. Robins, M. Sued, Q. Lei-Gomez, A. Rotnitzky (2007), Statistical Science 22, 544-559 (weighted regression
    with a canonical link).
    """
    groups, patterns = follow_up.groups, len(decisions.design)
    pattern, group = decisions.pattern, follow_up.group[decisions.person]
    everybody = Tally.of(pattern, group, np.ones(len(pattern)), patterns, groups).everything_and_without()
    observed = observation_weights(follow_up)[decisions.person]
    event = ((follow_up.exit_kind == EVENT) & (follow_up.exit_interval < follow_up.horizon))[decisions.person]
    risks = []
    for chosen in (1, 0):
        mine = observed * (decisions.acted == chosen)
        share = np.clip(probability if chosen else 1 - probability, 1e-6, 1.0)
        weight = np.minimum(1 / share, cap)
        n = Tally.of(pattern, group, mine, patterns, groups)
        s = Tally.of(pattern, group, mine * event, patterns, groups)
        fit = fit_replicates(decisions.design, n, s, decisions.penalty, weight)
        expected = fit.probabilities(decisions.design)
        risks.append((everybody * expected).sum(axis=0) / np.maximum(everybody.sum(axis=0), 1e-12))
    return as_jackknife(risks[0]), as_jackknife(risks[1])
