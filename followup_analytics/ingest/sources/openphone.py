"""OpenPhone (Quo) exports of calls and messages.

The CSV's `createdAtPT` is Pacific time without an offset, as its name says; `createdAt` is ISO with one. Support is by
headers alone: the vendor documents the API, not the export.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.parts import clock_seconds, worded

_DIRECTIONS = {"incoming": "inbound", "outgoing": "outbound", "inbound": "inbound", "outbound": "outbound"}
_UNANSWERED = ["missed", "no-answer", "no answer", "busy", "failed", "canceled", "cancelled"]


def interpret(columns: CallColumns) -> Meaning:
    """What the columns mean; a row is a call or a message."""
    direction = worded(columns.text("direction"), _DIRECTIONS)
    outbound = direction == "outbound"
    message = columns.text("type").str.to_lowercase().is_in(["message", "sms", "text"]).fill_null(value=False)
    status = columns.text("status").str.to_lowercase()
    left = (status == "voicemail") | columns.text("voicemail", "voicemailurl").is_not_null()
    unanswered = status.is_in(_UNANSWERED)
    pacific = columns.has("createdatpt")
    times = (
        columns.times("createdatpt", zone="America/Los_Angeles", day_first=False)
        if pacific
        else columns.times("createdat", zone="UTC", day_first=False)
    )
    told = clock_seconds(columns.text("duration", "callduration"))
    return Meaning(
        at=times,
        direction=direction,
        number=pl.coalesce(
            pl.when(outbound).then(columns.text("to")).otherwise(columns.text("from")),
            columns.text("participant", "phone_number", "contact_number"),
        ),
        own=pl.when(outbound).then(columns.text("from")).otherwise(columns.text("to")),
        # Without a duration, "completed" says that somebody or something answered, and no more.
        talk_s=pl.when(unanswered)
        .then(0.0)
        .when(told.is_not_null())
        .then(told)
        .when(~message & (status == "completed"))
        .then(1.0),
        left_message=left & ~message & (direction == "inbound"),
        missed=(direction == "inbound") & unanswered & ~left,
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
