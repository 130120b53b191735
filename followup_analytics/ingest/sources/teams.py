"""Microsoft Teams calls to and from the telephone network: PSTN usage and direct routing, as CSV and by Graph's API.

Times are UTC, the duration is connected seconds. `UsageId` is the row's id; a `Call ID` can stand in several rows.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_records, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, UNANSWERED
from followup_analytics.ingest.parsing.parts import Rejected, clock_seconds
from followup_analytics.ingest.registry import CERTAIN, Match, Source

#: Graph's names (pstnCallLogRow, directRoutingLogRow), by those of the reports.
_FIELDS = {
    "id": "usageid",
    "callType": "call_type",
    "callerNumber": "caller_number",
    "calleeNumber": "callee_number",
    "startDateTime": "start_time",
    "inviteDateTime": "invite_time",
    "failureDateTime": "failure_time",
    "duration": "duration_seconds",
    "successfulCall": "success",
}
_MASKED = r"\*{2,}"


def interpret(columns: CallColumns) -> Meaning:
    """What the report's columns mean; conference and service legs are no contacts of an applicant."""
    kind = columns.text("call_type").str.to_lowercase()
    inbound = kind.is_in(["user_in", "dr_in", "oc_in", "pstn_in"])
    outbound = kind.str.contains(r"^(?:user_out|dr_out_user|oc_out|pstn_out)") | kind.is_in(["dr_out"])
    caller = columns.any_of("caller_id", "caller_number", "source_number")
    destination = columns.any_of("destination_number", "callee_number", "destination_dialed")
    number = pl.when(inbound).then(caller).otherwise(destination)
    # Of direct routing alone the report says whether a call was set up; of calling plans it tells nothing but seconds.
    event = columns.any_of("success", "event_type").str.to_lowercase()
    at = columns.any_of("start_time", "invite_time", "failure_time")
    return Meaning(
        at=columns.times_of(at, "start_time", zone="UTC", day_first=False),
        direction=pl.when(inbound).then(pl.lit("inbound")).when(outbound).then(pl.lit("outbound")),
        number=number,
        own=pl.when(inbound).then(destination).otherwise(caller),
        talk_s=clock_seconds(columns.any_of("duration_seconds", "duration")),
        result=pl.when(event.is_in(["success", "yes", "true"]))
        .then(pl.lit(ANSWERED))
        .when(event.is_in(["attempt", "no", "false"]))
        .then(pl.lit(UNANSWERED)),
        skip=kind.str.contains("conf|ucap|emergency"),
        native_id=columns.text("usageid", "correlationid"),
        rules=(
            Rejected(
                "destination_number",
                "masked_number",
                number.str.contains(_MASKED),
                "the number is masked (****); ask the administrator for the report with whole numbers.",
            ),
        ),
    )


def detect(sample: Sample) -> Match | None:
    """JSON whose records have Graph's names of calls."""
    start = sample.json_start
    fits = all(f'"{name}"' in start for name in ("callType", "callerNumber", "calleeNumber", "startDateTime"))
    return Match(CERTAIN, "its records have callType and callerNumber as Graph gives them") if fits else None


read = call_records(("value",), _FIELDS, interpret)

SOURCES = (
    call_sheet(
        "teams",
        "Microsoft Teams telephone calls (reports, CSV)",
        (
            frozenset({"usageid", "call_id", "call_type", "destination_number", "start_time"}),
            frozenset({"correlationid", "call_type", "caller_number", "callee_number", "start_time"}),
        ),
        interpret,
    ),
    Source("teams_json", "Microsoft Teams telephone calls (Graph JSON)", detect, read, calls=True),
)
