"""OpenPhone (Quo) exports of calls and messages.

The CSV's `createdAtPT` is Pacific time without an offset, as its name says; `createdAt` is ISO with one. Support is by
headers alone: the vendor documents the API, not the export.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.call_results import MESSAGE, direction_of, result_of
from followup_analytics.ingest.parsing.parts import clock_seconds


def interpret(columns: CallColumns) -> Meaning:
    """What the columns mean; a row is a call or a message."""
    direction = direction_of(columns.text("direction"), columns.text("status"))
    outbound = direction == "outbound"
    message = columns.text("type").str.to_lowercase().is_in(["message", "sms", "text"]).fill_null(value=False)
    status = columns.text("status").str.to_lowercase()
    result = result_of(columns.text("status"))
    recorded = columns.text("voicemail", "voicemailurl").is_not_null() & (direction == "inbound")
    pacific = columns.has("createdatpt")
    times = (
        columns.times("createdatpt", zone="America/Los_Angeles", day_first=False)
        if pacific
        else columns.times("createdat", zone="UTC", day_first=False)
    )
    return Meaning(
        at=times,
        direction=direction,
        number=pl.coalesce(
            pl.when(outbound).then(columns.text("to")).otherwise(columns.text("from")),
            columns.text("participant", "phone_number", "contact_number"),
        ),
        own=pl.when(outbound).then(columns.text("from")).otherwise(columns.text("to")),
        talk_s=clock_seconds(columns.text("duration", "callduration")),
        result=pl.when(recorded.fill_null(value=False)).then(pl.lit(MESSAGE)).otherwise(result),
        skip=message & status.is_in(["undelivered", "failed"]),
        native_id=columns.text("id"),
        note=columns.text("body", "content", "text"),
        channel=pl.when(message).then(pl.lit("text")),
        party=pl.when(message).then(pl.lit("none")),
        certainty=pl.when(message).then(pl.lit("stated")),
    )


SOURCE = call_sheet(
    "openphone",
    "OpenPhone / Quo calls and messages (CSV)",
    (
        frozenset({"createdatpt", "direction", "status", "type"}),
        frozenset({"createdat", "direction", "status", "type", "from", "to"}),
    ),
    interpret,
)
