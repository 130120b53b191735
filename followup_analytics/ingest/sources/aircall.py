"""Aircall's call exports, older and newer, and the API's JSON, whose times are seconds since 1970.

One row has three clocks that can disagree by hours; `datetime (utc)` is the one that counts. `duration (in call)` is
talk, `duration (total)` has the ringing in it. A mailbox that answered an outbound call is not told apart.
"""

from __future__ import annotations

import polars as pl

from followup_analytics.ingest.callsheet import CallColumns, Meaning, call_records, call_sheet
from followup_analytics.ingest.detect.sample import Sample
from followup_analytics.ingest.parsing.call_results import ANSWERED, MESSAGE, UNANSWERED, direction_of, result_of
from followup_analytics.ingest.parsing.parts import clock_seconds
from followup_analytics.ingest.registry import CERTAIN, Match, Source

_FIELDS = {
    name: name
    for name in (
        "id",
        "direction",
        "status",
        "started_at",
        "answered_at",
        "ended_at",
        "raw_digits",
        "missed_call_reason",
        "voicemail",
        "comments",
    )
} | {"number.digits": "own"}


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


def interpret_api(columns: CallColumns) -> Meaning:
    """What the API's fields mean: a call that is done was answered where it has a time of that."""
    direction = direction_of(columns.text("direction"))
    seconds = [columns.number(name) for name in ("started_at", "answered_at", "ended_at")]
    done = columns.text("status").str.to_lowercase() == "done"
    left = (direction == "inbound") & columns.text("voicemail").is_not_null()
    at = pl.from_epoch((seconds[0] * 1000).cast(pl.Int64), time_unit="ms").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Meaning(
        at=columns.times_of(at, "started_at", zone="UTC", day_first=False),
        direction=direction,
        number=columns.text("raw_digits"),
        own=columns.text("own"),
        talk_s=seconds[2] - seconds[1],
        result=pl.when(seconds[1].is_not_null())
        .then(pl.lit(ANSWERED))
        .when(left.fill_null(value=False))
        .then(pl.lit(MESSAGE))
        .when(done.fill_null(value=False))
        .then(pl.lit(UNANSWERED)),
        native_id=columns.text("id"),
    )


def detect(sample: Sample) -> Match | None:
    """JSON with the API's names of a call's times and number."""
    fits = all(f'"{name}"' in sample.json_start for name in ("raw_digits", "answered_at", "started_at", "direction"))
    return Match(CERTAIN, "its records have raw_digits and answered_at as Aircall's API gives them") if fits else None


read = call_records(("calls",), _FIELDS, interpret_api)

SOURCES = (
    call_sheet(
        "aircall",
        "Aircall calls (CSV)",
        (
            frozenset({"datetime (utc)", "direction", "from", "to", "duration (in call)"}),
            frozenset({"datetime (utc)", "missed_call_reason", "direction"}),
        ),
        interpret,
    ),
    Source("aircall_json", "Aircall calls (API JSON)", detect, read, calls=True),
)
