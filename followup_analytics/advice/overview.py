"""Where the interviews of a log stand: the list from which a person picks the one to act on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from followup_analytics.advice.facts import EPOCH, contacts_of, moment_of, with_today
from followup_analytics.advice.result import CONFIDENTIAL
from followup_analytics.advice.steps import short_day
from followup_analytics.cells.roles import ATTEMPT
from followup_analytics.errors import UsageError
from followup_analytics.log.clock import local_times
from followup_analytics.log.followup_log import Note
from followup_analytics.log.schema import OUTCOMES
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import counted, listed, nearest, shorten

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog

OPEN, AHEAD = "open", "still ahead"
#: Where an interview may stand.
STATES = (OPEN, AHEAD, *OUTCOMES)


@answer_row
class OverviewRow(Row):
    """Where one interview stands."""

    interview_id: str = col.column("text", "interview", "The interview.", role="confidential")
    interviewed: str = col.column(
        "text", "on", "Local date of the interview, with the time where known.", role="confidential"
    )
    employer: str | None = col.column("text", "employer", "The employer.", role="confidential")
    state: str = col.column("text", "state", "open, still ahead, or the outcome.", role="confidential")
    attempts: int = col.column("count", "attempts", "Attempts made.", role="confidential")
    last_contact: str | None = col.column(
        "text", "last contact", "Local date of the last touch in either direction.", role="confidential"
    )
    coach: str | None = col.column("text", "coach", "Who looks after it.", role="confidential")
    applicant_id: str = col.column("text", "client", "The applicant.", role="confidential")
    cohort: str | None = col.column("text", "", "The cohort.", role="confidential")

    in_table = ("interview_id", "applicant_id", "interviewed", "employer", "state", "attempts", "last_contact", "coach")


@answer_row
class OverviewLine(Row):
    """Where one interview stands, in one line of 80 columns."""

    interview_id: str = col.column("text", "interview", "The interview.", role="confidential", importance=col.ALWAYS)
    applicant_id: str = col.column("text", "client", "The client.", role="confidential", importance=col.ALWAYS)
    on: str = col.column("text", "on", "Its day.", role="confidential")
    employer: str | None = col.column("text", "employer", "Start of the employer's name.", role="confidential")
    state: str = col.column("text", "state", "open, ahead, or the outcome.", role="confidential", importance=col.ALWAYS)
    attempts: int = col.column("count", "attempts", "Attempts made.", role="confidential", short="tried")
    last_contact: str | None = col.column(
        "text", "last contact", "Day of the last touch.", role="confidential", short="last"
    )
    coach: str | None = col.column("text", "coach", "Who looks after it.", role="confidential")

    in_table = ("interview_id", "applicant_id", "on", "employer", "state", "attempts", "last_contact", "coach")


#: So many letters of a name stand in a line, and of the coach's.
_NAME, _COACH = 11, 4


@dataclass(frozen=True, repr=False)
class Overview(Result):
    """An OverviewRow for each interview, the latest first."""

    rows: tuple[OverviewRow, ...]
    #: The day on which it was asked for: days far from it are told with their year.
    today: str | None = None

    command: ClassVar[str] = "track"
    title: ClassVar[str] = "Interviews (confidential)"
    row_type: ClassVar[type[Row]] = OverviewRow
    line_type: ClassVar[type[Row] | None] = OverviewLine

    def printed_rows(self) -> Sequence[OverviewLine]:
        """The rows short enough for a line each."""
        return [_line(row, self.today) for row in self.rows]

    def shown_fields(self) -> tuple[Field, ...]:
        """The columns that people see; the client's only where the contact book names people."""
        return tuple(one for one in super().shown_fields() if one.name != "applicant_id" or self.extra.get("named"))

    def summary(self) -> str:
        """How many interviews there are, and how many of them are open."""
        n, n_open = self.extra["interviews"], self.extra["open"]
        return f"{counted(n, 'interview')}, {n_open} open."


def overview(
    log: FollowUpLog,
    applicants: Collection[str] | None = None,
    *,
    coach: str | None = None,
    states: Collection[str] = (),
    start: int = 0,
    limit: int | None = None,
) -> Overview:
    """List the interviews of a log, the latest first.

    applicants: only theirs (by the ids that the log has). coach: only those that this coach looks after. states: only
    those that stand so (see STATES). start, limit: from which row on and how many. Attempts are outbound follow-ups at
    or after the interview, whether or not they were answered.
    Raises UsageError for a state that there is none of.
    """
    chosen = [read_state(one) for one in states]
    interviews = with_today(log, moment_of(log, None))
    if applicants is not None:
        interviews = interviews.filter(pl.col("applicant_id").is_in(list(applicants)))
    if coach is not None:
        interviews = interviews.filter(pl.col("coach").str.to_lowercase() == coach.strip().lower())
    known = log.outcomes.join(interviews.select("interview_id", "today"), on="interview_id")
    # One that is dated ahead is not yet so, as for the next steps.
    known = known.filter(pl.col("_day") <= pl.col("today")).select("interview_id", "outcome")
    pending = pl.when("held").then(pl.lit(OPEN)).otherwise(pl.lit(AHEAD))
    listed_ = interviews.join(known, on="interview_id", how="left").with_columns(state=pl.coalesce("outcome", pending))
    if chosen:
        listed_ = listed_.filter(pl.col("state").is_in(chosen))
    listed_ = listed_.sort("_at_us", "interview_id", descending=[True, False])
    n, n_open = listed_.height, int(listed_["state"].is_in([OPEN, AHEAD]).sum())
    page = listed_.slice(start, limit)
    touches = (
        contacts_of(log, page)
        .group_by("interview_id")
        .agg(attempts=(pl.col("role") == ATTEMPT).sum(), last_day=pl.col("day").max())
    )
    facts = page.join(touches, on="interview_id", how="left", maintain_order="left")
    local = local_times(facts["_at_us"], facts["_zone"])
    rows = tuple(_row(row) for row in facts.with_columns(local=local).iter_rows(named=True))
    notes = (CONFIDENTIAL, *_more(n, start, len(rows)))
    today = f"{EPOCH + timedelta(days=interviews['today'][0])}" if interviews.height else None
    extra = {"interviews": n, "open": n_open}
    return Overview(rows, LogCounts.of(log), notes, log.native, extra=extra, today=today)


def read_state(typed: str) -> str:
    """A state as people type it. Raises UsageError, with the nearest, for one that there is none of."""
    word = typed.strip().lower().replace("_", " ").replace("-", " ")
    word = AHEAD if word == "ahead" else word
    if word in STATES:
        return word
    guess = nearest(word, STATES)
    raise UsageError(
        f"--state {typed!r}: there is no such state; " + (f"is {guess!r} meant?" if guess else f"use {listed(STATES)}.")
    )


def _more(n: int, start: int, shown: int) -> tuple[Note, ...]:
    if shown == n:
        return ()
    upto = f"{start + 1:,} to {start + shown:,}" if shown else "none"
    return (Note("more_rows", f"These are rows {upto} of {n:,}; --page goes on, --all lists every interview."),)


def _line(row: OverviewRow, today: str | None) -> OverviewLine:
    ahead = row.state == AHEAD
    return OverviewLine(
        interview_id=row.interview_id,
        applicant_id=shorten(row.applicant_id, _NAME),
        on=_short(row.interviewed[:10], today),
        employer=shorten(row.employer, _NAME - 1) if row.employer else None,
        state="ahead" if ahead else row.state,
        attempts=row.attempts,
        last_contact=_short(row.last_contact, today) if row.last_contact else None,
        coach=shorten(row.coach, _COACH) if row.coach else None,
    )


def _short(day: str, today: str | None) -> str:
    found = date.fromisoformat(day)
    return short_day(found, None if today is None else (found - date.fromisoformat(today)).days)


def _row(row: Mapping[str, Any]) -> OverviewRow:
    clock = "%Y-%m-%d" if row["at_precision"] == "day" else "%Y-%m-%d %H:%M"
    return OverviewRow(
        interview_id=row["interview_id"],
        interviewed=f"{row['local']:{clock}}",
        employer=row["employer"],
        state=row["state"],
        attempts=row["attempts"] or 0,
        last_contact=None if row["last_day"] is None else f"{EPOCH + timedelta(days=row['last_day'])}",
        coach=row["coach"],
        applicant_id=row["applicant_id"],
        cohort=row["cohort"],
    )
