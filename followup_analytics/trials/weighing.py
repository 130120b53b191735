"""One arm's weights, step by step: who stays is weighted for those who leave, and balanced with all who were there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followup_analytics.statistics.balancing import balance_to
from followup_analytics.statistics.designs import Design
from followup_analytics.trials.acting import factors_of
from followup_analytics.trials.incidence import incidence_of_sums
from followup_analytics.trials.steps import CENSORED, COMPETING, EVENT, FollowUp, Ints, Step

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: Totals of the constant are met all but exactly, of lines and levels up to their penalties.
_CONSTANT = 1e-6
#: No record stands for more than 50 that ended before.
LEAST_KEPT = 0.02


@dataclass(frozen=True)
class Passage:
    """An arm on its way through one step.

    Attributes:
        place: of the step; rows: shape (r,), its decisions that bind people who are still in the arm.
        person: shape (r,); stays: shape (r,), who does not leave the arm in it.
        before: shape (r,), weights on arriving; after: shape (s,), of those who stay.
        slope: shape (s,), derivative of the logarithm of their factor by the logit of acting.
        design, kept: what is known of all rows, and of those who stay.
        penalty: shape (k,), of the balancing; balanced: shape (r,), the rows that it is about.
    """

    place: int
    rows: Ints
    person: Ints
    stays: BoolArray
    before: FloatArray
    after: FloatArray
    slope: FloatArray
    design: Design
    kept: Design
    penalty: FloatArray
    balanced: BoolArray


@dataclass(frozen=True)
class Arm:
    """One arm's weights.

    Attributes:
        weight: shape (n,), each person's last weight, 0 for those who left the strategy.
        passages: through the steps that bind anybody, in order of time.
        risk, other: shape (K,), weighted incidence of the event, and of what competes, by the end of each interval.
        at_risk: shape (K,), sum of weights at risk.
        going_on: shape (K + 1,), probability that a record goes on to each interval; where records begin late, that it
            covers it, up to a factor.
    """

    weight: FloatArray
    passages: tuple[Passage, ...]
    risk: FloatArray
    other: FloatArray
    at_risk: FloatArray
    going_on: FloatArray

    def effective_size(self) -> float:
        """(sum w)^2 / sum w^2 over those who kept to the strategy; 0 where nobody did. Source: Kish (1965), 11.7."""
        squares = float(self.weight @ self.weight)
        return float(self.weight.sum()) ** 2 / squares if squares > 0 else 0.0

    def largest_share(self) -> float:
        """Largest single weight as a share of the arm's sum; 1 where nobody is left."""
        total = float(self.weight.sum())
        return float(self.weight.max(initial=0.0)) / total if total > 0 else 1.0

    def compliant(self) -> BoolArray:
        """Who kept to the strategy as long as it bound, shape (n,)."""
        return np.asarray(self.weight > 0, dtype=np.bool_)


def weigh_arm(
    steps: Sequence[Step],
    probability: Sequence[FloatArray],
    asked: Sequence[FloatArray],
    follow_up: FollowUp,
    *,
    balanced: bool = True,
    cap: float = np.inf,
    start: FloatArray | None = None,
) -> Arm:
    """Take everybody through an arm's steps.

    Args:
        steps: in order of time; probability: fitted probabilities of acting, asked: what the arm asks, one array a step
            (see `asked_probabilities`).
        follow_up: how each person's follow-up ended.
        balanced: after each step bring the totals of what is known back to what they were before it.
        cap: no factor of weighting makes a weight larger than this (a sensitivity analysis).
        start: shape (n,), weights to begin with; None: 1 each.

    Source: M. Hernan and others (2016), Am. J. Epidemiology 183, 758-764; C. Maringe and others (2020), Int. J.
    Epidemiology 49, 1719-1729; balancing at each decision: S. Yiu, L. Su (2022), Biometrics 78, 115-127.
    """
    weight = np.ones(follow_up.people) if start is None else start.copy()
    passages: list[Passage] = []
    sums = _Sums(follow_up)
    for place in _in_time(steps):
        sums.up_to(steps[place].interval, weight)
        passage = _pass(steps[place], place, probability[place], asked[place], weight, balanced=balanced, cap=cap)
        if passage is not None:
            _take_through(passage, weight)
            passages.append(passage)
    return _arm(sums, weight, passages)


def with_follow_up(arm: Arm, steps: Sequence[Step], follow_up: FollowUp) -> Arm:
    """An arm of everybody with the same weights, for another outcome."""
    weight = np.ones(follow_up.people)
    sums = _Sums(follow_up)
    for passage in arm.passages:
        sums.up_to(steps[passage.place].interval, weight)
        _take_through(passage, weight)
    return _arm(sums, weight, arm.passages)


def weights_by_interval(arm: Arm, steps: Sequence[Step], follow_up: FollowUp) -> FloatArray:
    """The weight of each person that is in force in each interval, shape (n, K); 0 once the arm was left."""
    weight = np.ones(follow_up.people)
    made = np.empty((follow_up.people, follow_up.horizon))
    done = 0
    for passage in arm.passages:
        interval = min(max(steps[passage.place].interval, 0), follow_up.horizon)
        made[:, done:interval] = weight[:, None]
        done = max(done, interval)
        _take_through(passage, weight)
    made[:, done:] = weight[:, None]
    return made


def _in_time(steps: Sequence[Step]) -> list[int]:
    return sorted(range(len(steps)), key=lambda at: (steps[at].interval, steps[at].rank))


def _take_through(passage: Passage, weight: FloatArray) -> None:
    weight[passage.person] = 0.0
    weight[passage.person[passage.stays]] = passage.after


def _arm(sums: _Sums, weight: FloatArray, passages: Sequence[Passage]) -> Arm:
    sums.up_to(len(sums.at_risk), weight)
    risk, other = incidence_of_sums(sums.at_risk, sums.events, sums.competing)
    return Arm(weight, tuple(passages), risk, other, sums.at_risk, sums.going_on(risk, other))


def _pass(
    step: Step,
    place: int,
    p: FloatArray,
    asked: FloatArray,
    weight: FloatArray,
    *,
    balanced: bool,
    cap: float,
) -> Passage | None:
    arriving = weight[step.person]
    rows = np.flatnonzero(~np.isnan(asked) & (arriving > 0))
    if not len(rows):
        return None
    made = factors_of(step, p, asked)
    stays = made.factor[rows] > 0
    design = step.design if len(rows) == step.design.rows else step.design.take(rows)
    kept = design if stays.all() else design.take(stays)
    before = arriving[rows]
    after = np.minimum(before[stays] * made.factor[rows][stays], cap)
    penalty = np.concatenate([[_CONSTANT], step.common[1:]])
    inside = np.ones(len(rows), dtype=bool) if step.watched is None else step.watched[rows]
    if balanced and inside[stays].any():
        # Of records that had not begun only those are known whose story went on: they are no part of the totals.
        mine = inside[stays]
        factor = balance_to(kept, after * mine, design.sums(before * inside), penalty).factor
        after = np.where(mine, after * factor, after)
    slope = made.slope[rows][stays]
    return Passage(place, rows, step.person[rows], stays, before, after, slope, design, kept, penalty, inside)


class _Sums:
    """Weights at risk, at events, at what competes and at ends of records, interval by interval as weights change."""

    def __init__(self, follow_up: FollowUp) -> None:
        self._follow_up = follow_up
        self._done = 0
        self._weight = np.zeros(follow_up.people)
        horizon = follow_up.horizon
        self.at_risk, self.events, self.competing, self.leaving = (np.zeros(horizon) for _ in range(4))
        self._late = np.empty(0, dtype=np.int64)
        if follow_up.entry is not None and follow_up.entry_part is not None:
            self._late = np.flatnonzero((follow_up.entry > 0) | (follow_up.entry_part > 0))

    def up_to(self, interval: int, weight: FloatArray) -> None:
        """Add the intervals before this one that were not added yet, with these weights."""
        first, last = self._done, min(max(interval, 0), self._follow_up.horizon)
        if last <= first:
            return
        ends, kind = self._follow_up.exit_interval, self._follow_up.exit_kind
        inside = np.flatnonzero((ends >= first) & (ends < last))
        for which, sums in ((EVENT, self.events), (COMPETING, self.competing), (CENSORED, self.leaving)):
            rows = inside[kind[inside] == which]
            sums[first:last] = np.bincount(ends[rows] - first, weights=weight[rows], minlength=last - first)
        rest = float(weight[ends >= last].sum())
        for k in range(last - 1, first - 1, -1):
            self.at_risk[k] = rest + self.events[k] + self.competing[k]
            rest = self.at_risk[k] + self.leaving[k]
        self._without_those_to_come(first, last, weight)
        self._weight = weight
        self._done = last

    def _without_those_to_come(self, first: int, last: int, weight: FloatArray) -> None:
        """Take those whose record has not begun out of the risk sets: delayed entry."""
        entry, part = self._follow_up.entry, self._follow_up.entry_part
        if entry is None or part is None or not len(self._late):
            return
        begins, over, late = entry[self._late], part[self._late], weight[self._late]
        inside = (begins >= first) & (begins < last)
        size = last - first
        whole = np.bincount(begins[inside] - first, weights=late[inside], minlength=size)
        gone = np.bincount(begins[inside] - first, weights=(late * over)[inside], minlength=size)
        beyond = float(late[begins >= last].sum())
        for k in range(last - 1, first - 1, -1):
            self.at_risk[k] = max(self.at_risk[k] - beyond - gone[k - first], 0.0)
            beyond += whole[k - first]

    def going_on(self, risk: FloatArray, other: FloatArray) -> FloatArray:
        """Kaplan-Meier probability that a record goes on into each interval, and to the horizon.

        Where records begin late: those at risk in each interval over those who would be, had all been followed, which
        is what the product-limit estimate makes of them, as a share of the most.
        """
        if len(self._late):
            surviving = np.concatenate([[1.0], 1 - risk - other])
            follow_up = self._follow_up
            there = np.append(self.at_risk, self._weight[follow_up.seen & (follow_up.exit_interval >= len(risk))].sum())
            would = np.where(surviving > 1e-12, there / np.maximum(surviving, 1e-12), 0.0)
            most = float(would.max(initial=0.0))
            return np.asarray(would / most if most > 0 else would, dtype=np.float64)
        whole = np.where(self.at_risk + self.leaving > 0, self.at_risk + self.leaving, 1.0)
        kept = np.cumprod(1 - self.leaving / whole)
        return np.concatenate([kept, kept[-1:]])


def entered_weight(arm: Arm, follow_up: FollowUp, interval: int) -> FloatArray:
    """What each person who comes to an interval counts for, shape (n,): 1; where records begin late, see `seen_weight`.

    Those whose record has begun stand for the others, who are known of only if their story went on.
    """
    if follow_up.entry is None:
        return np.ones(follow_up.people)
    going_on = float(arm.going_on[min(max(interval, 0), len(arm.going_on) - 1)])
    return follow_up.watched_in(interval) / going_on if going_on > 0 else np.zeros(follow_up.people)


def seen_weight(arm: Arm, follow_up: FollowUp) -> FloatArray:
    """What each person's outcome counts for as those whose record ended before stand for nothing, shape (n,).

    1 / G for those seen to the horizon or to what happened before it, with G the probability that a record of the arm
    goes on so far. Source: J. Robins, A. Rotnitzky (1992); without covariates it is the Aalen-Johansen estimate.
    """
    if follow_up.kept is not None:
        return np.asarray(np.where(follow_up.seen, 1 / np.maximum(follow_up.kept, LEAST_KEPT), 0.0), dtype=np.float64)
    slot = np.minimum(follow_up.exit_interval, follow_up.horizon)
    going_on = arm.going_on[slot]
    return np.asarray(np.where(follow_up.seen & (going_on > 0), 1 / np.maximum(going_on, 1e-12), 0.0))
