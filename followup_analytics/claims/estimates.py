"""A claim's numbers: both risks, their difference with its replicates, and what the weights look like."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.definition import Claim
from followup_analytics.claims.emulation import Emulation
from followup_analytics.statistics import Jackknife
from followup_analytics.trials.ccw import EVENT, Arm, Contrast, FollowUp, clone_censor_weight, weigh_arm
from followup_analytics.trials.decisions import MUST, follow_paths
from followup_analytics.trials.sequential import sequential_contrast
from followup_analytics.trials.standardise import standardised_risks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Effect:
    """A claim's contrast in numbers.

    Attributes:
        strategy, alternative: risks at the horizon with their replicates.
        difference: strategy minus alternative, as it is shown.
        tested: the same with the standard error that the verdict rests on (see `floored`).
        naive: the difference that a plain tabulation would show; NaN where an arm has nobody.
    """

    strategy: Jackknife
    alternative: Jackknife
    difference: Jackknife
    tested: Jackknife
    naive: float

    @property
    def risks(self) -> tuple[float, float]:
        """Both risks, the strategy's first."""
        return float(self.strategy.estimate), float(self.alternative.estimate)


@dataclass(frozen=True)
class Estimate:
    """What a claim's trial gives before any verdict, with the people behind it.

    Attributes:
        emulation: the trial.
        contrast: both arms by clone-censor-weight: weights, curves.
        effect: the numbers.
        done: shape (2, m), who carried out each arm's strategy and kept to it (not who merely had no time to leave it).
        complete: shape (m,), seen to the horizon, or to what happened before.
        happened: shape (m,), the event within the horizon.
        cap: largest weight.
    """

    emulation: Emulation
    contrast: Contrast
    effect: Effect
    done: BoolArray
    complete: BoolArray
    happened: BoolArray
    cap: float

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """Strategy and alternative."""
        return self.contrast.strategy, self.contrast.alternative


def estimate_claim(claim: Claim, emulation: Emulation, *, cap: float) -> Estimate:
    """Estimate a claim's contrast by its design (see `definition`), no weight above `cap`; nothing is judged here."""
    decisions, follow_up = emulation.decisions, emulation.follow_up
    contrast = clone_censor_weight(decisions, *emulation.rules, follow_up, cap=cap)
    if claim.design == "attempt-contrast":
        strategy, alternative = standardised_risks(decisions, follow_up, contrast.probability, cap=cap)
        difference = Jackknife(
            strategy.estimate - alternative.estimate,
            strategy.replicates - alternative.replicates,
            strategy.factors,
            strategy.df,
        )
    else:
        strategy, alternative = (_last(curve) for curve in contrast.curves())
        difference = contrast.difference()
    risks = float(strategy.estimate), float(alternative.estimate)
    happened = (follow_up.exit_kind == EVENT) & (follow_up.exit_interval < follow_up.horizon)
    return Estimate(
        emulation=emulation,
        contrast=contrast,
        effect=Effect(
            strategy=strategy,
            alternative=alternative,
            difference=floored(difference, contrast, *risks, share=CREDIBLE),
            tested=floored(difference, contrast, *risks),
            naive=_plain_difference(emulation.did, happened),
        ),
        done=carried_out(emulation, contrast),
        cap=cap,
        complete=(follow_up.exit_kind > 0) | (follow_up.exit_interval >= follow_up.horizon),
        happened=happened,
    )


#: A jackknife of 50 groups gives errors that vary by a tenth: one a fifth too small is no accident of the groups.
CREDIBLE = 0.8


def floored(
    difference: Jackknife, contrast: Contrast, risk_strategy: float, risk_alternative: float, *, share: float = 1.0
) -> Jackknife:
    """A difference whose error is at least (a share of) that of independent interviews with the same weights.

    sqrt(r (1 - r) sum of (a_i - b_i)^2), with a_i and b_i an interview's share of either arm's weight and r the arms'
    pooled risk, as in a score test; arms that share nobody give sqrt(r (1 - r) (1 / m1 + 1 / m0)) with Kish's effective
    sizes m, and who is in both arms cancels. Where the few who carry much weight happen to have no event, both the risk
    and its jackknife error come out too small. Verdicts rest on the whole of it, a design effect below 1 not being
    believed; intervals, which are to hold the truth 95 times in 100 and not more, on `CREDIBLE` of it
    (docs/decisions/052).
    """
    arms = contrast.strategy, contrast.alternative
    sizes = [arm.effective_size() for arm in arms]
    if min(sizes) <= 0:
        return difference
    risk = (sizes[0] * risk_strategy + sizes[1] * risk_alternative) / sum(sizes)
    strategy, alternative = (arm.weight / arm.weight.sum() for arm in arms)
    least = math.sqrt(max(risk * (1 - risk), 0.0) * float(((strategy - alternative) ** 2).sum()))
    return replace(difference, least_se=share * least)


def risk_ratio(strategy: Jackknife, alternative: Jackknife) -> Jackknife:
    """The ratio of both risks with its replicates; NaN where the alternative's risk is nought."""

    def over(risk: FloatArray, base: FloatArray) -> FloatArray:
        return np.where(base > 0, risk / np.where(base > 0, base, 1.0), np.nan)

    ratio = over(np.asarray(strategy.estimate), np.asarray(alternative.estimate))
    return Jackknife(ratio, over(strategy.replicates, alternative.replicates), strategy.factors, strategy.df)


def _last(curve: Jackknife) -> Jackknife:
    return Jackknife(curve.estimate[-1], curve.replicates[:, -1], curve.factors, curve.df)


def _plain_difference(did: BoolArray, happened: BoolArray) -> float:
    if not did.any(axis=1).all():
        return float("nan")
    return float(happened[did[0]].mean() - happened[did[1]].mean())


def carried_out(emulation: Emulation, contrast: Contrast) -> BoolArray:
    """Who stayed with each arm and, where it asks for acts, made them, shape (2, m)."""
    arms = (contrast.strategy, contrast.alternative)
    return np.stack(
        [
            arm.compliant() & (did if (rule == MUST).any() else np.ones_like(did))
            for arm, did, rule in zip(arms, emulation.did, emulation.rules, strict=True)
        ]
    )


def second_outcome(estimate: Estimate, follow_up: FollowUp) -> Jackknife:
    """The difference for another outcome of the same trial, with the same weights."""
    emulation, probability = estimate.emulation, estimate.contrast.probability
    arms = []
    for rule in emulation.rules:
        paths = follow_paths(emulation.decisions, rule, probability, follow_up.people)
        arms.append(weigh_arm(paths, follow_up, cap=estimate.cap))
    made = Contrast(arms[0], arms[1], probability)
    return floored(made.difference(), made, *(float(arm.risk[0, -1]) for arm in arms), share=CREDIBLE)


def second_way(claim: Claim, estimate: Estimate) -> Jackknife | None:
    """The same question asked by sequential trials, strategy minus alternative; None where nobody could act.

    Trials start on each day of the window; acting today is against not acting within what is left of it.
    """
    emulation = estimate.emulation
    if not len(emulation.decisions.person):
        return None
    acting = sequential_contrast(
        emulation.decisions,
        emulation.follow_up,
        estimate.contrast.probability,
        window=claim.window,
        cap=estimate.cap,
    )
    if claim.strategy.some_in is not None:
        return acting
    return Jackknife(-acting.estimate, -acting.replicates, acting.factors, acting.df)
