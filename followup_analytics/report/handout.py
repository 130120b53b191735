"""The day sheet: for a coach before the telephone, what is due today, then every client's next step and what to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from followup_analytics.advice import CallScript, NextStepsResult, call_script, next_steps
from followup_analytics.advice.rows import StepRow
from followup_analytics.charts import count
from followup_analytics.report.document import (
    Document,
    Head,
    KeyFigure,
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
from followup_analytics.report.people import People
from followup_analytics.text import shorten

if TYPE_CHECKING:
    from followup_analytics.log.followup_log import FollowUpLog
    from followup_analytics.report.findings import Options
    from followup_analytics.report.typecase import TypeCase

STEPS = {
    "call": "Call",
    "email": "Write an e-mail",
    "thank_you": "Send a thank-you note",
    "wait": "Wait",
    "move_on": "Move on",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST_NAME = 60
_NOBODY = "(applicant not named)"


def handout_document(
    log: FollowUpLog,
    options: Options,
    case: TypeCase,
    *,
    today: date | str | None = None,
    verdicts: Any = None,
    people: People | None = None,
) -> Document:
    """Compose the day sheet from the next steps of all open interviews on `today` (else the log's data date).

    `verdicts` are those of `test_claims` on this log, which may replace a rule. `people`: names and numbers. A working
    paper: never suppressed, marked confidential on every page.
    """
    people = people or People()
    steps = next_steps(log, today=today, verdicts=verdicts, reached_at=people.reached_at(log))
    shown = people.shown(row.applicant_id for row in steps.rows)
    numbers = {shown[one]: number for one in shown if (number := people.phone(one))}
    named = [row.having(applicant_id=shown[row.applicant_id]) for row in steps.rows]
    rows = [_short(row) for row in case.clean_rows(named)]
    due = [row for row in rows if row.due]
    meta = frame_meta(
        steps.counts, options, kind="handout", title="Day sheet", subtitle=weekday_date(steps.today), size=_size(rows)
    )
    sections = [_due_section(due, steps), _client_section(rows, numbers)]
    script = _script(log, due, steps, verdicts, people)
    if script is not None:
        sections.append(_script_section(case.clean_all(script.to_dict())))
    lead = Lead("Today", (steps.summary(),), _asides(steps))
    dated = replace(meta, confidential=True, day=steps.today)
    return Document(dated, lead, _figures(rows), tuple(sections))


def _short(row: StepRow) -> StepRow:
    """A step with an employer's name that leaves room for the rest."""
    return row.having(employer=shorten(row.employer, _LONGEST_NAME)) if row.employer else row


def weekday_date(day: date) -> str:
    """`Friday, 20 February 2026`."""
    return f"{_WEEKDAYS[day.weekday()]}, {long_date(day)}"


def _size(rows: Sequence[StepRow]) -> str:
    clients = len({row.applicant_id for row in rows})
    return (
        f"{count(len(rows))} open {'interview' if len(rows) == 1 else 'interviews'} of "
        f"{count(clients)} {'client' if clients == 1 else 'clients'}"
    )


def _asides(steps: NextStepsResult) -> tuple[Any, ...]:
    told: list[Any] = [
        (strong("Confidential. "), "This sheet names single interviews. It is a working paper and not for publication.")
    ]
    told += [note.text for note in steps.notes if note.code in ("no_verdicts", "working_days")]
    if steps.counts.simulated:
        told.append((strong("These data are simulated. "), "No applicant or employer on these pages exists."))
    return tuple(told)


def _figures(rows: Sequence[StepRow]) -> tuple[KeyFigure, ...]:
    def many(*steps: str, due: bool) -> int:
        return sum(row.step in steps and row.due is due for row in rows)

    return (
        KeyFigure(count(many("call", due=True)), "to call", "due today"),
        KeyFigure(count(many("email", "thank_you", due=True)), "to write", "e-mails and thank-you notes due today"),
        KeyFigure(
            count(many("wait", due=False) + many("call", "email", "thank_you", due=False)),
            "to wait for",
            "something is due later, or an answer has come",
        ),
        KeyFigure(count(many("move_on", due=False)), "to move on from", "put the time elsewhere"),
    )


def _due_section(due: Sequence[StepRow], steps: NextStepsResult) -> Section:
    title = f"Due on {long_date(steps.today)}"
    if not due:
        return Section(title, (paragraph("Nothing is due today."),))
    columns = [
        Head("Done", "left"),
        Head("Client", "left"),
        Head("Employer", "left", share=1),
        Head("What to do", "left", share=0.8),
        Head("Why", "left", share=2.8),
    ]
    body = [["☐", _client(row), row.employer or "–", _to_do(row), row.why] for row in due]
    intro = paragraph("The most urgent first. Tick what is done, and write down what was said.")
    return Section(title, (intro, table("tab-due", "What is due, by urgency", columns, body, long=True)))


def _to_do(row: StepRow) -> str:
    """The step with whom it reaches; an answer that is owed goes before a wait."""
    step = "Answer" if row.is_owed_today else STEPS[row.step]
    return f"{step}: {row.reach}" if row.reach and row.step != "wait" else step


def _client(row: StepRow) -> str:
    return row.applicant_id or _NOBODY


def _client_section(rows: Sequence[StepRow], numbers: Mapping[str, str]) -> Section:
    if not rows:
        return Section("Client by client", (paragraph("No interview is open."),))
    columns = [
        Head("Client", "left"),
        Head("Interview", "left", share=1.2),
        Head("Next step", "left", share=0.7),
        Head("When", "left", share=0.8),
        Head("Why", "left", share=3),
        Head("How sure", "left", share=1),
    ]
    body = [
        [_reached(client, numbers), _interview(row), _to_do(row), _when(row), row.why, row.confidence]
        for client, theirs in by_client(rows).items()
        for row in theirs
    ]
    intro = paragraph("Each client with every open interview, in the order of the most urgent step.")
    return Section("Client by client", (intro, table("tab-clients", "Next steps by client", columns, body, long=True)))


def _reached(client: str, numbers: Mapping[str, str]) -> str:
    return f"{client}, {numbers[client]}" if client in numbers else client


def by_client(rows: Sequence[StepRow]) -> dict[str, list[StepRow]]:
    """The rows of each client, clients in the order of their most urgent step."""
    clients: dict[str, list[StepRow]] = {}
    for row in rows:
        clients.setdefault(_client(row), []).append(row)
    return clients


def _interview(row: StepRow) -> str:
    return f"{row.employer} ({row.interview_id})" if row.employer else row.interview_id


def _when(row: StepRow) -> str:
    at = f", {row.at}" if row.at else ""
    if row.is_for_today:
        return f"today{at}"
    return f"{long_date(date.fromisoformat(row.acted_on))}{at}" if row.acted_on else "no date"


def _script(
    log: FollowUpLog, due: Sequence[StepRow], steps: NextStepsResult, verdicts: Any, people: People
) -> CallScript | None:
    """The call's script, made of the first call due; facts of that one interview are left blank again below."""
    first = next((row for row in steps.rows if row.due and row.step == "call"), None)
    if first is None or not due:
        return None
    told = people.for_script(first.applicant_id, first.employer)
    return call_script(log, first.interview_id, today=steps.today, verdicts=verdicts, **told)


def _script_section(script: dict[str, Any]) -> Section:
    """What to say for the first call due: an example that fits every call once its facts are put in."""
    blocks = [
        paragraph(
            f"Written out for the first call due ({script['interview_id']}); for others change what is particular to "
            "it."
        )
    ]
    blocks += [heading("To the interviewer"), bullets(*[line["words"] for line in script["lines"]])]
    blocks += [heading("To a receptionist"), bullets(*[line["words"] for line in script["receptionist"]])]
    voicemail = script["voicemail"] or "Hang up: no further message should be left."
    seconds = f" About {script['voicemail_seconds']:.0f} seconds." if script["voicemail_seconds"] else ""
    blocks += [heading("To a machine"), paragraph(f"{voicemail}{seconds}")]
    blocks += [heading("While calling"), bullets(*[line["words"] for line in script["habits"]])]
    if script["left_out"]:
        blocks += [
            heading("Left out, since this log contradicts it"),
            bullets(*[line["words"] for line in script["left_out"]]),
        ]
    blocks += [
        heading("To note down afterwards"),
        bullets(*[item["question"] for item in script["note_down"]], columns=2),
    ]
    return Section("What to say and to note down", tuple(blocks), new_page=True)
