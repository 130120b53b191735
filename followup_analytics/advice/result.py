"""The answer of `next`: one row an open interview, and its faces: table, chart, calendar, scripts, day sheet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from followup_analytics.advice.day_sheet import DaySheet, day_sheet
from followup_analytics.advice.rows import StepLine, StepRow, about, as_line
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import ACTIONS, STEP_NAMES, STEP_WORDS, written
from followup_analytics.log.followup_log import Note
from followup_analytics.results.columns import Field
from followup_analytics.results.result import Result
from followup_analytics.results.row import Row
from followup_analytics.text import counted, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CONFIDENTIAL = Note(
    "confidential", "This is a working paper about single interviews: confidential, not for publication."
)


@dataclass(frozen=True, repr=False)
class NextStepsResult(Result):
    """One StepRow for each open interview, the most urgent first."""

    rows: tuple[StepRow, ...]
    situations: tuple[Situation, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    #: A table shows no more rows than this; frames and files have them all.
    limit: int | None = None

    command: ClassVar[str] = "next"
    title: ClassVar[str] = "Next steps (confidential)"
    row_type: ClassVar[type[Row]] = StepRow
    line_type: ClassVar[type[Row] | None] = StepLine

    def shown_fields(self) -> tuple[Field, ...]:
        """The client only where the log has several, whether or not a step is due for more than one of them."""
        several = self.counts.applicants > 1
        return tuple(one for one in super().shown_fields() if several or one.name != "client")

    def printed_rows(self) -> Sequence[StepLine]:
        """The rows with steps in words, and clients short enough to tell them apart."""
        return [as_line(row) for row in self.rows[: self.limit]]

    def at_most(self, number: int) -> NextStepsResult:
        """The same advice, of which a table shows the most urgent rows and says how many more there are."""
        more = len(self.rows) - number
        if more <= 0:
            return self
        text = f"The table shows the {number} most urgent of {len(self.rows):,} rows; --all prints them all."
        return replace(self, limit=number, notes=(*self.notes, Note("more_rows", text, None)))

    def due_only(self) -> NextStepsResult:
        """The same advice with only what is to be done by the day asked for."""
        return replace(self, rows=tuple(row for row in self.rows if row.due))

    @property
    def today(self) -> dt.date:
        """The day for which the advice was asked."""
        return dt.date.fromisoformat(self.extra["today"])

    def summary(self) -> str:
        """How many interviews are open and what is due by the day; where nothing is, when the next step is."""
        n_open = int(self.extra["open"])
        day = written(self.today)
        if not n_open:
            return f"No interview is open on {day}: there is nothing to follow up."
        are_open = f"{counted(n_open, 'interview')} {'is' if n_open == 1 else 'are'} open"
        if not self.rows:
            following = self.extra["next_on"]
            tail = f", and the next step falls on {written(dt.date.fromisoformat(following))}" if following else ""
            return f"Nothing is due on {day}: {are_open}{tail}."
        steps = Counter(row.step for row in self.rows if row.step not in ACTIONS or row.due)
        owed = sum(row.is_owed_today for row in self.rows)
        steps["wait"] -= owed
        parts = [f"{counted(owed, 'answer')} owed"] if owed else []
        parts += [counted(steps[step], *words) for step, words in STEP_WORDS.items() if steps[step]]
        later = sum(row.step in ACTIONS and not row.due for row in self.rows)
        parts += [f"{counted(later, 'step')} due later"] if later else []
        return f"{counted(n_open, 'interview')} open on {day}: {listed(parts, 'and')}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Bars: how many open interviews have each step as their next. Confidential as the list itself."""
        from followup_analytics.charts import count_chart

        steps = Counter(row.step for row in self.rows)
        return count_chart(
            {name: steps[step] for step, name in STEP_NAMES.items()},
            what="Open interviews by next step (confidential)",
            of=f"next steps on {written(self.today)}",
            simulated=self.counts.simulated,
            title=None if ax is not None else f"Next steps on {written(self.today)}",
            ax=ax,
        )

    def to_ics(self, names: Mapping[str, str] | None = None) -> str:
        """The dated steps as an iCalendar file; the same result gives the same text.

        names: of clients, by applicant id, where a contact book has them.
        """
        from followup_analytics import __version__
        from followup_analytics.advice.ics import to_ics

        made_at = dt.datetime.combine(self.today, dt.time(), dt.UTC)
        return to_ics(self.rows, made_at=made_at, version=__version__, client=names)

    def scripts_text(self) -> str:
        """What to say in each call of the list, as plain text, the most urgent first."""
        from followup_analytics.advice.script import script_for

        by_id = {now.interview_id: now for now in self.situations}
        calls = [by_id[row.interview_id] for row in self.rows if row.step == "call"]
        pages = [f"{about(now)} ({now.interview_id})\n\n{script_for(now, self.verdicts).text()}" for now in calls]
        return "\n".join(pages) if pages else "No call is on the list.\n"

    def day_sheet(self, *, until: dt.date | str | None = None) -> DaySheet:
        """What a coach has before them on the day: all clients, the most urgent first."""
        return day_sheet(self, self.rows, until=until, limit=self.limit)
