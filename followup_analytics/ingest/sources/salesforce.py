"""Salesforce tasks that are calls or e-mails, from the Data Loader (API names) or a report (labels).

A logged call has a date, and no time of day but that of the record: `ActivityDate` is a day, whatever midnight stands
beside it. Without a CallType the direction is not known, and is not guessed.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.parts import Rejected, worded
from followup_analytics.ingest.parsing.times import ReadTimes

_DIRECTIONS = {"inbound": "inbound", "outbound": "outbound", "incoming": "inbound", "outgoing": "outbound"}
_LEFT = r"(?:left|leave).*(?:message|voice ?mail|vm)|^(?:lvm|voice ?mail)$"
_NOBODY = r"no answer|not home|busy|no contact|unanswered|did not (?:answer|pick)|rang out|disconnected"


def _times(columns: CallColumns) -> ReadTimes:
    """The day of the activity; the time of its completion, where the org keeps it, is an instant."""
    if (
        columns.has("completeddatetime")
        and columns.frame.select(columns.text("completeddatetime").is_not_null().all()).item()
    ):
        return columns.times("completeddatetime", zone="UTC", day_first=False)
    name = next((name for name in ("activitydate", "due_date", "date") if columns.has(name)), "activitydate")
    texts = columns.series(columns.text(name).str.replace(r"T00:00:00(?:\.0+)?(?:Z|\+00:?00)?$", ""))
    day = CallColumns(columns.frame.with_columns(texts.alias(name)), columns.place, columns.options)
    return day.times(name)


def interpret(columns: CallColumns) -> Meaning:
    """What a task's columns mean; tasks that are not done, and those that are no calls, are no contacts."""
    kind = columns.text("tasksubtype", "task_subtype", "type").str.to_lowercase()
    email = kind.is_in(["email", "listemail"]).fill_null(value=False)
    status = columns.text("status").str.to_lowercase()
    direction = worded(columns.text("calltype", "call_type"), _DIRECTIONS)
    direction = pl.when(email & direction.is_null()).then(pl.lit("outbound")).otherwise(direction)
    result = columns.text("calldisposition", "call_result").str.to_lowercase()
    seconds = columns.number("calldurationinseconds", "call_duration", "call_duration_(sec)")
    nobody = result.str.contains(_NOBODY).fill_null(value=False)
    left = result.str.contains(_LEFT).fill_null(value=False)
    return Meaning(
        at=_times(columns),
        direction=direction,
        number=pl.when(email)
        .then(columns.any_of("who.email", "email"))
        .otherwise(columns.any_of("who.phone", "phone", "callobject_number")),
        name=columns.any_of("who.name", "name", "company / account", "company/account"),
        talk_s=pl.when(~email).then(pl.when(nobody).then(0.0).otherwise(seconds)),
        left_message=left & ~email,
        missed=(direction == "inbound") & nobody & ~email,
        skip=(status.is_in(["not started", "deferred", "waiting on someone else"]))
        | kind.is_in(["task", "cadence", "linkedin"]),
        native_id=columns.text("id", "activity_id"),
        note=columns.text("description", "comments"),
        channel=pl.when(email).then(pl.lit("email")),
        party=pl.when(email).then(pl.lit("none")),
        certainty=pl.when(email)
        .then(pl.lit("stated"))
        .when(~left & ~nobody & seconds.is_null())
        .then(pl.lit("unclear")),
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
