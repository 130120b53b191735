"""Records that end early: the probability that each went on given what was known of it, by proportional hazards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.designs import Design
from followup_analytics.statistics.newton import Slopes, damped_newton
from followup_analytics.trials.steps import CENSORED, COMPETING, EVENT, FollowUp

FloatArray = NDArray[np.float64]


def with_known_ends(follow_up: FollowUp, design: Design, penalty: FloatArray) -> FollowUp:
    """The follow-up in which the end of a record follows what was known at time zero.

    Args:
        follow_up: how each person's follow-up ended.
        design: shape (n, k), what was known of everybody; penalty: shape (k,), of the coefficients.

    Returns:
        The same with `kept`, the probability that each record went on as far as it was needed. Source: J. Robins, A.
        Rotnitzky (1992), AIDS Epidemiology, 297-331; baseline hazard: N. Breslow (1974), Biometrics 30, 89-99.
    """
    size = follow_up.horizon
    slot = np.minimum(follow_up.exit_interval, size)
    left = (follow_up.exit_kind == CENSORED) & (follow_up.exit_interval < size)
    leaving = np.bincount(slot[left], minlength=size + 1).astype(np.float64)
    groups = [np.flatnonzero(slot == k) for k in range(size + 1)]
    parts = [design.take(rows) if len(rows) else None for rows in groups]
    gone = design.sums(left.astype(np.float64))

    def at_risk(weight: FloatArray) -> FloatArray:
        """Sum of weights of those whose record reaches each interval."""
        return np.asarray(
            np.cumsum(np.bincount(slot, weights=weight, minlength=size + 1)[::-1])[::-1], dtype=np.float64
        )

    def derivatives(beta: FloatArray) -> Slopes:
        weight = np.exp(np.clip(design.times(beta), -30, 30))
        total = np.maximum(at_risk(weight), 1e-300)
        rate = leaving / total
        passed = np.cumsum(rate)[slot]
        value = float(leaving @ np.log(total) - gone @ beta + penalty @ beta**2 / 2)

        def bend() -> FloatArray:
            sums = np.zeros((size + 1, design.width))
            for k, part in enumerate(parts):
                if part is not None:
                    sums[k] = part.sums(weight[groups[k]])
            mean = np.cumsum(sums[::-1], axis=0)[::-1] / total[:, None]
            found = design.exact_gram(weight * passed) - (mean * leaving[:, None]).T @ mean
            return np.asarray(found + np.diag(penalty + 1e-6), dtype=np.float64)

        return value, gone - design.sums(weight * passed) - penalty * beta, bend

    beta = damped_newton(derivatives, np.zeros(design.width), tolerance=1e-7)[0]
    weight = np.exp(np.clip(design.times(beta), -30, 30))
    # Many end in one interval: as many leave by these hazards as did.
    people = np.maximum(at_risk(np.ones(len(slot))), 1.0)
    rate = -np.log1p(-np.minimum(leaving / people, 0.999)) * people / np.maximum(at_risk(weight), 1e-300)
    passed = np.cumsum(rate)[slot]
    return replace(follow_up, kept=np.exp(-weight * passed))


def with_ends_as(follow_up: FollowUp, *, event: bool) -> FollowUp:
    """The follow-up had all whose record ended early had the event as it ended, or none of them ever."""
    left = (follow_up.exit_kind == CENSORED) & (follow_up.exit_interval < follow_up.horizon)
    return replace(follow_up, exit_kind=np.where(left, EVENT if event else COMPETING, follow_up.exit_kind))
