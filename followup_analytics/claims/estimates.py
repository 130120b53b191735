"""A claim's numbers: both risks, their difference with its errors, and what the weights look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from followup_analytics.claims.definition import Claim
from followup_analytics.claims.emulation import Emulation
from followup_analytics.statistics.clusters import Clusters, Estimated
from followup_analytics.trials.acting import asked_probabilities
from followup_analytics.trials.contrast import Contrast, estimate_contrast, with_outcome
from followup_analytics.trials.ends import with_ends_as, with_known_ends
from followup_analytics.trials.sequential import sequential_contrast
from followup_analytics.trials.steps import FollowUp
from followup_analytics.trials.weighing import Arm, seen_weight

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: From so many applicants on products of pairs of covariates are taken in where they matter.
PRODUCTS_FROM = 100
#: Weighted and doubly robust estimate may differ by so much beyond their errors (methods.md, section 9).
MAY_DIFFER = 0.02


@dataclass(frozen=True)
class Effect:
    """A claim's contrast in numbers.

    Attributes:
        strategy, alternative: risks at the horizon.
        difference: strategy minus alternative, doubly robust: the first line.
        tested: the same with the standard error that the verdict rests on (see `least_error`).
        weighted: the same by weights alone; apart: the first less the second, with its own error.
        ratio: logarithm of the risk ratio.
        naive: the difference that a plain tabulation would show; NaN where an arm has nobody.
    """

    strategy: Estimated
    alternative: Estimated
    difference: Estimated
    tested: Estimated
    weighted: Estimated
    apart: Estimated
    ratio: Estimated
    naive: float

    @property
    def risks(self) -> tuple[float, float]:
        """Both risks, the strategy's first."""
        return float(self.strategy.estimate), float(self.alternative.estimate)

    def parts_ways(self) -> bool:
        """Whether both estimates differ by more than two points beyond the error of their difference."""
        low, high = (float(limit) for limit in self.apart.limits())
        return low > MAY_DIFFER or high < -MAY_DIFFER


@dataclass(frozen=True)
class Estimate:
    """What a claim's trial gives before any verdict, with the people behind it.

    Attributes:
        emulation: the trial.
        contrast: both arms: weights, regressions, curves.
        clusters: of the interviews.
        effect: the numbers.
        done: shape (2, m), who carried out each arm's strategy and kept to it (not who merely had no time to leave it).
        complete: shape (m,), seen to the horizon, or to what happened before.
        happened: shape (m,), the event within the horizon.
    """

    emulation: Emulation
    contrast: Contrast
    clusters: Clusters
    effect: Effect
    done: BoolArray
    complete: BoolArray
    happened: BoolArray

    @property
    def from_the_start(self) -> BoolArray:
        """Whose record begins at time zero, or in its interval, shape (m,)."""
        entry = self.emulation.follow_up.entry
        return np.ones(len(self.happened), dtype=bool) if entry is None else np.asarray(entry == 0, dtype=np.bool_)

    def effective_size(self, place: int) -> float:
        """What an arm (0: strategy, 1: alternative) is worth in interviews of equal weight.

        Where records begin late, of those that are counted, with what each stands for; see `Arm.effective_size`.
        """
        arm, follow_up = self.arms[place], self.emulation.follow_up
        size = arm.effective_size()
        if follow_up.entry is None:
            return size
        counted = arm.weight * seen_weight(arm, follow_up)
        squares = float(counted @ counted)
        return min(size, float(counted.sum()) ** 2 / squares) if squares > 0 else 0.0

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """Strategy and alternative."""
        return self.contrast.arms


@dataclass(frozen=True)
class Options:
    """How a claim is estimated where it is not as usual (sensitivity analyses).

    Attributes:
        cap: no weight above this; balanced: bring totals back at each decision.
        products: take in products of pairs; None: from `PRODUCTS_FROM` applicants on.
        ends: how records that end early are taken: "arm": as in their arm; "covariates": by what was known at time
            zero; "event", "none": as if all of them had had the event, or none.
    """

    cap: float = float("inf")
    balanced: bool = True
    products: bool | None = None
    ends: Literal["arm", "covariates", "event", "none"] = "arm"


USUAL = Options()


def estimate_claim(claim: Claim, emulation: Emulation, clusters: Clusters, options: Options = USUAL) -> Estimate:
    """Estimate a claim's contrast; nothing is judged here.

    Args:
        claim: the claim; emulation: its trial; clusters: of its interviews; options: see `Options`.
    """
    follow_up = _with_ends(emulation, options)
    people = clusters.counts().get("applicant", len(emulation.row))
    wanted = people >= PRODUCTS_FROM if options.products is None else options.products
    contrast = estimate_contrast(
        emulation.steps,
        emulation.graces,
        follow_up,
        emulation.zero,
        products=wanted and claim.design != "prediction",
        balanced=options.balanced,
        cap=options.cap,
    )
    return Estimate(
        emulation=emulation,
        contrast=contrast,
        clusters=clusters,
        effect=_effect(contrast, clusters, _plain_difference(emulation.did, follow_up.happened)),
        done=carried_out(emulation, contrast.arms),
        complete=follow_up.seen,
        happened=follow_up.happened,
    )


def _with_ends(emulation: Emulation, options: Options) -> FollowUp:
    follow_up = emulation.follow_up
    if options.ends == "covariates":
        return with_known_ends(follow_up, *emulation.zero)
    return follow_up if options.ends == "arm" else with_ends_as(follow_up, event=options.ends == "event")


def effect_between(strategy: Estimate, alternative: Estimate) -> Effect:
    """The contrast of one estimate's strategy with another's alternative, of the same people."""
    one, other = strategy.contrast, alternative.contrast
    mixed = replace(
        one,
        arms=(one.arms[0], other.arms[1]),
        standardised=(one.standardised[0], other.standardised[1]),
        influence=(one.influence[0], other.influence[1]),
        weighted=(one.weighted[0], other.weighted[1]),
    )
    return _effect(mixed, strategy.clusters, strategy.effect.naive)


def _effect(contrast: Contrast, clusters: Clusters, naive: float) -> Effect:
    (strategy, alternative), moves = contrast.doubly_robust, contrast.moves()
    robust, weighted = contrast.difference()
    first, second = (influence[:, 0] for influence in contrast.influence)
    ratio = np.log(strategy / alternative) if min(strategy, alternative) > 0 else float("nan")
    relative = first / max(strategy, 1e-300) - second / max(alternative, 1e-300)
    difference = clusters.estimated(robust, moves[:, 0])
    least = least_error(contrast)
    return Effect(
        strategy=clusters.estimated(strategy, first),
        alternative=clusters.estimated(alternative, second),
        difference=replace(difference, se=np.maximum(difference.se, CREDIBLE * least)),
        tested=replace(difference, se=np.maximum(difference.se, least)),
        weighted=clusters.estimated(weighted, moves[:, 1]),
        apart=clusters.estimated(robust - weighted, moves[:, 0] - moves[:, 1]),
        ratio=clusters.estimated(float(ratio), relative),
        naive=naive,
    )


#: An interval's error is no smaller than this part of the least that a verdict's may be.
CREDIBLE = 0.8


def least_error(contrast: Contrast) -> float:
    """The error of independent interviews with the same weights, of whom the outcome model explains what it does.

    sqrt(v sum of (a_i - b_i)^2), with a_i and b_i an interview's share of either arm's weight and v = r (1 - r) less
    the variance of what is expected of people, pooled over the arms. Where the few who carry much weight happen to have
    no event, both their risk and its error come out too small; the other arm knows better (docs/decisions/082).
    """
    sizes = [arm.effective_size() for arm in contrast.arms]
    if min(sizes) <= 0:
        return 0.0
    shares = [size / sum(sizes) for size in sizes]
    both = list(zip(shares, contrast.standardised, strict=True))
    risk = sum(share * one.risk for share, one in both)
    explained = sum(share * float(np.var(one.expected)) for share, one in both)
    strategy, alternative = (arm.weight / arm.weight.sum() for arm in contrast.arms)
    left = max(risk * (1 - risk) - explained, 0.0)
    return float(np.sqrt(left * ((strategy - alternative) ** 2).sum()))


def _plain_difference(did: BoolArray, happened: BoolArray) -> float:
    if not did.any(axis=1).all():
        return float("nan")
    return float(happened[did[0]].mean() - happened[did[1]].mean())


def carried_out(emulation: Emulation, arms: tuple[Arm, Arm]) -> BoolArray:
    """Who stayed with each arm and, where it asks for acts, made them, shape (2, m)."""
    return np.stack(
        [
            arm.compliant() & (did if emulation.asks(place) else np.ones_like(did))
            for place, (arm, did) in enumerate(zip(arms, emulation.did, strict=True))
        ]
    )


def curves_of(estimate: Estimate) -> tuple[Estimated, Estimated]:
    """Incidence of the event in both arms by the end of each interval, shape (K,), ending at the arm's risk.

    The weighted curve is scaled to end where the doubly robust risk does; its error is that of an average with these
    weights, scaled alike.
    """
    made = []
    follow_up = estimate.emulation.follow_up
    for arm, end in zip(estimate.arms, (estimate.effect.strategy, estimate.effect.alternative), strict=True):
        counted = arm.weight * seen_weight(arm, follow_up)
        shares = counted / max(float(counted.sum()), 1e-300)
        raw = np.empty(follow_up.horizon)
        for k in range(follow_up.horizon):
            by_then = follow_up.happened & (follow_up.exit_interval <= k)
            raw[k] = estimate.clusters.errors(shares * (by_then - arm.risk[k]))
        last = float(arm.risk[-1]) if len(arm.risk) else 0.0
        level = float(end.estimate) / last if last > 0 else 1.0
        spread = float(end.se) / raw[-1] if len(raw) and raw[-1] > 0 else 1.0
        made.append(Estimated(np.clip(arm.risk * level, 0.0, 1.0), raw * spread, end.df))
    return made[0], made[1]


def second_outcome(estimate: Estimate, follow_up: FollowUp) -> Estimated:
    """The difference for another outcome of the same trial, with the same model of acting."""
    other = with_outcome(estimate.contrast, follow_up)
    return estimate.clusters.estimated(other.difference()[0], other.moves()[:, 0])


def second_way(claim: Claim, estimate: Estimate) -> Estimated | None:
    """The same question asked by sequential trials, strategy minus alternative; None where nobody could act.

    Trials start on each day of the window; acting today is against not acting within what is left of it.
    """
    if not estimate.contrast.steps:
        return None
    contrast = estimate.contrast
    arm = 0 if claim.strategy.some_in is not None else 1
    asked = asked_probabilities(contrast.steps, contrast.acting, arm, estimate.emulation.graces[arm])
    found = sequential_contrast(
        contrast.steps, contrast.acting, asked, estimate.emulation.follow_up, window=claim.window
    )
    sign = 1.0 if arm == 0 else -1.0
    return estimate.clusters.estimated(sign * found.difference, sign * found.influence)
