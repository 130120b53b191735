"""Records that end before the horizon: those seen to the end stand for those who were not, arm by arm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from followup_analytics.trials.ccw import CENSORED, FollowUp
from followup_analytics.trials.decisions import Ints
from followup_analytics.trials.logistic import Tally

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def observed_tally(
    pattern: Ints, patterns: int, follow_up: FollowUp, person: Ints, event: BoolArray
) -> tuple[Tally, Tally]:
    """People and events of one arm by covariate pattern and group, as if everybody's horizon had been seen.

    Who was seen to the horizon, or to what happened before it, counts for 1 / G(k), with G the Kaplan-Meier probability
    that a record goes on to the interval of the exit (or to the horizon); who was not counts for nothing. G is that of
    the arm: records that are shorter in one arm than in the other, as where a habit spread while an open log was
    written, are then no difference between them. It is estimated anew without each group.

    Args:
        pattern: shape (m,), covariate pattern of each person of the arm, below `patterns`.
        follow_up: of everybody; person: shape (m,), the arm's rows in it.
        event: shape (m,), who had the event by the horizon.

    Source: J. Robins, D. Rotnitzky (1992), inverse probability of censoring weights; within each arm and without
    covariates they give the Aalen-Johansen estimate.
    """
    ends = _Ends.of(follow_up, person)
    tallies = (ends.tally(pattern, patterns, np.flatnonzero(rows)) for rows in (ends.seen, ends.seen & event))
    return next(tallies), next(tallies)


@dataclass(frozen=True)
class _Ends:
    """How the follow-up of m people ended.

    Attributes:
        slot: shape (m,), interval of the exit; the horizon where nothing happened up to it.
        seen: shape (m,), whether the horizon, or what happened before it, was seen.
        group: shape (m,); groups, horizon: as in `FollowUp`.
    """

    slot: IntArray
    seen: BoolArray
    group: IntArray
    groups: int
    horizon: int

    @classmethod
    def of(cls, follow_up: FollowUp, person: Ints) -> _Ends:
        slot = np.minimum(follow_up.exit_interval[person], follow_up.horizon)
        seen = (follow_up.exit_kind[person] != CENSORED) | (slot == follow_up.horizon)
        return cls(slot, seen, follow_up.group[person], follow_up.groups, follow_up.horizon)

    def tally(self, pattern: Ints, patterns: int, rows: IntArray) -> Tally:
        """Sums of weights over `rows`, places among the m people who were seen."""
        pattern, group, slot = pattern[rows], self.group[rows], self.slot[rows]
        if self.seen.all():
            return Tally.of(pattern, group, np.ones(len(rows)), patterns, self.groups)
        weight = self._weights
        slots = self.horizon + 1
        count = np.bincount(pattern.astype(np.int64) * slots + slot, minlength=patterns * slots).reshape(
            patterns, slots
        )
        reweighted = count @ weight.T
        own = np.bincount(
            pattern.astype(np.int64) * self.groups + group,
            weights=weight[1 + group, slot],
            minlength=patterns * self.groups,
        )
        # Sums of fractions may leave -1e-16 behind where a group held everything.
        reweighted[:, 1:] = np.maximum(reweighted[:, 1:] - own.reshape(patterns, self.groups), 0.0)
        return replace(Tally.of(pattern, group, weight[0, slot], patterns, self.groups), reweighted=reweighted)

    @cached_property
    def _weights(self) -> FloatArray:
        """1 / G of each slot, of everybody and without each group, shape (1 + G, 1 + horizon); 0 where G is."""
        lost, gone = (self._counts(rows)[:, : self.horizon] for rows in (~self.seen, self.seen))
        at_risk = self._counts(np.ones_like(self.seen)).sum(axis=1, keepdims=True) - np.cumsum(lost + gone, axis=1)
        # A record that ends in an interval was not seen in it: it leaves before what happens there.
        going_on = np.cumprod(1 - lost / np.maximum(at_risk + lost + gone, 1), axis=1)
        needed = np.concatenate([going_on, going_on[:, -1:]], axis=1)
        return np.where(needed > 0, 1 / np.maximum(needed, 1e-12), 0.0)

    def _counts(self, rows: BoolArray) -> FloatArray:
        """How many of these fall in each slot, of everybody and without each group, shape (1 + G, 1 + horizon)."""
        slots = self.horizon + 1
        each = np.bincount(self.group[rows] * slots + self.slot[rows], minlength=self.groups * slots).astype(np.float64)
        each = each.reshape(self.groups, slots)
        total = each.sum(axis=0)
        return np.concatenate([total[None, :], total - each])
