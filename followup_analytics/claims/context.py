"""What all claims share of one log, worked out once: histories, covariates, placebo outcomes, applicant groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.assigned import assigned_arms
from followup_analytics.claims.controls import placebo_outcomes
from followup_analytics.claims.covariates import (
    ALWAYS,
    CALENDAR,
    PROMISED,
    RATING,
    WEEKDAY,
    Covariate,
    baseline_covariates,
    promised_days,
    rated_us,
    rating_known_since,
    weekday_covariate,
)
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.histories import Histories, Times, read_histories
from followup_analytics.claims.moments import Moments
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.results.disclosure import MIN_CELL
from followup_analytics.statistics.clusters import Clusters

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


#: What may hang together; of so many interviews the employer must be known for both to be the default.
CLUSTERS = ("applicant", "employer", "both")
MOST = 0.5


@dataclass(frozen=True)
class Context:
    """One log as the claims see it.

    Attributes:
        log, histories: the log and everybody's history.
        adjust: columns that the user adds to every claim's own adjustment set; only: columns that take its place.
        leave_out: columns left out of every adjustment set (a sensitivity analysis).
        cluster: what hangs together: applicant, employer or both; None: both where the employer is recorded for most.
        min_cell: nothing is told about fewer applicants.
        entry: column of the interviews with the time at which each record begins; None: with the interview.
    """

    log: FollowUpLog
    histories: Histories
    adjust: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    leave_out: tuple[str, ...] = ()
    cluster: str | None = None
    min_cell: int = MIN_CELL
    entry: str | None = None

    @classmethod
    def of(
        cls,
        log: FollowUpLog,
        claims: Sequence[Claim],
        adjust: Sequence[str] = (),
        *,
        only: Sequence[str] | None = None,
        cluster: str | None = None,
        min_cell: int = MIN_CELL,
        entry: str | None = None,
    ) -> Context:
        """Read a log for these claims (see the attributes).

        Raises UsageError where clusters by employer are asked for and no employer is recorded.
        """
        if cluster not in (None, *CLUSTERS):
            raise UsageError(f"cluster={cluster!r} is none of {', '.join(CLUSTERS)}.")
        if cluster in ("employer", "both") and log.interviews["employer"].is_null().all():
            raise UsageError("cluster: no employer is recorded in this log, so that only applicant is possible.")
        items = {name for claim in claims if claim.choice for name in claim.choice.items}
        there = sorted(name for name in items if name in log.contacts.columns)
        return cls(
            log,
            read_histories(log, there, entry=entry),
            tuple(adjust),
            only=None if only is None else tuple(only),
            cluster=cluster,
            min_cell=min_cell,
            entry=entry,
        )

    def prepare(self, claims: Sequence[Claim]) -> None:
        """Work out what claims share, so that they can then run side by side."""
        for name in dict.fromkeys(name for claim in claims for name in self._wanted(claim)):
            if name not in (WEEKDAY, PROMISED):
                self._covariates(name)
        _ = self.placebo, self._rated_since, self._rated_us, self._promised, self.clusters

    def covariates_of(self, claim: Claim, moments: Moments) -> tuple[Covariate, ...]:
        """What a claim adjusts for, of its moments; columns that are empty or the same for all of them are left out.

        A self-rating counts from when it was made on: one that follows a moment may be its echo, and where all are made
        late, "not rated" would mean "answered early".
        """
        found = (
            one for name in self._wanted(claim) if name != PROMISED for one in self._known(name, claim, moments.at)
        )
        return tuple(one for one in found if one.varies())

    def promised_of(self, claim: Claim, moments: Moments) -> IntArray | None:
        """Local day for which a decision was promised, of a claim's moments; None where that is not adjusted for."""
        if PROMISED not in self._wanted(claim):
            return None
        days = self._promised[moments.at.row]
        return days if len(days) and days.max() > days.min() else None

    def adjusted_names(self, claim: Claim, persons: Sequence[Covariate]) -> tuple[str, ...]:
        """Names of what a claim is adjusted for in this log, each once, without the call history."""
        names = [one.name for one in persons]
        if PROMISED in self._wanted(claim) and (self._promised > self._promised.min(initial=0)).any():
            names.append(PROMISED)
        return tuple(dict.fromkeys(names))

    def _wanted(self, claim: Claim) -> tuple[str, ...]:
        """What to adjust for: the claim's own columns as far as the log has them, what every log holds, the user's."""
        if claim.design == "prediction":
            return ()
        if self.only is not None:
            names: tuple[str, ...] = self.only
        else:
            there = (name for name in claim.adjust if name in self.log.interviews.columns)
            names = (*there, *ALWAYS, *self.adjust)
        own = () if claim.assigned is None else (claim.assigned.column,)
        return tuple(name for name in dict.fromkeys(names) if name not in (*self.leave_out, *own))

    def _known(self, name: str, claim: Claim, at: Times) -> tuple[Covariate, ...]:
        if name == WEEKDAY:
            return (weekday_covariate(at.day),)
        made = tuple(one.take(at.row) for one in self._covariates(name))
        if name != RATING:
            return made
        if claim.by_local_days:
            return tuple(one.hidden_until(self._rated_since[at.row]) for one in made)
        # From a moment on nothing is added: it would be known of those alone whom nothing had yet happened to.
        late = (self._rated_us[at.row] > at.us).astype(np.int64)
        return tuple(replace(one.hidden_until(late), later=None, since=None) for one in made)

    def _covariates(self, name: str) -> tuple[Covariate, ...]:
        if name not in self._made:
            self._made[name] = baseline_covariates(self.log, name, self.histories.response.us)
        return self._made[name]

    def covariates_named(self, name: str) -> tuple[Covariate, ...]:
        """A column of the interviews as covariates of all of them; none where the log doesn't have it."""
        if name in (WEEKDAY, PROMISED) or name not in self.log.interviews.columns:
            return ()
        return self._covariates(name)

    def arms_of(self, claim: Claim) -> IntArray:
        """Arms of all interviews where they were assigned (see `assigned_arms`)."""
        if claim.assigned is None:
            return np.full(self.histories.interviews, -1, dtype=np.int64)
        return assigned_arms(claim.assigned, self.log)

    @cached_property
    def _promised(self) -> IntArray:
        return promised_days(self.log)

    @cached_property
    def _made(self) -> dict[str, tuple[Covariate, ...]]:
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
        names = (RATING, "referral", "industry", "job_level", "interview_format", CALENDAR, *self.adjust)
        persons = [
            one for name in dict.fromkeys(names) if name not in (WEEKDAY, PROMISED) for one in self._covariates(name)
        ]
        persons.append(weekday_covariate(self.histories.start.day))
        rated = [one.hidden_until(self._rated_since) if one.name == RATING else one for one in persons]
        return placebo_outcomes(self.histories, [one for one in rated if one.varies()])

    @cached_property
    def clusters(self) -> Clusters:
        """Clusters of all interviews; one whose employer is not recorded is an employer of its own."""
        kinds, numbers = [], []
        chosen = self.cluster or ("both" if self._employers_known >= MOST else "applicant")
        if chosen != "employer":
            kinds.append("applicant")
            numbers.append(self.histories.applicant)
        if chosen != "applicant":
            employer = self.log.interviews["employer"].cast(pl.String)
            known = employer.is_not_null().to_numpy()
            rank = employer.rank("dense").fill_null(0).to_numpy().astype(np.int64)
            kinds.append("employer")
            numbers.append(np.where(known, rank, len(rank) + 1 + np.arange(len(rank))))
        return Clusters(tuple(kinds), tuple(np.unique(number, return_inverse=True)[1].ravel() for number in numbers))

    @property
    def _employers_known(self) -> float:
        employer = self.log.interviews["employer"]
        return 1 - employer.null_count() / max(len(employer), 1)
