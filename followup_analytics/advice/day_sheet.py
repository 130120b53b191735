"""A coach's sheet for the day: all clients, the most urgent first, as table, CSV and rows for a printed handout."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from followup_analytics.advice.rules import written
from followup_analytics.errors import UsageError
from followup_analytics.results import columns as col
from followup_analytics.results.formatting import format_cell
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import clean, counted, formula_safe

if TYPE_CHECKING:
    from followup_analytics.advice.next_steps import NextStepsResult, StepRow

_STEPS = {
    "thank_you": "Send a thank-you note",
    "call": "Call",
    "email": "Write an e-mail",
    "wait": "Wait",
    "move_on": "Move on",
}


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
    step: str = col.column("text", "", "thank_you, call, email, wait or move_on.", role="confidential")
    cohort: str | None = col.column("text", "", "The cohort.", role="confidential")

    in_table = ("when", "applicant_id", "employer", "interview_id", "do", "why", "confidence")


@dataclass(frozen=True, repr=False)
class DaySheet(Result):
    """A DaySheetRow for each open interview: when, applicant, employer, what to do, why."""

    rows: tuple[DaySheetRow, ...]

    command: ClassVar[str] = "next"
    title: ClassVar[str] = "Day sheet (confidential)"
    row_type: ClassVar[type[Row]] = DaySheetRow

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
        fields = self.shown_fields()
        writer.writerow([one.name for one in fields])
        for row in self.rows:
            writer.writerow(
                [formula_safe(clean("" if row[one.name] is None else format_cell(row, one))) for one in fields]
            )
        return out.getvalue()


def day_sheet(steps: NextStepsResult, *, until: dt.date | str | None = None) -> DaySheet:
    """The next steps as a sheet for the day; with `until`, only what falls due by that date.

    Raises UsageError where `until` is not a date.
    """
    last = _until(until)
    rows = [_row(row) for row in steps.rows if last is None or (row.on and dt.date.fromisoformat(row.on) <= last)]
    return DaySheet(tuple(rows), steps.counts, steps.notes, steps.native, dict(steps.extra))


def _row(row: StepRow) -> DaySheetRow:
    return DaySheetRow(
        when="today" if row.due else row.on or "no date",
        applicant_id=row.applicant_id,
        employer=row.employer,
        interview_id=row.interview_id,
        do=_STEPS[row.step],
        why=row.why,
        confidence=row.confidence,
        on=row.on,
        step=row.step,
        cohort=row.cohort,
    )


def _until(until: dt.date | str | None) -> dt.date | None:
    if until is None or isinstance(until, dt.date):
        return until
    try:
        return dt.date.fromisoformat(until)
    except ValueError:
        raise UsageError(f"{until!r} is not a date: write it as 2026-03-05.") from None
