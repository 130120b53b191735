"""The next step of every open interview: rules applied to a log on a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from followup_analytics.advice.decide import NextStep, decide
from followup_analytics.advice.office_days import BY_ZONE, WorkingDays, country_of_zone, working_days
from followup_analytics.advice.policy import Policy, read_policy
from followup_analytics.advice.rules import LONG_PAST, RULES, written
from followup_analytics.advice.situation import Open, Situation, open_interviews
from followup_analytics.advice.verdicts import read_verdicts
from followup_analytics.errors import UsageError, WithheldError
from followup_analytics.log.followup_log import Note
from followup_analytics.results import columns as col
from followup_analytics.results.columns import Field
from followup_analytics.results.result import LogCounts, Result
from followup_analytics.results.row import Row, answer_row
from followup_analytics.results.scope import scope
from followup_analytics.text import counted, listed, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from followup_analytics.advice.day_sheet import DaySheet
    from followup_analytics.log.followup_log import FollowUpLog

#: A step's words: one of it, and several.
STEP_WORDS = {
    "call": ("call", "calls"),
    "email": ("e-mail", "e-mails"),
    "thank_you": ("thank-you note", "thank-you notes"),
    "wait": ("interview to wait for", "interviews to wait for"),
    "move_on": ("interview to move on from", "interviews to move on from"),
}
#: A step as a heading.
STEP_NAMES = {"call": "call", "email": "e-mail", "thank_you": "thank-you note", "wait": "wait", "move_on": "move on"}
ACTIONS = ("call", "email", "thank_you")
_SHORT, _NAME = 10, 30
#: The number of the rule about a call that the employer asked for.
_ASKED_FOR = 2
CONFIDENTIAL = Note(
    "confidential", "This is a working paper about single interviews: confidential, not for publication."
)


@answer_row
class StepRow(Row):
    """The next step of one open interview."""

    interview_id: str = col.column("text", "interview", "The interview.", role="confidential")
    step: str = col.column("text", "", "thank_you, call, email, wait or move_on.", role="confidential")
    on: str | None = col.column("date", "on", "The day of the step; null where none can be dated.", role="confidential")
    why: str = col.column("sentence", "why", "Why, in a sentence.", role="confidential")
    evidence: Sequence[Mapping[str, str]] = col.column("nested", "", "What stands behind it: [{claim, verdict}].")
    confidence: str = col.column("sentence", "how sure", "How sure that is, in words.")
    rule: int = col.column("count", "", "Number of the rule that decided.")
    source: str = col.column("sentence", "", "Where the rule comes from.")
    replaced: Sequence[int] = col.column("nested", "", "Numbers of the rules that this log's verdicts took out.")
    due: bool = col.column("bool", "", "Whether it is to be done by the day asked for.", role="confidential")
    about: str = col.column("text", "about", "Employer and day: what people know it by.", role="confidential")
    day: int = col.column("count", "", "Local days since the interview.", role="confidential")
    attempts: int = col.column("count", "", "Attempts made.", role="confidential")
    voicemails: int = col.column("count", "", "Messages left.", role="confidential")
    applicant_id: str = col.column("text", "", "The applicant.", role="confidential")
    employer: str | None = col.column("text", "", "The employer.", role="confidential")
    cohort: str | None = col.column("text", "", "The cohort.", role="confidential")


@answer_row
class StepLine(Row):
    """A step as the printed list has it, in words and short."""

    client: str = col.column(
        "text", "client", "Start of the applicant's id.", role="confidential", importance=col.RARELY
    )
    about: str = col.column("text", "about", "Employer and day.", role="confidential", importance=col.ALWAYS)
    interview_id: str = col.column("text", "interview", "The interview.", role="confidential", importance=col.ALWAYS)
    do: str = col.column("text", "step", "The step in words.", role="confidential", importance=col.ALWAYS)
    on: str | None = col.column("date", "on", "Its day.", role="confidential", importance=col.ALWAYS)
    why: str = col.column("sentence", "why", "Why.", role="confidential", importance=col.ALWAYS)
    confidence: str = col.column("sentence", "how sure", "How sure that is.", importance=col.RARELY)

    in_table = ("client", "about", "interview_id", "do", "on", "why", "confidence")


@dataclass(frozen=True, repr=False)
class NextStepsResult(Result):
    """One StepRow for each open interview, the most urgent first."""

    rows: tuple[StepRow, ...]
    situations: tuple[Situation, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)

    command: ClassVar[str] = "next"
    title: ClassVar[str] = "Next steps (confidential)"
    row_type: ClassVar[type[Row]] = StepRow
    line_type: ClassVar[type[Row] | None] = StepLine

    def shown_fields(self) -> tuple[Field, ...]:
        """The client only where there are several."""
        several = len({row.applicant_id for row in self.rows}) > 1
        return tuple(one for one in super().shown_fields() if several or one.name != "client")

    def printed_rows(self) -> Sequence[StepLine]:
        """The rows with steps in words, and clients short enough to tell them apart."""
        return [
            StepLine(
                client=shorten(row.applicant_id, _SHORT),
                about=row.about,
                interview_id=row.interview_id,
                do=STEP_NAMES[row.step],
                on=row.on,
                why=row.why,
                confidence=row.confidence,
            )
            for row in self.rows
        ]

    def due_only(self) -> NextStepsResult:
        """The same advice with only what is to be done by the day asked for."""
        return replace(self, rows=tuple(row for row in self.rows if row.due))

    @property
    def today(self) -> dt.date:
        """The day for which the advice was asked."""
        return dt.date.fromisoformat(self.extra["today"])

    def summary(self) -> str:
        """How many interviews are open, and what is due by the day asked for."""
        if not self.rows:
            return f"No interview is open on {written(self.today)}: there is nothing to follow up."
        steps = Counter(row.step for row in self.rows if row.step not in ACTIONS or row.due)
        parts = [counted(steps[step], *words) for step, words in STEP_WORDS.items() if steps[step]]
        later = sum(row.step in ACTIONS and not row.due for row in self.rows)
        parts += [f"{counted(later, 'step')} due later"] if later else []
        return f"{counted(len(self.rows), 'interview')} open on {written(self.today)}: {listed(parts, 'and')}."

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
        calls = [by_id[row.interview_id] for row in self.rows if row.step == "call"]
        pages = [f"{about(now)} ({now.interview_id})\n\n{script_for(now, self.verdicts).text()}" for now in calls]
        return "\n".join(pages) if pages else "No call is on the list.\n"

    def day_sheet(self, *, until: dt.date | str | None = None) -> DaySheet:
        """What a coach has before them on the day: all clients, the most urgent first."""
        from followup_analytics.advice.day_sheet import day_sheet

        return day_sheet(self, until=until)


def next_steps(
    log: FollowUpLog,
    *,
    today: dt.date | dt.datetime | str | None = None,
    policy: Policy | Mapping[str, Any] | str | Path | None = None,
    verdicts: Any = None,
    test: bool = True,
    country: str | None = None,
) -> NextStepsResult:
    """What to do next about every interview without an outcome, by the rules of the contract (`rules.RULES`).

    today: a date; by default the log's data date, the same for all interviews. policy: the office's policy file or
    mapping. verdicts: a result of `test_claims`, or verdicts by claim id, of this same log. test: where no verdicts are
    given, test the claims first; else no advice is called evidence. country: whose working days count (US, DE-BY;
    "zone" for the country of each employer's zone); else the policy's, else Monday to Friday.

    Returns a NextStepsResult, one row an open interview (see there for its columns). Rows are about single interviews:
    exempt from `min_cell`, and marked confidential.

    Raises UsageError for a date, country, policy or verdict that can't be understood.
    """
    log = scope(log)
    on_day = _date(today) or dt.date.fromisoformat(LogCounts.of(log).data_date)
    office = read_policy(policy)
    where = country or office.country
    found = open_interviews(log, on_day)
    known = read_verdicts(_tested(log) if verdicts is None and test else verdicts)
    steps = [decide(now, office, _office_days(now, where), known) for now in found.situations]
    return NextStepsResult(
        rows=tuple(as_row(step) for step in sorted(steps, key=urgency)),
        counts=LogCounts.of(log),
        notes=_notes(found, where, known),
        native=log.native,
        extra={"today": on_day.isoformat()},
        situations=found.situations,
        verdicts=known,
    )


def _tested(log: FollowUpLog) -> Any:
    """This log's verdicts; where it is about too few applicants to test anything, none of the claims can be tested."""
    from followup_analytics.claims import own_catalogue, test_claims

    try:
        return test_claims(log)
    except WithheldError:
        return {claim.id: "not_testable" for claim in own_catalogue().claims}


def as_row(step: NextStep) -> StepRow:
    """One step as a row of the answer."""
    now = step.situation
    return StepRow(
        interview_id=now.interview_id,
        step=step.step,
        on=None if step.on is None else step.on.isoformat(),
        why=step.why,
        evidence=[dict(one) for one in step.evidence],
        confidence=step.confidence,
        rule=step.rule,
        source=step.source,
        replaced=list(step.replaced),
        due=_is_due(step),
        about=about(now),
        day=now.day,
        attempts=now.attempts,
        voicemails=now.voicemails,
        applicant_id=now.applicant_id,
        employer=now.employer,
        cohort=now.cohort,
    )


def step_in_words(row: StepRow) -> str:
    """A row as the end of a sentence: `call today. It is 5 days since the interview and no attempt yet: call.`"""
    when = " today" if row.due else f" until {written(dt.date.fromisoformat(row.on))}" if row.on else ""
    if row.step in ACTIONS:
        when = when.replace(" until ", " on ")
    return f"{STEP_NAMES[row.step]}{when}. {row.why}"


def about(now: Situation) -> str:
    """What people know an interview by: `Acme, 5 Mar 2026`."""
    day = f"{now.interview.day} {now.interview:%b %Y}"
    return f"{shorten(now.employer, _NAME)}, {day}" if now.employer else f"interview of {day}"


def urgency(step: NextStep) -> tuple[int, dt.date, int, int, str]:
    """Sorts steps: what is due (asked for, then the longest silence), forgotten, due later, waits, what is over."""
    now = step.situation
    silence = now.silence if now.silence is not None else now.day
    if step.step in ACTIONS:
        # What nobody followed up for months comes after what can still be missed.
        since = now.callback if step.rule == _ASKED_FOR else now.interview if now.silence is None else None
        forgotten = since is not None and (now.today - since).days >= LONG_PAST
        group = 1 if forgotten and _is_due(step) else 0 if _is_due(step) else 2
    else:
        group = 5 if step.step == "move_on" else 4 if step.on is None else 3
    return (group, step.on or dt.date.max, step.rule, -silence, now.interview_id)


def rules_table() -> list[dict[str, Any]]:
    """The rules as rows, for the reference page: number, name, source, the claims behind it, what a verdict changes."""
    return [
        {
            "rule": rule.number,
            "name": rule.name,
            "source": rule.source,
            "claims": list(rule.claims),
            "replaced_when_contradicted": rule.decisive,
            "then": rule.instead or None,
            "policy": list(rule.policy),
        }
        for rule in RULES
    ]


def _is_due(step: NextStep) -> bool:
    return step.step in ACTIONS and step.on is not None and step.on <= step.situation.today


def _office_days(now: Situation, country: str | None) -> WorkingDays:
    return working_days(country_of_zone(now.zone) if country == BY_ZONE else country)


def _date(today: dt.date | dt.datetime | str | None) -> dt.date | None:
    if isinstance(today, dt.datetime):
        return today.date()
    if today is None or isinstance(today, dt.date):
        return today
    try:
        return dt.date.fromisoformat(today.strip()[:10])
    except ValueError:
        raise UsageError(f"--today {today!r} is not a date: write it as 2026-03-05.") from None


def _notes(found: Open, country: str | None, verdicts: Mapping[str, str]) -> tuple[Note, ...]:
    ahead = sum(not now.held for now in found.situations)
    notes = [CONFIDENTIAL]
    if found.decided:
        notes.append(Note("decided", "interviews have an outcome already and need no next step.", found.decided))
    if ahead:
        notes.append(Note("interview_ahead", "interviews are still to come: the advice is to wait.", ahead))
    if found.later_facts:
        notes.append(
            Note("later_contacts", "contacts are dated after the day asked for and were not used.", found.later_facts)
        )
    if not verdicts:
        notes.append(
            Note(
                "no_verdicts", "The claims behind the advice were not examined in this log: it is custom, not evidence."
            )
        )
    notes.append(Note("working_days", _working_days_note(country)))
    return tuple(notes)


def _working_days_note(country: str | None) -> str:
    if country is None:
        return "Working days are Monday to Friday; public holidays count only where a country is given."
    if country == BY_ZONE:
        return "Working days and public holidays are those of the country of each employer's time zone."
    return f"Working days and public holidays are those of {country.upper()}."
