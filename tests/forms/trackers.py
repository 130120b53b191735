"""One applicant's tables of applications as job-search programs export them: Huntr, Teal, career-ops; and Symplicity.

Exports of Huntr and Teal have no date of an interview: theirs have the columns added that the shipped maps ask for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import polars as pl

from followup_analytics.log.followup_log import FollowUpLog
from forms.telling import Tells, busiest_applicant, held

#: The added columns have room for one follow-up and the first answer, by date.
ADDED = Tells(
    channels=("phone", "voicemail", "email", "text", "social"),
    messages_left=True, talk=False, by_day=True, parties=(), one_applicant=True, attempts=1,
)  # fmt: skip
#: A line for each follow-up that was sent, and none for what came back.
SENT = Tells(
    channels=("phone", "voicemail", "email", "text", "social"),
    messages_left=True, talk=False, by_day=True, parties=(), one_applicant=True, answers=False,
)  # fmt: skip
_HOW = {"phone": "Call", "voicemail": "Voicemail", "email": "E-mail", "text": "Text", "social": "LinkedIn"}
_LISTS = {
    "offer": "Offer",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
    "filled": "Filled",
    "advanced": "Next round",
}
_STAGES = {"offer": "Accepted", "rejected": "Not Selected", "withdrawn": "I Withdrew"}
_ADDED_HEADINGS = ("Interview Date", "Follow-up Done", "Follow-up Method", "Status Date", "Replied On", "Reply Via")


def _applications(log: FollowUpLog) -> list[dict[str, str | None]]:
    """The interviews of the applicant with most of them, each with what the added columns hold."""
    date = pl.col("_day").cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")
    theirs = log.interviews.filter(pl.col("applicant_id") == busiest_applicant(log))
    ends = log.outcomes.select("interview_id", "outcome", decided=date)
    day = pl.col("day").cast(pl.Date).dt.to_string("%Y-%m-%d")
    pairs = held(log, ADDED).select("interview_id", "direction", day=day, how=pl.col("channel").replace_strict(_HOW))
    tried, heard = (
        pairs.filter(pl.col("direction") == way).select(
            "interview_id", pl.col("day").alias(name), pl.col("how").alias(f"{name}_how")
        )
        for way, name in (("outbound", "tried"), ("inbound", "heard"))
    )
    rows = theirs.select("interview_id", "employer", "job_level", interviewed=date)
    for other in (ends, tried, heard):
        rows = rows.join(other, on="interview_id", how="left")
    return rows.sort("interview_id").to_dicts()


def _added(row: dict[str, str | None]) -> list[str | None]:
    return [row["interviewed"], row["tried"], row["tried_how"], row["decided"], row["heard"], row["heard_how"]]


def huntr_csv(log: FollowUpLog) -> bytes:
    """Huntr's board (CSV) with the added columns. A job is known by its employer and title, so titles hold the id."""
    headings = ("Employer", "Job Title", "List", "URL", "Location", "Salary", "Date Saved", "Notes", *_ADDED_HEADINGS)
    rows = [
        [
            *(row["employer"], huntr_title(row["interview_id"]), _LISTS.get(row["outcome"] or "", "Interview")),
            *("", "", "", row["interviewed"], "(simulated)"),
            *_added(row),
        ]
        for row in _applications(log)
    ]
    return _table(headings, rows)


def huntr_title(interview: str | None) -> str:
    """The title of a simulated job."""
    return f"Simulated job {interview}"


def teal_csv(log: FollowUpLog) -> bytes:
    """Teal's data (CSV) with the added columns."""
    headings = ("id", "company_name", "role", "applied_at", "follow_up_at", "statusName", *_ADDED_HEADINGS)
    rows = [
        [
            *(row["interview_id"], row["employer"], row["job_level"], "", ""),
            _STAGES.get(row["outcome"] or "", "Interviewing"),
            *_added(row),
        ]
        for row in _applications(log)
    ]
    return _table(headings, rows)


def career_ops_log(log: FollowUpLog) -> bytes:
    """The follow-ups of the applicant with most interviews as career-ops logs them (a Markdown table)."""
    lines = [
        "# Follow-ups (simulated)",
        "",
        "| # | App# | Date | Company | Role | Channel | Contact | Notes |",
        "|---|------|------|---------|------|---------|---------|-------|",
    ]
    names = log.interviews.select("interview_id", "employer", "job_level")
    day = pl.col("day").cast(pl.Date).dt.to_string("%Y-%m-%d")
    rows = held(log, SENT).join(names, on="interview_id", how="left", maintain_order="left").with_columns(date=day)
    for number, row in enumerate(rows.iter_rows(named=True), start=1):
        cells = [
            *(number, row["interview_id"], row["date"], row["employer"] or "", row["job_level"] or ""),
            *(_HOW[row["channel"]], row["whose"], "(simulated)"),
        ]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return ("\n".join(lines) + "\n").encode()


def symplicity_csv(log: FollowUpLog) -> bytes:
    """Interview schedules and their results under the headings of the shipped map `symplicity` (CSV)."""
    date = pl.col("_day").cast(pl.Int32).cast(pl.Date).dt.to_string("%m/%d/%Y")
    outcomes = log.outcomes.select("interview_id", "outcome", decided=date)
    rows = log.interviews.select("interview_id", "applicant_id", "employer", "job_level", "cohort", interviewed=date)
    rows = rows.join(outcomes, on="interview_id", how="left").sort("interview_id")
    words = {
        "offer": "Offer",
        "advanced": "Second Round",
        "rejected": "Declined",
        "withdrawn": "Withdrew",
        "filled": "Filled",
    }
    headings = (
        "Interview ID",
        "Student ID",
        "Employer",
        "Position Title",
        "Term",
        "Interview Date",
        "Outcome",
        "Outcome Date",
    )
    cells = [
        [
            *(row["interview_id"], row["applicant_id"], row["employer"], row["job_level"], row["cohort"]),
            *(row["interviewed"], words.get(row["outcome"] or ""), row["decided"]),
        ]
        for row in rows.iter_rows(named=True)
    ]
    return _table(headings, cells)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str | None]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode()
