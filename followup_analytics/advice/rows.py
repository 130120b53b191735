"""Next steps as rows of plain values, and in which order people read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from followup_analytics.advice.decide import NextStep
from followup_analytics.advice.hours import hours_to_call
from followup_analytics.advice.meaning import Meaning
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.steps import ACTIONS, LONG_PAST, STEP_NAMES, written
from followup_analytics.text import shorten

_NAME = 30


def as_row(step: NextStep, meaning: Meaning | None = None, own_zone: str | None = None) -> dict[str, Any]:
    """One step as a row of plain values. own_zone: the coach's, to tell the hours of an employer in another."""
    now = step.situation
    silence = None if meaning is None or now.day < 0 else meaning.of(now)
    hours = None
    if step.on is not None and (step.step == "call" or step.at is not None):
        hours = hours_to_call(step.on, step.at, now.zone, own_zone)
    return {
        "interview_id": now.interview_id,
        "step": step.step,
        "on": None if step.on is None else step.on.isoformat(),
        "at": None if step.at is None else f"{step.at:%H:%M}",
        "why": step.why,
        "evidence": [dict(one) for one in step.evidence],
        "confidence": step.confidence,
        "state": step.state,
        "rule": step.rule,
        "source": step.source,
        "replaced": list(step.replaced),
        "due": step.is_due,
        "about": about(now),
        "day": now.day,
        "attempts": now.attempts_made,
        "voicemails": now.voicemails,
        "time_zone": now.zone,
        "hours": hours,
        "reply_by": None if now.reply_by is None or now.answered else now.reply_by.isoformat(),
        "silence": None if silence is None else silence.to_dict(),
        "silence_means": None if silence is None else silence.sentence(),
        "snoozed_until": None if now.snoozed_until is None else now.snoozed_until.isoformat(),
        "applicant_id": now.applicant_id,
        "coach": now.coach,
        "employer": now.employer,
        "cohort": now.cohort,
    }


def step_in_words(row: Mapping[str, Any]) -> str:
    """A row as the end of a sentence: `call today. It is 5 days since the interview and no attempt yet: call.`"""
    when = " today" if row["due"] else f" until {written(dt.date.fromisoformat(row['on']))}" if row["on"] else ""
    if row["step"] in ACTIONS:
        when = when.replace(" until ", " on ")
    clock = f" at {row['at']}" if row["at"] else ""
    hours = f" ({row['hours']})" if row["hours"] else ""
    return f"{STEP_NAMES[row['step']]}{when}{clock}{hours}. {row['why']}"


def about(now: Situation) -> str:
    """What people know an interview by: `Acme, 5 Mar 2026`."""
    day = f"{now.interview.day} {now.interview:%b %Y}"
    return f"{shorten(now.employer, _NAME)}, {day}" if now.employer else f"interview of {day}"


def urgency(step: NextStep) -> tuple[int, dt.date, dt.time, int, int, str]:
    """Sorts steps: what is due (asked for, then the longest silence), forgotten, due later, waits, what is over."""
    now = step.situation
    silence = now.silence if now.silence is not None else now.day
    if step.step in ACTIONS:
        # What was left lying for months comes after what can still be missed.
        forgotten = not step.asked_for and silence >= LONG_PAST
        group = 1 if forgotten and step.is_due else 0 if step.is_due else 2
    else:
        group = 5 if step.step == "move_on" else 4 if step.on is None else 3
    asked = 0 if step.asked_for else 1
    return (group, step.on or dt.date.max, step.at or dt.time.max, asked * 100 + step.rule, -silence, now.interview_id)
