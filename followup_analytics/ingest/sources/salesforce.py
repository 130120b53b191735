"""Salesforce tasks that are calls or e-mails, from the Data Loader (API names) or a report (labels).

A logged call has a date, and no time of day but that of the record: `ActivityDate` is a day, whatever midnight stands
beside it. Without a CallType the direction is not known, and is not guessed.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.call_results import direction_of, result_of_text
from followup_analytics.ingest.parsing.parts import Rejected, clock_seconds
from followup_analytics.ingest.parsing.times import ReadTimes


def _times(columns: CallColumns) -> ReadTimes:
    """The day of the activity; the time of its completion, where the org keeps it, is an instant."""
    name = next((name for name in ("activitydate", "due_date", "date") if columns.has(name)), "activitydate")
    day = columns.text(name).str.replace(r"T00:00:00(?:\.0+)?(?:Z|\+00:?00)?$", "")
    done = columns.text("completeddatetime")
    return columns.times_of(pl.coalesce(done, day), name)


def interpret(columns: CallColumns) -> Meaning:
    """What a task's columns mean; tasks that are not done, and those that are no calls, are no contacts."""
    kind = columns.text("tasksubtype", "task_subtype", "type").str.to_lowercase()
    email = kind.is_in(["email", "listemail"]).fill_null(value=False)
    status = columns.text("status").str.to_lowercase()
    said = columns.text("calldisposition", "call_result")
    direction = direction_of(columns.text("calltype", "call_type"), said)
    direction = pl.when(email & direction.is_null()).then(pl.lit("outbound")).otherwise(direction)
    seconds = clock_seconds(columns.text("calldurationinseconds", "call_duration", "call_duration_(sec)"))
    result = result_of_text(said)
    return Meaning(
        at=_times(columns),
        direction=direction,
        number=pl.when(email)
        .then(columns.any_of("who.email", "email"))
        .otherwise(columns.any_of("who.phone", "phone", "callobject_number")),
        name=columns.any_of("who.name", "name", "company / account", "company/account"),
        talk_s=pl.when(~email).then(seconds),
        result=pl.when(~email).then(result),
        skip=(status.is_in(["not started", "deferred", "waiting on someone else"]))
        | kind.is_in(["task", "cadence", "linkedin"]),
        native_id=columns.text("id", "activity_id"),
        note=columns.text("description", "comments"),
        channel=pl.when(email).then(pl.lit("email")),
        party=pl.when(email).then(pl.lit("none")),
        certainty=pl.when(email).then(pl.lit("stated")),
        rules=(
            Rejected(
                "CallType",
                "unknown_direction",
                direction.is_null(),
                "the task doesn't say whether the call came in or went out (CallType); add it to the export, or "
                "fill it in.",
            ),
        ),
    )


SOURCE = call_sheet(
    "salesforce",
    "Salesforce tasks: calls and e-mails (CSV)",
    (
        frozenset({"calldurationinseconds", "activitydate"}),
        frozenset({"tasksubtype", "activitydate", "calltype"}),
        frozenset({"call_duration", "due_date", "call_type"}),
        frozenset({"call_duration", "date", "call_type", "subject"}),
    ),
    interpret,
)
