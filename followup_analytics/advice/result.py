"""The answer of `next`: one row an open interview, and its faces: table, chart, calendar, scripts, day sheet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.advice.day_sheet import DaySheet, day_sheet
from followup_analytics.advice.rows import about
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import ACTIONS, STEP_NAMES, STEP_WORDS, written
from followup_analytics.log.followup_log import Note
from followup_analytics.results.result import Field, Kind, Result
from followup_analytics.text import counted, listed, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHORT = 10
CONFIDENTIAL = Note(
    "confidential", "This is a working paper about single interviews: confidential, not for publication."
)


@dataclass(frozen=True, repr=False)
class NextStepsResult(Result):
    """One row for each open interview, the most urgent first.

    Rows: interview_id, step (thank_you, call, email, wait, move_on), on (ISO date or None), at (local time HH:MM where
    one was agreed), why (a sentence), evidence (list of {claim, verdict}), confidence (how sure, in words), state (of
    the story), rule (1 to 10), source (where the rule comes from), replaced (numbers of the rules that this log's
    verdicts took out), due (by the day asked for), about (employer and day of the interview: what people know it by),
    day, attempts, voicemails (since they last spoke or wrote), time_zone (the employer's), hours (when to ring another
    zone), reply_by (ISO date, while owed), silence and silence_means (what such a silence meant in this log),
    snoozed_until, applicant_id, coach, employer, cohort.
    """

    situations: tuple[Situation, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    #: A table shows no more rows than this; frames and files have them all.
    limit: int | None = None

    command: ClassVar[str] = "next"
    title: ClassVar[str] = "Next steps (confidential)"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("client", "client"),
        Field("about", "about"),
        Field("interview_id", "interview"),
        Field("do", "step"),
        Field("when", "on"),
        Field("reason", "why", "sentence"),
        Field("confidence", "how sure", "sentence"),
    )

    columns: ClassVar[Mapping[str, Kind]] = {
        "interview_id": "text", "step": "text", "on": "date", "at": "text", "why": "sentence", "evidence": "text",
        "confidence": "sentence", "state": "text", "rule": "count", "source": "sentence", "replaced": "text",
        "due": "bool", "about": "text", "day": "count", "attempts": "count", "voicemails": "count",
        "time_zone": "text", "hours": "text", "reply_by": "date", "silence": "text", "silence_means": "sentence",
        "snoozed_until": "date", "applicant_id": "text", "coach": "text", "employer": "text", "cohort": "text",
    }  # fmt: skip

    def shown_fields(self) -> tuple[Field, ...]:
        """The client only where there are several."""
        several = len({row["applicant_id"] for row in self.rows}) > 1
        return self.fields if several else tuple(one for one in self.fields if one.name != "client")

    def printed_rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows with steps in words, and clients short enough to tell them apart."""
        return [_printed(row) for row in self.rows[: self.limit]]

    def at_most(self, number: int) -> NextStepsResult:
        """The same advice, of which a table shows the most urgent rows and says how many more there are."""
        more = len(self.rows) - number
        if more <= 0:
            return self
        text = f"The table shows the {number} most urgent of {len(self.rows):,} rows; --all prints them all."
        return replace(self, limit=number, notes=(*self.notes, Note("more_rows", text, None)))

    def due_only(self) -> NextStepsResult:
        """The same advice with only what is to be done by the day asked for."""
        return replace(self, rows=tuple(row for row in self.rows if row["due"]))

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
        steps = Counter(row["step"] for row in self.rows if row["step"] not in ACTIONS or row["due"])
        parts = [counted(steps[step], *words) for step, words in STEP_WORDS.items() if steps[step]]
        later = sum(row["step"] in ACTIONS and not row["due"] for row in self.rows)
        parts += [f"{counted(later, 'step')} due later"] if later else []
        return f"{counted(n_open, 'interview')} open on {day}: {listed(parts, 'and')}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Bars: how many open interviews have each step as their next. Confidential as the list itself."""
        from followup_analytics.charts import count_chart

        steps = Counter(row["step"] for row in self.rows)
        return count_chart(
            {name: steps[step] for step, name in STEP_NAMES.items()},
            what="Open interviews by next step (confidential)",
            of=f"next steps on {written(self.today)}",
            simulated=self.counts.simulated,
            title=None if ax is not None else f"Next steps on {written(self.today)}",
            ax=ax,
        )

    def to_ics(self) -> str:
        """The dated steps as an iCalendar file; the same result gives the same text."""
        from followup_analytics import __version__
        from followup_analytics.advice.ics import to_ics

        made_at = dt.datetime.combine(self.today, dt.time(), dt.UTC)
        return to_ics(self.rows, made_at=made_at, version=__version__)

    def scripts_text(self) -> str:
        """What to say in each call of the list, as plain text, the most urgent first."""
        from followup_analytics.advice.script import script_for

        by_id = {now.interview_id: now for now in self.situations}
        calls = [by_id[row["interview_id"]] for row in self.rows if row["step"] == "call"]
        pages = [f"{about(now)} ({now.interview_id})\n\n{script_for(now, self.verdicts).text()}" for now in calls]
        return "\n".join(pages) if pages else "No call is on the list.\n"

    def day_sheet(self, *, until: dt.date | str | None = None) -> DaySheet:
        """What a coach has before them on the day: all clients, the most urgent first."""
        return day_sheet(self, until=until)


def _printed(row: Mapping[str, Any]) -> dict[str, Any]:
    when = None if row["on"] is None else f"{row['on']} {row['at']}" if row["at"] else row["on"]
    told = [row["why"], f"Ring {row['hours']}." if row["hours"] else None, row["silence_means"]]
    return {
        **row,
        "do": STEP_NAMES[row["step"]],
        "client": shorten(row["applicant_id"], _SHORT),
        "when": when,
        "reason": " ".join(part for part in told if part),
    }
