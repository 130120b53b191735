"""The next step of every open interview: rules applied to a log on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.advice.decide import NextStep, after_hours, decide
from followup_analytics.advice.facts import Open, moment_of, open_interviews
from followup_analytics.advice.kept import evidence_of
from followup_analytics.advice.meaning import Meaning
from followup_analytics.advice.office_days import BY_ZONE, WorkingDays, working_days
from followup_analytics.advice.policy import Policy, read_policy
from followup_analytics.advice.reach import Reach
from followup_analytics.advice.result import CONFIDENTIAL, NextStepsResult
from followup_analytics.advice.rows import as_row, urgency
from followup_analytics.advice.rules import RULES
from followup_analytics.advice.situation import Situation
from followup_analytics.advice.spread import one_call_a_day
from followup_analytics.advice.steps import FAR_AHEAD, written
from followup_analytics.advice.verdicts import read_verdicts
from followup_analytics.errors import UsageError
from followup_analytics.log.followup_log import Note
from followup_analytics.log.zones import country_of_zone
from followup_analytics.results.result import LogCounts
from followup_analytics.results.scope import scope
from followup_analytics.text import date_hint

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog


def next_steps(
    log: FollowUpLog,
    *,
    cohort: str | Sequence[str] | None = None,
    today: dt.date | dt.datetime | str | None = None,
    policy: Policy | Mapping[str, Any] | str | Path | None = None,
    verdicts: Any = None,
    test: bool = True,
    country: str | None = None,
    meaning: Meaning | None = None,
    reached_at: Mapping[str, Reach | str] | None = None,
    counts: LogCounts | None = None,
    examined_on: dt.date | None = None,
    due: bool = False,
) -> NextStepsResult:
    """What to do next about every interview without an outcome, by the rules of the contract (`rules.RULES`).

    cohort: only this cohort's interviews, or those of several.
    today: a date; by default the log's data date, for a store now, the same for all interviews. policy: the office's
    policy file or mapping. verdicts: a result of `test_claims`, or verdicts by claim id, of this same log. test: where
    no verdicts are given, test the claims first; else no advice is called evidence. country: whose working days count
    (US, DE-BY; "zone" for the country of each employer's zone); else the policy's, else Monday to Friday. meaning: what
    silences have meant, where it is known already (with test, this log's). reached_at: the number or person called, by
    interview, where known (`reaches_of` takes them from a contact book): one unsolicited call a day goes to each, and
    steps tell them. counts: of the whole log, where this is part of it.
    examined_on: when the verdicts were worked out, where that was not now. due: only what is to be done by then.

    Returns a NextStepsResult, one row an open interview (see there for its columns). Rows are about single interviews:
    exempt from `min_cell`, and marked confidential.

    Raises UsageError for a date, country, policy, cohort or verdict that can't be understood.

    Example:
        >>> steps = next_steps(log, test=False)
        >>> sorted({row.step for row in steps.rows})
        ['call', 'email', 'move_on']
    """
    log = scope(log, cohort)
    when = moment_of(log, read_day(today))
    office = read_policy(policy)
    where = country or office.country
    found = open_interviews(log, when, may_be_due=due)
    if verdicts is None and test:
        evidence = evidence_of(log)
        verdicts, meaning = evidence.verdicts, meaning or evidence.meaning
    known = read_verdicts(verdicts)
    decided = [decide(now, office, _office_days(now, where), known) for now in found.situations]
    reach = {one: Reach(phone=to) if isinstance(to, str) else to for one, to in (reached_at or {}).items()}
    steps = one_call_a_day(
        sorted(decided, key=urgency),
        {one: to.called for one, to in reach.items() if to.called is not None},
        lambda step: _office_days(step.situation, where),
    )
    # The end of a record in files is no hour at which somebody is about to ring.
    now = when.at if log.read_at is not None else None
    steps = [after_hours(step, now, _office_days(step.situation, where)) for step in steps]
    steps.sort(key=urgency)
    return NextStepsResult(
        rows=tuple(
            as_row(step, meaning, log.time_zone, reach.get(step.situation.interview_id))
            for step in steps
            if step.is_due or not due
        ),
        counts=counts or LogCounts.of(log),
        notes=_notes(found, where, known, counts or LogCounts.of(log), examined_on),
        native=log.native,
        extra={"today": when.today.isoformat(), "open": found.n, "next_on": _next_on(steps)},
        situations=found.situations,
        verdicts=known,
    )


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


def _next_on(steps: list[NextStep]) -> str | None:
    """The first date after today on which something is to be done or looked at."""
    ahead = [step.on for step in steps if step.on is not None and step.on > step.situation.today]
    return min(ahead).isoformat() if ahead else None


def _office_days(now: Situation, country: str | None) -> WorkingDays:
    return working_days(country_of_zone(now.zone) if country == BY_ZONE else country)


def read_day(today: dt.date | dt.datetime | str | None) -> dt.date | None:
    """The day that somebody asked about; None where none was given. Raises UsageError for what is no date."""
    if isinstance(today, dt.datetime):
        return today.date()
    if today is None or isinstance(today, dt.date):
        return today
    try:
        return dt.date.fromisoformat(today.strip()[:10])
    except ValueError:
        raise UsageError(f"--today {today!r} is not a date: {date_hint(today)}.") from None


def _notes(
    found: Open, country: str | None, verdicts: Mapping[str, str], counts: LogCounts, examined_on: dt.date | None
) -> tuple[Note, ...]:
    decided = counts.interviews - found.n
    ahead = sum(not now.held for now in found.situations)
    far = [now for now in found.situations if -now.day > FAR_AHEAD]
    notes = [CONFIDENTIAL]
    if decided:
        notes.append(Note("decided", "interviews have an outcome already and need no next step.", decided))
    if ahead:
        notes.append(Note("interview_ahead", "interviews are still to come: the advice is to wait.", ahead))
    if far:
        text = f"interviews lie more than a year ahead ({written(far[0].interview)}): are their dates right?"
        notes.append(Note("far_ahead", text, len(far)))
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
    elif examined_on is not None:
        text = f"The verdicts behind the advice were worked out on {written(examined_on)}; --renew works them out anew."
        notes.append(Note("verdicts_of", text))
    notes.append(Note("working_days", _working_days_note(country)))
    return tuple(notes)


def _working_days_note(country: str | None) -> str:
    if country is None:
        return "Working days are Monday to Friday; public holidays count only where a country is given."
    if country == BY_ZONE:
        return "Working days and public holidays are those of the country of each employer's time zone."
    return f"Working days and public holidays are those of {country.upper()}."
