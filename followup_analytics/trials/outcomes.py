"""The outcome model beside the weights: sequential weighted regressions, so that either model may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from followup_analytics.statistics.shrinkage import fit_rows
from followup_analytics.trials.steps import FollowUp, Step
from followup_analytics.trials.weighing import Arm, Passage, entered_weight, seen_weight

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Regression:
    """The outcome model at one passage.

    Attributes:
        penalty: shape (k,); counted: shape (s,), weights of the rows that it was fitted on (those who stayed).
        known: shape (s,), what was to be explained: the outcome, or what a later regression makes of it.
        expected: shape (r,), what it says of all rows; fitted: shape (s,), of those who stayed.
        slot: shape (s,), the interval whose coverage says what each row stands for.
    """

    penalty: FloatArray
    counted: FloatArray
    seen: FloatArray
    known: FloatArray
    expected: FloatArray
    fitted: FloatArray
    slot: IntArray


@dataclass(frozen=True)
class Standardised:
    """An arm's risk by the outcome model, and the regressions behind it, one a passage.

    Attributes:
        risk: had everybody been in the arm.
        value: shape (n,), everybody's expected outcome; counted: shape (n,), what each counts for; slot: shape (n,),
            the interval whose coverage by records says so.
    """

    risk: float
    regressions: tuple[Regression, ...]
    value: FloatArray
    counted: FloatArray
    slot: IntArray

    @property
    def expected(self) -> FloatArray:
        """What is expected at the first step of those who came to it, shape (m,); the risk where there is no step."""
        return self.regressions[0].expected if self.regressions else np.full(1, self.risk)


def standardise(arm: Arm, follow_up: FollowUp, steps: Sequence[Step]) -> Standardised:
    """Average over everybody what the outcome is expected to be in an arm.

    From the last step back, what comes after it is regressed on what was known at it, among those who stayed in the arm
    with their weights, and predicted for all who had arrived. Right where the weights are, and where the regressions
    are. Where records begin late, those that had begun by a step stand for all who came to it.

    Source: H. Bang, J. Robins (2005), Biometrics 61, 962-973; weighted regressions with a canonical link: J. Robins,
    M. Sued, Q. Lei-Gomez, A. Rotnitzky (2007), Statistical Science 22, 544-559.
    """
    value = follow_up.happened.astype(np.float64)
    counted = seen_weight(arm, follow_up)
    slot = np.minimum(follow_up.exit_interval, follow_up.horizon)
    made: list[Regression] = []
    beta: FloatArray | None = None
    for passage in reversed(arm.passages):
        mine = passage.person[passage.stays]
        seen, known = counted[mine], value[mine]
        weight = passage.after * seen
        penalty = passage.penalty
        beta = fit_rows(passage.kept, weight, weight * known, penalty, beta if _like(beta, passage) else None)
        expected = expit(passage.design.times(beta))
        made.append(Regression(penalty, weight, seen, known, expected, expected[passage.stays], slot[mine]))
        value[passage.person] = expected
        counted[passage.person] = entered_weight(arm, follow_up, steps[passage.place].interval)[passage.person]
        slot[passage.person] = max(steps[passage.place].interval, 0)
    total = counted.sum()
    risk = float(counted @ value / total) if total > 0 else float("nan")
    return Standardised(risk, tuple(reversed(made)), value, counted, slot)


def _like(beta: FloatArray | None, passage: Passage) -> bool:
    """Whether coefficients of the regression before are a place to start from."""
    return beta is not None and len(beta) == passage.design.width
