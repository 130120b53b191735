"""Risks of both arms of a choice made at one moment: inverse-probability weights, then standardisation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics import Jackknife
from followup_analytics.trials.ccw import EVENT, WEIGHT_CAP, FollowUp, as_jackknife
from followup_analytics.trials.censoring import observed_tally
from followup_analytics.trials.decisions import Decisions
from followup_analytics.trials.logistic import Tally, fit_replicates

FloatArray = NDArray[np.float64]


def standardised_risks(
    decisions: Decisions, follow_up: FollowUp, probability: FloatArray, *, cap: float = WEIGHT_CAP
) -> tuple[Jackknife, Jackknife]:
    """Estimate the risk at the horizon had everybody been in the strategy's arm, and in the alternative's.

    A ridge logistic model of the outcome, weighted by the inverse probability of the arm, is fitted in each arm and
    averaged over everybody: right when either the model of the choice or that of the outcome is. In each arm those
    whose horizon was seen stand for those whose record ended before. All is estimated again without each applicant
    group.

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
    event = ((follow_up.exit_kind == EVENT) & (follow_up.exit_interval < follow_up.horizon))[decisions.person]
    risks = []
    for chosen in (1, 0):
        share = np.clip(probability if chosen else 1 - probability, 1e-6, 1.0)
        weight = np.minimum(1 / share, cap)
        mine = np.flatnonzero(decisions.acted == chosen)
        n, s = observed_tally(pattern[mine], patterns, follow_up, decisions.person[mine], event[mine])
        fit = fit_replicates(decisions.design, n, s, decisions.penalty, weight)
        expected = fit.probabilities(decisions.design)
        risks.append((everybody * expected).sum(axis=0) / np.maximum(everybody.sum(axis=0), 1e-12))
    return as_jackknife(risks[0]), as_jackknife(risks[1])
