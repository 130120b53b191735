"""What all claims share of one log, worked out once: histories, covariates, placebo outcomes, applicant groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.controls import placebo_outcomes
from followup_analytics.claims.covariates import Covariate, baseline_covariates
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.histories import Histories, read_histories
from followup_analytics.log import FollowUpLog
from followup_analytics.uncertainty import group_rows

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
    """

    log: FollowUpLog
    histories: Histories
    adjust: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    cluster: str | None = None

    @classmethod
    def of(cls, log: FollowUpLog, claims: Sequence[Claim], adjust: Sequence[str] = ()) -> Context:
        """Read a log for these claims."""
        items = {name for claim in claims if claim.choice for name in claim.choice.items}
        there = sorted(name for name in items if name in log.contacts.columns)
        return cls(log, read_histories(log, there), tuple(adjust))

    def prepare(self, claims: Sequence[Claim]) -> None:
        """Work out what claims share, so that they can then run side by side."""
        for claim in claims:
            self.covariates_of(claim)
        _ = self.placebo

    def covariates_of(self, claim: Claim) -> tuple[Covariate, ...]:
        """Covariates of all interviews that the claim adjusts for; columns that are empty or constant are left out."""
        if claim.design == "prediction":
            return ()
        wanted = dict.fromkeys((*claim.adjust, *self.adjust))
        return tuple(self._covariate(name) for name in wanted if name not in self.leave_out and self._useful(name))

    def _useful(self, name: str) -> bool:
        return len(self._covariate(name).levels) > 1

    def _covariate(self, name: str) -> Covariate:
        if name not in self._made:
            self._made[name] = baseline_covariates(self.log, [name], self.histories.response.us)[0]
        return self._made[name]

    @cached_property
    def _made(self) -> dict[str, Covariate]:
        return {}

    @cached_property
    def placebo(self) -> dict[str, FloatArray]:
        """Placebo outcomes for the negative controls, by control."""
        names = ("self_rating", "referral", "industry", "job_level", "interview_format", *self.adjust)
        persons = [self._covariate(name) for name in dict.fromkeys(names) if self._useful(name)]
        return placebo_outcomes(self.histories, persons)

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
