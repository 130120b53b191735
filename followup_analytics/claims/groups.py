"""A claim asked of each group of interviews by itself, and whether its effect differs between the groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from followup_analytics.claims.context import Context
from followup_analytics.claims.definition import Claim
from followup_analytics.claims.finding import Finding, finding_of
from followup_analytics.claims.trial import Trial, run_trial
from followup_analytics.errors import UsageError
from followup_analytics.log.asked import asked
from followup_analytics.log.followup_log import FollowUpLog
from followup_analytics.log.shared_words import MISSING
from followup_analytics.log.subsets import require_column
from followup_analytics.results.disclosure import Cells, DisclosurePolicy, places_to_hide
from followup_analytics.statistics.heterogeneity import Homogeneity, homogeneity_test

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Every group multiplies the claims that are judged together: of more nothing would be found.
MOST_GROUPS = 30
#: Columns that single out an interview or a person.
_SINGLE_OUT = ("interview_id", "applicant_id", "previous_interview_id")


@dataclass(frozen=True)
class Groups:
    """The groups of a log by a column of its interviews.

    Attributes:
        column: of the log; field: its name in the answer.
        names: of the groups, in order; number: shape (n,), the group of each interview.
    """

    column: str
    field: str
    names: tuple[str, ...]
    number: IntArray

    @classmethod
    def of(cls, log: FollowUpLog, by: str, fields: Sequence[str], policy: DisclosurePolicy) -> Groups:
        """Read the groups of a log.

        fields: those that the answer has anyhow. Groups of numbers come in their order, others in the alphabet's; those
        of whom it is not recorded last.
        Raises UsageError for an unknown column, one that tells single interviews apart, or one of too many values.
        """
        one = asked(by, fields)
        require_column(log, one.column, "--by")
        if one.column in _SINGLE_OUT and policy.hides:
            raise UsageError(f"--by {by} would name single people or interviews: choose a column that many share.")
        values = log.interviews[one.column]
        order = values.unique().drop_nulls().sort().cast(pl.String).to_list()
        names = [*dict.fromkeys(order), *([MISSING] if values.null_count() else [])]
        if len(names) > MOST_GROUPS:
            raise UsageError(
                f"--by {by}: {len(names):,} groups are more than the {MOST_GROUPS} in which effects can be told apart; "
                "make a column with fewer values."
            )
        place = {name: number for number, name in enumerate(names)}
        number = values.cast(pl.String).fill_null(MISSING).replace_strict(place, return_dtype=pl.Int64)
        return cls(one.column, one.field, tuple(names), number.to_numpy())


@dataclass(frozen=True)
class Grouped:
    """A claim in every group.

    Attributes:
        findings: one a group, in order; hidden: places of groups that may not be shown.
        compared: names of the groups whose effects were compared: those in which the claim could be tested.
        test: of whether they are the same; None where there are fewer than two.
    """

    findings: tuple[Finding, ...]
    hidden: frozenset[int]
    compared: tuple[str, ...]
    test: Homogeneity | None


def run_by_group(claim: Claim, context: Context, groups: Groups, policy: DisclosurePolicy) -> Grouped:
    """Run a claim in each group, with models of its own, and compare the effects."""
    trials: list[Finding] = []
    tested: list[tuple[int, FloatArray, IntArray, Trial]] = []
    members = []
    for place in range(len(groups.names)):
        trial = run_trial(claim, context, among=groups.number == place)
        trials.append(finding_of(trial, context, policy.min_cell))
        rows = np.empty(0, dtype=np.int64) if trial.estimate is None else trial.estimate.emulation.row
        members.append(rows)
        if trial.test is not None and trial.estimate is not None:
            tested.append((place, _influence(trial), rows, trial))
    hidden = _hidden(trials, members, groups, context, policy)
    shown = [one for one in tested if one[0] not in hidden]
    test = None
    if len(shown) > 1:
        estimates = np.array([trial.test.estimate for *_, trial in shown if trial.test is not None])
        influence = np.zeros((len(groups.number), len(shown)))
        for column, (_, moves, rows, _) in enumerate(shown):
            influence[rows, column] = moves
        everybody = np.concatenate([rows for _, _, rows, _ in shown])
        test = homogeneity_test(estimates, influence[everybody], context.clusters.take(everybody))
    return Grouped(tuple(trials), hidden, tuple(groups.names[place] for place, *_ in shown), test)


def _influence(trial: Trial) -> FloatArray:
    """Influences on the difference that give the error which the verdict rests on."""
    if trial.estimate is None:
        return np.empty(0)
    moves = trial.estimate.contrast.moves()[:, 0]
    own = float(trial.estimate.clusters.errors(moves))
    wanted = float(trial.estimate.effect.tested.se)
    return moves * (wanted / own) if own > 0 else moves


def _hidden(
    findings: Sequence[Finding],
    members: Sequence[IntArray],
    groups: Groups,
    context: Context,
    policy: DisclosurePolicy,
) -> frozenset[int]:
    """Places of the groups that may not be shown: those of few, and of the next so many that none can be worked out.

    The numbers of all groups together are told by the claims of the whole log.
    """
    there = [place for place, one in enumerate(findings) if one.n_interviews]

    def who() -> pl.DataFrame:
        applicant = context.histories.applicant
        row = np.concatenate([applicant[members[place]] for place in there])
        at = np.repeat(np.arange(len(there)), [len(members[place]) for place in there])
        return pl.DataFrame({"place": at, "person": row}).group_by("place", "person").agg(units=pl.len())

    complete = all(len(members[place]) == findings[place].n_interviews for place in there)
    cells = Cells(
        keys=[(groups.names[place],) for place in there],
        people=[findings[place].n_applicants for place in there],
        counts={"n_interviews": [findings[place].n_interviews for place in there]},
        events=[findings[place].n_events for place in there],
        total_of_events=policy.min_events > 0,
        members=who if complete else None,
    )
    gone = places_to_hide(cells, policy)
    return frozenset(there[place] for place in gone)
