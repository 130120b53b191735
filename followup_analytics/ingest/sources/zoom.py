"""Zoom Phone call logs: the API's JSON (UTC) and the portal's CSV (local to the account).

Results are compared without case, blanks and underscores. "Voicemail" of an inbound call is a message for the owner;
of an outbound call, what Zoom reports when the other side's mailbox took it.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_records, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import MESSAGE, direction_of, result_of
from followup_analytics.ingest.parsing.parts import clock_seconds
from followup_analytics.ingest.registry import CERTAIN, LIKELY, Match, Source

_FIELDS = {
    "call_id": "call_id",
    "id": "id",
    "direction": "direction",
    "caller_number": "caller_number",
    "caller_did_number": "caller_number",
    "callee_number": "callee_number",
    "callee_did_number": "callee_number",
    "caller_name": "caller_name",
    "callee_name": "callee_name",
    "date_time": "start_time",
    "start_time": "start_time",
    "duration": "duration",
    "result": "result",
    "call_result": "result",
}


def _meaning(columns: CallColumns, zone: str) -> Meaning:
    said = columns.text("result", "call_result")
    direction = direction_of(columns.text("direction"), said)
    outbound = direction == "outbound"
    caller = columns.any_of("caller_number", "caller_did_number", "from_number", "from")
    callee = columns.any_of("callee_number", "callee_did_number", "to_number", "to")
    left = said.str.to_lowercase().str.contains("voicemail")
    return Meaning(
        at=columns.times("start_time" if columns.has("start_time") else "date_time", zone=zone, day_first=False),
        direction=direction,
        number=pl.when(outbound).then(callee).otherwise(caller),
        name=pl.when(outbound)
        .then(columns.any_of("callee_name", "to_name"))
        .otherwise(columns.any_of("caller_name", "from_name")),
        own=pl.when(outbound).then(caller).otherwise(callee),
        talk_s=clock_seconds(columns.text("duration")),
        result=pl.coalesce(result_of(said), pl.when(left).then(pl.lit(MESSAGE))),
        native_id=columns.any_of("call_id", "id"),
    )


def interpret(columns: CallColumns) -> Meaning:
    """What the portal's columns mean."""
    return _meaning(columns, "user")


def detect(sample: Sample) -> Match | None:
    """JSON of Zoom's call logs or call history."""
    start = sample.json_start
    listed = '"call_logs"' in start or '"call_history"' in start
    if listed and '"call_id"' in start and '"direction"' in start:
        return Match(CERTAIN, "it holds Zoom Phone's call_logs")
    return None


read = call_records(("call_logs", "call_history"), _FIELDS, lambda columns: _meaning(columns, "UTC"))

SOURCES = (
    Source("zoom_json", "Zoom Phone call log (API JSON)", detect, read, calls=True),
    call_sheet(
        "zoom",
        "Zoom Phone call log (CSV)",
        (
            frozenset({"call_id", "caller_number", "callee_number", "direction", "result"}),
            frozenset({"call_id", "caller_did_number", "callee_did_number", "direction", "call_result"}),
            frozenset({"call_id", "from_number", "to_number", "start_time", "result"}),
        ),
        interpret,
        strength=LIKELY,
    ),
)
