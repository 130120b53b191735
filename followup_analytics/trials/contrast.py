"""Two arms of one emulated trial: both estimates of their risks, and how each person moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from followup_analytics.statistics.designs import Design
from followup_analytics.trials.acting import Acting, asked_probabilities, fit_acting
from followup_analytics.trials.influence import influences
from followup_analytics.trials.outcomes import Standardised, standardise
from followup_analytics.trials.products import choose_products, with_products
from followup_analytics.trials.steps import FloatArray, FollowUp, Grace, Step
from followup_analytics.trials.weighing import Arm, seen_weight, weigh_arm, with_follow_up


@dataclass(frozen=True)
class Contrast:
    """Both arms of a trial; each pair has the strategy first.

    Attributes:
        arms: weights; standardised: risks by the outcome model beside them.
        influence: of each arm, shape (n, 2): on the risk by the outcome model, and on that by weights alone.
        steps, acting: the decisions and the model of acting; products: names of the products taken in.
        weighted: risks at the horizon by weights alone.
    """

    arms: tuple[Arm, Arm]
    standardised: tuple[Standardised, Standardised]
    influence: tuple[FloatArray, FloatArray]
    steps: tuple[Step, ...]
    acting: Acting
    products: tuple[str, ...]
    weighted: tuple[float, float]

    def difference(self) -> tuple[float, float]:
        """Strategy minus alternative, doubly robust and by weights alone."""
        robust, weighted = self.doubly_robust, self.weighted
        return robust[0] - robust[1], weighted[0] - weighted[1]

    def moves(self) -> FloatArray:
        """Each person's influence on both differences, shape (n, 2)."""
        return self.influence[0] - self.influence[1]

    @property
    def doubly_robust(self) -> tuple[float, float]:
        """Risks at the horizon by the outcome model beside the weights."""
        return self.standardised[0].risk, self.standardised[1].risk


def estimate_contrast(
    steps: Sequence[Step],
    graces: tuple[Grace | None, Grace | None],
    follow_up: FollowUp,
    zero: tuple[Design, FloatArray],
    *,
    products: bool = False,
    balanced: bool = True,
    cap: float = float("inf"),
) -> Contrast:
    """Estimate both arms' risks, had everybody kept to the strategy, and had everybody kept to the alternative.

    Args:
        steps: in order of time; graces: of both arms.
        follow_up: how each person's follow-up ended.
        zero: what was known of everybody at time zero, shape (n, k), with penalties (for the choice of products).
        products: take in products of pairs of covariates that acting or the outcome follows.
        balanced, cap: see `weigh_arm`.
    """
    made = tuple(steps)
    acting = fit_acting(made)
    names: tuple[str, ...] = ()
    if products:
        chosen = choose_products(made, acting, *zero, follow_up.happened)
        if chosen:
            made = with_products(made, chosen)
            acting = fit_acting(made, acting)
            names = tuple(dict.fromkeys(name for step in made for name in step.design.names if " x " in name))
    return contrast_of(made, acting, graces, follow_up, names, balanced=balanced, cap=cap)


def contrast_of(
    steps: tuple[Step, ...],
    acting: Acting,
    graces: tuple[Grace | None, Grace | None],
    follow_up: FollowUp,
    products: tuple[str, ...] = (),
    *,
    balanced: bool = True,
    cap: float = float("inf"),
) -> Contrast:
    """Both arms from a fitted model of acting (see `estimate_contrast`)."""
    asked = (asked_probabilities(steps, acting, arm, grace) for arm, grace in enumerate(graces))
    one, other = (weigh_arm(steps, acting.probability, each, follow_up, balanced=balanced, cap=cap) for each in asked)
    return _contrast(steps, acting, (one, other), follow_up, products)


def with_outcome(contrast: Contrast, follow_up: FollowUp) -> Contrast:
    """The same trial, with the same weights, for another outcome of the same people."""
    one, other = (with_follow_up(arm, contrast.steps, follow_up) for arm in contrast.arms)
    return _contrast(contrast.steps, contrast.acting, (one, other), follow_up, contrast.products)


def _contrast(
    steps: tuple[Step, ...], acting: Acting, arms: tuple[Arm, Arm], follow_up: FollowUp, products: tuple[str, ...]
) -> Contrast:
    standardised = standardise(arms[0], follow_up, steps), standardise(arms[1], follow_up, steps)
    influence = influences(steps, acting, arms, standardised, follow_up)
    weighted = _weighted(arms[0], follow_up), _weighted(arms[1], follow_up)
    return Contrast(arms, standardised, influence, steps, acting, products, weighted)


def _weighted(arm: Arm, follow_up: FollowUp) -> float:
    """An arm's risk at the horizon by weights alone."""
    if follow_up.kept is None:
        return float(arm.risk[-1])
    counted = arm.weight * seen_weight(arm, follow_up)
    return float(counted @ follow_up.happened) / max(float(counted.sum()), 1e-300)
