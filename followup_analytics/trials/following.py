"""How risks follow the weights of single intervals where records begin late: through risk sets, not through the dead.

Of records that begin late each counts for others by the product-limit estimate of who would have been there. That
estimate is made of the same people, so that they move a risk through it, too: without this part errors are too small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followup_analytics.trials.outcomes import Standardised
from followup_analytics.trials.steps import COMPETING, EVENT, FollowUp, Step
from followup_analytics.trials.weighing import Arm, weights_by_interval

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Following:
    """An arm's risk sets, interval by interval.

    Attributes:
        weight: shape (n, K), in force; there: shape (n, K), what of the interval each is at risk for.
        event, other: shape (n, K), whose event, or what competes with it, is in the interval.
        at_risk, hazard, rival: shape (K,); surviving: shape (K + 1,), before each interval and after the last.
        risk: shape (K,), cumulative; reached: shape (n,), who was seen to the end without an event.
    """

    weight: FloatArray
    there: FloatArray
    event: FloatArray
    other: FloatArray
    at_risk: FloatArray
    hazard: FloatArray
    rival: FloatArray
    surviving: FloatArray
    risk: FloatArray
    reached: FloatArray

    @classmethod
    def of(cls, arm: Arm, steps: Sequence[Step], follow_up: FollowUp) -> Following:
        """Lay out the risk sets of an arm."""
        size = follow_up.horizon
        k = np.arange(size)[None, :]
        ends, kind = follow_up.exit_interval[:, None], follow_up.exit_kind[:, None]
        covered = np.stack([follow_up.watched_in(place) for place in range(size)], axis=1)
        there = covered * ((k < ends) | ((k == ends) & (kind != 0)))
        event, other = ((k == ends) & (kind == one) for one in (EVENT, COMPETING))
        weight = weights_by_interval(arm, steps, follow_up)
        total = np.maximum((weight * there).sum(axis=0), 1e-300)
        hazard, rival = ((weight * what).sum(axis=0) / total for what in (event, other))
        surviving = np.concatenate([[1.0], np.cumprod(np.clip(1 - hazard - rival, 0.0, 1.0))])
        reached = (follow_up.seen & (follow_up.exit_interval >= size)).astype(np.float64)
        risk = np.cumsum(surviving[:-1] * hazard)
        return cls(weight, there, event * 1.0, other * 1.0, total, hazard, rival, surviving, risk, reached)

    def of_risk(self) -> FloatArray:
        """How the product-limit risk follows each person's weight in each interval, shape (n, K)."""
        left = (self.risk[-1] - self.risk) / np.maximum(1 - self.hazard - self.rival, 1e-12)
        ours = (self.event - self.hazard * self.there) * (self.surviving[:-1] - left)
        theirs = (self.other - self.rival * self.there) * left
        return np.asarray((ours - theirs) / self.at_risk, dtype=np.float64)

    def of_uses(self, uses: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How a risk follows weights through what records stand for.

        uses: shape (K + 1,), its derivatives by the logarithm of the probability that a record covers an interval.
        Returns the derivatives by each person's weight in each interval, shape (n, K), and by the last weight, (n,).
        """
        both = self.hazard + self.rival
        after = np.cumsum(uses[::-1])[::-1][1:]
        leaving = (self.event + self.other - both * self.there) * after / np.maximum(1 - both, 1e-12)
        last = float((self.weight[:, -1] * self.reached).sum())
        return (
            (self.there * uses[:-1] + leaving) / self.at_risk,
            self.reached * uses[-1] / max(last, 1e-300),
        )


def uses_of(standardised: Standardised, residuals: Sequence[FloatArray], horizon: int) -> FloatArray:
    """Derivatives of the outcome model's risk by the logarithms of what records stand for, shape (K + 1,).

    residuals: of each regression, how the risk follows what its rows count for.
    """
    made = np.zeros(horizon + 1)
    for regression, residual in zip(standardised.regressions, residuals, strict=True):
        made -= np.bincount(regression.slot, weights=residual * regression.counted, minlength=horizon + 1)
    counted = standardised.counted / max(float(standardised.counted.sum()), 1e-300)
    own = counted * (standardised.value - standardised.risk)
    return made - np.bincount(standardised.slot, weights=own, minlength=horizon + 1)
