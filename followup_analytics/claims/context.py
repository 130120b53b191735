"""What all claims share of one log, worked out once: histories, covariates, placebo outcomes, applicant groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.controls import placebo_outcomes
from followup_analytics.claims.covariates import RATING, Covariate, baseline_covariates, rated_us, rating_known_since
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.histories import Histories, Times, read_histories
from followup_analytics.claims.moments import Moments
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.statistics import group_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Context:
    """One log as the claims see it.

    Attributes:
        log, histories: the log and everybody's history.
        adjust: columns that the user adds to every claim's own adjustment set.
        leave_out: columns left out of every adjustment set (a sensitivity analysis).
        cluster: column whose values are deleted together in place of the applicant; None for the applicant.
        min_cell: nothing is told about fewer applicants.
    """

    log: FollowUpLog
    histories: Histories
    adjust: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    cluster: str | None = None
    min_cell: int = 10

    @classmethod
    def of(
        cls, log: FollowUpLog, claims: Sequence[Claim], adjust: Sequence[str] = (), *, min_cell: int = 10
    ) -> Context:
        """Read a log for these claims."""
        items = {name for claim in claims if claim.choice for name in claim.choice.items}
        there = sorted(name for name in items if name in log.contacts.columns)
        return cls(log, read_histories(log, there), tuple(adjust), min_cell=min_cell)

    def prepare(self, claims: Sequence[Claim]) -> None:
        """Work out what claims share, so that they can then run side by side."""
        for name in dict.fromkeys(name for claim in claims for name in self._wanted(claim)):
            self._covariate(name)
        _ = self.placebo, self._rated_since, self._rated_us

    def covariates_of(self, claim: Claim, moments: Moments) -> tuple[Covariate, ...]:
        """What a claim adjusts for, of its moments; columns that are empty or the same for all of them are left out.

        A self-rating counts from when it was made on: one that follows a moment may be its echo, and where all are made
        late, "not rated" would mean "answered early".
        """
        if claim.design == "prediction":
            return ()
        wanted = (name for name in self._wanted(claim) if name not in self.leave_out)
        found = (self._known(name, claim, moments.at) for name in wanted)
        return tuple(one for one in found if one.varies())

    def _wanted(self, claim: Claim) -> tuple[str, ...]:
        """Columns to adjust for: the claim's own, as far as the log has them (`missing_records`), and the user's."""
        there = (name for name in claim.adjust if name in self.log.interviews.columns)
        return tuple(dict.fromkeys((*there, *self.adjust)))

    def _known(self, name: str, claim: Claim, at: Times) -> Covariate:
        made = self._covariate(name).take(at.row)
        if name != RATING:
            return made
        if claim.by_local_days:
            return made.hidden_until(self._rated_since[at.row])
        # From a moment on nothing is added: it would be known of those alone whom nothing had yet happened to.
        late = self._rated_us[at.row] > at.us
        return replace(made.hidden_until(late.astype(np.int64)), later=None, since=None)

    def _covariate(self, name: str) -> Covariate:
        if name not in self._made:
            self._made[name] = baseline_covariates(self.log, [name], self.histories.response.us)[0]
        return self._made[name]

    @cached_property
    def _made(self) -> dict[str, Covariate]:
        return {}

    @cached_property
    def _rated_since(self) -> IntArray:
        return rating_known_since(self.log, self.histories.start.day)

    @cached_property
    def _rated_us(self) -> IntArray:
        return rated_us(self.log)

    @cached_property
    def placebo(self) -> dict[str, FloatArray]:
        """Placebo outcomes for the negative controls, by control."""
        names = (RATING, "referral", "industry", "job_level", "interview_format", *self.adjust)
        persons = [self._covariate(name) for name in dict.fromkeys(names)]
        rated = [one.hidden_until(self._rated_since) if one.name == RATING else one for one in persons]
        return placebo_outcomes(self.histories, [one for one in rated if one.varies()])

    def groups(self, row: IntArray) -> IntArray:
        """Jackknife group of each eligible interview, by the applicant (or the cluster column)."""
        if self.cluster is not None:
            return self._cluster_groups(row)
        frame = pl.DataFrame(
            {
                "applicant_id": self.histories.applicant_id.gather(row),
                "interview_id": self.histories.interview_id.gather(row),
                "bucket": self.histories.bucket[row],
            }
        )
        return group_rows(frame)

    def _cluster_groups(self, row: IntArray) -> IntArray:
        values = self.log.interviews[str(self.cluster)].cast(pl.String).fill_null("(missing)").gather(row)
        rank = values.rank("dense").to_numpy().astype(np.int64) - 1
        # A fixed stride spreads names that are alike over the groups.
        return np.asarray((rank * 7919) % min(50, max(int(rank.max(initial=0)) + 1, 1)), dtype=np.int64)
