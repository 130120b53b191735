"""A coach's sheet for the day: all clients, the most urgent first, as table, CSV and rows for a printed handout."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from followup_analytics.advice.rows import StepRow
from followup_analytics.advice.steps import written
from followup_analytics.errors import UsageError
from followup_analytics.results import columns as col
from followup_analytics.results.formatting import format_cell
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import clean, counted, date_hint, formula_safe, shorten

_STEPS = {
    "thank_you": "Send a thank-you note",
    "call": "Call",
    "email": "Write an e-mail",
    "wait": "Wait",
    "move_on": "Move on",
}
_SHORT = _STEPS | {"thank_you": "Thank-you note", "email": "E-mail"}


#: How many letters a cell of a line may have, so that all of them fit 80 columns.
_CLIENT, _WHOM, _ID = 11, 16, 10


@answer_row
class DaySheetRow(Row):
    """What is to be done about one interview, as a coach reads it."""

    when: str = col.column("text", "when", "`today`, a date or `no date`.", role="confidential", importance=col.ALWAYS)
    applicant_id: str = col.column("text", "applicant", "The applicant.", role="confidential")
    employer: str | None = col.column("text", "employer", "The employer.", role="confidential")
    interview_id: str = col.column("text", "interview", "The interview.", role="confidential")
    do: str = col.column("text", "what to do", "The step in words.", role="confidential", importance=col.ALWAYS)
    why: str = col.column("sentence", "why", "Why, in a sentence.", role="confidential", importance=col.ALWAYS)
    confidence: str = col.column("sentence", "how sure", "How sure that is, in words.", importance=col.RARELY)
    on: str | None = col.column("date", "", "The day of the step.", role="confidential")
    at: str | None = col.column("text", "", "Its time where one was agreed.", role="confidential")
    hours: str | None = col.column("text", "", "When to ring an employer in another zone.", role="confidential")
    reach: str | None = col.column("text", "", "Whom to ask for, and the number or address.", role="confidential")
    step: str = col.column("text", "", "thank_you, call, email, wait or move_on.", role="confidential")
    coach: str | None = col.column("text", "", "Who looks after it.", role="confidential")
    cohort: str | None = col.column("text", "", "The cohort.", role="confidential")

    in_table = ("when", "applicant_id", "employer", "interview_id", "do", "why", "confidence")


@answer_row
class DaySheetLine(Row):
    """The most urgent step of one client, in one line."""

    when: str = col.column("text", "when", "Its day and time.", role="confidential", importance=col.ALWAYS)
    client: str = col.column("text", "client", "Start of the id.", role="confidential", importance=col.ALWAYS)
    do: str = col.column("text", "what to do", "The step in words.", role="confidential", importance=col.ALWAYS)
    whom: str | None = col.column("text", "employer", "Start of the employer's name.", role="confidential")
    interview_id: str = col.column("text", "interview", "The interview.", role="confidential")
    more: str | None = col.column("text", "more", "How many more of this client are open.", role="confidential")

    in_table = ("when", "client", "do", "whom", "interview_id", "more")


@dataclass(frozen=True, repr=False)
class DaySheet(Result):
    """A DaySheetRow for each open interview: when, applicant, employer, what to do, why.

    A table has one line for each client, the most urgent of theirs, and how many more there are: it fits 80 columns.
    """

    rows: tuple[DaySheetRow, ...]
    #: A table shows no more lines than this; files have them all.
    limit: int | None = None

    command: ClassVar[str] = "next"
    title: ClassVar[str] = "Day sheet (confidential)"
    row_type: ClassVar[type[Row]] = DaySheetRow
    line_type: ClassVar[type[Row] | None] = DaySheetLine

    def printed_rows(self) -> Sequence[DaySheetLine]:
        """The most urgent row of each client."""
        theirs: dict[str, list[DaySheetRow]] = {}
        for row in self.rows:
            theirs.setdefault(row.applicant_id, []).append(row)
        return [_line(rows) for rows in list(theirs.values())[: self.limit]]

    def summary(self) -> str:
        """How many things are to be done today, for how many applicants."""
        due = [row for row in self.rows if row.when == "today"]
        people = len({row.applicant_id for row in due})
        day = written(dt.date.fromisoformat(self.extra["today"]))
        if not due:
            return f"Nothing is due on {day}."
        return f"{counted(len(due), 'thing')} to do on {day}, for {counted(people, 'applicant')}."

    def to_csv(self) -> str:
        """The sheet as CSV, one line a row; no cell starts with a character that a spreadsheet takes for a formula."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        fields = [DaySheetRow.declaration(name) for name in DaySheetRow.in_table]
        writer.writerow([one.name for one in fields])
        for row in self.rows:
            writer.writerow(
                [formula_safe(clean("" if row[one.name] is None else format_cell(row, one))) for one in fields]
            )
        return out.getvalue()


def day_sheet(
    steps: Result, rows: Sequence[StepRow], *, until: dt.date | str | None = None, limit: int | None = None
) -> DaySheet:
    """The next steps as a sheet for the day; with `until`, only what falls due by that date.

    steps: the answer whose rows they are. limit: how many lines a table shows.
    Raises UsageError where `until` is not a date.
    """
    last = _until(until)
    kept = [_row(row) for row in rows if last is None or (row.on and dt.date.fromisoformat(row.on) <= last)]
    return DaySheet(tuple(kept), steps.counts, steps.notes, steps.native, dict(steps.extra), limit)


def _row(row: StepRow) -> DaySheetRow:
    return DaySheetRow(
        when="today" if row.is_for_today else row.acted_on or "no date",
        applicant_id=row.applicant_id,
        employer=row.employer,
        interview_id=row.interview_id,
        do="Answer" if row.is_owed_today else _STEPS[row.step],
        why=row.why,
        confidence=row.confidence,
        on=row.on,
        at=row.at,
        hours=row.hours,
        reach=row.reach,
        step=row.step,
        coach=row.coach,
        cohort=row.cohort,
    )


def _line(rows: Sequence[DaySheetRow]) -> DaySheetLine:
    """The most urgent row of a client, in one line."""
    first = rows[0]
    return DaySheetLine(
        when=f"{first.when} {first.at}" if first.at else first.when,
        client=shorten(first.applicant_id, _CLIENT),
        do=_SHORT[first.step] if first.do != "Answer" else first.do,
        whom=shorten(first.employer, _WHOM) if first.employer else None,
        interview_id=shorten(first.interview_id, _ID),
        more=f"+{len(rows) - 1}" if len(rows) > 1 else None,
    )


def _until(until: dt.date | str | None) -> dt.date | None:
    if until is None or isinstance(until, dt.date):
        return until
    try:
        return dt.date.fromisoformat(until)
    except ValueError:
        raise UsageError(f"{until!r} is not a date: {date_hint(until)}.") from None
