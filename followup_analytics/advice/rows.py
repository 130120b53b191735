"""Next steps as rows of plain values, and in which order people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from followup_analytics.advice.decide import NextStep
from followup_analytics.advice.hours import hours_to_call, hours_told
from followup_analytics.advice.meaning import Meaning
from followup_analytics.advice.reach import Reach
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import ACTIONS, LONG_PAST, NEAR_DAYS, STEP_NAMES, short_day, written
from followup_analytics.results import columns as col
from followup_analytics.results.row import Row, answer_row
from followup_analytics.text import shorten

_SHORT, _NAME, _SHORT_NAME = 10, 30, 16


@answer_row
class StepRow(Row):
    """The next step of one open interview."""

    interview_id: str = col.column("text", "interview", "The interview.", role="confidential")
    step: str = col.column("text", "", "thank_you, call, email, wait or move_on.", role="confidential")
    on: str | None = col.column("date", "on", "The day of the step; null where none can be dated.", role="confidential")
    ring_on: str | None = col.column(
        "date", "", "When to ring, where their office is closed on the step's own day.", role="confidential"
    )
    at: str | None = col.column("text", "at", "Its local time (HH:MM) where one was agreed.", role="confidential")
    why: str = col.column("sentence", "why", "Why, in a sentence.", role="confidential")
    evidence: Sequence[Mapping[str, str]] = col.column("nested", "", "What stands behind it: [{claim, verdict}].")
    confidence: str = col.column("sentence", "how sure", "How sure that is, in words.")
    state: str = col.column("text", "", "Where the story stands: see docs/next.md.", role="confidential")
    rule: int = col.column("count", "", "Number of the rule that decided.")
    source: str = col.column("sentence", "", "Where the rule comes from.")
    replaced: Sequence[int] = col.column("nested", "", "Numbers of the rules that this log's verdicts took out.")
    due: bool = col.column("bool", "", "Whether it is to be done by the day asked for.", role="confidential")
    about: str = col.column("text", "about", "Employer and day: what people know it by.", role="confidential")
    day: int = col.column("count", "", "Local days since the interview.", role="confidential")
    attempts: int = col.column("count", "", "Attempts made.", role="confidential")
    voicemails: int = col.column("count", "", "Messages left since they last spoke or wrote.", role="confidential")
    time_zone: str | None = col.column("text", "", "The employer's zone.", role="confidential")
    hours: str | None = col.column("text", "", "When to ring an employer in another zone.", role="confidential")
    reach: str | None = col.column(
        "text", "", "Whom to ask for and the number or address, from the contact book.", role="confidential"
    )
    expects: str | None = col.column("text", "", "What of theirs a wait is for: call or decision.", role="confidential")
    reply_by: str | None = col.column("date", "", "By when they want an answer, while it is owed.", role="confidential")
    agreed: Sequence[Mapping[str, str]] = col.column(
        "nested", "", "Hours that the employer named: [{what: decision or answer, on, at}].", role="confidential"
    )
    silence: Mapping[str, Any] | None = col.column(
        "nested", "", "How many such silences still ended in an answer: answered, conf_low, conf_high, n, of what."
    )
    silence_means: str | None = col.column("sentence", "", "The same in a sentence.")
    snoozed_until: str | None = col.column("date", "", "The day it was put off to.", role="confidential")
    applicant_id: str = col.column("text", "", "The applicant.", role="confidential")
    coach: str | None = col.column("text", "", "Who looks after it.", role="confidential")
    employer: str | None = col.column("text", "", "The employer.", role="confidential")
    cohort: str | None = col.column("text", "", "The cohort.", role="confidential")

    @property
    def acted_on(self) -> str | None:
        """The day on which it can be done: the step's own, or where their office is closed by now the next."""
        return self.ring_on or self.on

    @property
    def is_for_today(self) -> bool:
        """It is due, and can be done today."""
        return self.due and self.ring_on is None

    @property
    def is_owed_today(self) -> bool:
        """They wait for an answer, while the next step of ours is to wait."""
        return self.due and self.step not in ACTIONS


@answer_row
class StepLine(Row):
    """A step as the printed list has it, in words and short."""

    client: str = col.column(
        "text", "client", "Start of the applicant's id.", role="confidential", importance=col.RARELY
    )
    about: str = col.column("text", "about", "Employer and day.", role="confidential", importance=col.ALWAYS)
    interview_id: str = col.column("text", "interview", "The interview.", role="confidential", importance=col.ALWAYS)
    do: str = col.column("text", "step", "The step in words.", role="confidential", importance=col.ALWAYS)
    when: str | None = col.column(
        "text", "on", "Its day, and its time where one was agreed.", role="confidential", importance=col.ALWAYS
    )
    why: str = col.column(
        "sentence", "why", "Why, when to ring, and what such a silence meant.", role="confidential",
        importance=col.ALWAYS,
    )  # fmt: skip
    confidence: str = col.column("sentence", "how sure", "How sure that is.", importance=col.RARELY)

    in_table = ("client", "about", "interview_id", "do", "when", "why", "confidence")


def _short_about(row: StepRow) -> str:
    """Employer and day in few columns; the year only where it isn't the last twelve months."""
    name, comma, day = row.about.rpartition(", ")
    day = day.rsplit(" ", 1)[0] if 0 <= row.day < NEAR_DAYS else day
    return f"{shorten(name, _SHORT_NAME)}{comma}{day}"


def as_row(
    step: NextStep, meaning: Meaning | None = None, own_zone: str | None = None, reach: Reach | None = None
) -> StepRow:
    """One step as a row of the answer. own_zone: the coach's, to tell the hours of an employer in another."""
    now = step.situation
    silence = None if meaning is None or now.day < 0 else meaning.of(now)
    hours = None
    on = step.ring_on or step.on
    if on is not None and (step.step == "call" or step.at is not None):
        hours = hours_to_call(on, step.at, now.zone, own_zone)
    return StepRow(
        interview_id=now.interview_id,
        step=step.step,
        on=None if step.on is None else step.on.isoformat(),
        ring_on=None if step.ring_on is None else step.ring_on.isoformat(),
        at=None if step.at is None else f"{step.at:%H:%M}",
        why=step.why,
        evidence=[dict(one) for one in step.evidence],
        confidence=step.confidence,
        state=step.state,
        rule=step.rule,
        source=step.source,
        replaced=list(step.replaced),
        due=step.is_due,
        about=about(now),
        day=now.day,
        attempts=now.attempts_made,
        voicemails=now.voicemails,
        time_zone=now.zone,
        hours=hours,
        reach=None if reach is None or step.step == "move_on" else reach.told(step.step),
        expects=step.expects,
        reply_by=None if now.reply_by is None else now.reply_by.isoformat(),
        agreed=_agreed(now),
        silence=None if silence is None else silence.to_dict(),
        silence_means=None if silence is None else silence.sentence(),
        snoozed_until=None if now.snoozed_until is None else now.snoozed_until.isoformat(),
        applicant_id=now.applicant_id,
        coach=now.coach,
        employer=now.employer,
        cohort=now.cohort,
    )


def _agreed(now: Situation) -> list[dict[str, str]]:
    """What the employer said it would do, or wants, by an hour of today or later; a call has its own step."""
    named = (("decision", now.promised, now.promised_time), ("answer", now.reply_by, now.reply_by_time))
    return [
        {"what": what, "on": on.isoformat(), "at": f"{at:%H:%M}"}
        for what, on, at in named
        if on is not None and at is not None and on >= now.today
    ]


def as_line(row: StepRow) -> StepLine:
    """A row as the printed list has it."""
    told = [
        row.why,
        hours_told(row.hours, row.expects),
        f"{row.reach}." if row.reach else None,
        row.silence_means,
    ]
    on = row.acted_on
    day = "today" if row.is_for_today else on and short_day(dt.date.fromisoformat(on), row.day)
    return StepLine(
        client=shorten(row.applicant_id, _SHORT),
        about=_short_about(row),
        interview_id=row.interview_id,
        do=STEP_NAMES["answer" if row.is_owed_today else row.step],
        when=f"{day} {row.at}" if row.at else day,
        why=" ".join(part for part in told if part),
        confidence=row.confidence,
    )


def step_in_words(row: StepRow) -> str:
    """A row as the end of a sentence: `call today. It is 5 days since the interview and no attempt yet: call.`"""
    until = f" until {written(dt.date.fromisoformat(row.acted_on))}" if row.acted_on else ""
    when = " today" if row.is_for_today and row.step in ACTIONS else until
    if row.step in ACTIONS:
        when = when.replace(" until ", " on ")
    clock = f" at {row.at}" if row.at else ""
    hours = f" ({row.hours})" if row.hours else ""
    answer = f"{STEP_NAMES['answer']} today, then " if row.is_owed_today else ""
    reach = f" {row.reach}." if row.reach else ""
    return f"{answer}{STEP_NAMES[row.step]}{when}{clock}{hours}. {row.why}{reach}"


def about(now: Situation) -> str:
    """What people know an interview by: `Acme, 5 Mar 2026`."""
    day = f"{now.interview.day} {now.interview:%b %Y}"
    return f"{shorten(now.employer, _NAME)}, {day}" if now.employer else f"interview of {day}"


def urgency(step: NextStep) -> tuple[int, int, dt.date, dt.time, int, int, str]:
    """Sorts steps: what is due (asked for, then the longest silence), forgotten, due later, waits, what is over."""
    now = step.situation
    silence = now.silence if now.silence is not None else now.day
    if step.step in ACTIONS or step.is_due:
        # What was left lying for months comes after what can still be missed.
        forgotten = not step.asked_for and silence >= LONG_PAST
        group = 1 if forgotten and step.is_due else 0 if step.is_due else 2
    else:
        group = 5 if step.step == "move_on" else 4 if step.on is None else 3
    asked = 0 if step.asked_for else 1
    # An answer comes before all that is done of one's own accord, one with a deadline before all else.
    wanted = 0 if step.is_due and now.reply_by is not None else 1
    answered_today = step.answer_on is not None and step.is_due
    on = min(step.on or dt.date.max, now.today) if answered_today else step.on or dt.date.max
    place = asked * 100 + step.rule
    return (group, wanted, on, step.at or dt.time.max, place, -silence, now.interview_id)
