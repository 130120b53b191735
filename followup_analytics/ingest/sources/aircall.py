"""Aircall's call exports, older and newer.

One row has three clocks that can disagree by hours; `datetime (utc)` is the one that counts. `duration (in call)` is
talk, `duration (total)` has the ringing in it. A mailbox that answered an outbound call is not told apart.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_sheet
from followup_analytics.ingest.parsing.call_results import MESSAGE, UNANSWERED, direction_of, result_of
from followup_analytics.ingest.parsing.parts import clock_seconds


def interpret(columns: CallColumns) -> Meaning:
    """What Aircall's columns mean."""
    direction = direction_of(columns.text("direction"), columns.text("call_type"))
    outbound = direction == "outbound"
    missed = columns.text("missed_call_reason").is_not_null() | (
        columns.text("call_type").str.to_lowercase() == "missed"
    )
    answered = pl.coalesce(
        result_of(columns.text("answered")), pl.when(missed.fill_null(value=False)).then(pl.lit(UNANSWERED))
    )
    left = (direction == "inbound") & (answered == UNANSWERED) & columns.text("voicemail").is_not_null()
    return Meaning(
        at=columns.times("datetime (utc)", zone="UTC"),
        direction=direction,
        number=pl.coalesce(
            columns.text("customer_number"), pl.when(outbound).then(columns.text("to")).otherwise(columns.text("from"))
        ),
        own=pl.coalesce(
            columns.text("aircall_number"), pl.when(outbound).then(columns.text("from")).otherwise(columns.text("to"))
        ),
        talk_s=clock_seconds(columns.any_of("duration (in call)", "in_call_duration")),
        result=pl.when(left.fill_null(value=False)).then(pl.lit(MESSAGE)).otherwise(answered),
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
