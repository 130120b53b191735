"""Aircall's call exports, older and newer.

One row has three clocks that can disagree by hours; `datetime (utc)` is the one that counts. `duration (in call)` is
talk, `duration (total)` has the ringing in it. A mailbox that answered an outbound call is not told apart.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.parts import clock_seconds, worded


def interpret(columns: CallColumns) -> Meaning:
    """What Aircall's columns mean."""
    direction = worded(columns.text("direction"), {"inbound": "inbound", "outbound": "outbound"})
    outbound = direction == "outbound"
    answered = columns.text("answered").str.to_lowercase() == "yes"
    talk = clock_seconds(columns.any_of("duration (in call)", "in_call_duration"))
    inbound = direction == "inbound"
    left = inbound & ~answered & columns.text("voicemail").is_not_null()
    return Meaning(
        at=columns.times("datetime (utc)", zone="UTC"),
        direction=direction,
        number=pl.coalesce(
            columns.text("customer_number"), pl.when(outbound).then(columns.text("to")).otherwise(columns.text("from"))
        ),
        own=pl.coalesce(
            columns.text("aircall_number"), pl.when(outbound).then(columns.text("from")).otherwise(columns.text("to"))
        ),
        talk_s=pl.when(answered).then(talk).otherwise(0.0),
        left_message=left,
        missed=inbound & ~answered & ~left,
        native_id=columns.any_of("call_id", "call_id (internal)"),
        note=columns.text("comments"),
    )


SOURCE = call_sheet(
    "aircall",
    "Aircall calls (CSV)",
    (
        frozenset({"datetime (utc)", "direction", "from", "to", "duration (in call)"}),
        frozenset({"datetime (utc)", "missed_call_reason", "direction"}),
    ),
    interpret,
)
