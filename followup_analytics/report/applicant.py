"""One applicant's handout: one page with what to do next about each open interview, and nobody else on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from followup_analytics.advice import NextStepsResult, Policy, call_script, next_steps
from followup_analytics.advice.hours import hours_told
from followup_analytics.advice.office_days import working_days
from followup_analytics.charts import value_label
from followup_analytics.errors import UsageError
from followup_analytics.report.document import (
    Document,
    Head,
    Lead,
    Section,
    bullets,
    heading,
    paragraph,
    strong,
    table,
)
from followup_analytics.report.facts import long_date
from followup_analytics.report.frame import frame_meta
from followup_analytics.report.handout import STEPS, weekday_date
from followup_analytics.report.people import People
from followup_analytics.text import counted, shorten

if TYPE_CHECKING:
    from followup_analytics.advice.situation import Situation
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.report.findings import Options
    from followup_analytics.report.typecase import TypeCase

Row = Mapping[str, Any]

#: Steps after which somebody may fail to answer.
_TRIES = ("call", "email")
_LONGEST_NAME = 48
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class _Room:
    """How much the page tells: interviews in full and in a line, contacts of each, the script, lines to fill in."""

    full: int
    brief: int
    contacts: int
    script: bool
    lines: int


#: The same page with less and less on it, until it fits.
_ROOMS = (
    _Room(4, 4, 6, script=True, lines=5),
    _Room(3, 6, 4, script=True, lines=4),
    _Room(2, 8, 3, script=True, lines=3),
    _Room(2, 8, 2, script=False, lines=3),
    _Room(1, 6, 1, script=False, lines=2),
)


def applicant_documents(
    log: FollowUpLog,
    options: Options,
    case: TypeCase,
    *,
    applicant: str,
    today: date | str | None = None,
    verdicts: Any = None,
    people: People | None = None,
) -> tuple[Document, ...]:
    """Compose one applicant's handout, in versions that tell less and less, so that one of them fits on a page.

    The rules see the whole log (verdicts, what silences meant); what is told is about this applicant alone.
    Raises UsageError where the log has no such applicant.
    """
    theirs = log.interviews.filter(pl.col("applicant_id") == applicant)
    if theirs.is_empty():
        raise UsageError(
            "There is no applicant of that id in this log: give it as the log has it, or, of a store, as you typed it."
        )
    people = people or People()
    found = next_steps(log, today=today, verdicts=verdicts, reached_at=people.reached_at(log))
    own = case.clean_rows([row for row in found.rows if row.applicant_id == applicant])
    now = {one.interview_id: one for one in found.situations if one.applicant_id == applicant}
    script = _script(log, own, found, people)
    who = case.clean_all(people.shown([applicant])[applicant])
    done = {name: _contacts(log, name) for name in (str(row["interview_id"]) for row in own)}
    return tuple(_page(own, now, done, script, found, options, case, who, room) for room in _ROOMS)


def _page(
    rows: Sequence[Row],
    now: Mapping[str, Situation],
    done: Mapping[str, Sequence[str]],
    script: Mapping[str, Any] | None,
    found: NextStepsResult,
    options: Options,
    case: TypeCase,
    applicant: str,
    room: _Room,
) -> Document:
    meta = frame_meta(
        found.counts, replace(options, cohort=None), kind="applicant", title="Your next steps",
        subtitle=weekday_date(found.today), size=f"{counted(len(rows), 'open interview')}, for {applicant}",
    )  # fmt: skip
    blocks: list[dict[str, Any]] = []
    for row in rows[: room.full]:
        told = done.get(str(row["interview_id"]), ())
        blocks += _interview(row, now.get(str(row["interview_id"])), told[-room.contacts :], len(told))
    if rest := rows[room.full :]:
        blocks += _rest(rest, room.brief)
    if not rows:
        blocks.append(paragraph("No interview of yours is waiting for an answer: there is nothing to follow up."))
    sections = [Section("What to do", tuple(blocks))]
    if script is not None and room.script:
        sections.append(_said(case.clean_all(dict(script))))
    sections.append(_results(rows, room.lines))
    lead = Lead("", (), _asides(found))
    dated = replace(meta, confidential=True, day=found.today)
    return Document(dated, lead, (), tuple(sections), template="sheet.typ")


def _asides(found: NextStepsResult) -> tuple[Any, ...]:
    if not found.counts.simulated:
        return ()
    return ((strong("These data are simulated. "), "No applicant or employer on this page exists."),)


def _interview(row: Row, now: Situation | None, done: Sequence[str], n_done: int) -> list[dict[str, Any]]:
    """One interview: the step with its day, what follows if nobody answers, when to stop, what was done, how sure."""
    step = str(row["step"])
    what: list[Any] = [strong(f"{STEPS[step]}{_on(row)}. "), str(row["why"])]
    if row["reach"] and step in _TRIES:
        what.append(f" {row['reach']}.")
    if hours := hours_told(row["hours"], row["expects"]):
        what.append(f" {hours}")
    items: list[Any] = [what, *_afterwards(row, now)]
    earlier = "" if n_done == len(done) else f"{counted(n_done - len(done), 'earlier contact')}; "
    items.append([strong("Done so far. "), f"{earlier}{'; '.join(done)}." if done else "Nothing yet."])
    sure = f"{row['confidence'][:1].upper()}{row['confidence'][1:]}."
    items.append([strong("How sure. "), sure, f" {row['silence_means']}" if row["silence_means"] else ""])
    return [heading(shorten(str(row["about"]), _LONGEST_NAME), listed=False), bullets(*items)]


def _on(row: Row) -> str:
    on = row["ring_on"] or row["on"]
    if not on:
        return ""
    at = f" at {row['at']}" if row["at"] else ""
    day = weekday_date(date.fromisoformat(on))
    return (
        f" today, {day}{at}"
        if row["due"] and not row["ring_on"]
        else f" on {day}{at}"
        if row["step"] != "wait"
        else f" until {day}{at}"
    )


def _afterwards(row: Row, now: Situation | None) -> list[list[Any]]:
    """What follows if nobody answers, and when to stop, by the limits that the rules themselves go by."""
    if row["step"] not in _TRIES or not row["on"] or now is None:
        return []
    policy = Policy()
    on = max(date.fromisoformat(row["ring_on"] or row["on"]), now.today)
    again = working_days(policy.country).on_or_after(on + timedelta(days=policy.spacing_days))
    left = policy.max_attempts - now.attempts - 1
    stop = on + timedelta(days=policy.silence_days)
    made: list[list[Any]] = []
    if left > 0:
        made.append(
            [
                strong("If nobody answers. "),
                f"Try once more on {weekday_date(again)} or later; {counted(left, 'further attempt')} at most.",
            ]
        )
        last = f"Stop after {policy.max_attempts} attempts without an answer, or"
    else:
        last = "This is the last attempt. Stop"
    made.append(
        [
            strong("Stop. "),
            (
                f"{last} when {policy.silence_days} days have passed since the last one: if this one stays the last, "
                f"on {long_date(stop)}."
            ),
        ]
    )
    return made


def _rest(rows: Sequence[Row], room: int) -> list[dict[str, Any]]:
    told: list[Any] = [
        [
            f"{shorten(str(row['about']), _LONGEST_NAME)}: ",
            strong(f"{STEPS[str(row['step'])].lower()}{_on(row)}"),
            f" ({row['confidence']})",
        ]
        for row in rows[:room]
    ]
    more = len(rows) - len(told)
    if more > 0:
        told.append([f"{counted(more, 'further interview')}: ask your coach."])
    return [heading("Your other interviews", listed=False), bullets(*told)]


def _contacts(log: FollowUpLog, interview: str) -> list[str]:
    """What was done about an interview and what came back, in the order of time, in a few words each."""
    rows = log.contacts.filter(pl.col("interview_id") == interview).sort("_order_us", "contact_id")
    told = [(row["_order_us"], _contact(row)) for row in rows.iter_rows(named=True)]
    ends = log.outcomes.filter(pl.col("interview_id") == interview)
    told += [(row["_order_us"], f"{_day(row)} {row['outcome']}") for row in ends.iter_rows(named=True)]
    return [words for _, words in sorted(told, key=lambda one: (one[0] is None, one[0] or 0))]


def _contact(row: Row) -> str:
    channel = value_label("channel", str(row["channel"])) if row["channel"] else "contact"
    if row["direction"] == "outbound":
        words = "thank-you note" if row["purpose"] == "thank_you" else channel
        return f"{_day(row)} you: {words}"
    return f"{_day(row)} they: {'automatic reply' if row['automatic'] else channel}"


def _day(row: Row) -> str:
    if row["_day"] is None:
        return "undated"
    return long_date(_EPOCH + timedelta(days=int(row["_day"]))).rsplit(" ", 1)[0] + ","


def _script(log: FollowUpLog, rows: Sequence[Row], found: NextStepsResult, people: People) -> Mapping[str, Any] | None:
    """What to say in the most urgent call; None where there is nobody to call."""
    first = next((row for row in rows if row["step"] == "call"), None)
    if first is None:
        return None
    told = people.for_script(first["applicant_id"], first["employer"])
    script = call_script(log, first["interview_id"], today=found.today, verdicts=found.verdicts, **told)
    return script.to_dict() | {"about": first["about"]}


def _said(script: Mapping[str, Any]) -> Section:
    voicemail = script["voicemail"] or "Hang up: no further message should be left."
    who = shorten(str(script["about"]), _LONGEST_NAME)
    items: list[Any] = [
        [strong("To the interviewer. "), " ".join(line["words"] for line in script["lines"])],
        [strong("To a receptionist. "), " ".join(line["words"] for line in script["receptionist"])],
        [strong("To a machine. "), voicemail],
    ]
    if script["habits"]:
        items.append([strong("While calling. "), " ".join(line["words"] for line in script["habits"])])
    return Section(f"What to say: {who}", (bullets(*items),))


def _results(rows: Sequence[Row], lines: int) -> Section:
    """Empty lines for what came of it, the open interviews named first."""
    columns = [
        Head("Employer", "left", share=1.6), Head("Day and time", "left", share=1),
        Head("Who answered", "left", share=1.1), Head("What was said", "left", share=2.4),
        Head("Call again on", "left", share=1),
    ]  # fmt: skip
    names = [shorten(str(row["about"]), 30) for row in rows if row["step"] != "move_on"][:lines]
    body = [[name, "", "", "", ""] for name in [*names, *["another"] * max(1, lines - len(names))]][:lines]
    return Section(
        "What came of it", (table("tab-results", "To fill in after each attempt", columns, body, tall=True),)
    )
