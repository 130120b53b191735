"""Where every interview of a log stands, open or closed: the list from which a person picks the one to act on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.advice.next_steps import CONFIDENTIAL
from followup_analytics.advice.situation import EPOCH, contacts_of, with_today
from followup_analytics.cells.windows import ATTEMPT
from followup_analytics.log.clock import local_times
from followup_analytics.results import columns as col
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import counted

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog


@answer_row
class OverviewRow(Row):
    """Where one interview stands."""

    interview_id: str = col.column("text", "interview", "The interview.", role="confidential", importance=col.ALWAYS)
    interviewed: str = col.column(
        "text", "on", "Local date of the interview, with the time where known.", role="confidential"
    )
    employer: str | None = col.column("text", "employer", "The employer.", role="confidential")
    state: str = col.column("text", "state", "open, still ahead, or the outcome.", role="confidential")
    attempts: int = col.column("count", "attempts", "Attempts made.", role="confidential")
    last_contact: str | None = col.column(
        "text", "last contact", "Local date of the last touch in either direction.", role="confidential"
    )
    applicant_id: str = col.column("text", "", "The applicant.", role="confidential")
    cohort: str | None = col.column("text", "", "The cohort.", role="confidential")

    in_table = ("interview_id", "interviewed", "employer", "state", "attempts", "last_contact")


@dataclass(frozen=True, repr=False)
class Overview(Result):
    """An OverviewRow for each interview, the latest first."""

    rows: tuple[OverviewRow, ...]

    command: ClassVar[str] = "track"
    title: ClassVar[str] = "Interviews (confidential)"
    row_type: ClassVar[type[Row]] = OverviewRow

    def summary(self) -> str:
        """How many interviews there are, and how many of them are open."""
        waiting = sum(row.state in ("open", "still ahead") for row in self.rows)
        return f"{counted(len(self.rows), 'interview')}, {waiting} open."


def overview(log: FollowUpLog, applicants: Collection[str] | None = None) -> Overview:
    """List the interviews of a log, or those of some applicants (by the ids that the log has), the latest first.

    Attempts are outbound follow-ups at or after the interview, whether or not they were answered.
    """
    interviews = with_today(log)
    if applicants is not None:
        interviews = interviews.filter(pl.col("applicant_id").is_in(list(applicants)))
    touches = (
        contacts_of(log, interviews)
        .group_by("interview_id")
        .agg(attempts=(pl.col("role") == ATTEMPT).sum(), last_day=pl.col("day").max())
    )
    known = log.outcomes.join(interviews.select("interview_id", "today"), on="interview_id")
    # One that is dated ahead is not yet so, as for the next steps.
    known = known.filter(pl.col("_day") <= pl.col("today")).select("interview_id", "outcome")
    facts = (
        interviews.join(known, on="interview_id", how="left")
        .join(touches, on="interview_id", how="left")
        .sort("_at_us", "interview_id", descending=[True, False])
    )
    local = local_times(facts["_at_us"], facts["_zone"])
    rows = tuple(_row(row) for row in facts.with_columns(local=local).iter_rows(named=True))
    return Overview(rows, LogCounts.of(log), (CONFIDENTIAL,), log.native)


def _row(row: Mapping[str, Any]) -> OverviewRow:
    clock = "%Y-%m-%d" if row["at_precision"] == "day" else "%Y-%m-%d %H:%M"
    return OverviewRow(
        interview_id=row["interview_id"],
        interviewed=f"{row['local']:{clock}}",
        employer=row["employer"],
        state=row["outcome"] or ("open" if row["held"] else "still ahead"),
        attempts=row["attempts"] or 0,
        last_contact=None if row["last_day"] is None else f"{EPOCH + timedelta(days=row['last_day'])}",
        applicant_id=row["applicant_id"],
        cohort=row["cohort"],
    )
