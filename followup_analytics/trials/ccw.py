"""Clone-censor-weight with competing events: the risk of each arm had everybody kept to its strategy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics import Jackknife
from followup_analytics.trials.decisions import Decisions, Ints, Paths, fit_decisions, follow_paths
from followup_analytics.trials.incidence import incidence_of_sums

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Kinds of exit from follow-up.
CENSORED, EVENT, COMPETING = 0, 1, 2
#: No weight counts for more than this many people, or than the square root of their number where that is more.
WEIGHT_CAP = 20.0


def weight_cap(people: int) -> float:
    """Largest weight among so many people: 20, growing with the root of the sample, so that its bias dies out.

    A fixed cap of 20 left out up to a fifth of the population's weight where few act on the last day of grace, at any
    size of the sample; the effective sample size is judged after this cap.
    """
    return max(WEIGHT_CAP, math.sqrt(people))


@dataclass(frozen=True)
class FollowUp:
    """How each person's follow-up ended.

    Attributes:
        group: shape (n,), jackknife group of the person's applicant, 0..G-1.
        exit_interval: shape (n,), interval of the event; for the censored the first interval that was not seen;
            `horizon` or more where nothing happened up to it.
        exit_kind: shape (n,), EVENT, COMPETING or CENSORED.
        horizon: number of intervals K.
    """

    group: IntArray
    exit_interval: IntArray
    exit_kind: IntArray
    horizon: int

    @property
    def groups(self) -> int:
        """Number of jackknife groups."""
        return int(self.group.max(initial=-1)) + 1

    @property
    def people(self) -> int:
        """Number of persons (interviews)."""
        return len(self.group)


@dataclass(frozen=True)
class Arm:
    """One arm's estimate.

    Attributes:
        risk: shape (1 + G, K), incidence of the event by the end of each interval; row 0 of everybody.
        other: shape (1 + G, K), incidence of what competes.
        at_risk: shape (1 + G, K), sum of weights at risk in each interval.
        weight: shape (n,), each person's last weight, 0 for those who left the strategy.
        capped: how many persons' weights were cut to the cap.
    """

    risk: FloatArray
    other: FloatArray
    at_risk: FloatArray
    weight: FloatArray
    capped: int

    def effective_size(self) -> float:
        """(sum w)^2 / sum w^2 over those who kept to the strategy; 0 where nobody did. Source: Kish (1965), 11.7."""
        squares = float(self.weight @ self.weight)
        return float(self.weight.sum()) ** 2 / squares if squares > 0 else 0.0

    def largest_share(self) -> float:
        """Largest single weight as a share of the arm's sum; 1 where nobody is left."""
        total = float(self.weight.sum())
        return float(self.weight.max(initial=0.0)) / total if total > 0 else 1.0

    def compliant(self) -> NDArray[np.bool_]:
        """Who kept to the strategy as long as it bound, shape (n,)."""
        return self.weight > 0


@dataclass(frozen=True)
class Contrast:
    """Both arms of one emulated trial, and the fitted probabilities of acting behind their weights."""

    strategy: Arm
    alternative: Arm
    probability: FloatArray

    def difference(self) -> Jackknife:
        """Risk difference at the horizon, strategy minus alternative, with its jackknife replicates."""
        return as_jackknife(self.strategy.risk[:, -1] - self.alternative.risk[:, -1])

    def curves(self) -> tuple[Jackknife, Jackknife]:
        """Incidence of the event in both arms by the end of each interval, shape (K,)."""
        return as_jackknife(self.strategy.risk), as_jackknife(self.alternative.risk)


def as_jackknife(values: FloatArray) -> Jackknife:
    """Turn values whose first axis is (everything, without group 0, ...) into a delete-a-group jackknife."""
    groups = len(values) - 1
    factors = np.full(groups, (groups - 1) / groups) if groups else np.empty(0)
    return Jackknife(values[0], values[1:], factors, max(groups - 1, 0))


def clone_censor_weight(
    decisions: Decisions,
    strategy: Ints,
    alternative: Ints,
    follow_up: FollowUp,
    *,
    cap: float = WEIGHT_CAP,
) -> Contrast:
    """Estimate both arms' incidence, had everybody kept to the strategy, and had everybody kept to the alternative.

    Everybody is in both arms from time zero, is cut off where they leave an arm's strategy, and who stays is weighted
    by the inverse of the probability of staying; the model of acting is fitted again without each applicant group.

    Args:
        decisions: what was decided while the strategies bound.
        strategy, alternative: shape (m,), what each arm asks of each decision.
        follow_up: how each person's follow-up ended.
        cap: largest weight.

    Source: Hernan and others (2016), Am. J. Epidemiology 183, 758-764; Maringe and others (2020), Int. J. Epidemiology
    49, 1719-1729; competing events and refitted weights as in methods.md, section 2.
    """
    fit = fit_decisions(decisions, follow_up.group, follow_up.groups)
    probability = fit.probabilities(decisions.design)
    arms = (
        weigh_arm(follow_paths(decisions, rule, probability, follow_up.people), follow_up, cap=cap)
        for rule in (strategy, alternative)
    )
    return Contrast(next(arms), next(arms), probability)


def weigh_arm(paths: Paths, follow_up: FollowUp, *, cap: float = WEIGHT_CAP) -> Arm:
    """Sum weights at risk and at events in each interval, and turn them into incidence (see `clone_censor_weight`)."""
    raw = paths.weight
    weight = np.minimum(raw, cap)
    last = paths.node[:, -1]
    at_risk, events, competing = arm_sums(Paths(weight, paths.node), follow_up)
    risk, other = incidence_of_sums(at_risk, events, competing)
    return Arm(risk, other, at_risk, weight[last, 0], int((raw[last, 0] > cap).sum()))


def arm_sums(paths: Paths, follow_up: FollowUp) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights at risk, at events and at competing events in each interval, each of shape (1 + G, K)."""
    # As many groups as were refitted: of a part of the people the last ones may be empty.
    groups = paths.weight.shape[1] - 1
    shape = (follow_up.horizon, 1 + groups)
    events, competing, leaving, at_risk = (np.zeros(shape) for _ in range(4))
    by_exit = _by_exit(follow_up)
    decided = min(paths.node.shape[1] - 1, follow_up.horizon)
    for k in range(follow_up.horizon):
        node = paths.node[:, min(k + 1, paths.node.shape[1] - 1)]
        for kind, sums in ((EVENT, events), (COMPETING, competing), (CENSORED, leaving)):
            rows = by_exit[k, kind]
            if len(rows):
                sums[k] = _sum(paths.weight, node[rows], follow_up.group[rows], groups)
    # Once nothing more is decided weights stay, so that the risk set is what is still to leave it.
    staying = by_exit[follow_up.horizon, CENSORED]
    rest = _sum(paths.weight, paths.node[staying, -1], follow_up.group[staying], groups)
    for k in range(follow_up.horizon - 1, -1, -1):
        if k >= decided:
            at_risk[k] = rest + events[k] + competing[k]
            rest = at_risk[k] + leaving[k]
        else:
            ended = follow_up.exit_kind != CENSORED
            rows = np.flatnonzero((follow_up.exit_interval > k) | ((follow_up.exit_interval == k) & ended))
            at_risk[k] = _sum(paths.weight, paths.node[rows, k + 1], follow_up.group[rows], groups)
    return at_risk.T, events.T, competing.T


def _by_exit(follow_up: FollowUp) -> dict[tuple[int, int], IntArray]:
    """Rows of the persons by interval and kind of exit; those who outlast the horizon as (horizon, CENSORED)."""
    late = follow_up.exit_interval >= follow_up.horizon
    key = np.where(late, follow_up.horizon * 3, follow_up.exit_interval * 3 + follow_up.exit_kind)
    order = np.argsort(key, kind="stable")
    bounds = np.searchsorted(key[order], np.arange((follow_up.horizon + 1) * 3 + 1))
    return {divmod(i, 3): order[bounds[i] : bounds[i + 1]] for i in range((follow_up.horizon + 1) * 3)}


def _sum(weight: FloatArray, node: Ints, group: IntArray, groups: int) -> FloatArray:
    """Sum of weights over persons at these nodes, shape (1 + G,): everybody, then the rest under each refit."""
    counts = np.bincount(node, minlength=len(weight))
    there = np.flatnonzero(counts)
    total = counts[there] @ weight[there]
    total[1:] -= np.bincount(group, weights=weight[node, 1 + group], minlength=groups)
    return np.asarray(np.maximum(total, 0.0), dtype=np.float64)
