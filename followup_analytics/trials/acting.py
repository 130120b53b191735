"""The model of acting, interval by interval, and what an arm asks of it: the factors of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.shrinkage import Shrunk, fit_shrunk
from followup_analytics.trials.steps import FORBID, MUST, WITHIN, Grace, Step

FloatArray = NDArray[np.float64]

#: No probability of acting is taken to be nearer to 0 or 1.
LEAST_P = 1e-6


@dataclass(frozen=True)
class Acting:
    """Fitted probabilities of acting, one array (r,) a step, and the fits behind them.

    Attributes:
        probability: of each step's rows; beta: each step's coefficients.
        fits: by family; members: places of the family's steps.
        exposure: shape (r,) a step, how much of each decision was seen; acted: the same, 1 for acting that was seen.
    """

    probability: tuple[FloatArray, ...]
    beta: tuple[FloatArray, ...]
    fits: tuple[Shrunk, ...]
    members: tuple[tuple[int, ...], ...]
    exposure: tuple[FloatArray, ...]
    acted: tuple[FloatArray, ...]


def fit_acting(steps: Sequence[Step], start: Acting | None = None) -> Acting:
    """Fit the probability of acting in each step, drawn towards what the steps of its family have in common.

    A decision that was seen in part counts as that part of one. `start`: a fit of the same steps, of which the first
    columns are the same.
    """
    exposure = tuple(_watched(step, np.where(step.acted, 1.0, step.seen)) for step in steps)
    acted = tuple(_watched(step, step.acted.astype(np.float64)) for step in steps)
    probability: list[FloatArray] = [np.empty(0)] * len(steps)
    beta: list[FloatArray] = [np.empty(0)] * len(steps)
    fits, members = [], []
    for family in dict.fromkeys(step.family for step in steps):
        mine = tuple(place for place, step in enumerate(steps) if step.family == family)
        designs = [steps[place].design for place in mine]
        first = None
        if start is not None:
            first = np.zeros((len(mine), designs[0].width))
            for row, place in enumerate(mine):
                first[row, : len(start.beta[place])] = start.beta[place]
        fit = fit_shrunk(
            designs,
            [exposure[place] for place in mine],
            [acted[place] for place in mine],
            steps[mine[0]].common,
            steps[mine[0]].apart,
            first,
        )
        for row, place in enumerate(mine):
            beta[place] = fit.beta[row]
            probability[place] = np.clip(expit(steps[place].design.times(fit.beta[row])), LEAST_P, 1 - LEAST_P)
        fits.append(fit)
        members.append(mine)
    return Acting(tuple(probability), tuple(beta), tuple(fits), tuple(members), exposure, acted)


def _watched(step: Step, values: FloatArray) -> FloatArray:
    """Values of a step's rows, 0 for those whose record had not begun."""
    return values if step.watched is None else np.where(step.watched, values, 0.0)


def asked_probabilities(steps: Sequence[Step], acting: Acting, arm: int, grace: Grace | None) -> tuple[FloatArray, ...]:
    """The probability of acting that an arm asks for in each decision, NaN where anything goes; one array a step.

    Within a grace period it is that of those who act before it is over: q = p / P(the acts still missing are made).
    Where more than one act is missing, how likely they are made is taken from the mean probabilities by number of acts,
    so that what is asked is a rule of the interval, the acts so far and p.

    Source: L. Cain and others (2010), Int. J. Biostatistics 6(2), 18 (grace periods); the conditional rule is J. Doob's
    transform of the chain of acts by the chance to end inside the strategy.
    """
    made = []
    reach = _Reach.of(steps, acting, grace) if grace is not None and grace.need > 1 else None
    for place, step in enumerate(steps):
        rule = step.asks[arm]
        asked = np.full(len(rule), np.nan)
        asked[rule == FORBID] = 0.0
        asked[rule == MUST] = 1.0
        within = rule == WITHIN
        if within.any() and grace is not None:
            p = acting.probability[place]
            if reach is not None:
                asked[within] = reach.asked(step, p)[within]
            elif step.interval >= grace.last:
                asked[within] = 1.0
            else:
                waiting = _waits_on(steps, acting, place, grace.last)
                asked[within] = (p / (p + (1 - p) * np.maximum(1 - waiting, LEAST_P)))[within]
        made.append(asked)
    return tuple(made)


def _waits_on(steps: Sequence[Step], acting: Acting, place: int, last: int) -> FloatArray:
    """Probability of not acting in any later interval up to `last`, with what is known now, shape (r,)."""
    step = steps[place]
    later = [
        at
        for at, other in enumerate(steps)
        if other.family == step.family and other.rank == 0 and step.interval < other.interval <= last
    ]
    waiting = np.ones(len(step.person))
    for at in later:
        waiting *= 1 - np.clip(expit(step.design.times(acting.beta[at])), LEAST_P, 1 - LEAST_P)
    return waiting


@dataclass(frozen=True)
class _Reach:
    """Chance that the acts still missing are made, by interval, rank and acts so far."""

    grace: Grace
    likely: dict[tuple[int, int, int], float]

    @classmethod
    def of(cls, steps: Sequence[Step], acting: Acting, grace: Grace) -> _Reach:
        likely: dict[tuple[int, int, int], float] = {}
        by_place = {(step.interval, step.rank): place for place, step in enumerate(steps)}
        ranks = 1 + max((step.rank for step in steps), default=0)
        for interval in range(grace.last, -1, -1):
            for rank in range(ranks - 1, -1, -1):
                place = by_place.get((interval, rank))
                for acts in range(grace.need):
                    p = _mean_probability(steps, acting, place, acts)
                    acted = cls._value(likely, grace, interval, rank + 1, acts + 1, ranks)
                    waited = cls._value(likely, grace, interval + 1, 0, acts, ranks)
                    likely[interval, rank, acts] = p * acted + (1 - p) * waited
        return cls(grace, likely)

    @staticmethod
    def _value(
        likely: dict[tuple[int, int, int], float], grace: Grace, interval: int, rank: int, acts: int, ranks: int
    ) -> float:
        if acts >= grace.need:
            return 1.0
        if rank >= ranks:
            interval, rank = interval + 1, 0
        return likely.get((interval, rank, acts), 0.0) if interval <= grace.last else 0.0

    def asked(self, step: Step, p: FloatArray) -> FloatArray:
        """q of each of a step's rows."""
        ranks = 1 + max((key[1] for key in self.likely), default=0)
        acts = np.minimum(step.before, self.grace.need)
        most = range(self.grace.need + 1)
        acted = np.array(
            [self._value(self.likely, self.grace, step.interval, step.rank + 1, a + 1, ranks) for a in most]
        )
        waited = np.array([self._value(self.likely, self.grace, step.interval + 1, 0, a, ranks) for a in most])
        does, waits = p * acted[acts], (1 - p) * waited[acts]
        return np.asarray(np.where(does + waits > 0, does / np.maximum(does + waits, 1e-300), 1.0), dtype=np.float64)


def _mean_probability(steps: Sequence[Step], acting: Acting, place: int | None, acts: int) -> float:
    """Mean probability of acting in a step after so many acts; of all of the step where few had made them."""
    if place is None:
        return 0.0
    mine = steps[place].before == acts
    p = acting.probability[place]
    return float(p[mine].mean()) if mine.sum() >= 10 else float(p.mean())


@dataclass(frozen=True)
class Factors:
    """What each decision of a step multiplies a weight by, shape (r,), and how that follows the logit of p.

    `slope` is the derivative of the factor's logarithm; both are 0 where the decision leaves the arm.
    """

    factor: FloatArray
    slope: FloatArray


def factors_of(step: Step, p: FloatArray, asked: FloatArray) -> Factors:
    """Factors of a step under an arm: q / p for acting, (1 - q f) / (1 - p f) for not acting in the part f seen.

    At the time of the response the same share of each arm has acted as would have. What is asked (q) is held fast: it
    is the strategy, whatever it was made from.
    """
    q = np.where(np.isnan(asked), p, asked)
    waiting = (1 - q * step.seen) / (1 - p * step.seen)
    factor = np.where(step.acted, q / p, waiting)
    slope = np.where(step.acted, -(1 - p), step.seen * p * (1 - p) / (1 - p * step.seen))
    bound = ~np.isnan(asked)
    factor = np.where(bound, np.maximum(factor, 0.0), 1.0)
    return Factors(factor, np.where(bound & (factor > 0), slope, 0.0))
