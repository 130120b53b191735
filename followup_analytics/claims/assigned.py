"""Claims whose arms were assigned at random: who was given which, and whether the numbers are as they were to be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import chdtrc

from followup_analytics.claims.definition import Assigned, Claim, Course
from followup_analytics.claims.moments import Moments
from followup_analytics.log.asked import asked
from followup_analytics.log.followup_log import FollowUpLog

IntArray = NDArray[np.int64]

#: Numbers that chance would bring less often than this are not those of the assignment that was meant.
MISMATCH = 0.001
#: What columns hold of the arms where the file of claims does not say.
_STRATEGY = ("strategy", "treatment", "treated", "intervention", "true", "yes", "1")
_ALTERNATIVE = ("alternative", "control", "comparison", "untreated", "false", "no", "0")


@dataclass(frozen=True)
class SampleRatio:
    """How many units were assigned to each arm, beside how many were to be.

    Attributes:
        unit: what was assigned: interview, or applicant where all interviews of each share an arm.
        strategy, alternative: units in each arm; share: of the strategy, as planned.
        p_value: of Pearson's chi-square with one degree of freedom.
    """

    unit: str
    strategy: int
    alternative: int
    share: float
    p_value: float

    @property
    def is_off(self) -> bool:
        """Whether the numbers are hardly those of the assignment that was meant."""
        return self.p_value < MISMATCH


def assigned_arms(assigned: Assigned, log: FollowUpLog) -> IntArray:
    """The arm of each interview, shape (n,): 1 strategy, 0 alternative, -1 where none is recorded or it is another."""
    column = asked(assigned.column).column
    if column not in log.interviews.columns:
        return np.full(log.interviews.height, -1, dtype=np.int64)
    told = log.interviews[column].cast(pl.String).str.strip_chars().str.to_lowercase()
    arms = dict.fromkeys(_names(assigned.alternative, _ALTERNATIVE), 0)
    arms |= dict.fromkeys(_names(assigned.strategy, _STRATEGY), 1)
    return told.replace_strict(arms, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def _names(named: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    return usual if named is None else (named.strip().lower(),)


def missing_assignment(assigned: Assigned, log: FollowUpLog) -> str | None:
    """What must be recorded, or said, before arms can be told apart, as a sentence; None where they can."""
    if asked(assigned.column).column not in log.interviews.columns:
        return f"Not logged: {assigned.column}, the arm that was assigned; record it with each interview."
    arms = assigned_arms(assigned, log)
    if (arms == 1).any() and (arms == 0).any():
        return None
    return (
        f"The column {assigned.column} doesn't tell the arms: name its values in the file of claims, "
        f'assigned = {{column = "{assigned.column}", strategy = "...", alternative = "..."}}.'
    )


def with_arms(moments: Moments, arms: IntArray) -> Moments:
    """The moments of those who were assigned, each with its arm."""
    chosen = arms[moments.at.row]
    return replace(moments, chosen=chosen).only(chosen >= 0)


def by_intention(claim: Claim) -> Claim:
    """The claim of being assigned, whatever was done then."""
    return replace(
        claim, strategy=Course(claim.strategy.words), alternative=Course(claim.alternative.words), second_way=False
    )


def is_about_doing(claim: Claim) -> bool:
    """Whether either arm says what is to be done, so that some may not have kept to it."""
    return claim.strategy.act is not None or claim.alternative.act is not None


def sample_ratio(assigned: Assigned, moments: Moments, applicant: IntArray) -> SampleRatio:
    """Set the numbers of both arms beside those that were planned.

    applicant: shape (m,), of each interview that was assigned. Source: K. Pearson (1900), Philosophical Magazine 50,
    157-175; as a check of experiments A. Fabijan and others (2019), Proceedings of KDD, 2156-2164.
    """
    arms = moments.chosen
    unit = "interview"
    first = np.unique(applicant, return_index=True)[1]
    arm_of = np.zeros(int(applicant.max(initial=0)) + 1, dtype=np.int64)
    arm_of[applicant] = arms
    if len(first) < len(applicant) and (arm_of[applicant] == arms).all():
        unit, arms = "applicant", arms[first]
    size, strategy = len(arms), int((arms == 1).sum())
    expected = size * assigned.share, size * (1 - assigned.share)
    statistic = sum(
        (seen - meant) ** 2 / meant for seen, meant in zip((strategy, size - strategy), expected, strict=True)
    )
    return SampleRatio(unit, strategy, size - strategy, assigned.share, float(chdtrc(1, statistic)))
