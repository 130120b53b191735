"""How much each person moves an estimate: influence functions of all the equations behind it, by their adjoint.

Weights, balancing and regressions are solutions of estimating equations, one feeding the next. Going back from the risk
to the model of acting, each stage hands on how the risk follows what it was given, and adds each person's part in its
own equations. A person's part is divided by what the rest leaves open (1 - leverage), as leaving the person out would.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from followup_analytics.trials.acting import Acting
from followup_analytics.trials.following import Following, uses_of
from followup_analytics.trials.outcomes import Regression, Standardised
from followup_analytics.trials.steps import FollowUp, Step
from followup_analytics.trials.weighing import Arm, Passage, seen_weight

FloatArray = NDArray[np.float64]

#: No leverage counts for more than this.
_MOST = 0.9


def influences(
    steps: Sequence[Step],
    acting: Acting,
    arms: tuple[Arm, Arm],
    standardised: tuple[Standardised, Standardised],
    follow_up: FollowUp,
) -> tuple[FloatArray, FloatArray]:
    """Each person's influence on each arm's risk: by the outcome model, and by weights alone, shape (n, 2) an arm.

    Their sums over the clusters, squared and summed, are the variance. Source: L. Stefanski, D. Boos (2002), The
    American Statistician 56, 29-38 (stacked equations); leverages as in J. MacKinnon, H. White (1985), J. Econometrics
    29 (HC3).
    """
    made = []
    for arm, found in zip(arms, standardised, strict=True):
        back = _Back(follow_up.people, [len(step.person) for step in steps])
        back.from_risks(arm, found, follow_up)
        for passage, regression in zip(arm.passages, found.regressions, strict=True):
            back.through_regression(passage, regression)
        late = None if follow_up.entry is None else Following.of(arm, steps, follow_up)
        if late is not None:
            back.through_risk_sets(late, found)
        until = follow_up.horizon
        for passage in reversed(arm.passages):
            since = min(max(steps[passage.place].interval, 0), until)
            if late is not None:
                back.in_force(late, since, until)
            back.through_weights(passage)
            until = since
        if late is not None:
            back.in_force(late, 0, until)
        made.append(back)
    _through_acting(made, steps, acting)
    return made[0].influence, made[1].influence


class _Back:
    """What is handed on from stage to stage: column 0 of the risk by the outcome model, column 1 by weights alone.

    `influence`: shape (n, 2); `value`: (n,), how the risk follows each person's expected outcome; `weight`: (n, 2), how
    it follows each person's weight after the passage that is next; `logit`: (r, 2) a step, how it follows the logits of
    acting.
    """

    def __init__(self, people: int, rows: Sequence[int]) -> None:
        self.influence = np.zeros((people, 2))
        self.value = np.zeros(people)
        self.weight = np.zeros((people, 2))
        self.logit = [np.zeros((number, 2)) for number in rows]
        self._own: dict[int, FloatArray] = {}
        self._residuals: list[FloatArray] = []
        self._moves: tuple[FloatArray, FloatArray] | None = None

    def from_risks(self, arm: Arm, standardised: Standardised, follow_up: FollowUp) -> None:
        # Nobody was counted where no record reaches far enough: then nothing follows from anybody.
        self.value = standardised.counted / max(float(standardised.counted.sum()), 1e-300)
        self.influence[:, 0] = self.value * (standardised.value - standardised.risk)
        counted = seen_weight(arm, follow_up)
        happened = follow_up.happened.astype(np.float64)
        total = float(arm.weight @ counted)
        risk = float((arm.weight * counted) @ happened) / total if total > 0 else 0.0
        self.weight[:, 1] = counted * (happened - risk) / max(total, 1e-300)
        self.influence[:, 1] = arm.weight * self.weight[:, 1]

    def through_regression(self, passage: Passage, regression: Regression) -> None:
        """From the expected outcomes that a regression gave to what it was fitted on."""
        spread = regression.expected * (1 - regression.expected)
        bend = regression.counted * spread[passage.stays]
        turned = passage.design.sums(self.value[passage.person] * spread)
        ridge = passage.kept.ridge(bend, regression.penalty)
        moved = passage.kept.times(ridge.solve(turned))
        residual = moved * (regression.known - regression.fitted)
        self._residuals.append(residual)
        leverage = np.minimum(ridge.leverage(), _MOST)
        mine = passage.person[passage.stays]
        self.influence[mine, 0] += residual * regression.counted / (1 - leverage)
        self._own[passage.place] = residual * regression.seen
        self.value[passage.person] = 0.0
        self.value[mine] = moved * regression.counted

    def through_risk_sets(self, late: Following, standardised: Standardised) -> None:
        """From both risks to the weights of single intervals, where records begin late."""
        uses = uses_of(standardised, self._residuals, len(late.hazard))
        by_interval, at_last = late.of_uses(uses)
        self._moves = by_interval, late.of_risk()
        last = late.weight[:, -1]
        # The risk by weights alone follows from its risk sets, and from nothing else.
        self.influence[:, 1] = 0.0
        self.weight[:, 1] = 0.0
        self.influence[:, 0] += last * at_last
        self.weight[:, 0] += at_last

    def in_force(self, late: Following, since: int, until: int) -> None:
        """Take in how risks follow the weights that are in force from one interval to another."""
        if self._moves is None or until <= since:
            return
        for column, moves in enumerate(self._moves):
            self.influence[:, column] += (late.weight[:, since:until] * moves[:, since:until]).sum(axis=1)
            self.weight[:, column] += moves[:, since:until].sum(axis=1)

    def through_weights(self, passage: Passage) -> None:
        """From weights after a passage to those before it and to the logits of acting in it."""
        mine = passage.person[passage.stays]
        follows = self.weight[mine]
        follows[:, 0] += self._own[passage.place]
        follows = follows * passage.after[:, None]
        watched, inside = passage.balanced, passage.balanced[passage.stays]
        ridge = passage.kept.ridge(passage.after * inside, passage.penalty)
        moved = ridge.solve(passage.kept.sums(follows * inside[:, None]))
        everybody = passage.design.times(moved) * watched[:, None]
        leverage = np.minimum(ridge.leverage(), _MOST)
        kept = everybody[passage.stays] * passage.after[:, None]
        residual = passage.before.copy()
        residual[passage.stays] = (residual[passage.stays] - passage.after) / np.sqrt(1 - leverage)
        self.influence[passage.person] += everybody * residual[:, None]
        follows = follows - kept
        self.weight[passage.person] = everybody
        self.weight[mine] += follows / passage.before[passage.stays][:, None]
        self.logit[passage.place][passage.rows[passage.stays]] += follows * passage.slope[:, None]


def _through_acting(arms: Sequence[_Back], steps: Sequence[Step], acting: Acting) -> None:
    """From the logits of acting to the model of it, for both arms at once."""
    for fit, members in zip(acting.fits, acting.members, strict=True):
        logits = [np.concatenate([arm.logit[place] for arm in arms], axis=1) for place in members]
        scores = [steps[place].design.sums(logit) for place, logit in zip(members, logits, strict=True)]
        if not any(score.any() for score in scores):
            continue
        for place, moved, leverage in zip(members, fit.solve(scores), fit.leverages, strict=True):
            step = steps[place]
            residual = acting.acted[place] - acting.exposure[place] * acting.probability[place]
            part = step.design.times(moved) * (residual / (1 - np.minimum(leverage, _MOST)))[:, None]
            for number, arm in enumerate(arms):
                # Everybody decides once in a step.
                arm.influence[step.person] += part[:, 2 * number : 2 * number + 2]
